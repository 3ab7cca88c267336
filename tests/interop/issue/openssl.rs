//! openssl: requests, chains under `-x509_strict`, revocation lists.

use super::{KINDS, PROFILES, Yard};
use crate::support::{judge, run, stderr, stdout};

#[test]
fn openssl_accepts_requests_and_chains_of_every_kind() {
    if judge("openssl").is_none() {
        return;
    }
    for kind in KINDS {
        let yard = Yard::hierarchy(kind);
        for profile in PROFILES {
            let csr = format!("{profile}.csr");
            let check = ["req", "-in", &csr, "-verify", "-noout"];
            let output = run(&mut yard.judge("openssl", &check).unwrap());
            let said = stdout(&output) + &stderr(&output);
            assert!(said.contains("verify OK"), "{kind}: {said}");
            let purposes: &[&str] = match profile {
                "server" => &["sslserver"],
                "client" => &["sslclient"],
                _ => &["sslserver", "sslclient"],
            };
            for purpose in purposes {
                let pem = format!("{profile}.pem");
                let verify = [
                    "verify",
                    "-x509_strict",
                    "-purpose",
                    purpose,
                    "-CAfile",
                    "root.pem",
                    "-untrusted",
                    "issuing.pem",
                    &pem,
                ];
                run(&mut yard.judge("openssl", &verify).unwrap());
            }
        }
        let key = ["pkey", "-in", "server.key", "-noout"];
        run(&mut yard.judge("openssl", &key).unwrap());
    }
}

#[test]
fn openssl_finds_what_was_revoked_and_nothing_else() {
    if judge("openssl").is_none() {
        return;
    }
    let yard = Yard::with_one_revoked("p-256");
    for (name, expected) in [("one.pem", true), ("two.pem", false)] {
        let verify = [
            "verify",
            "-crl_check",
            "-CRLfile",
            "list.pem",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            name,
        ];
        let output = yard.judge("openssl", &verify).unwrap().output().unwrap();
        assert_eq!(
            output.status.success(),
            expected,
            "{name}: {}",
            stderr(&output)
        );
        assert!(expected || stderr(&output).contains("certificate revoked"));
    }
    let text = ["crl", "-in", "list.pem", "-noout", "-text"];
    let text = stdout(&run(&mut yard.judge("openssl", &text).unwrap()));
    assert!(text.contains("Key Compromise"), "{text}");
}

#[test]
fn openssl_reads_an_encrypted_key_and_the_request_of_a_store() {
    let yard = Yard::new();
    let Some(mut version) = yard.judge("openssl", &["version"]) else {
        return;
    };
    run(&mut version);
    yard.ours(&[
        "new",
        "key",
        "--type",
        "rsa-3072",
        "-o",
        "k.key",
        "--password",
        "env:PASS",
    ]);
    let mut read = yard
        .judge(
            "openssl",
            &[
                "rsa",
                "-in",
                "k.key",
                "-passin",
                "pass:changeit",
                "-check",
                "-noout",
            ],
        )
        .unwrap();
    run(&mut read);
    for store in ["keys.p12", "keys.jks"] {
        yard.ours(&[
            "new",
            "key",
            "--store",
            store,
            "--alias",
            "api",
            "--subject",
            "CN=api",
            "--days",
            "5",
            "--password",
            "env:PASS",
        ]);
        yard.ours(&[
            "new",
            "csr",
            "--key",
            store,
            "--entry",
            "api",
            "--input-password",
            "env:PASS",
            "--san",
            "api.example.test",
            "-o",
            "api.csr",
            "--force",
        ]);
        run(&mut yard
            .judge("openssl", &["req", "-in", "api.csr", "-verify", "-noout"])
            .unwrap());
    }
}
