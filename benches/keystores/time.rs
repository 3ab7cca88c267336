//! Figures of time.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha1::{Digest, Sha1};
use trustpack_core::keystore::{self, Format, Integrity, ReadOptions};

use crate::certificates::{self, Folder};
use crate::figure::{Clock, Figure, Promise};
use crate::{CERTIFICATES, PASSWORD, password, support};

/// Whole processes: what Java trusts, listed by us and by keytool.
pub(crate) fn cacerts(folder: &Folder) -> Vec<Figure> {
    if support::judge("keytool").is_none() {
        return Vec::new();
    }
    let (file, origin) = cacerts_of_java().unwrap_or_else(|| {
        let path = folder.path("cacerts");
        let roots = rustls_native_certs::load_native_certs().certs;
        certificates::write(&certificates::store(roots.into_iter()), Format::Jks, &path);
        (path, "the system's roots")
    });
    let contents = keystore::read(&std::fs::read(&file).unwrap(), &ReadOptions::default());
    let count = contents.unwrap().store.len();
    vec![Figure::timed(
        format!("list {origin} ({count} entries), peer: keytool -list"),
        Clock::Wall,
        Promise::Faster(40.0),
        11,
        || succeed(support::trustpack().arg("inspect").arg(&file)),
        || {
            let mut keytool = Command::new("keytool");
            keytool.args(["-list", "-storepass", PASSWORD, "-keystore"]);
            succeed(keytool.arg(&file));
        },
    )]
}

/// The roots of the JDK that keytool belongs to.
fn cacerts_of_java() -> Option<(PathBuf, &'static str)> {
    let path = std::env::var_os("PATH")?;
    let keytool = std::env::split_paths(&path)
        .find_map(|folder| folder.join("keytool").canonicalize().ok())?;
    let home = keytool.ancestors().nth(2)?;
    let file = home.join("lib/security/cacerts").canonicalize().ok()?;
    Some((file, "Java's cacerts"))
}

/// Inside one process: a JKS read and verified, beside the digest that verifying takes at least.
pub(crate) fn sha1(folder: &Folder) -> Vec<Figure> {
    let bytes = std::fs::read(folder.file(Format::Jks)).unwrap();
    let password = password();
    let options = ReadOptions {
        password: Some(&password),
    };
    vec![Figure::timed(
        format!("read and verify a JKS of {CERTIFICATES}, peer: SHA-1 over it"),
        Clock::Thread,
        Promise::AtMost(3.0),
        101,
        || {
            let contents = keystore::read(black_box(&bytes), &options).unwrap();
            assert_eq!(contents.integrity, Integrity::Verified);
            contents
        },
        || Sha1::digest(black_box(&bytes)),
    )]
}

/// Whole processes: a PKCS#12 with an expensive key derivation, listed by us and by OpenSSL.
///
/// With few certificates the derivation is all that takes time; with many, OpenSSL spends most of its own on printing.
pub(crate) fn openssl(folder: &Folder) -> Vec<Figure> {
    if support::judge("openssl").is_none() {
        return Vec::new();
    }
    let password = folder.path("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let few = folder.path("few.pem");
    let certificates = folder.store.entries().iter().take(FEW);
    let certificates = certificates.flat_map(|entry| entry.certificates().to_vec());
    certificates::write(&certificates::store(certificates), Format::Pem, &few);
    let files = [(FEW, few), (CERTIFICATES, folder.file(Format::Pem))];
    let protections: [(&str, &[&str]); 2] = [
        (
            "AES-256, PBKDF2, SHA-256",
            &["-certpbe", "AES-256-CBC", "-macalg", "sha256"],
        ),
        (
            "3DES, SHA-1",
            &["-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
        ),
    ];
    let mut figures = Vec::new();
    for (count, pem) in &files {
        for (name, options) in protections {
            let file = folder.path(&format!("{name} {count}.p12"));
            let mut export = pkcs12("-passout", &password);
            export.args(["-export", "-nokeys", "-iter", "1000000"]);
            export.args(options).arg("-in").arg(pem);
            succeed(export.arg("-out").arg(&file));
            figures.push(Figure::timed(
                format!("list a PKCS#12 of {count} ({name}), peer: openssl"),
                Clock::Wall,
                Promise::AtMost(1.2),
                11,
                || {
                    let mut inspect = support::trustpack();
                    inspect.arg("inspect").arg(&file);
                    succeed(inspect.arg("--input-password").arg(source(&password)));
                },
                || {
                    let mut list = pkcs12("-passin", &password);
                    succeed(list.args(["-nokeys", "-in"]).arg(&file));
                },
            ));
        }
    }
    figures
}

/// So few certificates that nothing but the key derivation takes time.
const FEW: usize = 10;

fn pkcs12(option: &str, password: &Path) -> Command {
    let mut openssl = Command::new("openssl");
    openssl.args(["pkcs12", option]).arg(source(password));
    openssl
}

/// Where a password comes from, in words that both programs know.
fn source(password: &Path) -> String {
    format!("file:{}", password.display())
}

fn succeed(command: &mut Command) {
    support::run(command);
}
