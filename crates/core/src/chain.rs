//! The chain that a server presented: what it is, in which order, and where it ends.

use std::collections::HashSet;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use crate::Certificate;
use crate::report::Finding;
use crate::trust::TrustAnchors;

mod completion;
mod findings;
mod search;
#[cfg(test)]
mod tests;

/// What a peer or a file gave, in its order, unverified (end entity first by RFC 8446 section 4.4.2).
#[derive(Clone, Debug, Default)]
pub struct PresentedChain {
    /// The readable certificates, in the order in which they were sent.
    pub certificates: Vec<Certificate>,
    /// What was sent and is no readable certificate: place (from zero), bytes, reason.
    pub unreadable: Vec<Unreadable>,
}

/// A certificate that could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place in the chain, from zero.
    pub place: usize,
    /// The bytes.
    pub der: CertificateDer<'static>,
    /// What the parser says.
    pub why: String,
}

impl PresentedChain {
    /// Parses what was sent, keeping what cannot be parsed.
    pub fn from_ders(ders: impl IntoIterator<Item = CertificateDer<'static>>) -> Self {
        let mut chain = Self::default();
        for (place, der) in ders.into_iter().enumerate() {
            match Certificate::from_der(der.clone()) {
                Ok(certificate) => chain.certificates.push(certificate),
                Err(error) => {
                    chain.unreadable.push(Unreadable {
                        place,
                        der,
                        why: error.to_string(),
                    });
                }
            }
        }
        chain
    }

    /// The first certificate, which is the server's own; `None` when that one cannot be read, whatever follows it.
    pub fn end_entity(&self) -> Option<&Certificate> {
        let is_lost = self.unreadable.iter().any(|one| one.place == 0);
        self.certificates.first().filter(|_| !is_lost)
    }
}

/// A presented chain put in order and completed.
#[derive(Clone, Debug)]
pub struct ChainAnalysis {
    /// End entity first, each followed by its issuer as far as presented certificates reach; without the root. A
    /// self-signed end entity is the whole path, and its own root. A link whose signature cannot be checked is shown
    /// and proves nothing: no root stands above it, and `CHAIN-SIGNATURE-UNCHECKED` names it.
    pub path: Vec<Certificate>,
    /// Issuers that continue the path and were not sent: found in a root set, or given by the caller. Each has a good
    /// signature on the one before it.
    pub completed: Vec<Issuer>,
    /// The self-signed end of the path, when it was presented or is known, and good signatures lead to it.
    pub root: Option<Root>,
    /// Order, duplicates, extras, missing intermediates, unknown root, signatures that could not be checked.
    pub findings: Vec<Finding>,
}

/// A certificate that the server should have sent, and where it was found.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The certificate.
    pub certificate: Certificate,
    /// A root set or file by its name, or a URL.
    pub origin: String,
}

/// The end of a path.
#[derive(Clone, Debug)]
pub struct Root {
    /// The root certificate.
    pub certificate: Certificate,
    /// Who trusts it: `system store`, `Mozilla roots`, a file; `None` when nobody asked does.
    pub origin: Option<String>,
    /// Whether the server sent it, in this version or another one with the same name and key.
    pub presented: bool,
}

/// Orders a chain, finds its root among `roots` (the first set that knows it wins) and says what is wrong with it.
/// Issuers that were not sent are taken from the same sets.
///
/// `subject` names the server in findings. Where several paths exist, as with cross-signed CAs, one that is valid at
/// `at` and ends at a known root wins.
pub fn analyse(
    chain: &PresentedChain,
    roots: &[TrustAnchors],
    subject: &str,
    at: OffsetDateTime,
) -> ChainAnalysis {
    analyse_with(chain, roots, &[], subject, at)
}

/// As [`analyse`], with more issuers to complete the path from. They are not trusted: a root among them is one that
/// nobody knows.
pub fn analyse_with(
    chain: &PresentedChain,
    roots: &[TrustAnchors],
    issuers: &[Issuer],
    subject: &str,
    at: OffsetDateTime,
) -> ChainAnalysis {
    let unique = without_duplicates(&chain.certificates);
    let start = end_entity_place(&unique);
    let Some(end_entity) = unique.get(start) else {
        return ChainAnalysis {
            path: Vec::new(),
            completed: Vec::new(),
            root: None,
            findings: findings::of_unreadable(chain, subject),
        };
    };
    let outcome = search::best_path(&unique, end_entity, roots, at);
    let completion = completion::find(&unique, end_entity, &outcome, roots, issuers, at);
    let findings = findings::all(&findings::Facts {
        chain,
        unique: &unique,
        start,
        outcome: &outcome,
        completion: completion.as_ref(),
        roots,
        subject,
    });
    let (path, completed, root) = match completion {
        Some(completion) => (completion.path, completion.issuers, completion.root),
        None => (
            outcome.path.into_iter().cloned().collect(),
            Vec::new(),
            outcome.root,
        ),
    };
    ChainAnalysis {
        path,
        completed,
        root,
        findings,
    }
}

impl ChainAnalysis {
    /// The highest certificate below the root, sent or found.
    pub fn top(&self) -> Option<&Certificate> {
        let found = self.completed.last().map(|issuer| &issuer.certificate);
        found.or_else(|| self.path.last())
    }
}

fn without_duplicates(certificates: &[Certificate]) -> Vec<&Certificate> {
    let mut seen = HashSet::new();
    certificates
        .iter()
        .filter(|certificate| seen.insert(certificate.fingerprint()))
        .collect()
}

/// The first certificate is the server's (RFC 8446 section 4.4.2), unless it is a CA's and another one is not.
fn end_entity_place(unique: &[&Certificate]) -> usize {
    match unique.first() {
        Some(first) if first.is_ca() => unique
            .iter()
            .position(|certificate| !certificate.is_ca())
            .unwrap_or(0),
        _ => 0,
    }
}
