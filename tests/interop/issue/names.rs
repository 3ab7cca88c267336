//! CAs with names of every form, made by openssl: below each what we issue is accepted, since its name is kept byte for byte.

use super::Yard;
use crate::support::{judge, run, stdout};

/// How strings are chosen, and the attributes.
const NAMES: [(&str, &str); 6] = [
    ("utf8only", "0.DC = com\n1.DC = example\nO = Example\n"),
    (
        "utf8only",
        "O = Example\n0.OU = One\n1.OU = Two\n2.OU = Three\nCN = CA\n",
    ),
    // é is T61String there, and € BMPString
    ("default", "O = Café\nCN = CA\n"),
    ("default", "O = Preis €\nCN = CA\n"),
    ("utf8only", "O = Zürich 🦀\nCN = \\ a \\, b \\ \n"),
    (
        "utf8only",
        "C = DE\nemailAddress = ca@example.test\nO = Example\n+CN = CA\n",
    ),
];

#[test]
fn what_is_issued_below_any_name_is_accepted() {
    if judge("openssl").is_none() {
        return;
    }
    for (mask, attributes) in NAMES {
        let yard = Yard::new();
        yard.write(
            "ca.cnf",
            &format!(
                "[req]\nprompt = no\nutf8 = yes\nstring_mask = {mask}\ndistinguished_name = dn\nx509_extensions = ext\n\
                 [dn]\n{attributes}[ext]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\n\
                 subjectKeyIdentifier = hash\n"
            ),
        );
        let make = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "issuing.key",
            "-out",
            "issuing.pem",
            "-days",
            "30",
            "-config",
            "ca.cnf",
            "-utf8",
        ];
        run(&mut yard.judge("openssl", &make).unwrap());
        yard.ours(&[
            "new",
            "csr",
            "--subject",
            "/DC=com/DC=example/OU=a/OU=b/CN=Größe 🦀",
            "--san",
            "h.example.test",
            "--type",
            "p-256",
            "--new-key",
            "own.key",
            "--password",
            "none",
            "-o",
            "own.csr",
        ]);
        yard.ours(&[
            "sign",
            "own.csr",
            "--ca",
            "issuing.key",
            "issuing.pem",
            "--days",
            "10",
            "--profile",
            "mutual",
            "-o",
            "own.pem",
        ]);
        let verify = [
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-CAfile",
            "issuing.pem",
            "own.pem",
        ];
        run(&mut yard.judge("openssl", &verify).unwrap());
        if judge("certtool").is_some() {
            yard.join(&["own.pem", "issuing.pem"], "chain.pem");
            let verify = [
                "--verify",
                "--load-ca-certificate",
                "issuing.pem",
                "--infile",
                "own.pem",
            ];
            let text = stdout(&run(&mut yard.judge("certtool", &verify).unwrap()));
            assert!(text.contains("Verified."), "{attributes}: {text}");
        }
        if judge("certutil").is_some() {
            std::fs::create_dir(yard.path("db")).unwrap();
            for arguments in [
                &["-N", "--empty-password"][..],
                &["-A", "-n", "ca", "-t", "C,C,C", "-a", "-i", "issuing.pem"],
                &["-A", "-n", "own", "-t", ",,", "-a", "-i", "own.pem"],
                &["-V", "-n", "own", "-u", "V", "-e"],
            ] {
                run(yard
                    .judge("certutil", arguments)
                    .unwrap()
                    .args(["-d", "sql:db"]));
            }
        }
        if let Some(program) = judge("java") {
            std::fs::copy(yard.path("issuing.pem"), yard.path("root.pem")).unwrap();
            let text = super::java::java(program, &yard, &["own"]);
            assert_eq!(text, "own: path server client\n", "{attributes}");
        }
        super::webpki::assert_accepted(&yard, "issuing.pem", &[], "own.pem", "h.example.test");
        if judge("keytool").is_some() {
            yard.ours(&[
                "store",
                "import-key",
                "keys.p12",
                "own.key",
                "own.pem",
                "issuing.pem",
                "--alias",
                "own",
                "--password",
                "env:PASS",
            ]);
            let list = [
                "-list",
                "-v",
                "-keystore",
                "keys.p12",
                "-storepass",
                "changeit",
            ];
            let text = stdout(&run(&mut yard.judge("keytool", &list).unwrap()));
            assert!(
                text.contains("Certificate chain length: 2"),
                "{attributes}: {text}"
            );
        }
    }
}
