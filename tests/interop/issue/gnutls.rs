//! GnuTLS' certtool.

use super::{KINDS, PROFILES, Yard};
use crate::support::{judge, run, stdout};

#[test]
fn gnutls_accepts_chains_and_requests_of_every_kind() {
    if judge("certtool").is_none() {
        return;
    }
    for kind in KINDS {
        let yard = Yard::hierarchy(kind);
        for profile in PROFILES {
            let chain = format!("{profile}.chain.pem");
            let verify = [
                "--verify",
                "--load-ca-certificate",
                "root.pem",
                "--infile",
                &chain,
            ];
            let text = stdout(&run(&mut yard.judge("certtool", &verify).unwrap()));
            assert!(
                text.contains("Chain verification output: Verified."),
                "{kind} {profile}: {text}"
            );
            let csr = format!("{profile}.csr");
            let info = ["--crq-info", "--infile", &csr];
            let text = stdout(&run(&mut yard.judge("certtool", &info).unwrap()));
            assert!(
                text.contains("Self signature: verified"),
                "{kind} {profile}: {text}"
            );
        }
    }
}

#[test]
fn gnutls_verifies_the_list_of_what_was_revoked() {
    if judge("certtool").is_none() {
        return;
    }
    for kind in KINDS {
        let yard = Yard::with_one_revoked(kind);
        let verify = [
            "--verify-crl",
            "--load-ca-certificate",
            "issuing.pem",
            "--infile",
            "list.pem",
        ];
        let text = stdout(&run(&mut yard.judge("certtool", &verify).unwrap()));
        assert!(text.contains("Verified"), "{kind}: {text}");
    }
}
