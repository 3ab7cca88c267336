//! Figures of making and looking into single files, as whole processes.

use std::path::Path;
use std::process::Command;

use trustpack_core::keystore::{Entry, Format};

use crate::certificates::{self, Folder};
use crate::figure::{Clock, Figure, Promise};
use crate::{PASSWORD, support};

/// The system's roots into a fresh JKS: by us, by keytool one after the other, and by one Java program.
pub(crate) fn merge(folder: &Folder) -> Vec<Figure> {
    let roots = certificates::store(rustls_native_certs::load_native_certs().certs.into_iter());
    let pem = folder.path("roots.pem");
    certificates::write(&roots, Format::Pem, &pem);
    let count = roots.len();
    let password = folder.path("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let ours = || {
        let store = folder.path("ours.jks");
        let _ = std::fs::remove_file(&store);
        let mut merge = support::trustpack();
        merge
            .args(["--quiet", "merge"])
            .arg(&pem)
            .arg("-o")
            .arg(&store);
        let source = format!("file:{}", password.display());
        support::run(merge.args(["--password", &source]));
    };
    let mut figures = Vec::new();
    if support::judge("keytool").is_some() {
        let files: Vec<_> = (0..)
            .zip(roots.entries())
            .map(|(number, entry)| single(folder, number, entry))
            .collect();
        figures.push(Figure::timed(
            format!("merge {count} roots into a JKS, peer: keytool -importcert each"),
            Clock::Wall,
            Promise::Faster(1000.0),
            3,
            ours,
            || by_keytool(&files, &folder.path("keytool.jks")),
        ));
    }
    if let Some(mut javac) = support::judge("javac") {
        let source = support::root().join("benches/keystores/Merge.java");
        let classes = folder.path("classes");
        support::run(javac.arg("-d").arg(&classes).arg(source));
        figures.push(Figure::timed(
            format!("merge {count} roots into a JKS, peer: one Java program"),
            Clock::Wall,
            Promise::Faster(10.0),
            11,
            ours,
            || {
                let mut java = Command::new("java");
                java.arg("-cp").arg(&classes).arg("Merge").arg(&pem);
                support::run(java.arg(folder.path("java.jks")).arg(PASSWORD));
            },
        ));
    }
    figures
}

fn single(folder: &Folder, number: usize, entry: &Entry) -> std::path::PathBuf {
    let path = folder.path(&format!("root-{number}.pem"));
    let certificates = entry.certificates().to_vec().into_iter();
    certificates::write(&certificates::store(certificates), Format::Pem, &path);
    path
}

fn by_keytool(files: &[std::path::PathBuf], store: &Path) {
    let _ = std::fs::remove_file(store);
    for (number, file) in files.iter().enumerate() {
        let mut keytool = Command::new("keytool");
        keytool.args(["-importcert", "-noprompt", "-storetype", "JKS"]);
        keytool.args(["-storepass", PASSWORD, "-alias", &format!("root-{number}")]);
        support::run(keytool.arg("-file").arg(file).arg("-keystore").arg(store));
    }
}

/// One certificate looked into.
pub(crate) fn inspect(_: &Folder) -> Vec<Figure> {
    if support::judge("openssl").is_none() {
        return Vec::new();
    }
    let pem = support::fixture("pki/server.pem");
    vec![Figure::timed(
        "inspect one PEM, peer: openssl x509 -text",
        Clock::Wall,
        Promise::AtMost(1.0),
        51,
        || support::run(support::trustpack().arg("inspect").arg(&pem)),
        || {
            let mut openssl = Command::new("openssl");
            openssl.args(["x509", "-text", "-noout", "-in"]).arg(&pem);
            support::run(&mut openssl)
        },
    )]
}
