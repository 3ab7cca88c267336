//! Whether the certificates of a path are revoked: by lists (RFC 5280 section 5) and OCSP responses (RFC 6960) that are
//! there. Nothing is fetched here ([`fetch::revocation`](crate::fetch::revocation) does), and nothing that a source says
//! counts before its signature was checked.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::report::Finding;

use crl::IndexedList;
use evidence::Failure;

pub use evidence::Evidence;
pub(crate) use findings::advice;
pub(crate) use points::Pointers;

mod crl;
mod entries;
mod evidence;
mod findings;
mod ocsp;
mod points;
#[cfg(test)]
mod tests;

/// What follows when it cannot be told whether a certificate is revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationMode {
    /// Nobody asked, what came unasked is judged all the same: no finding.
    #[default]
    Passive,
    /// A note.
    SoftFail,
    /// A refusal.
    HardFail,
}

/// What tells of revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A revocation list.
    Crl,
    /// An OCSP response.
    Ocsp,
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// By which means.
    pub kind: SourceKind,
    /// The file or address.
    pub origin: String,
}

/// What is known of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// Not revoked, says a source that covers it and is in force.
    Good {
        /// Who says so.
        source: Source,
    },
    /// Revoked, for good or on hold.
    Revoked {
        /// Since when.
        when: OffsetDateTime,
        /// `keyCompromise`, … (RFC 5280 section 5.3.1), where one is given.
        reason: Option<String>,
        /// Who says so.
        source: Source,
    },
    /// Nothing usable tells.
    Unknown {
        /// In words.
        why: String,
    },
}

/// One certificate of a path, and what is known of it.
#[derive(Clone, Debug)]
pub struct CheckedCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// What is known.
    pub status: RevocationStatus,
    /// Whether it has to be known: not for short-lived certificates that point nowhere.
    pub needed: bool,
    problems: Vec<(Problem, String)>,
}

/// The answer for a path.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// In path order, without the anchor.
    pub certificates: Vec<CheckedCertificate>,
    /// What should be known.
    pub findings: Vec<Finding>,
    mode: RevocationMode,
}

impl RevocationMode {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::SoftFail => "soft",
            Self::HardFail => "hard",
        }
    }
}

impl SourceKind {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
        }
    }
}

