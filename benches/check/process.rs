//! A whole process for one certificate.

use std::process::Command;

use crate::figure::{Clock, Figure, Promise};
use crate::{made, support};

/// Beside `openssl x509 -checkend`.
pub(crate) fn openssl(found: &mut dyn FnMut(Figure)) {
    if support::judge("openssl").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.pem");
    std::fs::write(&file, made::certificates(1).next().unwrap()).unwrap();
    found(Figure::timed(
        "check one PEM, peer: openssl x509 -checkend",
        Clock::Wall,
        Promise::AtMost(1.0),
        101,
        || support::run(support::trustpack().arg("check").arg(&file)),
        || {
            let mut openssl = Command::new("openssl");
            openssl.args(["x509", "-noout", "-checkend", "2592000", "-in"]);
            support::run(openssl.arg(&file))
        },
    ));
}
