//! `match` beside openssl and Python, which tell public keys: the same answer for every kind of key, in every kind of file.

use super::Yard;
use crate::support::{judge, python, run, stdout};

const KINDS: [&str; 6] = ["rsa-2048", "rsa-4096", "p-256", "p-384", "p-521", "ed25519"];
const MORE: [&str; 3] = ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"];

/// Two keys of one kind, with a request and a certificate of each.
fn pairs(kind: &str) -> Yard {
    let yard = Yard::new();
    for name in ["one", "two"] {
        let subject = format!("CN={name}");
        let [key, csr, pem] = ["key", "csr", "pem"].map(|end| format!("{name}.{end}"));
        yard.ours(&[
            "new",
            "cert",
            "--subject",
            &subject,
            "--days",
            "5",
            "--type",
            kind,
            "--new-key",
            &key,
            "--password",
            "none",
            "-o",
            &pem,
        ]);
        yard.ours(&[
            "new",
            "csr",
            "--subject",
            &subject,
            "--key",
            &key,
            "-o",
            &csr,
        ]);
    }
    yard
}

/// Each file beside each, as the public keys in them are the same or not.
fn assert_same_answers(yard: &Yard, kind: &str, public_key: impl Fn(&str) -> String) {
    let files = [
        "one.key", "one.csr", "one.pem", "two.key", "two.csr", "two.pem",
    ];
    let keys = files.map(&public_key);
    for (one, own) in files.iter().zip(&keys) {
        assert!(!own.is_empty(), "{kind}: {one}");
        for (other, theirs) in files.iter().zip(&keys) {
            let output = yard.command(&["match", one, other]).output().unwrap();
            let belongs = match output.status.code() {
                Some(0) => true,
                Some(1) => false,
                code => panic!("{kind}: {one} {other}: {code:?}"),
            };
            assert_eq!(belongs, own == theirs, "{kind}: {one} {other}");
        }
    }
}

#[test]
fn openssl_finds_the_same_pairs() {
    if judge("openssl").is_none() {
        return;
    }
    for kind in KINDS {
        let yard = pairs(kind);
        assert_same_answers(&yard, kind, |file| {
            let arguments: &[&str] = match file.rsplit('.').next() {
                Some("key") => &["pkey", "-pubout", "-in", file],
                Some("csr") => &["req", "-pubkey", "-noout", "-in", file],
                _ => &["x509", "-pubkey", "-noout", "-in", file],
            };
            stdout(&run(&mut yard.judge("openssl", arguments).unwrap()))
        });
    }
}

const PUBLIC_KEY: &str = "
import sys
from cryptography import x509
from cryptography.hazmat.primitives import serialization as form
text = open(sys.argv[1], 'rb').read()
if sys.argv[1].endswith('.key'):
    key = form.load_pem_private_key(text, None).public_key()
elif sys.argv[1].endswith('.csr'):
    key = x509.load_pem_x509_csr(text).public_key()
else:
    key = x509.load_pem_x509_certificate(text).public_key()
print(key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo).hex())
";

#[test]
fn python_finds_the_same_pairs_of_ml_dsa() {
    if python("cryptography.hazmat.primitives.asymmetric.mldsa").is_none() {
        return;
    }
    for kind in MORE {
        let yard = pairs(kind);
        assert_same_answers(&yard, kind, |file| {
            let mut command = python("cryptography").unwrap();
            command.current_dir(yard.folder());
            stdout(&run(command.args(["-c", PUBLIC_KEY, file])))
        });
    }
}
