//! What a certificate is for, as plain values, and the extensions that say so.

use sha1::{Digest, Sha1};

use super::alt_name::{AltNameError, GeneralName};
use super::usage::{self, KeyUsage};
use crate::cert::asn1::{self, Reader};
use crate::extension::Extension;
use crate::key::{KeyFacts, PublicKey};

/// What is wanted beside subject, key and dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// `Some`: a CA, with the number of intermediates that may follow when that is limited.
    pub authority: Option<Option<u32>>,
    /// `None`: what a key of this kind is used for.
    pub key_usage: Option<KeyUsage>,
    /// Dotted; none: no such extension.
    pub extended_key_usage: Vec<String>,
    /// In the order in which they are written.
    pub alt_names: Vec<GeneralName>,
    /// The `status_request` of TLS features (RFC 7633): a server must staple.
    pub must_staple: bool,
    /// Of a CA.
    pub constraints: Constraints,
    /// Where things about it and its issuer are.
    pub locations: Locations,
    /// Others, and such as take the place of those above.
    pub extensions: Vec<Extension>,
}

/// RFC 5280 section 4.2.1.10.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// Names below a CA are in these, as far as they are of their kinds.
    pub permitted: Vec<GeneralName>,
    /// And in none of these.
    pub excluded: Vec<GeneralName>,
}

/// URLs, in ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locations {
    /// cRLDistributionPoints (section 4.2.1.13).
    pub crl: Vec<String>,
    /// The caIssuers of authorityInfoAccess (section 4.2.2.1).
    pub issuer: Vec<String>,
    /// Its OCSP responders.
    pub ocsp: Vec<String>,
}

impl Locations {
    /// Whether a text is a URL that can stand there.
    ///
    /// # Errors
    /// [`AltNameError`] when it is no absolute URI in ASCII.
    pub fn require_url(text: &str) -> Result<(), AltNameError> {
        GeneralName::parse(&format!("uri:{text}")).map(drop)
    }
}

impl Template {
    /// The extensions for a subject with this key, those of the issuer not among them. A subject without a name of its own
    /// makes its alternative names critical (section 4.2.1.6).
    pub fn extensions(&self, spki: &[u8], subject_is_empty: bool) -> Vec<Extension> {
        let mut extensions = self.requested(spki, subject_is_empty);
        add(
            &mut extensions,
            new(
                usage::SUBJECT_KEY_IDENTIFIER,
                false,
                octet_string(&key_identifier(spki)),
            ),
        );
        extensions
    }

    /// The same for a request: without what only an issuer says.
    pub(super) fn requested(&self, spki: &[u8], subject_is_empty: bool) -> Vec<Extension> {
        let mut extensions = self.extensions.clone();
        let mut names = extensions.iter_mut();
        if let Some(names) = names.find(|one| one.oid == usage::SUBJECT_ALT_NAME) {
            names.critical |= subject_is_empty;
        }
        let built = [
            self.alt_names(subject_is_empty),
            Some(self.basic_constraints()),
            Some(self.usage_for(spki)),
            self.purposes(),
            self.name_constraints(),
            self.must_staple
                .then(|| new(usage::TLS_FEATURE, false, MUST_STAPLE.to_vec())),
            self.crl_locations(),
            self.authority_access(),
        ];
        for extension in built.into_iter().flatten() {
            add(&mut extensions, extension);
        }
        extensions
    }

    /// Section 4.2.1.9: critical in a CA.
    fn basic_constraints(&self) -> Extension {
        let value = match self.authority {
            None => asn1::element(asn1::SEQUENCE, &[]),
            Some(None) => asn1::element(asn1::SEQUENCE, &[TRUE]),
            Some(Some(length)) => {
                let length = asn1::element(asn1::INTEGER, &[&integer(length)]);
                asn1::element(asn1::SEQUENCE, &[TRUE, &length])
            }
        };
        new(usage::BASIC_CONSTRAINTS, true, value)
    }

