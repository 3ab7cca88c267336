//! The rules that a certificate has to keep, asked of it after it was made and read back, before anybody gets it.

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;

use super::authority::Authority;
use super::error::IssueError;
use super::template::is_one_element;
use super::usage::KeyUsage;
use crate::Certificate;
use crate::decode::{self, Decoded};
use crate::extension::Extension;
use crate::key::KeyFacts;
use crate::name::Name;
use crate::text;
use crate::verify::name_constraints;

/// One rule. Each can be waived by its word, since a test may want a certificate that breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// An extension is what its standard says.
    BrokenExtension,
    /// keyCertSign and a path length are for CAs, and a CA that restricts its key has keyCertSign.
    CaKeyUsage,
    /// Who signs a revocation list may.
    CrlSign,
    /// The issuer is valid now.
    IssuerDates,
    /// The issuer may sign certificates.
    IssuerKeyUsage,
    /// The issuer is a CA.
    IssuerNotCa,
    /// Attributes of a name have a longest length.
    LongName,
    /// Names lie within the constraints of the CAs above.
    NameConstraints,
    /// There is a name.
    NoName,
    /// No more CAs follow than those above allow.
    PathLength,
    /// No extension occurs twice.
    RepeatedExtension,
    /// Critical extensions are such as readers know.
    UnknownCritical,
    /// Names have no characters that steer a terminal, or hide or reorder text.
    UnsafeName,
    /// The certificate is valid only while its issuer is.
    ValidityBeyondIssuer,
    /// The key is strong enough.
    WeakKey,
}

/// A word for no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Rule::words().join(", "))]
pub struct UnknownRule;

/// A rule that is broken, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The facts.
    pub detail: String,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::BrokenExtension,
        Self::CaKeyUsage,
        Self::CrlSign,
        Self::IssuerDates,
        Self::IssuerKeyUsage,
        Self::IssuerNotCa,
        Self::LongName,
        Self::NameConstraints,
        Self::NoName,
        Self::PathLength,
        Self::RepeatedExtension,
        Self::UnknownCritical,
        Self::UnsafeName,
        Self::ValidityBeyondIssuer,
        Self::WeakKey,
    ];

    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BrokenExtension => "broken-extension",
            Self::CaKeyUsage => "ca-key-usage",
            Self::CrlSign => "crl-sign",
            Self::IssuerDates => "issuer-dates",
            Self::IssuerKeyUsage => "issuer-key-usage",
            Self::IssuerNotCa => "issuer-not-ca",
            Self::LongName => "long-name",
            Self::NameConstraints => "name-constraints",
            Self::NoName => "no-name",
            Self::PathLength => "path-length",
            Self::RepeatedExtension => "repeated-extension",
            Self::UnknownCritical => "unknown-critical",
            Self::UnsafeName => "unsafe-name",
            Self::ValidityBeyondIssuer => "validity-beyond-issuer",
            Self::WeakKey => "weak-key",
        }
    }

    /// The words of all, in the same order.
    pub const fn words() -> [&'static str; Self::ALL.len()] {
        let mut words = [""; Self::ALL.len()];
        let mut place = 0;
        // neither iterators nor closures are const
        while place < words.len() {
            words[place] = Self::ALL[place].word();
            place += 1;
        }
        words
    }

    /// Where it stands.
    pub const fn source(self) -> &'static str {
        match self {
            Self::BrokenExtension => "RFC 5280 section 4.2",
            Self::CaKeyUsage => "RFC 5280 section 4.2.1.3 and 4.2.1.9",
            Self::CrlSign => "RFC 5280 section 6.3.3 (f)",
            Self::IssuerDates | Self::ValidityBeyondIssuer => "RFC 5280 section 6.1.3 (a)(2)",
            Self::IssuerKeyUsage => "RFC 5280 section 6.1.4 (n)",
            Self::IssuerNotCa => "RFC 5280 section 6.1.4 (k)",
            Self::LongName => "RFC 5280 appendix A.1",
            Self::NameConstraints => "RFC 5280 section 4.2.1.10",
            Self::NoName => "RFC 5280 section 4.1.2.6",
            Self::PathLength => "RFC 5280 section 4.2.1.9",
            Self::RepeatedExtension => "RFC 5280 section 4.2",
            Self::UnknownCritical => "RFC 5280 section 4.2",
            Self::UnsafeName => "RFC 5280 section 8, Unicode UAX #9",
            Self::WeakKey => "NIST SP 800-131A",
        }
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut rules = Self::ALL.into_iter();
        rules.find(|rule| rule.word() == word).ok_or(UnknownRule)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.detail, self.rule.source())
    }
}

