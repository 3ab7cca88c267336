//! Whether the certificates of a path are revoked: by lists (RFC 5280 section 5) and OCSP responses (RFC 6960) that are
//! there. Nothing is fetched here ([`fetch::revocation`](crate::fetch::revocation) does), and nothing that a source says counts before its signature was checked.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::cert::Fingerprint;
use crate::ocsp::OcspResponse;
use crate::report::Finding;
use crate::{Certificate, Error};

use crl::IndexedList;

pub(crate) use findings::advice;
pub(crate) use points::Pointers;

mod crl;
mod entries;
mod findings;
mod ocsp;
mod points;
#[cfg(test)]
mod tests;

/// Everything that may tell of revocation, with its signatures still unchecked. Cheap to clone: lists are shared, so one
/// set serves many paths.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    lists: Vec<(String, Arc<IndexedList>)>,
    responses: Vec<(String, Arc<OcspResponse>)>,
    failures: Vec<Failure>,
}

/// A source that gave nothing.
#[derive(Clone, Debug)]
struct Failure {
    /// SHA-256 of the certificate that it would have to tell of.
    about: Fingerprint,
    kind: SourceKind,
    origin: String,
    /// Whether it is to blame for that.
    is_unusable: bool,
    why: String,
}

impl Evidence {
    /// Adds a list in DER; `origin` names its file or address in output.
    ///
    /// # Errors
    /// [`Error::RevocationList`] when the bytes are no list.
    pub fn add_list(&mut self, origin: &str, der: &[u8]) -> Result<(), Error> {
        let list = IndexedList::from_der(der)?;
        self.lists.push((origin.to_owned(), Arc::new(list)));
        Ok(())
    }

    /// Adds an OCSP response; `origin` says in output where it is from, such as `stapled`.
    ///
    /// # Errors
    /// [`Error::Ocsp`] when the bytes are no response.
    pub fn add_response(&mut self, origin: &str, der: &[u8]) -> Result<(), Error> {
        let response = OcspResponse::from_der(der)?;
        self.responses.push((origin.to_owned(), Arc::new(response)));
        Ok(())
    }

    /// Adds the OCSP response that a server stapled to its handshake; one that is not readable is held against it.
    pub fn add_stapled(&mut self, end_entity: &Certificate, der: &[u8]) {
        if let Err(error) = self.add_response(STAPLED, der) {
            self.failures.push(Failure {
                about: end_entity.fingerprint(),
                kind: SourceKind::Ocsp,
                origin: STAPLED.to_owned(),
                is_unusable: true,
                why: error.to_string(),
            });
        }
    }

    /// Remembers why a place that `about` points to gave nothing, so that the answer can say so.
    pub fn add_failure(&mut self, about: &Certificate, kind: SourceKind, origin: &str, why: &str) {
        self.failures.push(Failure {
            about: about.fingerprint(),
            kind,
            origin: origin.to_owned(),
            is_unusable: false,
            why: why.to_owned(),
        });
    }

    /// Adds everything that is in `other`.
    pub fn extend(&mut self, other: &Self) {
        self.lists.extend(other.lists.iter().cloned());
        self.responses.extend(other.responses.iter().cloned());
        self.failures.extend(other.failures.iter().cloned());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.responses.is_empty()
    }

    /// Whether it tells at `at` if `certificate`, which `issuer` signed, is revoked.
    pub(crate) fn tells(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> bool {
        let checked = judge(certificate, issuer, self, at);
        !matches!(checked.status, RevocationStatus::Unknown { .. })
    }
}

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

impl Failure {
    fn answer(&self) -> (SourceKind, String, Answer) {
        let problem = match self.kind {
            SourceKind::Crl => Problem::ListUnusable,
            SourceKind::Ocsp => Problem::ResponseUnusable,
        };
        let answer = match self.is_unusable {
            true => Answer::Unusable(problem, self.why.clone()),
            false => Answer::Silent(self.why.clone()),
        };
        (self.kind, self.origin.clone(), answer)
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

/// What a response from the handshake is called in output.
const STAPLED: &str = "stapled OCSP response";
const REASONS_SHOWN: usize = 4;
/// How far clocks may be apart.
const SKEW: Duration = Duration::minutes(5);