impl RevocationStatus {
    /// The word that output uses.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Good { .. } => "good",
            Self::Revoked { .. } => "revoked",
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl Revocation {
    /// What was to follow when nothing is known.
    pub fn mode(&self) -> RevocationMode {
        self.mode
    }

    /// Whether the path is refused: something in it is revoked, or under hard fail unknown.
    pub fn is_refused(&self) -> bool {
        self.certificates.iter().any(|one| match one.status {
            RevocationStatus::Good { .. } => false,
            RevocationStatus::Revoked { .. } => true,
            RevocationStatus::Unknown { .. } => one.needed && self.mode == RevocationMode::HardFail,
        })
    }
}

/// What is known at `at` of every certificate of `path` below its anchor. `path` starts with the end entity and ends
/// with the anchor, whose own status is no part of a path's (RFC 5280 section 6.1); every certificate must be known to be
/// signed by the next. `subject` names the server in findings.
pub fn check(
    path: &[Certificate],
    evidence: &Evidence,
    at: OffsetDateTime,
    mode: RevocationMode,
    subject: &str,
) -> Revocation {
    let pairs = path.iter().zip(path.iter().skip(1));
    let certificates: Vec<CheckedCertificate> = pairs
        .map(|(certificate, issuer)| judge(certificate, issuer, evidence, at))
        .collect();
    let findings = certificates
        .iter()
        .flat_map(|one| findings::of(one, mode, subject))
        .collect();
    Revocation {
        certificates,
        findings,
        mode,
    }
}

/// What one source says of one certificate.
enum Answer {
    Good,
    Revoked {
        when: OffsetDateTime,
        reason: Option<String>,
    },
    /// It is about others: no reason to name it where there is another reason.
    Elsewhere(&'static str),
    /// It says nothing, and is not to blame.
    Silent(String),
    /// It would have to say something, and cannot be used.
    Unusable(Problem, String),
}

/// What is wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    ListExpired,
    ListUnusable,
    ResponseExpired,
    ResponseUnusable,
}

/// Revoked by any source wins: sources differ in age, and who trusts the kinder one is fooled by an old answer.
fn judge(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    at: OffsetDateTime,
) -> CheckedCertificate {
    let by_lists = |certificate: &Certificate| {
        let ask = |(origin, list): &(String, Arc<IndexedList>)| {
            (
                SourceKind::Crl,
                origin.clone(),
                list.ask(certificate, issuer, at),
            )
        };
        evidence.lists.iter().map(ask).collect::<Vec<_>>()
    };
    let is_revoked = |responder: &Certificate| {
        let answers = by_lists(responder);
        let mut answers = answers.iter();
        answers.any(|(_, _, answer)| matches!(answer, Answer::Revoked { .. }))
    };
    let responses = evidence.responses.iter().map(|(origin, response)| {
        let answer = ocsp::ask(response, certificate, issuer, at, is_revoked);
        (SourceKind::Ocsp, origin.clone(), answer)
    });
    let mut answers: Vec<_> = responses.collect();
    answers.extend(by_lists(certificate));
    let about = certificate.fingerprint();
    let failures = evidence.failures.iter().filter(|one| one.about == about);
    answers.extend(failures.map(Failure::answer));
    let (status, problems) = combine(answers);
    CheckedCertificate {
        needed: !is_short_lived(certificate),
        certificate: certificate.clone(),
        status,
        problems,
    }
}

fn combine(
    answers: Vec<(SourceKind, String, Answer)>,
) -> (RevocationStatus, Vec<(Problem, String)>) {
    let (mut good, mut revoked) = (None, None);
    let (mut problems, mut reasons, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, origin, answer) in answers {
        match answer {
            Answer::Good => {
                good.get_or_insert(RevocationStatus::Good {
                    source: Source { kind, origin },
                });
            }
            Answer::Revoked { when, reason } => {
                revoked.get_or_insert(RevocationStatus::Revoked {
                    when,
                    reason,
                    source: Source { kind, origin },
                });
            }
            Answer::Elsewhere(why) => elsewhere.push(format!("{origin}: {why}")),
            Answer::Silent(why) => reasons.push(format!("{origin}: {why}")),
            Answer::Unusable(problem, why) => {
                reasons.push(format!("{origin}: {why}"));
                problems.push((problem, format!("{origin}: {why}")));
            }
        }
    }
    let status = revoked
        .or(good)
        .unwrap_or_else(|| RevocationStatus::Unknown {
            why: match (reasons.is_empty(), elsewhere.is_empty()) {
                (true, true) => "there is no revocation list and no OCSP response".to_owned(),
                (true, false) => in_short(elsewhere),
                (false, _) => in_short(reasons),
            },
        });
    (status, problems)
}

/// Many lists may be given, most of them about others.
fn in_short(mut reasons: Vec<String>) -> String {
    let more = reasons.len().saturating_sub(REASONS_SHOWN);
    reasons.truncate(REASONS_SHOWN);
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    reasons.join("; ")
}

/// "Short-lived Subscriber Certificate" of the Baseline Requirements (section 1.6.1, from 2026-03-15 on): gone before a
/// revocation would be heard of, and so allowed to point nowhere (section 7.1.2.11.2).
fn is_short_lived(certificate: &Certificate) -> bool {
    let lifetime = certificate.not_after() - certificate.not_before() + Duration::SECOND;
    lifetime <= Duration::days(7) && !certificate.is_ca() && Pointers::of(certificate).is_empty()
}

const REASONS_SHOWN: usize = 4;
/// How far clocks may be apart.
const SKEW: Duration = Duration::minutes(5);
