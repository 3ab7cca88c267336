//! What a report says of one certificate: facts, what it is there for, where it is in its life.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::ari::RenewalWindow;
use crate::cert::{AltName, asn1};
use crate::crl::RevocationList;
use crate::text;

use super::{Change, Severity};

/// What a report says of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateReport {
    /// Alias or place within the subject: `1`, `digicert-g2`.
    pub name: String,
    /// What people call it: the common name, else the first alternative name.
    pub display_name: String,
    /// What it is there for.
    pub role: Role,
    /// RFC 4514.
    pub subject: String,
    /// RFC 4514.
    pub issuer: String,
    /// Hex.
    pub serial_number: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// First second of validity.
    #[serde(with = "text::moment")]
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    #[serde(with = "text::moment")]
    pub not_after: OffsetDateTime,
    /// not_after - not_before + 1 s.
    pub lifetime_seconds: i64,
    /// not_after - now; negative when expired.
    pub remaining_seconds: i64,
    /// Of the lifetime, 0 when expired.
    pub remaining_percent: u8,
    /// When a renewal is due: a third of the lifetime before the end, half for lifetimes of at most ten days.
    /// Only for an end entity.
    #[serde(with = "text::optional_moment")]
    pub renew_after: Option<OffsetDateTime>,
    /// The policy warns with less left than this; `None` where its threshold is no lower limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_below_seconds: Option<i64>,
    /// Below this it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_below_seconds: Option<i64>,
    /// When its issuer wants it to be renewed (RFC 9773); only where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_window: Option<RenewalWindow>,
    /// Its alternative names that are host names, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// Those that are addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_addresses: Vec<IpAddr>,
    /// Those that are mailboxes, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// Where it is in its life.
    pub state: State,
    /// The worst of what was found about it.
    pub severity: Option<Severity>,
    /// What became of it since an earlier report, when there is one to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The certificate itself, for formats that show its bytes. JSON has no place for it, so that what was read from there
    /// has none.
    #[serde(skip)]
    pub certificate: Option<Certificate>,
}

/// Where a certificate is in its life. How bad that is, is said by [`Severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// Its last second is over.
    Expired,
    /// A threshold of the policy is passed.
    ExpiresSoon,
    /// Its first second is yet to come.
    NotYetValid,
    /// None of these.
    Valid,
}

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The certificate of a server or client.
    EndEntity,
    /// A CA certificate within a chain.
    Intermediate,
    /// A certificate that is trusted by being in a store.
    Anchor,
    /// A revocation list: its dates are those of this update and of the next.
    Crl,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::EndEntity, Self::Intermediate, Self::Anchor, Self::Crl];

    /// The word for it in reports and policies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EndEntity => "end-entity",
            Self::Intermediate => "intermediate",
            Self::Anchor => "anchor",
            Self::Crl => "crl",
        }
    }

    /// Of a certificate that is trusted by itself: one that is no CA lives and ends like a server's.
    pub fn alone(certificate: &Certificate) -> Self {
        match certificate.is_ca() {
            true => Self::Anchor,
            false => Self::EndEntity,
        }
    }
}

