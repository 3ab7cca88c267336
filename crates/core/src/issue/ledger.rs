//! What a small CA issued and revoked: one readable TOML file, of which this is the text.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

use super::reason::Reason;
use crate::Certificate;
use crate::cert::asn1;
use crate::text::{self, rfc3339};

mod edit;

/// The state of one CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ledger {
    /// Whose it is, RFC 4514.
    authority: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex: a renewed CA goes on with it, another one does not.
    authority_key: String,
    /// The number of the last revocation list; zero before the first.
    crl_number: u64,
    #[serde(default, rename = "certificate", skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    serial: String,
    subject: String,
    sha256: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex; rows of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(with = "text::moment")]
    not_before: OffsetDateTime,
    #[serde(with = "text::moment")]
    not_after: OffsetDateTime,
    status: Status,
    #[serde(
        default,
        with = "text::optional_moment",
        skip_serializing_if = "Option::is_none"
    )]
    revoked_at: Option<OffsetDateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

/// Whether a list can say this moment (RFC 5280 section 5.1.2.6).
fn is_writable(at: OffsetDateTime) -> bool {
    (1970..=9999).contains(&at.to_offset(UtcOffset::UTC).year())
}

impl Row {
    /// Why it is no row that was written here.
    fn problem(&self) -> Option<&'static str> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.serial.is_empty() || !self.serial.bytes().all(is_hex) {
            return Some("its serial number is no number in lower-case hex");
        }
        match (self.status, self.revoked_at) {
            (Status::Revoked, None) => Some("it is revoked, and revoked-at is missing"),
            (Status::Valid, Some(_)) => Some("it is valid, and has a revoked-at"),
            (_, Some(at)) if !is_writable(at) => {
                Some("its revoked-at is in no year from 1970 to 9999, so no list can say it")
            }
            _ => None,
        }
    }
}

/// Whether a certificate still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is on every list.
    Revoked,
    /// It was issued.
    Valid,
}

/// Why the state cannot be read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// It is the state of another CA.
    #[error("it is the state of {found}, and not of {wanted}")]
    AnotherAuthority {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
    /// The serial number belongs to a certificate with other bytes.
    #[error("it is another certificate than the one with its serial number {serial}, {subject}")]
    AnotherCertificate {
        /// Hex.
        serial: String,
        /// Of the one that is in it.
        subject: String,
    },
    /// Somebody else may have the key.
    #[error("its key is not certified again: with it {subject} is revoked since {} ({})",
        rfc3339(*since), Reason::KeyCompromise.word())]
    CompromisedKey {
        /// Of the certificate that was revoked for it.
        subject: String,
        /// Since when.
        since: OffsetDateTime,
    },
    /// No list can say when it was revoked.
    #[error("it cannot be revoked at {at}: a list can say years from 1970 to 9999")]
    Moment {
        /// RFC 3339.
        at: String,
    },
    /// No list can have a greater number than the last one.
    #[error("crl-number is {last}, and no greater number can be written")]
    NumbersUsedUp {
        /// Of the last list.
        last: u64,
    },
    /// The serial number is there already.
    #[error("the serial number {serial} is in it already")]
    Repeated {
        /// Hex.
        serial: String,
    },
    /// A row that nothing can be made of, so that a list without it would be a lie.
    #[error("the certificate with the serial number {serial:?}: {why}")]
    Row {
        /// As it stands there.
        serial: String,
        /// What is wrong.
        why: &'static str,
    },
    /// It is no such file.
    #[error("{why}")]
    Toml {
        /// What the parser says, with the line.
        why: String,
    },
    /// Nothing with that serial number was issued.
    #[error("no certificate with the serial number {serial} is in it")]
    Unknown {
        /// Hex.
        serial: String,
    },
}

