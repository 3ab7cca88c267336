//! What breaks the rules.

use time::OffsetDateTime;

use super::{Rule, Violation};
use crate::Certificate;
use crate::cert::asn1::{self, Reader};
use crate::decode::{self, Decoded};
use crate::extension::Extension;
use crate::issue::alt_name;
use crate::issue::authority::Authority;
use crate::issue::error::IssueError;
use crate::issue::template::is_one_element;
use crate::issue::usage::KeyUsage;
use crate::key::KeyFacts;
use crate::name::Name;
use crate::text;
use crate::verify::name_constraints::{self, Outside};

pub(super) struct Found(pub(super) Vec<Violation>);

impl Found {
    fn add(&mut self, rule: Rule, detail: String) {
        self.0.push(Violation { rule, detail });
    }

    pub(super) fn unless(self, allowed: &[Rule]) -> Result<Vec<Violation>, IssueError> {
        let (waived, violations): (Vec<_>, Vec<_>) = self
            .0
            .into_iter()
            .partition(|violation| allowed.contains(&violation.rule));
        match violations.is_empty() {
            true => Ok(waived),
            false => Err(IssueError::Refused { violations }),
        }
    }

    pub(super) fn of_the_certificate(&mut self, made: &Certificate) {
        self.of_the_key(made);
        self.of_the_names(made);
        let found = made.extensions();
        for oid in &found.repeated {
            let detail = format!("the extension {} occurs twice", named(oid));
            self.add(Rule::RepeatedExtension, detail);
        }
        for extension in Extension::of(made).unwrap_or_default() {
            let decoded = decode::extension(&extension.oid, &extension.value);
            if matches!(decoded, Decoded::Broken) || !is_one_element(&extension.value) {
                let detail = format!(
                    "the value of the extension {} is not what its standard asks for",
                    named(&extension.oid)
                );
                self.add(Rule::BrokenExtension, detail);
            }
        }
        for oid in &found.unknown_critical {
            if decode::name(oid).is_none() {
                let detail = format!("the extension {oid} is critical, and readers do not know it");
                self.add(Rule::UnknownCritical, detail);
            }
        }
        if !made.is_ca() && found.name_constraints.is_some() {
            let detail = "it has name constraints, and is no CA".to_owned();
            self.add(Rule::CaKeyUsage, detail);
        }
        let usage = found.key_usage.map(KeyUsage);
        let signs = usage.map(|usage| usage.has(KeyUsage::KEY_CERT_SIGN));
        let limit = found.basic_constraints.and_then(|basic| basic.path_len);
        let wrong = match (made.is_ca(), signs, limit) {
            (true, Some(false), _) => "it is a CA whose key usage lacks keyCertSign",
            (false, Some(true), _) => "its key usage has keyCertSign, and it is no CA",
            (false, _, Some(_)) => "it has a path length, and is no CA",
            _ => return,
        };
        self.add(Rule::CaKeyUsage, wrong.to_owned());
    }

    fn of_the_key(&mut self, made: &Certificate) {
        let facts = KeyFacts::from_spki(made.subject_public_key_info());
        let what = match (facts.algorithm.as_str(), facts.bits) {
            ("RSA" | "RSASSA-PSS", Some(bits @ 0..2048)) => {
                format!("its RSA key has {bits} bits, fewer than 2048")
            }
            ("DSA", _) => "its key is DSA, which nothing trusts any more".to_owned(),
            ("EC", Some(bits @ 0..224)) => format!("its curve has {bits} bits, fewer than 224"),
            ("unreadable", _) => "its public key cannot be read".to_owned(),
            _ => return,
        };
        self.add(Rule::WeakKey, what);
    }

