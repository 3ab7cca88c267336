//! What servers present beside what lies in files: a name that is not covered, a renewal that nobody put into use, a store
//! that does not cover its server.

use std::cmp::Ordering;
use std::collections::HashMap;

use time::OffsetDateTime;
use trustpack_keystore::{Contents, EntryKind};

use crate::Certificate;
use crate::cert::{AltName, Fingerprint};
use crate::chain::PresentedChain;
use crate::report::{Finding, Role, Severity};
use crate::text;
use crate::trust::TrustAnchors;
use crate::verify::{Client, ServerName, host_mismatch, verify};

use super::Subject;

/// A server with what it presented.
#[derive(Clone, Debug)]
pub struct Served {
    /// What it is, in messages: `host:443`.
    pub endpoint: String,
    /// The identity that clients expect; `None` where the host is no name that a certificate can carry.
    pub name: Option<ServerName<'static>>,
    /// What it presented.
    pub chain: PresentedChain,
}

impl Served {
    /// `CERT-HOST`: the server's own certificate is for other names. Critical; a warning where only browsers refuse; a note
    /// for a server that was asked by its address, since that is what its users seldom do.
    pub fn host_finding(&self) -> Option<Finding> {
        let (certificate, name) = (self.chain.end_entity()?, self.name.as_ref()?);
        let (refusal, is_refused_by_java) = host_mismatch(certificate, name)?;
        let severity = match (name, is_refused_by_java) {
            (ServerName::IpAddress(_), _) => Severity::Note,
            (_, true) => Severity::Critical,
            (_, false) => Severity::Warning,
        };
        let hint = match name {
            ServerName::IpAddress(_) => {
                "give the name with --server-name, or let the certificate be issued for the address too"
            }
            _ => "let it be issued for this name too, or find out why another server answers here",
        };
        let message = match is_refused_by_java {
            true => refusal.to_string(),
            false => format!("browsers take alternative names only: {refusal}"),
        };
        let finding = Finding::new("CERT-HOST", severity, &self.endpoint, message);
        Some(finding.about(certificate).with_hint(hint))
    }

    /// What there is to say of a file that belongs to this server.
    ///
    /// | id | severity | when |
    /// |---|---|---|
    /// | `CERT-NOT-COVERED` | critical | the file is a trust store, and its client would refuse the server with it |
    /// | `CERT-NOT-DEPLOYED` | warning | it holds a newer certificate than the server presents |
    /// | `CERT-NOT-DEPLOYED` | note | it holds an older one, or one of the same day |
    ///
    /// The client of a store with aliases is Java, of other files OpenSSL. What [`verify`] says of an acceptance is told too.
    pub fn judge_file(
        &self,
        subject: &Subject,
        contents: &Contents,
        at: OffsetDateTime,
    ) -> Vec<Finding> {
        let mut entries = contents.store.entries().iter();
        let has_key = entries.any(|entry| matches!(entry.kind, EntryKind::PrivateKey { .. }));
        let has_anchor = subject.items.iter().any(|item| item.role == Role::Anchor);
        let has_aliases = contents.format.has_aliases();
        let is_chain = subject
            .items
            .first()
            .is_some_and(|first| first.role == Role::EndEntity);
        if !has_key && (has_aliases || (has_anchor && !is_chain)) {
            return self.cover(subject, contents, has_aliases, at);
        }
        let Some(served) = self.chain.end_entity() else {
            return Vec::new();
        };
        let latest = end_entities(subject).max_by_key(|certificate| certificate.not_before());
        latest
            .and_then(|latest| self.compare(&subject.name, latest, served))
            .into_iter()
            .collect()
    }

    fn cover(
        &self,
        subject: &Subject,
        contents: &Contents,
        has_aliases: bool,
        at: OffsetDateTime,
    ) -> Vec<Finding> {
        let Some(name) = &self.name else {
            return Vec::new();
        };
        let (client, anchors) = match has_aliases {
            true => (
                Client::Java,
                TrustAnchors::from_store(&subject.name, &contents.store),
            ),
            false => (
                Client::OpenSsl,
                TrustAnchors::from_every_certificate(&subject.name, &contents.store),
            ),
        };
        let verdict = verify(&self.chain, &anchors, name, at, client, &self.endpoint);
        let is_undecided = verdict.is_undecided();
        let Err(refusal) = verdict.outcome else {
            return verdict.findings;
        };
        let (client, endpoint) = (client.word(), &self.endpoint);
        let (severity, message) = match is_undecided {
            true => (
                Severity::Note,
                format!(
                    "it cannot be told whether {client} with this store accepts {endpoint}: {refusal}"
                ),
            ),
            false => (
                Severity::Critical,
                format!("{client} with this store refuses {endpoint}: {refusal}"),
            ),
        };
        let mut finding = Finding::new("CERT-NOT-COVERED", severity, &subject.name, message);
        if let Some(hint) = refusal.hint() {
            finding = finding.with_hint(hint);
        }
        if let Some(certificate) = refusal.certificate() {
            finding = finding.about(certificate);
        }
        vec![finding]
    }

