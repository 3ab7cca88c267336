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
