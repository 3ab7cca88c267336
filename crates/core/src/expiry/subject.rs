//! What is checked: one subject per file, store or server, built from what the caller has in hand.

use std::collections::HashSet;
use std::fmt::Display;

use trustpack_keystore::{CertificateDer, EntryKind, KeyStore};

use crate::ari::RenewalWindow;
use crate::cert::Fingerprint;
use crate::chain::{ChainAnalysis, PresentedChain};
use crate::crl::RevocationList;
use crate::report::{Connection, Finding, Origin, Role, Severity};
use crate::{Certificate, Error};

/// One input of a check, also one that could not be looked at.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// What it is, in messages: `host:443`, `store.jks`.
    pub name: String,
    /// Its certificates, in order.
    pub items: Vec<Item>,
    /// What is known already; kept, before what the check finds.
    pub findings: Vec<Finding>,
    /// Certificates, wherever they are stored, without which this server is not trusted.
    pub needs: Vec<Fingerprint>,
    /// Whether it could not be looked at; a finding should say why.
    pub failed: bool,
    /// What kind of thing it is.
    pub origin: Origin,
    /// How it answered, when it is a server.
    pub connection: Option<Connection>,
    /// Whether more of the same subject follows.
    pub continues: bool,
}

/// One certificate, or revocation list, of a subject.
#[derive(Clone, Debug)]
pub struct Item {
    /// Alias or place: `digicert-g2`, `2`.
    pub label: String,
    /// What it is there for; decides the limits.
    pub role: Role,
    /// What it is.
    pub dated: Dated,
    /// Presented, and on no path that a client needs: whatever is wrong with it is only a note.
    pub extra: bool,
    /// Whether its private key lies beside it: whoever has this file is its holder.
    pub has_key: bool,
    /// When its issuer wants it to be renewed, as far as it was asked.
    pub renewal: Option<RenewalWindow>,
}

/// What has dates.
#[derive(Clone, Debug)]
pub enum Dated {
    /// A certificate.
    Certificate(Certificate),
    /// A revocation list.
    RevocationList(Box<RevocationList>),
}

impl Item {
    /// A certificate that counts.
    pub fn new(label: impl Into<String>, role: Role, certificate: Certificate) -> Self {
        Self {
            label: label.into(),
            role,
            dated: Dated::Certificate(certificate),
            extra: false,
            has_key: false,
            renewal: None,
        }
    }

    /// A revocation list.
    pub fn revocation_list(label: impl Into<String>, list: RevocationList) -> Self {
        Self {
            label: label.into(),
            role: Role::Crl,
            dated: Dated::RevocationList(Box::new(list)),
            extra: false,
            has_key: false,
            renewal: None,
        }
    }

    /// The certificate, when it is one.
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.dated {
            Dated::Certificate(certificate) => Some(certificate),
            Dated::RevocationList(_) => None,
        }
    }
}

impl Subject {
    /// A subject without certificates yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds a certificate.
    #[must_use]
    pub fn with(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    /// A server of which no certificate was obtained: `CHECK-UNREACHABLE`, critical.
    pub fn unreachable(name: impl Into<String>, why: impl Display) -> Self {
        Self::failed(name, "CHECK-UNREACHABLE", why)
    }

    /// A file of which nothing could be read: `CHECK-UNREADABLE`, critical.
    pub fn unreadable(name: impl Into<String>, why: impl Display) -> Self {
        Self::failed(name, "CHECK-UNREADABLE", why)
    }

    /// With the advice on every finding that it has.
    #[must_use]
    pub fn advised(mut self, hint: Option<impl Into<String>>) -> Self {
        let hint = hint.map(Into::into);
        for finding in &mut self.findings {
            finding.hint.clone_from(&hint);
        }
        self
    }

    fn failed(name: impl Into<String>, id: &'static str, why: impl Display) -> Self {
        let mut subject = Self::new(name);
        subject.failed = true;
        subject.findings.push(Finding::new(
            id,
            Severity::Critical,
            &subject.name,
            why.to_string(),
        ));
        subject
    }

    /// A store: a trusted CA is an anchor; a trusted certificate that is no CA is an end entity, because it lives
    /// as long as one; the chain of a key is a chain.
    pub fn from_store(name: impl Into<String>, store: &KeyStore) -> Self {
        let mut subject = Self::new(name);
        for entry in store.entries() {
            let alias = entry.alias.as_str();
            let key = matches!(entry.kind, EntryKind::PrivateKey { .. });
            for (place, der) in entry.certificates().iter().enumerate() {
                let label = match place {
                    0 => alias.to_owned(),
                    _ => format!("{alias}[{}]", place + 1),
                };
                let role = |certificate: &Certificate| match key {
                    true if only_issues(certificate) => role_in_chain(place + 1, certificate),
                    true => role_in_chain(place, certificate),
                    false => Role::alone(certificate),
                };
                let before = subject.items.len();
                subject.add(label, Certificate::from_der(der.clone()), role);
                if let Some(added) = subject.items.get_mut(before) {
                    added.has_key = key && place == 0;
                }
            }
        }
        subject
    }

    /// A bare list, such as a PEM file: a chain when it starts with a certificate that is no CA, else anchors.
    pub fn from_certificates<'a>(
        name: impl Into<String>,
        certificates: impl IntoIterator<Item = &'a CertificateDer<'static>>,
    ) -> Self {
        let mut subject = Self::new(name);
        let certificates = certificates.into_iter();
        let parsed: Vec<_> = certificates
            .map(|der| Certificate::from_der(der.clone()))
            .collect();
        let first = parsed.iter().flatten().next();
        let chain = first.is_some_and(|first| !first.is_ca());
        for (place, certificate) in parsed.into_iter().enumerate() {
            let role = |certificate: &Certificate| match chain {
                true => role_in_chain(place, certificate),
                false => Role::alone(certificate),
            };
            subject.add((place + 1).to_string(), certificate, role);
        }
        subject
    }

