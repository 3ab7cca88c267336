//! What is tried, in which order: a full handshake first, then what old and intolerant servers want.
//!
//! | rung | when |
//! |---|---|
//! | rustls, all it has | first |
//! | without ALPN | the server has none of the application protocols |
//! | without ML-KEM | it fell silent or hung up: a hello that fits into one packet |
//! | without the name | it refused the name, or still hung up |
//! | probe, TLS 1.2 and below | it refused anything else |
//! | probe without the name | the probe was refused, too |
//! | probe, TLS 1.0, with the name alone | and again |
//! | probe, TLS 1.0, no extensions | and again |
//! | probe, SSLv3, no extensions | and again |

use std::str::FromStr;

use rustls_pki_types::ServerName;

use super::{Engine, FetchError, FetchOptions, Phase, Target};
use crate::report::UnknownWord;
use crate::tls::offer::{CertificateType, Version};
use crate::tls::probe::Extensions;

/// What asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// rustls, and the probe where rustls is refused.
    #[default]
    Auto,
    /// rustls only: TLS 1.2 and 1.3, what comes is proven.
    Tls,
    /// The probe only: SSLv3 to TLS 1.2, nothing is proven.
    Probe,
}

impl FromStr for EngineChoice {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "auto" => Ok(Self::Auto),
            "tls" => Ok(Self::Tls),
            "probe" => Ok(Self::Probe),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                known: "auto, tls, probe",
            }),
        }
    }
}

/// One way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    pub(super) hello: Hello,
    pub(super) sends_name: bool,
    pub(super) sends_alpn: bool,
    /// Gives up early when nothing comes, for another way is left.
    pub(super) is_impatient: bool,
}

/// The first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    Tls {
        version: Option<Version>,
        post_quantum: bool,
    },
    Probe {
        version: Version,
        exactly: bool,
        extensions: Extensions,
    },
}

impl Rung {
    pub(super) fn engine(&self) -> Engine {
        match self.hello {
            Hello::Tls { .. } => Engine::Tls,
            Hello::Probe { .. } => Engine::Probe,
        }
    }
}

/// The rungs that are left for a target.
#[derive(Debug)]
pub(super) struct Ladder {
    left: Vec<(Rung, Condition)>,
    failures: Vec<(Rung, FetchError)>,
    certificate_type: Option<CertificateType>,
}

/// When a rung is worth a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Always,
    /// The application protocols were refused.
    NoProtocol,
    /// Nothing came.
    Silence,
    /// The name was refused: with an alert that says so, or without a word.
    NameRefused,
    /// rustls was refused, for whatever reason.
    Refused,
    /// The probe was refused, and not for being older than the server.
    ProbeRefused,
}

impl Ladder {
    pub(super) fn new(target: &Target, options: &FetchOptions) -> Self {
        let has_name = matches!(target.expected_name(), Some(ServerName::DnsName(_)));
        let mut left = Vec::new();
        let rung = |hello, sends_name, is_impatient| Rung {
            hello,
            sends_name: sends_name && has_name,
            sends_alpn: true,
            is_impatient,
        };
        let is_old = options
            .version
            .is_some_and(|version| version < Version::Tls12);
        let has_suites = target.certificate_type != Some(CertificateType::MlDsa)
            || options.version != Some(Version::Tls12);
        if options.engine != EngineChoice::Probe && !is_old && has_suites {
            let tls = |post_quantum| Hello::Tls {
                version: options.version,
                post_quantum,
            };
            let first = rung(tls(true), true, true);
            let without_protocol = Rung {
                sends_alpn: false,
                ..first
            };
            left.push((first, Condition::Always));
            left.push((without_protocol, Condition::NoProtocol));
            left.push((rung(tls(false), true, true), Condition::Silence));
            if has_name {
                left.push((rung(tls(true), false, false), Condition::NameRefused));
            }
        }
        // ML-DSA has no place in TLS 1.2, and TLS 1.3 none in the probe.
        let may_probe = options.engine != EngineChoice::Tls
            && options.version != Some(Version::Tls13)
            && target.certificate_type != Some(CertificateType::MlDsa);
        if may_probe {
            let hello = |version, extensions| Hello::Probe {
                version: options.version.unwrap_or(version),
                exactly: options.version.is_some(),
                extensions,
            };
            let all = hello(Version::Tls12, Extensions::All);
            let is_first = left.is_empty();
            let condition = match is_first {
                true => Condition::Always,
                false => Condition::Refused,
            };
            left.push((rung(all, true, false), condition));
            if has_name {
                left.push((rung(all, false, false), Condition::ProbeRefused));
            }
            let few = hello(Version::Tls10, Extensions::Few);
            left.push((rung(few, true, false), Condition::ProbeRefused));
            if has_name {
                left.push((rung(few, false, false), Condition::ProbeRefused));
            }
            let none = hello(Version::Ssl3, Extensions::None);
            left.push((rung(none, false, false), Condition::ProbeRefused));
        }
        left.reverse();
        Self {
            left,
            failures: Vec::new(),
            certificate_type: target.certificate_type,
        }
    }

