//! The same certificate again, with other dates.

use time::Duration;

use super::template::{key_identifier, new, octet_string};
use super::usage;
use super::wanted::{Dates, Wanted};
use crate::Certificate;
use crate::decode;
use crate::extension::Extension;

/// What is wanted for a renewal.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The same names and extensions, for the key and the dates that were given.
    pub wanted: Wanted,
    /// The names of extensions that cannot be carried over.
    pub left_out: Vec<String>,
}

/// What a certificate says, for another time and perhaps another key. The issuer's key identifier is written anew by
/// whoever issues; timestamps of logs are of one certificate only (RFC 6962 section 3.3).
pub fn renewal(old: &Certificate, spki: &[u8], dates: Dates) -> Renewal {
    let is_rekeyed = spki != old.subject_public_key_info();
    let mut left_out = Vec::new();
    let mut extensions = Vec::new();
    for extension in Extension::of(old).unwrap_or_default() {
        match extension.oid.as_str() {
            usage::AUTHORITY_KEY_IDENTIFIER => {}
            usage::TIMESTAMPS | usage::POISON => {
                left_out.push(
                    decode::name(&extension.oid)
                        .unwrap_or("precertificate poison")
                        .to_owned(),
                );
            }
            usage::SUBJECT_KEY_IDENTIFIER if is_rekeyed => {
                let value = octet_string(&key_identifier(spki));
                extensions.push(new(&extension.oid, extension.critical, value));
            }
            _ => extensions.push(extension),
        }
    }
    let wanted = Wanted {
        subject: old.subject().clone(),
        subject_public_key_info: spki.to_vec(),
        dates,
        extensions,
    };
    Renewal { wanted, left_out }
}

/// How long a certificate lasts, both its first and its last second within.
pub fn lifetime(certificate: &Certificate) -> Duration {
    certificate.not_after() - certificate.not_before() + Duration::SECOND
}