    /// A collection, or a part of one, in which every certificate stands for itself; `before` counts those of the parts
    /// before it.
    pub fn from_collection(
        name: impl Into<String>,
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
        before: usize,
    ) -> Self {
        let mut subject = Self::new(name);
        for (place, der) in certificates.into_iter().enumerate() {
            let label = (before + place + 1).to_string();
            subject.add(label, Certificate::from_der(der), Role::alone);
        }
        subject
    }

    /// What a server presented, and what its analysis says: the path first, its root, then the extras.
    ///
    /// The root counts as needed, also when the server did not send it. What is unreadable is among the findings of the
    /// analysis.
    pub fn from_chain(
        name: impl Into<String>,
        chain: &PresentedChain,
        analysis: &ChainAnalysis,
    ) -> Self {
        let mut subject = Self::new(name);
        subject.findings.clone_from(&analysis.findings);
        let mut seen = HashSet::new();
        for (place, certificate) in analysis.path.iter().enumerate() {
            if seen.insert(certificate.fingerprint()) {
                let role = role_in_chain(place, certificate);
                let label = (subject.items.len() + 1).to_string();
                subject
                    .items
                    .push(Item::new(label, role, certificate.clone()));
            }
        }
        if let Some(root) = &analysis.root {
            subject.needs.push(root.certificate.fingerprint());
            if seen.insert(root.certificate.fingerprint()) {
                let role = Role::alone(&root.certificate);
                subject
                    .items
                    .push(Item::new("root", role, root.certificate.clone()));
            }
        }
        let mut extras = 0;
        for certificate in &chain.certificates {
            if seen.insert(certificate.fingerprint()) {
                extras += 1;
                let label = format!("extra {extras}");
                let role = role_in_chain(1, certificate);
                subject.items.push(Item {
                    extra: true,
                    ..Item::new(label, role, certificate.clone())
                });
            }
        }
        subject
    }

    fn add(
        &mut self,
        label: String,
        parsed: Result<Certificate, Error>,
        role: impl Fn(&Certificate) -> Role,
    ) {
        match parsed {
            Ok(certificate) => {
                let role = role(&certificate);
                self.items.push(Item::new(label, role, certificate));
            }
            Err(error) => self.note_unreadable(&label, error),
        }
    }

    /// One bad certificate is a line in the report and never hides its neighbours.
    pub(super) fn note_unreadable(&mut self, label: &str, why: impl Display) {
        self.findings.push(Finding::new(
            "CERT-UNREADABLE",
            Severity::Warning,
            format!("{}: {label}", self.name),
            format!("its dates are not checked: {why}"),
        ));
    }
}

/// The first of a chain is the end entity whatever it says. A root within a chain decides nothing by being sent:
/// it is an anchor, whose dates are the business of the stores that hold it.
fn role_in_chain(place: usize, certificate: &Certificate) -> Role {
    match place {
        0 => Role::EndEntity,
        _ if certificate.is_self_issued() => Role::Anchor,
        // another server's, or an old one beside its renewal
        _ if !certificate.is_ca() => Role::EndEntity,
        _ => Role::Intermediate,
    }
}

/// Whether it is a CA whose key no server may use, as its key usage says (RFC 5280 section 4.2.1.3). Of a CA that says nothing
/// the key may be a server's: `openssl req -x509` makes such certificates.
fn only_issues(certificate: &Certificate) -> bool {
    const SERVES: u16 = 1 | 1 << 2 | 1 << 4; // digitalSignature, keyEncipherment, keyAgreement
    let usage = certificate.extensions().key_usage;
    certificate.is_ca() && usage.is_some_and(|usage| usage & SERVES == 0)
}

#[cfg(test)]
mod tests;