    /// The next way to ask, if one is worth it.
    pub(super) fn next(&mut self) -> Option<Rung> {
        if self.failures.iter().any(|(_, error)| !is_refusal(error)) {
            return None;
        }
        while let Some((rung, condition)) = self.left.pop() {
            if self.holds(condition) {
                return Some(rung);
            }
        }
        None
    }

    /// That a rung brought no chain, and why.
    pub(super) fn failed(&mut self, rung: Rung, error: FetchError) {
        self.failures.push((rung, error));
    }

    /// Why the first rung failed.
    pub(super) fn into_first_error(self) -> Option<FetchError> {
        self.failures.into_iter().next().map(|(_, error)| error)
    }

    /// Of all failures the one that says most; of equals the first.
    pub(super) fn into_best_error(self) -> FetchError {
        if let Some(kind) = self.certificate_type
            && self
                .failures
                .iter()
                .any(|(_, error)| is_no_common_ground(error, kind))
        {
            return FetchError::NoSuchCertificate {
                certificate_type: kind,
            };
        }
        let mut best: Option<FetchError> = None;
        for (rung, error) in self.failures {
            // To the probe it means only that the server speaks nothing old, which is no fault.
            let is_news =
                rung.engine() == Engine::Tls || !has_alert(Some(&error), "protocol_version");
            if !is_news && best.is_some() {
                continue;
            }
            // Of several that took too long the last one knows how long it was.
            let is_later = |known: &FetchError| {
                matches!(
                    (known, &error),
                    (FetchError::Timeout { .. }, FetchError::Timeout { .. })
                )
            };
            let says_more = |known: &FetchError| weight(&error) > weight(known) || is_later(known);
            if best.as_ref().is_none_or(says_more) {
                best = Some(error);
            }
        }
        // Without a rung there was nothing to offer: a type of certificate that this version or engine does not have.
        match (best, self.certificate_type) {
            (Some(best), _) => best,
            (None, Some(certificate_type)) => FetchError::NoSuchCertificate { certificate_type },
            (None, None) => FetchError::NothingToOffer,
        }
    }

    fn holds(&self, condition: Condition) -> bool {
        let last = self.failures.last().map(|(_, error)| error);
        let probed = self
            .failures
            .iter()
            .filter(|(rung, _)| rung.engine() == Engine::Probe);
        match condition {
            Condition::Always => true,
            Condition::NoProtocol => has_alert(last, "no_application_protocol"),
            Condition::Silence => last.is_some_and(is_silence),
            Condition::NameRefused => {
                has_alert(last, "unrecognized_name")
                    || matches!(last, Some(FetchError::Closed { received: 0, .. }))
            }
            Condition::Refused => last.is_some(),
            Condition::ProbeRefused => {
                // Once silent, then silent again: nobody there who could be asked otherwise.
                let mut probed = probed.peekable();
                probed.peek().is_some()
                    && probed.all(|(_, error)| {
                        !matches!(error, FetchError::Timeout { .. })
                            && !has_alert(Some(error), "protocol_version")
                    })
            }
        }
    }
}

/// Whether another hello may be answered otherwise.
fn is_refusal(error: &FetchError) -> bool {
    match error {
        FetchError::Alert { .. }
        | FetchError::Closed { .. }
        | FetchError::NoCertificate
        | FetchError::Tls { .. }
        | FetchError::TooLarge { .. } => true,
        _ => is_silence(error),
    }
}

/// Whether nothing came that could be called an answer.
fn is_silence(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Closed { received: 0, .. }
            | FetchError::Timeout {
                phase: Phase::Handshake { received: 0 },
                ..
            }
    )
}

/// Whether the server found nothing in the hello that it could use.
fn is_no_common_ground(error: &FetchError, kind: CertificateType) -> bool {
    // Such a certificate needs TLS 1.3, which this server does not speak.
    if kind == CertificateType::MlDsa && has_alert(Some(error), "protocol_version") {
        return true;
    }
    [
        "handshake_failure",
        "insufficient_security",
        "illegal_parameter",
        "missing_extension",
    ]
    .into_iter()
    .any(|alert| has_alert(Some(error), alert))
}

fn has_alert(error: Option<&FetchError>, name: &str) -> bool {
    matches!(error, Some(FetchError::Alert { alert, .. }) if alert == name)
}

fn weight(error: &FetchError) -> u8 {
    match error {
        FetchError::NotTls { .. } => 5,
        FetchError::TooLarge { .. } => 4,
        FetchError::Alert { .. } | FetchError::NoCertificate => 3,
        FetchError::Tls { .. } | FetchError::OtherVersion { .. } => 2,
        FetchError::Closed { received, .. } if *received > 0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
