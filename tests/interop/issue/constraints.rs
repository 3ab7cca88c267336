//! Name constraints: which names openssl and Java find in a certificate, and that we issue what both accept.

use std::process::Command;

use super::Yard;
use super::java::java;
use crate::support::{judge, stderr};

/// The common name counts where no alternative name is a host: for Java any host name, for openssl those of two labels.
#[test]
fn common_names_count_as_each_client_counts_them() {
    let (Some(_), Some(program)) = (judge("openssl"), judge("java")) else {
        return;
    };
    let program = program.get_program().to_owned();
    let yard = Yard::new();
    yard.authorities("p-256");
    for (name, openssl, java_takes) in [
        ("server", true, false),
        ("server.example.org", false, false),
        ("server.example.test", true, true),
        ("my_server.example.org", false, true),
        ("Some One", true, true),
    ] {
        let subject = format!("CN={name}");
        yard.ours(&[
            "new",
            "csr",
            "--subject",
            &subject,
            "--type",
            "p-256",
            "--new-key",
            "a.key",
            "--password",
            "none",
            "-o",
            "a.csr",
            "--force",
        ]);
        let sign = [
            "sign",
            "a.csr",
            "--ca",
            "issuing.key",
            "issuing.pem",
            "root.pem",
            "--days",
            "10",
            "--profile",
            "server",
            "-o",
            "a.pem",
            "--force",
        ];
        let output = yard.command(&sign).output().unwrap();
        let said = stderr(&output);
        assert_eq!(
            output.status.success(),
            openssl && java_takes,
            "{name}: {said}"
        );
        if !output.status.success() {
            assert!(said.contains(name), "{name}: {said}");
        }
        yard.ours(&[&sign[..], &["--allow", "name-constraints"]].concat());
        let verify = [
            "verify",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "a.pem",
        ];
        let output = yard.judge("openssl", &verify).unwrap().output().unwrap();
        assert_eq!(
            output.status.success(),
            openssl,
            "{name}: {}",
            stderr(&output)
        );
        let text = java(Command::new(&program), &yard, &["a"]);
        assert_eq!(text.starts_with("a: path"), java_takes, "{name}: {text}");
    }
}
