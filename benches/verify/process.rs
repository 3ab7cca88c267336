//! Whole processes: one chain from a file, with all roots from another.

use std::path::Path;
use std::process::Command;

use crate::CLIENTS;
use crate::chains::{Chains, KINDS};
use crate::figure::{Clock, Figure, Promise};
use crate::support::{self, pki};

/// By us as each client, and by `openssl verify` with the checks that its TLS client makes.
pub(crate) fn openssl(found: &mut dyn FnMut(Figure)) {
    if support::judge("openssl").is_none() {
        return;
    }
    for (kind, algorithm) in KINDS {
        let chains = Chains::new(1, algorithm);
        let [one] = chains.presented.as_slice() else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, ders: &[_]| {
            let path = folder.path().join(name);
            std::fs::write(&path, pki::pem(ders)).unwrap();
            path
        };
        let roots = write("roots.pem", &chains.roots);
        let chain = [one.end_entity.clone(), one.intermediate.clone()];
        let presented = write("chain.pem", &chain);
        let end_entity = write("end-entity.pem", &chain[..1]);
        let intermediate = write("intermediate.pem", &chain[1..]);
        let verify = |client: &str| {
            let mut ours = support::trustpack();
            ours.arg("verify").arg(&presented).args(["--as", client]);
            ours.args(["--host", &one.name]).arg("--trust").arg(&roots);
            support::run(&mut ours)
        };
        for client in CLIENTS.map(|client| client.word()) {
            let count = chains.roots.len();
            found(Figure::timed(
                format!("verify --as {client}, {kind}, {count} roots, peer: openssl verify"),
                Clock::Wall,
                Promise::AtMost(1.0),
                51,
                || verify(client),
                || by_openssl(&roots, &intermediate, &end_entity, &one.name),
            ));
        }
    }
}

/// Without the folders that it would look into beside the file.
fn by_openssl(roots: &Path, intermediate: &Path, end_entity: &Path, name: &str) {
    let mut openssl = Command::new("openssl");
    openssl.args([
        "verify",
        "-no-CApath",
        "-no-CAstore",
        "-purpose",
        "sslserver",
    ]);
    openssl
        .args(["-verify_hostname", name, "-CAfile"])
        .arg(roots);
    openssl.arg("-untrusted").arg(intermediate).arg(end_entity);
    support::run(&mut openssl);
}