impl Ledger {
    /// Of a CA that has issued nothing yet.
    pub fn new(authority: &Certificate) -> Self {
        Self {
            authority: authority.subject().to_string(),
            authority_key: key_of(authority),
            crl_number: 0,
            certificates: Vec::new(),
        }
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// [`LedgerError::Toml`]; [`LedgerError::Repeated`] when two rows have one serial number; [`LedgerError::Row`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let ledger: Self = toml::from_str(text).map_err(|error| LedgerError::Toml {
            why: text::toml_error(text, &error),
        })?;
        for row in &ledger.certificates {
            if let Some(why) = row.problem() {
                let serial = row.serial.clone();
                return Err(LedgerError::Row { serial, why });
            }
        }
        let mut serials: Vec<&str> = ledger
            .certificates
            .iter()
            .map(|row| row.serial.as_str())
            .collect();
        serials.sort_unstable();
        match serials.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(LedgerError::Repeated {
                serial: pair.first().copied().unwrap_or_default().to_owned(),
            }),
            None => Ok(ledger),
        }
    }

    /// The whole file; `before` is what stands there, of which everything stays that has not changed, comments too.
    ///
    /// # Errors
    /// [`LedgerError::Toml`], which nobody has seen.
    pub fn to_text(&self, before: Option<&str>) -> Result<String, LedgerError> {
        let text = match before {
            Some(before) => edit::over(self, before)?,
            None => {
                let rows = toml::to_string(self).map_err(|error| LedgerError::Toml {
                    why: error.to_string(),
                })?;
                format!("{HEADER}{rows}")
            }
        };
        match Self::parse(&text)? == *self {
            true => Ok(text),
            false => Err(LedgerError::Toml {
                why: "what was to be written is read as something else".to_owned(),
            }),
        }
    }

    /// Whether it is the state of this CA, by its key.
    ///
    /// # Errors
    /// [`LedgerError::AnotherAuthority`].
    pub fn require_of(&self, authority: &Certificate) -> Result<(), LedgerError> {
        if self.authority_key == key_of(authority) {
            return Ok(());
        }
        Err(LedgerError::AnotherAuthority {
            found: text::cut(&self.authority, SHOWN).into_owned(),
            wanted: authority.subject().shown(),
        })
    }

    /// Adds a certificate that was issued.
    ///
    /// # Errors
    /// [`LedgerError::Repeated`].
    pub fn record(&mut self, issued: &Certificate) -> Result<(), LedgerError> {
        let serial = issued.serial().to_string();
        if self.certificates.iter().any(|row| row.serial == serial) {
            return Err(LedgerError::Repeated { serial });
        }
        self.certificates.push(Row {
            serial,
            subject: issued.subject().to_string(),
            sha256: issued.fingerprint().to_string(),
            key: Some(key_of(issued)),
            not_before: issued.not_before(),
            not_after: issued.not_after(),
            status: Status::Valid,
            revoked_at: None,
            reason: None,
        });
        Ok(())
    }

    /// Whether the key of a certificate may be certified: the CA was not told that somebody else has it (section 6.1.1.3 of
    /// the CA/Browser Forum's baseline requirements).
    ///
    /// # Errors
    /// [`LedgerError::CompromisedKey`].
    pub fn require_sound_key(&self, certificate: &Certificate) -> Result<(), LedgerError> {
        let key = Some(key_of(certificate));
        let row = self.certificates.iter().find(|row| {
            row.key == key
                && row.status == Status::Revoked
                && row.reason == Some(Reason::KeyCompromise)
        });
        match row.and_then(|row| Some((row, row.revoked_at?))) {
            None => Ok(()),
            Some((row, since)) => Err(LedgerError::CompromisedKey {
                subject: text::cut(&row.subject, SHOWN).into_owned(),
                since,
            }),
        }
    }

    /// Whether a certificate is in it, by its bytes.
    ///
    /// # Errors
    /// [`LedgerError::AnotherCertificate`]: one with its serial number is, and it is not this one.
    pub fn has(&self, certificate: &Certificate) -> Result<bool, LedgerError> {
        let serial = certificate.serial().to_string();
        let Some(row) = self.certificates.iter().find(|row| row.serial == serial) else {
            return Ok(false);
        };
        match row.sha256 == certificate.fingerprint().to_string() {
            true => Ok(true),
            false => Err(LedgerError::AnotherCertificate {
                serial,
                subject: row.subject.clone(),
            }),
        }
    }

    /// The serial number of which this is the only one that begins so, as people copy it: hex in either case, with colons or
    /// without.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`].
    pub fn serial(&self, text: &str) -> Result<String, LedgerError> {
        let plain = text.replace(':', "").to_ascii_lowercase();
        let is_same =
            |serial: &str| serial.trim_start_matches('0') == plain.trim_start_matches('0');
        let mut rows = self.certificates.iter();
        rows.find(|row| is_same(&row.serial))
            .map(|row| row.serial.clone())
            .ok_or(LedgerError::Unknown { serial: plain })
    }

    /// Revokes; `Some` when it was revoked before: since when and why, which stay.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`], [`LedgerError::Moment`].
    pub fn revoke(
        &mut self,
        serial: &str,
        at: OffsetDateTime,
        reason: Reason,
    ) -> Result<Option<(OffsetDateTime, Reason)>, LedgerError> {
        let row = self
            .certificates
            .iter_mut()
            .find(|row| row.serial == serial);
        let row = row.ok_or_else(|| LedgerError::Unknown {
            serial: serial.to_owned(),
        })?;
        if let (Status::Revoked, Some(before)) = (row.status, row.revoked_at) {
            return Ok(Some((before, row.reason.unwrap_or_default())));
        }
        if !is_writable(at) {
            return Err(LedgerError::Moment { at: rfc3339(at) });
        }
        row.status = Status::Revoked;
        row.revoked_at = Some(at);
        row.reason = Some(reason);
        Ok(None)
    }

    /// Since when a certificate is revoked, and why; `None` when it is not, or is not in it.
    pub fn revocation(&self, certificate: &Certificate) -> Option<(OffsetDateTime, Reason)> {
        let serial = certificate.serial().to_string();
        let mut rows = self.certificates.iter();
        let row = rows.find(|row| row.serial == serial && row.status == Status::Revoked)?;
        Some((row.revoked_at?, row.reason.unwrap_or_default()))
    }

    /// The subject of a certificate in it.
    pub fn subject(&self, serial: &str) -> Option<&str> {
        let row = self.certificates.iter().find(|row| row.serial == serial)?;
        Some(&row.subject)
    }

    /// Counts one more list and returns its number.
    ///
    /// # Errors
    /// [`LedgerError::NumbersUsedUp`]: section 5.2.3 asks for a greater number, and TOML's integers end at 2⁶³ - 1.
    pub fn next_list(&mut self) -> Result<u64, LedgerError> {
        let next = self.crl_number.checked_add(1);
        let next = next.filter(|next| i64::try_from(*next).is_ok());
        self.crl_number = next.ok_or(LedgerError::NumbersUsedUp {
            last: self.crl_number,
        })?;
        Ok(self.crl_number)
    }

    /// What a list has to say, in the order of the file. Expired ones stay on it (section 3.3 lets them go after one more
    /// list; a small CA need not).
    pub fn revoked(&self) -> Vec<(Vec<u8>, OffsetDateTime, Reason)> {
        let revoked = self
            .certificates
            .iter()
            .filter(|row| row.status == Status::Revoked);
        revoked
            .filter_map(|row| {
                let serial = asn1::from_hex(&row.serial)?;
                Some((serial, row.revoked_at?, row.reason.unwrap_or_default()))
            })
            .collect()
    }

    /// How many certificates are in it.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether nothing was issued.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }
}

fn key_of(authority: &Certificate) -> String {
    use sha2::{Digest, Sha256};
    asn1::hex(&Sha256::digest(authority.subject_public_key_info()))
}

/// Of a name in a message so many characters.
const SHOWN: usize = 200;

const HEADER: &str =
    "# What this CA issued and revoked. trustpack sign, renew, revoke and new crl write it.\n";

#[cfg(test)]
mod tests;