    fn of_the_names(&mut self, made: &Certificate) {
        let subject = made.subject();
        let names = made.extensions().subject_alt_names.as_deref();
        let names = names.unwrap_or_default();
        if subject.is_empty() && made.is_ca() {
            self.add(Rule::NoName, "it is a CA without a name".to_owned());
        } else if subject.is_empty() && names.is_empty() {
            let detail = "it has neither a subject nor an alternative name".to_owned();
            self.add(Rule::NoName, detail);
        }
        for attribute in subject.attributes() {
            let length = attribute.unescaped_value().chars().count();
            let bound = BOUNDS.iter().find(|(oid, _)| *oid == attribute.oid());
            if let Some((_, longest)) = bound.filter(|(_, longest)| length > *longest) {
                let kind = attribute.kind();
                let detail = format!("{kind} has {length} characters, more than {longest}");
                self.add(Rule::LongName, detail);
            }
        }
        self.of_the_alt_names(made);
        if has_unsafe(subject) {
            let subject = subject.shown();
            let detail = format!("the subject {subject} has characters that hide or reorder text");
            self.add(Rule::UnsafeName, detail);
        }
        let strange = names
            .iter()
            .find(|name| name.unescaped().chars().any(text::is_unsafe));
        if let Some(name) = strange {
            let name = name.to_string();
            let name = text::cut(&name, SHOWN);
            let detail = format!("the name {name} has characters that hide or reorder text");
            self.add(Rule::UnsafeName, detail);
        }
    }

    fn of_the_alt_names(&mut self, made: &Certificate) {
        let Some(der) = made.subject_alt_names_der() else {
            return;
        };
        let Some(mut names) = Reader::inside(der, asn1::SEQUENCE) else {
            // told as a broken extension
            return;
        };
        if names.is_empty() {
            let detail = "its list of alternative names is empty".to_owned();
            self.add(Rule::AltName, detail);
        } else if let Some(wrong) = names.find_map(alt_name::problem) {
            self.add(Rule::AltName, wrong.to_string());
        }
    }

    pub(super) fn of_the_issuer(&mut self, issuer: &Certificate, at: OffsetDateTime) {
        let subject = issuer.subject().shown();
        let found = issuer.extensions();
        match found.basic_constraints {
            Some(basic) if basic.ca => {}
            Some(_) => {
                let detail = format!("the basicConstraints of {subject} say that it is no CA");
                self.add(Rule::IssuerNotCa, detail);
            }
            // old roots are such, and may be trusted; below one nothing can be issued that every client takes
            None if issuer.version() < 3 => {
                let detail = format!(
                    "{subject} is of version {}, which cannot say that it is a CA",
                    issuer.version()
                );
                self.add(Rule::IssuerNotCa, detail);
            }
            None => {
                let detail = format!("{subject} has no basicConstraints, so it is no CA");
                self.add(Rule::IssuerNotCa, detail);
            }
        }
        let usage = found.key_usage.map(KeyUsage);
        if usage.is_some_and(|usage| !usage.has(KeyUsage::KEY_CERT_SIGN)) {
            let detail = format!("the key usage of {subject} lacks keyCertSign");
            self.add(Rule::IssuerKeyUsage, detail);
        }
        if issuer.subject().is_empty() {
            self.add(Rule::NoName, "the issuer has no name".to_owned());
        }
        self.of_dates_at(issuer, at);
    }

    /// Who signs a revocation list.
    pub(super) fn of_the_signer_of_lists(&mut self, issuer: &Certificate, at: OffsetDateTime) {
        self.of_dates_at(issuer, at);
        let usage = issuer.extensions().key_usage.map(KeyUsage);
        if usage.is_some_and(|usage| !usage.has(KeyUsage::CRL_SIGN)) {
            let subject = issuer.subject().shown();
            let detail = format!("the key usage of {subject} lacks cRLSign");
            self.add(Rule::CrlSign, detail);
        }
    }