impl CertificateReport {
    /// The facts of a certificate at a time, without judgement beyond its dates.
    pub fn new(
        name: impl Into<String>,
        role: Role,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> Self {
        let lifetime = lifetime(certificate);
        let remaining = (certificate.not_after() - at).whole_seconds();
        let (mut dns_names, mut ip_addresses, mut emails) = (Vec::new(), Vec::new(), Vec::new());
        for alternative in certificate.extensions().subject_alt_names.iter().flatten() {
            match alternative {
                AltName::Dns(name) => dns_names.push(name.clone()),
                AltName::Email(mailbox) => emails.push(mailbox.clone()),
                AltName::Ip(address) => ip_addresses.push(*address),
                AltName::Other(_) | AltName::Uri(_) => {}
            }
        }
        Self {
            name: name.into(),
            display_name: certificate.display_name(),
            role,
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial_number: certificate.serial().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            lifetime_seconds: lifetime.whole_seconds(),
            remaining_seconds: remaining,
            remaining_percent: percent(remaining, lifetime.whole_seconds()),
            renew_after: match role {
                Role::EndEntity => renew_after(certificate.not_after(), lifetime),
                Role::Anchor | Role::Intermediate | Role::Crl => None,
            },
            warn_below_seconds: None,
            critical_below_seconds: None,
            renewal_window: None,
            dns_names,
            ip_addresses,
            emails,
            state: State::at(certificate, at),
            severity: None,
            change: None,
            certificate: Some(certificate.clone()),
        }
    }

    /// The dates of a revocation list, whose subject is its issuer. Its next update counts as its end; without one it
    /// ends as a certificate does that never ends (RFC 5280 section 4.1.2.5).
    pub fn of_list(name: impl Into<String>, list: &RevocationList, at: OffsetDateTime) -> Self {
        let issuer = list.issuer.to_string();
        let (not_before, not_after) = (list.this_update, list.next_update.unwrap_or(NEVER));
        let lifetime = (not_after - not_before + Duration::SECOND).whole_seconds();
        let remaining = (not_after - at).whole_seconds();
        let common_name = list.issuer.common_name();
        Self {
            name: name.into(),
            display_name: common_name.map_or_else(|| issuer.clone(), str::to_owned),
            role: Role::Crl,
            subject: issuer.clone(),
            issuer,
            serial_number: String::new(),
            fingerprint: asn1::hex(&list.sha256),
            not_before,
            not_after,
            lifetime_seconds: lifetime,
            remaining_seconds: remaining,
            remaining_percent: percent(remaining, lifetime),
            renew_after: None,
            warn_below_seconds: None,
            critical_below_seconds: None,
            renewal_window: None,
            dns_names: Vec::new(),
            ip_addresses: Vec::new(),
            emails: Vec::new(),
            state: State::between(not_before, not_after, at),
            severity: None,
            change: None,
            certificate: None,
        }
    }
}

impl State {
    /// For people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::ExpiresSoon => "expires soon",
            Self::NotYetValid => "not yet valid",
            Self::Valid => "ok",
        }
    }

    /// The word of JSON for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::ExpiresSoon => "expires-soon",
            Self::NotYetValid => "not-yet-valid",
            Self::Valid => "valid",
        }
    }

    /// By the dates alone: never [`ExpiresSoon`](Self::ExpiresSoon). Both bounds are inclusive
    /// (RFC 5280 section 4.1.2.5).
    pub fn at(certificate: &Certificate, at: OffsetDateTime) -> Self {
        Self::between(certificate.not_before(), certificate.not_after(), at)
    }

    fn between(not_before: OffsetDateTime, not_after: OffsetDateTime, at: OffsetDateTime) -> Self {
        // The bounds have whole seconds, so 23:59:59.5 still belongs to a certificate that ends at 23:59:59.
        if (at - not_after).whole_seconds() > 0 {
            Self::Expired
        } else if at < not_before {
            Self::NotYetValid
        } else {
            Self::Valid
        }
    }
}

/// GeneralizedTime 99991231235959Z: "no well-defined expiration date".
const NEVER: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// How long a certificate is valid, both bounds included; not positive when its dates are the wrong way round.
pub(crate) fn lifetime(certificate: &Certificate) -> Duration {
    certificate.not_after() - certificate.not_before() + Duration::SECOND
}

fn percent(remaining: i64, lifetime: i64) -> u8 {
    if remaining <= 0 || lifetime <= 0 {
        return 0;
    }
    let percent = i128::from(remaining) * 100 / i128::from(lifetime);
    u8::try_from(percent).unwrap_or(100).min(100)
}

/// When a renewal is due by the lifetime alone.
pub(crate) fn renew_after(not_after: OffsetDateTime, lifetime: Duration) -> Option<OffsetDateTime> {
    let part = if lifetime <= Duration::days(10) { 2 } else { 3 };
    not_after.checked_sub(lifetime / part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing;

    #[test]
    fn the_last_second_is_valid_and_the_next_is_not() {
        let certificate = testing::certificate("a", false, 0, 86_400);
        let state = |at| State::at(&certificate, testing::at(at));
        assert_eq!(state(-1), State::NotYetValid);
        assert_eq!(state(0), State::Valid);
        assert_eq!(state(86_399), State::Valid);
        assert_eq!(state(86_400), State::Expired);
        let half = testing::at(86_399) + Duration::milliseconds(500);
        assert_eq!(State::at(&certificate, half), State::Valid);
    }

    #[test]
    fn percent_stays_within_bounds() {
        assert_eq!(percent(-1, 10), 0);
        assert_eq!(percent(5, 10), 50);
        assert_eq!(percent(50, 10), 100);
        assert_eq!(percent(5, -1), 0);
        assert_eq!(percent(i64::MAX, 1), 100);
    }
}
