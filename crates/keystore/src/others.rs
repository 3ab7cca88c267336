//! What stands in a file beside its entries, because it is neither a certificate nor a key with a name.

use crate::note::Notes;
use crate::{At, Format};

/// Requests, revocation lists and bare public keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Certificate signing requests, in input order.
    pub requests: Vec<Request>,
    /// Certificate revocation lists (DER, RFC 5280, section 5.1), in input order.
    pub crls: Vec<Vec<u8>>,
    /// Bare public keys (`SubjectPublicKeyInfo` DER, RFC 5280, section 4.1.2.7), in input order.
    pub public_keys: Vec<Vec<u8>>,
}

impl Others {
    /// How many there are of all kinds together.
    pub fn len(&self) -> usize {
        self.requests.len() + self.crls.len() + self.public_keys.len()
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes over all that another file has.
    pub fn append(&mut self, mut other: Self) {
        self.requests.append(&mut other.requests);
        self.crls.append(&mut other.crls);
        self.public_keys.append(&mut other.public_keys);
    }

    /// How many requests, revocation lists and public keys a file of this format takes, beside entries or alone: DER has
    /// room for one object, and an entry comes first; SPKAC has no PEM label.
    pub fn fitting(&self, format: Format, is_alone: bool) -> [usize; 3] {
        let is_pkcs10 = |request: &&Request| matches!(request, Request::Pkcs10(_));
        match format {
            Format::Pem => [
                self.requests.iter().filter(is_pkcs10).count(),
                self.crls.len(),
                self.public_keys.len(),
            ],
            Format::Der if is_alone => {
                [self.requests.len(), self.crls.len(), self.public_keys.len()]
            }
            Format::Pkcs12 | Format::Pkcs7 => [0, self.crls.len(), 0],
            _ => [0; 3],
        }
    }

    /// Says what a container has no room for, so that nothing disappears without a word.
    pub(crate) fn note_left_out(&self, format: Format, is_alone: bool, notes: &mut Notes) {
        let [requests, crls, public_keys] = self.fitting(format, is_alone);
        for (count, what) in [
            (self.requests.len() - requests, "certificate request(s)"),
            (self.crls.len() - crls, "revocation list(s)"),
            (self.public_keys.len() - public_keys, "public key(s)"),
        ] {
            if count > 0 {
                let message = format!("{count} {what} left out: {format} has no place for them");
                notes.skipped(At::Input, message);
            }
        }
    }
}

/// A request for a certificate, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// PKCS#10 `CertificationRequest` (RFC 2986, section 4.2).
    Pkcs10(Vec<u8>),
    /// `SignedPublicKeyAndChallenge`, what browsers made of the `keygen` element (HTML 5, section 4.10.15).
    Spkac(Vec<u8>),
}

impl Request {
    /// The DER.
    pub fn der(&self) -> &[u8] {
        match self {
            Self::Pkcs10(der) | Self::Spkac(der) => der,
        }
    }
}