    fn of_dates_at(&mut self, issuer: &Certificate, at: OffsetDateTime) {
        let subject = issuer.subject().shown();
        if at > issuer.not_after() {
            let end = text::rfc3339(issuer.not_after());
            self.add(Rule::IssuerDates, format!("{subject} expired on {end}"));
        } else if at < issuer.not_before() {
            let start = text::rfc3339(issuer.not_before());
            let detail = format!("{subject} is not valid before {start}");
            self.add(Rule::IssuerDates, detail);
        }
    }

    pub(super) fn of_the_dates(&mut self, made: &Certificate, issuer: &Certificate) {
        let subject = issuer.subject().shown();
        if made.not_after() > issuer.not_after() {
            let (end, limit) = (
                text::rfc3339(made.not_after()),
                text::rfc3339(issuer.not_after()),
            );
            let detail = format!("it ends on {end}, and its issuer {subject} on {limit}");
            self.add(Rule::ValidityBeyondIssuer, detail);
        }
        if made.not_before() < issuer.not_before() {
            let (start, limit) = (
                text::rfc3339(made.not_before()),
                text::rfc3339(issuer.not_before()),
            );
            let detail = format!("it begins on {start}, and its issuer {subject} on {limit}");
            self.add(Rule::ValidityBeyondIssuer, detail);
        }
    }

    /// Path lengths and name constraints of every CA above.
    pub(super) fn of_the_path(&mut self, made: &Certificate, authority: &Authority<'_>) {
        // intermediates that would follow; those that are self-issued do not count (section 4.2.1.9)
        let mut followers = u32::from(made.is_ca() && !made.is_self_issued());
        for above in authority.chain() {
            let subject = above.subject().shown();
            let limit = above
                .extensions()
                .basic_constraints
                .and_then(|basic| basic.path_len);
            if let Some(limit) = limit.filter(|limit| followers > *limit) {
                let detail = format!(
                    "{} would follow {subject}, and its path length is {limit}",
                    text::count(usize::try_from(followers).unwrap_or(usize::MAX), "CA")
                );
                self.add(Rule::PathLength, detail);
            }
            followers += u32::from(!above.is_self_issued());
            let constraints = above.extensions().name_constraints.as_deref();
            // a CA's self-issued certificate is exempt, an end entity's is not (section 6.1.3 (b) and (c))
            let is_exempt = made.is_ca() && made.is_self_issued();
            if let Some(constraints) = constraints.filter(|_| !is_exempt)
                && let Some(what) = name_constraints::outside(constraints, made)
            {
                let detail = match what {
                    Outside::Name(name) => {
                        format!("{name} is outside the name constraints of {subject}")
                    }
                    Outside::Unreadable => {
                        format!("the names, or the name constraints of {subject}, cannot be read")
                    }
                    Outside::Empty => {
                        format!(
                            "the name constraints of {subject} have an empty DNS name, which Java does not read"
                        )
                    }
                };
                self.add(Rule::NameConstraints, detail);
            }
        }
    }
}

/// Of an alternative name in a message so many characters.
const SHOWN: usize = 200;

fn has_unsafe(name: &Name) -> bool {
    name.attributes()
        .any(|attribute| attribute.unescaped_value().chars().any(text::is_unsafe))
}

fn named(oid: &str) -> String {
    match decode::name(oid) {
        Some(name) => name.to_owned(),
        None => oid.to_owned(),
    }
}

/// Characters that an attribute has at most: the `ub-` constants of RFC 5280 appendix A.1.
const BOUNDS: [(&str, usize); 14] = [
    ("2.5.4.3", 64),
    ("2.5.4.4", 32_768),
    ("2.5.4.5", 64),
    ("2.5.4.6", 2),
    ("2.5.4.7", 128),
    ("2.5.4.8", 128),
    ("2.5.4.10", 64),
    ("2.5.4.11", 64),
    ("2.5.4.12", 64),
    ("2.5.4.41", 32_768),
    ("2.5.4.42", 32_768),
    ("2.5.4.43", 32_768),
    ("2.5.4.65", 128),
    ("1.2.840.113549.1.9.1", 255),
];