/// Asks every rule of a certificate that `authority` issued (`None`: that is self-signed), at the time `at`. What was
/// allowed is returned, for those who want to be told.
///
/// # Errors
/// [`IssueError::Refused`] with every other violation.
pub fn require(
    made: &Certificate,
    authority: Option<&Authority<'_>>,
    at: OffsetDateTime,
    allowed: &[Rule],
) -> Result<Vec<Violation>, IssueError> {
    let mut found = Found(Vec::new());
    found.of_the_certificate(made);
    if let Some(authority) = authority {
        found.of_the_issuer(authority.certificate, at);
        found.of_the_dates(made, authority.certificate);
        found.of_the_path(made, authority);
    }
    found.unless(allowed)
}

/// Asks whether an authority may sign a revocation list at the time `at`.
///
/// # Errors
/// [`IssueError::Refused`].
pub(super) fn require_list(
    authority: &Authority<'_>,
    at: OffsetDateTime,
    allowed: &[Rule],
) -> Result<Vec<Violation>, IssueError> {
    let mut found = Found(Vec::new());
    let issuer = authority.certificate;
    found.of_dates_at(issuer, at);
    let usage = issuer.extensions().key_usage.map(KeyUsage);
    if usage.is_some_and(|usage| !usage.has(KeyUsage::CRL_SIGN)) {
        let subject = issuer.subject();
        found.add(
            Rule::CrlSign,
            format!("the key usage of {subject} lacks cRLSign"),
        );
    }
    found.unless(allowed)
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, rule: Rule, detail: String) {
        self.0.push(Violation { rule, detail });
    }

    fn unless(self, allowed: &[Rule]) -> Result<Vec<Violation>, IssueError> {
        let (waived, violations): (Vec<_>, Vec<_>) = self
            .0
            .into_iter()
            .partition(|violation| allowed.contains(&violation.rule));
        match violations.is_empty() {
            true => Ok(waived),
            false => Err(IssueError::Refused { violations }),
        }
    }

    fn of_the_certificate(&mut self, made: &Certificate) {
        self.of_the_key(made);
        self.of_the_names(made);
        let found = made.extensions();
        for oid in &found.repeated {
            let detail = format!("the extension {} occurs twice", named(oid));
            self.add(Rule::RepeatedExtension, detail);
        }
        for extension in Extension::of(made).unwrap_or_default() {
            let is_broken = match decode::extension(&extension.oid, &extension.value) {
                Decoded::Broken => true,
                Decoded::Known(_) => false,
                Decoded::Unknown(_) => !is_one_element(&extension.value),
            };
            if is_broken {
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
        if has_unsafe(subject) {
            let subject = subject.to_string();
            let subject = text::cut(&subject, 200);
            let detail = format!("the subject {subject} has characters that hide or reorder text");
            self.add(Rule::UnsafeName, detail);
        }
        let strange = names
            .iter()
            .find(|name| name.unescaped().chars().any(text::is_unsafe));
        if let Some(name) = strange {
            let name = name.to_string();
            let name = text::cut(&name, 200);
            let detail = format!("the name {name} has characters that hide or reorder text");
            self.add(Rule::UnsafeName, detail);
        }
    }

    fn of_the_issuer(&mut self, issuer: &Certificate, at: OffsetDateTime) {
        let subject = issuer.subject();
        let found = issuer.extensions();
        match found.basic_constraints {
            Some(basic) if basic.ca => {}
            Some(_) => {
                let detail = format!("the basicConstraints of {subject} say that it is no CA");
                self.add(Rule::IssuerNotCa, detail);
            }
            None if issuer.is_ca() => {}
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
        if subject.is_empty() {
            self.add(Rule::NoName, "the issuer has no name".to_owned());
        }
        self.of_dates_at(issuer, at);
    }

    fn of_dates_at(&mut self, issuer: &Certificate, at: OffsetDateTime) {
        let subject = issuer.subject();
        if at > issuer.not_after() {
            let end = text::rfc3339(issuer.not_after());
            self.add(Rule::IssuerDates, format!("{subject} expired on {end}"));
        } else if at < issuer.not_before() {
            let start = text::rfc3339(issuer.not_before());
            let detail = format!("{subject} is not valid before {start}");
            self.add(Rule::IssuerDates, detail);
        }
    }

    fn of_the_dates(&mut self, made: &Certificate, issuer: &Certificate) {
        let subject = issuer.subject();
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
    fn of_the_path(&mut self, made: &Certificate, authority: &Authority<'_>) {
        // intermediates that would follow; those that are self-issued do not count (section 4.2.1.9)
        let mut followers = u32::from(made.is_ca() && !made.is_self_issued());
        for above in authority.chain() {
            let subject = above.subject();
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
                && !name_constraints::allow(constraints, made)
            {
                let detail = format!(
                    "a name of it, its common name among them where no other host is in it, is outside the name constraints of {subject}"
                );
                self.add(Rule::NameConstraints, detail);
            }
        }
    }
}

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
