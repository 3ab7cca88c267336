//! What a public CA or a strict client would refuse of a certificate: rules as data, each with its section of RFC 5280 or of
//! the Baseline Requirements, and the day from which it holds.
//!
//! [`expiry`](crate::expiry) judges what stops a certificate from being accepted where it is used; here it is judged as
//! something that somebody issued.

mod rules;
mod view;

use serde::Serialize;
use time::{Date, OffsetDateTime};

use crate::Certificate;
use crate::expiry::is_public_server;
use crate::facts::Facts;
use crate::report::Severity;

use view::View;

/// Which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Profile {
    /// A certificate of a CA of one's own: RFC 5280, and what clients insist on whoever issued it.
    Private,
    /// A server certificate of a public CA: the Baseline Requirements too. CA certificates beside it are judged as those
    /// of a public CA.
    PublicServer,
    /// A certificate of a public CA itself; what is none is an error.
    PublicCa,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Private, Self::PublicServer, Self::PublicCa];

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicServer => "public-server",
            Self::PublicCa => "public-ca",
        }
    }

    /// What a certificate says of itself: public when one of its policies is that of the CA/Browser Forum.
    pub fn of(certificate: &Certificate) -> Self {
        match is_public_server(certificate) {
            true => Self::PublicServer,
            false => Self::Private,
        }
    }
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// RFC 5280 and what it builds on, and clients that insist: for everybody.
    Everybody,
    /// The Baseline Requirements and root programs: for public CAs.
    Public,
}

/// To which certificates a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    All,
    /// What is no CA.
    EndEntity,
    /// What is no CA and may be shown by servers.
    Server,
    /// A CA, root or not.
    Authority,
    /// A CA that another one issued.
    Subordinate,
    /// A CA that issued itself.
    Root,
}

/// One rule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Which rule it is, such as `serial-too-long`. It never changes its meaning.
    pub id: &'static str,
    /// The finding that it gives; `trustpack explain` has a page for each.
    pub finding: &'static str,
    /// How bad it is: critical is what must not be, a warning what should not be, a note what is discouraged.
    pub severity: Severity,
    /// Where it is written.
    pub citation: &'static str,
    source: Source,
    of: Of,
    /// Certificates issued before this day need not obey.
    pub from: Option<Date>,
    /// Nor do those from this day on.
    pub until: Option<Date>,
    /// What is wrong, in words.
    check: fn(&View<'_>) -> Option<String>,
}

/// What a rule says of a certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Remark {
    /// Which rule.
    pub rule: &'static Rule,
    /// What was found, in lower case and without a period.
    pub message: String,
}

/// All rules, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().copied().flatten()
}

/// Judges a certificate by the rules of a profile that held when it was issued, and its dates at a time.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki"))?;
/// use time::macros::datetime;
/// use trustpack_core::Certificate;
/// use trustpack_core::facts::Facts;
/// use trustpack_core::keystore::{ReadOptions, read};
/// use trustpack_core::lint::{Profile, lint};
///
/// let found = read(&std::fs::read("server.pem")?, &ReadOptions::default())?;
/// let server = found.store.entries()[0].certificates()[0].clone();
/// let server = Certificate::from_der(server)?;
/// let at = datetime!(2026-12-01 0:00 UTC);
/// let remarks = lint(&server, Profile::PublicServer, &Facts::builtin(), at);
/// // 20 years, where the Baseline Requirements allow days
/// assert!(!remarks.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn lint(
    certificate: &Certificate,
    profile: Profile,
    facts: &Facts,
    at: OffsetDateTime,
) -> Vec<Remark> {
    let Some(view) = View::of(certificate, profile, facts, at) else {
        return Vec::new();
    };
    let issued = certificate.not_before().date();
    let mut remarks: Vec<Remark> = rules()
        .filter(|rule| rule.is_of(profile) && rule.was_in_force(issued) && rule.of.fits(&view))
        .filter_map(|rule| {
            let message = (rule.check)(&view)?;
            Some(Remark { rule, message })
        })
        .collect();
    remarks.sort_by_key(|remark| std::cmp::Reverse(remark.rule.severity));
    remarks
}

impl Rule {
    const fn new(
        finding: &'static str,
        id: &'static str,
        severity: Severity,
        citation: &'static str,
        check: fn(&View<'_>) -> Option<String>,
    ) -> Self {
        Self {
            id,
            finding,
            severity,
            citation,
            source: Source::Everybody,
            of: Of::All,
            from: None,
            until: None,
            check,
        }
    }

    /// Of the CA/Browser Forum about server certificates: must be kept, and by public CAs only.
    const fn forum(
        finding: &'static str,
        id: &'static str,
        citation: &'static str,
        check: fn(&View<'_>) -> Option<String>,
    ) -> Self {
        let rule = Self::new(finding, id, Severity::Critical, citation, check);
        rule.public().of(Of::Server)
    }

    /// For public CAs only.
    const fn public(self) -> Self {
        Self {
            source: Source::Public,
            ..self
        }
    }

    const fn of(self, of: Of) -> Self {
        Self { of, ..self }
    }

    const fn from(self, day: Date) -> Self {
        Self {
            from: Some(day),
            ..self
        }
    }

    const fn until(self, day: Date) -> Self {
        Self {
            until: Some(day),
            ..self
        }
    }

    /// The profiles that it belongs to.
    pub fn profiles(&self) -> impl Iterator<Item = Profile> + '_ {
        Profile::ALL
            .into_iter()
            .filter(|profile| self.is_of(*profile))
    }

    fn is_of(&self, profile: Profile) -> bool {
        match (self.source, profile) {
            (Source::Everybody, _) | (Source::Public, Profile::PublicServer) => true,
            (Source::Public, Profile::Private) => false,
            (Source::Public, Profile::PublicCa) => {
                matches!(
                    self.of,
                    Of::All | Of::Authority | Of::Subordinate | Of::Root
                )
            }
        }
    }

    fn was_in_force(&self, issued: Date) -> bool {
        self.from.is_none_or(|from| from <= issued) && self.until.is_none_or(|end| issued < end)
    }
}

impl Of {
    fn fits(self, view: &View<'_>) -> bool {
        match self {
            Self::All => true,
            Self::EndEntity => !view.is_authority(),
            Self::Server => view.is_server(),
            Self::Authority => view.is_authority(),
            Self::Subordinate => view.is_authority() && !view.is_self_issued(),
            Self::Root => view.is_authority() && view.is_self_issued(),
        }
    }
}

#[cfg(test)]
mod tests;
