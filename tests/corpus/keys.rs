//! Private keys in PEM and DER.

use trustpack_core::keystore::{Contents, Error, Password};

use crate::facts::{File, Findings, text, wrong_password};
use crate::pkcs12::{private_keys, public_half};

/// The tools tell of the first key; how many there are, the labels do.
pub(crate) fn check(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let told = &file.facts["key"];
    let keys = private_keys(contents);
    let Some((_, key)) = keys.first() else {
        return findings.fail("key", format!("no key; {:?}", contents.notes));
    };
    findings.same(
        "protection",
        "encrypted",
        &Some(key.is_sealed()),
        &told["encrypted"].as_bool(),
    );
    if key.is_sealed() {
        let none = key.unlock(None);
        let is_locked = matches!(none, Err(Error::PasswordRequired { .. }));
        findings.holds("key-password", is_locked, || format!("none: {none:?}"));
        let another = key.unlock(Some(&wrong_password()));
        let is_refused = matches!(another, Err(Error::WrongPassword { .. }));
        findings.holds("key-password", is_refused, || {
            format!("another: {another:?}")
        });
    } else {
        let open = key.unlock(None).map(drop);
        findings.ok("key", open.map_err(|error| error.to_string()));
    }
    for tool in ["openssl", "pyca", "certtool379"] {
        let told = &told[tool];
        // pyca writes curves and PSS keys in a form of its own; OpenSSL keeps theirs
        if told["ok"] != true || tool == "pyca" && file.facts["key"]["openssl"]["ok"] == true {
            continue;
        }
        let password = match tool {
            // certtool was told --null-password; an empty password is tried as zero bytes too
            "certtool379" => Some(Password::new("")),
            _ => told["password"].as_str().map(Password::new),
        };
        public_half(key, password.as_ref(), text(&told["spki_sha256"]), findings);
    }
}
