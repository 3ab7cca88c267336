//! What is to be said about an incoming entry, whatever happens to it.

use time::OffsetDateTime;
use trustpack_keystore::{Entry, EntryKind};

use super::{Incoming, ItemKind};
use crate::cert::{Fingerprint, java_refuses};
use crate::report::{Finding, Severity, State};
use crate::text;
use crate::{Certificate, alias};

/// An incoming entry with the facts that planning needs, parsed once.
pub(super) struct Item<'a> {
    pub(super) entry: &'a Entry,
    pub(super) source: &'a str,
    pub(super) given: Option<&'a str>,
    /// The alias that it gets when none was given; not unique.
    pub(super) scheme: String,
    pub(super) display_name: String,
    pub(super) kind: ItemKind,
    pub(super) fingerprint: Option<String>,
    /// The first certificate, when there is one and it can be read.
    pub(super) certificate: Option<Certificate>,
    /// What is wrong with the first of its certificates that cannot be read.
    pub(super) unreadable: Option<String>,
    /// What is wrong with the first of its certificates that Java does not parse.
    pub(super) not_java: Option<String>,
}

impl<'a> Item<'a> {
    pub(super) fn of(incoming: &'a Incoming) -> Self {
        let entry = &incoming.entry;
        // An alias of nothing is a name that nobody could type.
        let text = entry.alias.as_str();
        let given = (entry.alias.is_given() && !text.trim().is_empty()).then_some(text);
        let kind = match entry.kind {
            EntryKind::PrivateKey { .. } => ItemKind::PrivateKey,
            EntryKind::TrustedCertificate(_) => ItemKind::Certificate,
            _ => ItemKind::SecretKey,
        };
        let mut item = Self {
            entry,
            source: &incoming.source,
            given,
            scheme: match kind {
                ItemKind::SecretKey => "secret-key".to_owned(),
                _ => "key".to_owned(),
            },
            display_name: text.to_owned(),
            kind,
            fingerprint: None,
            certificate: None,
            unreadable: None,
            not_java: None,
        };
        if let Some(der) = entry.certificates().first() {
            let fingerprint = Fingerprint::of(der);
            item.fingerprint = Some(fingerprint.to_string());
            match Certificate::from_der(der.clone()) {
                Ok(certificate) => {
                    item.scheme = alias::of(&certificate);
                    item.display_name = certificate.display_name();
                    item.certificate = Some(certificate);
                }
                Err(_) => {
                    item.scheme = fingerprint.short();
                    item.display_name = given.map_or_else(|| item.scheme.clone(), str::to_owned);
                }
            }
        }
        let mut certificates = entry.certificates().iter().enumerate();
        item.unreadable = certificates.find_map(|(place, der)| {
            let error = Certificate::from_der(der.clone()).err()?;
            Some(match kind {
                ItemKind::Certificate => format!("is {error}"),
                _ => format!("has a chain whose certificate {} is {error}", place + 1),
            })
        });
        let mut certificates = entry.certificates().iter().enumerate();
        item.not_java = certificates.find_map(|(place, der)| {
            let why = java_refuses(&Certificate::from_der(der.clone()).ok()?)?;
            Some(match kind {
                ItemKind::Certificate => format!("is not readable for Java: {why}"),
                _ => format!(
                    "has a chain whose certificate {} is not readable for Java: {why}",
                    place + 1
                ),
            })
        });
        item
    }

    fn finding(&self, id: &'static str, severity: Severity, what: &str, hint: &str) -> Finding {
        Finding::new(
            id,
            severity,
            self.source,
            format!("{} {what}", self.display_name),
        )
        .with_hint(hint)
    }
}

pub(super) fn findings(item: &Item<'_>, at: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(why) = &item.unreadable {
        let hint = "Java refuses a whole store because of one such certificate; get an intact copy";
        findings.push(item.finding("CERT-UNREADABLE", Severity::Warning, why, hint));
    }
    if let Some(why) = &item.not_java {
        let hint =
            "Java refuses a whole store because of one such certificate; have it issued anew";
        findings.push(item.finding("CERT-NOT-JAVA", Severity::Warning, why, hint));
    }
    let Some(certificate) = &item.certificate else {
        return findings;
    };
    let end = certificate.not_after();
    match State::at(certificate, at) {
        State::Expired => {
            let ago = text::ago((end - at).whole_seconds());
            let what = format!("expired on {}, {ago}", text::date_and_time(end));
            let hint = "get its successor, or leave it out";
            findings.push(item.finding("CERT-EXPIRED", Severity::Warning, &what, hint));
        }
        State::NotYetValid => {
            let start = text::date_and_time(certificate.not_before());
            let what = format!("is valid from {start} on");
            let hint = "keep its predecessor until then";
            findings.push(item.finding("CERT-NOT-YET-VALID", Severity::Warning, &what, hint));
        }
        State::ExpiresSoon | State::Valid => {}
    }
    if item.kind == ItemKind::Certificate && !certificate.is_ca() {
        // A self-signed server certificate has no CA that could be trusted instead.
        let (severity, hint) = match certificate.is_self_issued() {
            true => (Severity::Note, "trust ends when the server renews it"),
            false => (
                Severity::Warning,
                "trust its issuer: this one ends at the next renewal",
            ),
        };
        findings.push(item.finding("CERT-NOT-CA", severity, "is not a CA", hint));
    }
    findings
}

pub(super) fn chain_differs(item: &Item<'_>, alias: &str) -> Finding {
    let what = format!("is already there as {alias} with another chain, which stays");
    let hint = "if the new one is better, `trustpack store import-reply` puts it in its place";
    item.finding("MERGE-CHAIN-DIFFERS", Severity::Note, &what, hint)
}

pub(super) fn not_replaced(item: &Item<'_>, alias: &str, why: &str) -> Finding {
    let what = format!("does not replace {alias}: {why}");
    let hint = "delete or rename that entry first";
    item.finding("MERGE-NOT-REPLACED", Severity::Note, &what, hint)
}
