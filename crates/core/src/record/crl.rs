//! Revocation lists as records.

use serde::Serialize;
use time::OffsetDateTime;

use crate::Error;
use crate::cert::asn1::hex;
use crate::crl::{RevocationList, Revoked};
use crate::decode::Value;
use crate::signature;
use crate::text::{serialize_optional_time, serialize_time};

use super::ExtensionRecord;

/// One revocation list.
#[derive(Clone, Debug, Serialize)]
pub struct CrlRecord {
    /// RFC 4514, control characters made visible.
    pub issuer: String,
    /// 1 or 2.
    pub version: u32,
    /// Its number, decimal.
    pub number: Option<String>,
    /// When it was made.
    #[serde(serialize_with = "serialize_time")]
    pub this_update: OffsetDateTime,
    /// When there will be another.
    #[serde(serialize_with = "serialize_optional_time")]
    pub next_update: Option<OffsetDateTime>,
    /// `next_update` minus now; negative when it is due.
    pub remaining_seconds: Option<i64>,
    /// `SHA256withRSA`; the dotted OID when it has no name here.
    pub signature_algorithm: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// Of the list as a whole.
    pub extensions: Vec<ExtensionRecord>,
    /// In list order.
    pub entries: Vec<RevokedRecord>,
}

/// One revoked certificate.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedRecord {
    /// Hex.
    pub serial_number: String,
    /// When it was revoked.
    #[serde(serialize_with = "serialize_time")]
    pub revocation_date: OffsetDateTime,
    /// `keyCompromise`, …; `null` when the entry has none.
    pub reason: Option<String>,
    /// Since when the key may be in wrong hands.
    #[serde(serialize_with = "serialize_optional_time")]
    pub invalidity_date: Option<OffsetDateTime>,
    /// All extensions of the entry.
    pub extensions: Vec<ExtensionRecord>,
}

impl CrlRecord {
    /// Parses a list; `at` counts as now.
    ///
    /// # Errors
    /// [`Error::RevocationList`] when the bytes are no list.
    pub fn new(der: &[u8], at: OffsetDateTime) -> Result<Self, Error> {
        let list = RevocationList::from_der(der)?;
        let number = list.number().and_then(Value::integer);
        Ok(Self {
            issuer: list.issuer.to_string(),
            version: list.version,
            number: number.and_then(|number| number.in_line()),
            this_update: list.this_update,
            next_update: list.next_update,
            remaining_seconds: list.next_update.map(|next| (next - at).whole_seconds()),
            signature_algorithm: signature::algorithm_name(&list.signature_algorithm),
            fingerprint: hex(&list.sha256),
            extensions: ExtensionRecord::all(&list.extensions),
            entries: list.revoked.iter().map(RevokedRecord::new).collect(),
        })
    }
}

impl RevokedRecord {
    fn new(revoked: &Revoked) -> Self {
        let extensions = ExtensionRecord::all(&revoked.extensions);
        let value_of = |oid| {
            let known = extensions.iter().filter(|one| one.decoded);
            known
                .filter(|one| one.oid == oid)
                .find_map(|one| one.value.as_ref())
        };
        Self {
            serial_number: hex(&revoked.serial_number),
            revocation_date: revoked.at,
            reason: value_of(REASON).and_then(Value::in_line),
            invalidity_date: match value_of(INVALIDITY_DATE) {
                Some(Value::Time(moment)) => Some(*moment),
                _ => None,
            },
            extensions,
        }
    }
}

/// RFC 5280 section 5.3.1.
const REASON: &str = "2.5.29.21";
/// RFC 5280 section 5.3.2.
const INVALIDITY_DATE: &str = "2.5.29.24";
