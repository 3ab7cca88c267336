//! Who packed a bundle, as far as that is known.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::bundle::{OpenedBundle, VerifyingKey};
use trustpack_core::report::{Finding, Severity};

use crate::hint::{Hinted, of_file};
use crate::input;

/// What is known of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signature {
    /// There is none.
    None,
    /// It is good by the key that the bundle names, whoever's that is.
    Unknown,
    /// It is good by the key that was named.
    Good,
    /// It is not.
    Refused,
}

/// The public key of `--key`.
pub(crate) fn read_key(path: &Path) -> Result<VerifyingKey> {
    let name = path.display().to_string();
    let bytes = input::read_file(path)
        .map_err(|error| of_file(error, &name, "check the path of --key: a public key"))?;
    VerifyingKey::read(&bytes).map_err(|error| {
        let hint =
            "`openssl pkey -in KEY -pubout -out PUBLIC` writes the public key of a signing key";
        Hinted::new(format!("{name}: {error}"), hint).into()
    })
}

/// Whether the holder of the key signed the bundle.
pub(crate) fn judge(
    opened: &OpenedBundle,
    key: Option<&VerifyingKey>,
) -> (Signature, Option<Finding>) {
    let refused = |message: String| {
        let hint = "do not use it before somebody you know has said that it is theirs";
        let id = "BUNDLE-SIGNATURE";
        let found = Finding::new(id, Severity::Critical, "MANIFEST.sig", message);
        (Signature::Refused, Some(found.with_hint(hint)))
    };
    match (opened.signer(), key) {
        (None, None) => (Signature::None, None),
        (None, Some(_)) => refused("the bundle is not signed".to_owned()),
        (Some(_), None) => (Signature::Unknown, None),
        (Some(_), Some(key)) if opened.is_signed_by(key) => (Signature::Good, None),
        (Some(signer), Some(key)) => refused(format!(
            "it is signed by another key: by that with the SHA-256 {signer}, and {key} was named"
        )),
    }
}

/// What was not checked because no key was named.
pub(crate) fn unchecked(name: &str, opened: &OpenedBundle) -> String {
    match opened.signer() {
        None => format!("note: {name} is not signed: nothing tells who packed it"),
        Some(signer) => format!(
            "note: {name} is signed by the key with the SHA-256 {signer}; --key tells whether that is the right one"
        ),
    }
}
