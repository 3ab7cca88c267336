//! NSS' certutil: Firefox's library.

use std::process::Command;

use super::Yard;
use crate::support::{judge, run, stdout};

fn certutil(yard: &Yard, arguments: &[&str]) -> Command {
    let mut command = yard.judge("certutil", arguments).unwrap();
    command.args(["-d", "sql:db"]);
    command
}

#[test]
fn nss_accepts_servers_and_clients() {
    if judge("certutil").is_none() {
        return;
    }
    // NSS 3.87 has no Ed25519 in certificates
    for kind in ["rsa-2048", "p-256", "p-384", "p-521"] {
        let yard = Yard::hierarchy(kind);
        std::fs::create_dir(yard.path("db")).unwrap();
        run(&mut certutil(&yard, &["-N", "--empty-password"]));
        for (name, trust) in [
            ("root", "CT,C,C"),
            ("issuing", ",,"),
            ("server", ",,"),
            ("client", ",,"),
            ("mutual", ",,"),
        ] {
            let file = format!("{name}.pem");
            run(&mut certutil(
                &yard,
                &["-A", "-n", name, "-t", trust, "-a", "-i", &file],
            ));
        }
        for (name, usage) in [
            ("server", "V"),
            ("client", "C"),
            ("mutual", "V"),
            ("mutual", "C"),
        ] {
            let text = stdout(&run(&mut certutil(
                &yard,
                &["-V", "-n", name, "-u", usage, "-e"],
            )));
            assert!(
                text.contains("certificate is valid"),
                "{kind} {name} {usage}: {text}"
            );
        }
        let refused = certutil(&yard, &["-V", "-n", "client", "-u", "V"])
            .output()
            .unwrap();
        assert!(!refused.status.success(), "a client is no server");
    }
}