    fn compare(&self, file: &str, held: &Certificate, served: &Certificate) -> Option<Finding> {
        if held == served {
            return None;
        }
        // What was made later and ends earlier is no renewal.
        let ends_later = held.not_after() > served.not_after();
        let (relation, hint) = match held.not_before().cmp(&served.not_before()) {
            Ordering::Greater if ends_later => {
                return Some(not_deployed(file, held, &self.endpoint, served.not_after()));
            }
            Ordering::Equal | Ordering::Greater => {
                ("is not", "find out which of them is the one to use")
            }
            Ordering::Less => (
                "is older than",
                "replace the file, or delete it where nothing uses it",
            ),
        };
        let message = format!(
            "the certificate of {} in it {relation} the one that {} presents, which is valid until {}",
            held.display_name(),
            self.endpoint,
            text::date(served.not_after())
        );
        let finding = Finding::new("CERT-NOT-DEPLOYED", Severity::Note, file, message);
        Some(finding.about(held).with_hint(hint))
    }
}

/// The certificates of all servers of a run by their names, so that a file can be told that holds a renewal of one.
#[derive(Clone, Debug, Default)]
pub struct ServedIndex {
    by_names: HashMap<String, Vec<Brief>>,
}

/// What is kept of one.
#[derive(Clone, Debug)]
struct Brief {
    endpoint: String,
    fingerprint: Fingerprint,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl ServedIndex {
    /// Remembers a server.
    pub fn add(&mut self, served: &Served) {
        let Some(certificate) = served.chain.end_entity() else {
            return;
        };
        if let Some(names) = names_of(certificate) {
            self.by_names.entry(names).or_default().push(Brief {
                endpoint: served.endpoint.clone(),
                fingerprint: certificate.fingerprint(),
                not_before: certificate.not_before(),
                not_after: certificate.not_after(),
            });
        }
    }

    /// `CERT-NOT-DEPLOYED`, warning: the file holds a certificate for the same names as a server presents, and a newer one.
    /// One that is not valid yet is not waited for, one that has expired is none to put into use. Where one server of
    /// several presents it already, the others are told.
    pub fn judge_file(&self, subject: &Subject, at: OffsetDateTime) -> Vec<Finding> {
        if self.by_names.is_empty() {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for certificate in end_entities(subject).filter(|one| one.is_valid_at(at)) {
            let served = names_of(certificate).and_then(|names| self.by_names.get(&names));
            let older = served.into_iter().flatten().filter(|brief| {
                brief.fingerprint != certificate.fingerprint()
                    && brief.not_before < certificate.not_before()
                    && brief.not_after < certificate.not_after()
            });
            findings.extend(older.map(|brief| {
                not_deployed(&subject.name, certificate, &brief.endpoint, brief.not_after)
            }));
        }
        findings
    }
}

fn not_deployed(
    file: &str,
    held: &Certificate,
    endpoint: &str,
    served_until: OffsetDateTime,
) -> Finding {
    let message = format!(
        "the certificate of {} in it is newer than the one that {endpoint} presents, which is valid until {}",
        held.display_name(),
        text::date(served_until)
    );
    let hint = "it was renewed and is not in use: reload the server, or copy the file to where it reads it";
    let finding = Finding::new("CERT-NOT-DEPLOYED", Severity::Warning, file, message);
    finding.about(held).with_hint(hint)
}

fn end_entities(subject: &Subject) -> impl Iterator<Item = &Certificate> {
    let own = subject
        .items
        .iter()
        .filter(|item| item.role == Role::EndEntity && !item.extra);
    own.filter_map(|item| item.certificate())
}

/// The host names and addresses of a certificate, in one order; a renewal has the same. `None`: it has none.
fn names_of(certificate: &Certificate) -> Option<String> {
    let mut names: Vec<String> = certificate
        .extensions()
        .subject_alt_names
        .iter()
        .flatten()
        .filter_map(|name| match name {
            AltName::Dns(name) => Some(name.to_ascii_lowercase()),
            AltName::Ip(address) => Some(address.to_string()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(","))
}

#[cfg(test)]
mod tests;