    fn usage_for(&self, spki: &[u8]) -> Extension {
        let by_kind = || match self.authority {
            Some(_) => KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN),
            // only RSA can encipher a key (RFC 3279 section 2.3.1; RFC 8410 section 5; RFC 9881 section 5)
            None if KeyFacts::from_spki(spki).algorithm == "RSA" => {
                KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT)
            }
            None => KeyUsage::DIGITAL_SIGNATURE,
        };
        let usage = self.key_usage.unwrap_or_else(by_kind);
        new(usage::KEY_USAGE, true, usage.to_der())
    }

    fn purposes(&self) -> Option<Extension> {
        let oids = self.extended_key_usage.iter().filter_map(|oid| {
            let oid = der::asn1::ObjectIdentifier::new(oid).ok()?;
            Some(asn1::element(asn1::OBJECT_IDENTIFIER, &[oid.as_bytes()]))
        });
        let oids: Vec<Vec<u8>> = oids.collect();
        let value = asn1::element(asn1::SEQUENCE, &[&oids.concat()]);
        (!oids.is_empty()).then(|| new(usage::EXTENDED_KEY_USAGE, false, value))
    }

    fn alt_names(&self, is_critical: bool) -> Option<Extension> {
        let names: Vec<&[u8]> = self.alt_names.iter().map(GeneralName::der).collect();
        (!names.is_empty()).then(|| {
            let value = asn1::element(asn1::SEQUENCE, &names);
            new(usage::SUBJECT_ALT_NAME, is_critical, value)
        })
    }

    /// Critical, as section 4.2.1.10 asks.
    fn name_constraints(&self) -> Option<Extension> {
        let subtrees = |tag, bases: &[GeneralName]| {
            let trees: Vec<Vec<u8>> = bases
                .iter()
                .map(|base| asn1::element(asn1::SEQUENCE, &[base.der()]))
                .collect();
            match trees.is_empty() {
                true => Vec::new(),
                false => asn1::element(tag, &[&trees.concat()]),
            }
        };
        let Constraints {
            permitted,
            excluded,
        } = &self.constraints;
        let parts = [subtrees(0xa0, permitted), subtrees(0xa1, excluded)].concat();
        let value = asn1::element(asn1::SEQUENCE, &[&parts]);
        (!parts.is_empty()).then(|| new(usage::NAME_CONSTRAINTS, true, value))
    }

    fn crl_locations(&self) -> Option<Extension> {
        let urls = &self.locations.crl;
        // DistributionPoint { distributionPoint [0] { fullName [0] GeneralNames } }
        let points = urls.iter().map(|url| {
            let name = asn1::element(0xa0, &[&asn1::element(URI, &[url.as_bytes()])]);
            asn1::element(asn1::SEQUENCE, &[&asn1::element(0xa0, &[&name])])
        });
        let points: Vec<u8> = points.flatten().collect();
        let value = asn1::element(asn1::SEQUENCE, &[&points]);
        (!points.is_empty()).then(|| new(usage::CRL_DISTRIBUTION_POINTS, false, value))
    }

    fn authority_access(&self) -> Option<Extension> {
        let Locations { issuer, ocsp, .. } = &self.locations;
        let described = |method: &'static [u8], urls: &[String]| -> Vec<u8> {
            let method = asn1::element(asn1::OBJECT_IDENTIFIER, &[method]);
            let each = urls.iter().map(|url| {
                let url = asn1::element(URI, &[url.as_bytes()]);
                asn1::element(asn1::SEQUENCE, &[&method, &url])
            });
            each.flatten().collect()
        };
        let all = [described(OCSP, ocsp), described(CA_ISSUERS, issuer)].concat();
        let value = asn1::element(asn1::SEQUENCE, &[&all]);
        (!all.is_empty()).then(|| new(usage::AUTHORITY_INFORMATION_ACCESS, false, value))
    }
}

/// Unless one of its type is there already: what was given outright counts.
fn add(extensions: &mut Vec<Extension>, extension: Extension) {
    if extensions.iter().all(|there| there.oid != extension.oid) {
        extensions.push(extension);
    }
}

pub(super) fn new(oid: &str, critical: bool, value: Vec<u8>) -> Extension {
    Extension {
        oid: oid.to_owned(),
        critical,
        value,
    }
}

pub(super) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    asn1::element(asn1::OCTET_STRING, &[bytes])
}

/// SHA-1 of the public key's bits (section 4.2.1.2, method 1), as everybody computes it; it identifies, and protects nothing.
pub(super) fn key_identifier(spki: &[u8]) -> Vec<u8> {
    let bits = PublicKey::from_der(spki).map(|key| key.bits);
    Sha1::digest(bits.unwrap_or(spki)).to_vec()
}

/// The contents of a non-negative INTEGER.
fn integer(number: u32) -> Vec<u8> {
    let mut octets = vec![0];
    octets.extend(number.to_be_bytes());
    asn1::shortest_integer(&octets).to_vec()
}

/// Whether the bytes are one DER element and nothing else.
pub(super) fn is_one_element(der: &[u8]) -> bool {
    let mut reader = Reader::new(der);
    reader.next().is_some() && reader.is_empty()
}

const TRUE: &[u8] = &[1, 1, 0xff];
const URI: u8 = 0x86;
/// `SEQUENCE { INTEGER 5 }`, status_request (RFC 7633 section 6).
const MUST_STAPLE: &[u8] = &[0x30, 3, 2, 1, 5];
/// 1.3.6.1.5.5.7.48.1
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
/// 1.3.6.1.5.5.7.48.2
const CA_ISSUERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
