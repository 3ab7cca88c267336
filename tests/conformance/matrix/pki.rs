//! Certificates as they should be, and a hook to spoil each.

use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};

use super::der::{integer, name, sequence, time, tlv};
use super::extensions::{
    CERT_SIGN, CRL_SIGN, DIGITAL_SIGNATURE, Extension, SERVER_AUTH, alt_names, authority_key,
    basic, key_usage, purposes, subject_key,
};
use super::keys::{Key, Signature, signed};

/// A certificate with its key, able to issue others.
#[derive(Clone)]
pub(crate) struct Certified {
    pub der: CertificateDer<'static>,
    pub key: Arc<Key>,
    pub subject: Vec<u8>,
}

/// Everything that a certificate says, to be changed before it is signed.
pub(crate) struct Draft {
    /// The version number; `None` says nothing, which means 1.
    pub version: Option<u8>,
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub from: &'static str,
    pub until: &'static str,
    pub subject: Vec<u8>,
    pub extensions: Vec<Extension>,
    pub signature: Signature,
    /// What the body says about the signature, when it is not the same.
    pub inner_signature: Option<Signature>,
    /// Whether the last bit of the signature is turned round.
    pub broken: bool,
}

impl Draft {
    /// Puts an extension in the place of the one of its kind, or behind the others.
    pub(crate) fn set(&mut self, extension: Extension) {
        match self
            .extensions
            .iter_mut()
            .find(|known| known.id == extension.id)
        {
            Some(known) => *known = extension,
            None => self.extensions.push(extension),
        }
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.extensions.retain(|extension| extension.id != id);
    }

    pub(crate) fn set_critical(&mut self, id: &str, critical: bool) {
        for extension in &mut self.extensions {
            if extension.id == id {
                extension.critical = critical;
            }
        }
    }

    /// Makes it a certificate of version 1.
    pub(crate) fn version_1(&mut self) {
        self.version = None;
        self.extensions.clear();
    }
}

/// The times of the matrix: a root for long, an intermediate for less, a leaf for a year.
pub(crate) const ROOT: (&str, &str) = ("20200101000000Z", "20320101000000Z");
pub(crate) const ISSUING: (&str, &str) = ("20210101000000Z", "20280101000000Z");
pub(crate) const LEAF: (&str, &str) = ("20240101000000Z", "20250101000000Z");
/// A leaf that outlives its issuers.
pub(crate) const LONG: (&str, &str) = ("20210601000000Z", "20400101000000Z");
/// Over when the others are good.
pub(crate) const PAST: (&str, &str) = ("20200101000000Z", "20230101000000Z");
/// Not begun when the others are good.
pub(crate) const FUTURE: (&str, &str) = ("20260101000000Z", "20270101000000Z");

pub(crate) type Change<'a> = &'a dyn Fn(&mut Draft);

/// A root with a P-256 key.
pub(crate) fn root(common_name: &str, change: Change<'_>) -> Certified {
    authority(common_name, Key::p256(), None, change)
}

/// A CA with a P-256 key below another.
pub(crate) fn issuing(common_name: &str, issuer: &Certified, change: Change<'_>) -> Certified {
    authority(common_name, Key::p256(), Some(issuer), change)
}

/// A CA with this key, below another or by itself.
pub(crate) fn authority(
    common_name: &str,
    key: impl Into<Arc<Key>>,
    issuer: Option<&Certified>,
    change: Change<'_>,
) -> Certified {
    let key = key.into();
    let extensions = vec![
        basic(true, None),
        key_usage(CERT_SIGN | CRL_SIGN),
        subject_key(&key_id(&key)),
    ];
    let dates = if issuer.is_some() { ISSUING } else { ROOT };
    certify(name(common_name), key, issuer, dates, extensions, change)
}

/// A server certificate for these names with a P-256 key.
pub(crate) fn leaf(names: &[&str], issuer: Option<&Certified>, change: Change<'_>) -> Certified {
    leaf_with(Key::p256(), names, issuer, change)
}

pub(crate) fn leaf_with(
    key: impl Into<Arc<Key>>,
    names: &[&str],
    issuer: Option<&Certified>,
    change: Change<'_>,
) -> Certified {
    let key = key.into();
    let extensions = vec![
        basic(false, None),
        key_usage(DIGITAL_SIGNATURE),
        purposes(&[SERVER_AUTH]),
        alt_names(names),
        subject_key(&key_id(&key)),
    ];
    let subject = name(names.first().copied().unwrap_or_default());
    certify(subject, key, issuer, LEAF, extensions, change)
}

fn certify(
    subject: Vec<u8>,
    key: Arc<Key>,
    issuer: Option<&Certified>,
    (from, until): (&'static str, &'static str),
    mut extensions: Vec<Extension>,
    change: Change<'_>,
) -> Certified {
    let signer = issuer.map_or(&key, |issuer| &issuer.key);
    if issuer.is_some() {
        extensions.push(authority_key(&key_id(signer)));
    }
    let mut serial =
        Sha256::digest([&key.spki[..], &subject, from.as_bytes()].concat())[..10].to_vec();
    serial[0] = 0x40 | serial[0] & 0x3f;
    let mut draft = Draft {
        version: Some(3),
        serial,
        issuer: issuer.map_or_else(|| subject.clone(), |issuer| issuer.subject.clone()),
        from,
        until,
        subject,
        extensions,
        signature: signer.usual(),
        inner_signature: None,
        broken: false,
    };
    change(&mut draft);
    let der = write(&draft, &key.spki, signer);
    Certified {
        der: der.into(),
        key,
        subject: draft.subject,
    }
}

fn write(draft: &Draft, spki: &[u8], signer: &Key) -> Vec<u8> {
    let version = draft
        .version
        .map_or_else(Vec::new, |number| tlv(0xa0, &[&integer(&[number - 1])]));
    let inner = draft.inner_signature.as_ref().unwrap_or(&draft.signature);
    let list: Vec<u8> = draft.extensions.iter().flat_map(Extension::der).collect();
    let extensions = match list.is_empty() {
        true => Vec::new(),
        false => tlv(0xa3, &[&sequence(&[&list])]),
    };
    let body = sequence(&[
        &version,
        &integer(&draft.serial),
        &inner.algorithm,
        &draft.issuer,
        &sequence(&[&time(draft.from), &time(draft.until)]),
        &draft.subject,
        spki,
        &extensions,
    ]);
    let mut der = signed(&body, signer, &draft.signature);
    if draft.broken
        && let Some(last) = der.last_mut()
    {
        *last ^= 1;
    }
    der
}

/// The key identifier of RFC 7093 section 2, method 1.
pub(crate) fn key_id(key: &Key) -> Vec<u8> {
    Sha256::digest(&key.spki)[..20].to_vec()
}
