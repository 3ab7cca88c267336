//! Chains that no server should send, by one that holds the key: bytes after a certificate, the wrong order, a
//! certificate of somebody else.

use rustls_pki_types::CertificateDer;

use super::chain::{NAME, Pki, TLS12, TLS13};
use super::kit::{Case, findings, serve};
use super::support::pki;
use super::wire;

type Chain = Vec<CertificateDer<'static>>;

struct Odd {
    sent: Chain,
    /// In the order of the path, where there is one.
    shown: Chain,
    finding: &'static str,
}

fn odd(pki: &Pki) -> Vec<Odd> {
    let [leaf, issuer, root] = [&pki.leaf, &pki.issuing, &pki.root].map(|one| one.der.clone());
    let longer: CertificateDer<'_> = [&leaf[..], b"\0\0trailing"].concat().into();
    let stranger = pki::server(&["stranger.test"], None, |_| {}).der;
    vec![
        Odd {
            sent: vec![longer, issuer.clone()],
            shown: vec![issuer.clone()],
            finding: "CERT-UNREADABLE",
        },
        Odd {
            sent: vec![leaf.clone(), root, issuer.clone()],
            shown: vec![leaf.clone(), issuer.clone()],
            finding: "CHAIN-ORDER",
        },
        Odd {
            sent: vec![leaf.clone(), stranger, issuer.clone()],
            shown: vec![leaf, issuer],
            finding: "CHAIN-EXTRA",
        },
    ]
}

fn case(pki: &Pki, odd: &Odd, versions: &[&'static rustls::SupportedProtocolVersion]) -> Case {
    let config = pki.config(&odd.sent, versions);
    let server = serve(move |client| wire::shake_hands(client, Vec::new(), &config));
    Case::named("https", NAME, server).presents(&odd.shown)
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let all = odd(&pki).into_iter();
    all.map(|odd| case(&pki, &odd, TLS13)).collect()
}

#[test]
fn they_are_put_in_order_and_told() {
    let pki = Pki::new();
    for odd in odd(&pki) {
        for versions in [TLS12, TLS13] {
            let record = case(&pki, &odd, versions).holds();
            let found = findings(&record);
            assert!(found.contains(&odd.finding), "{found:?}");
            // by a certificate that cannot be read nothing is proven
            let is_proven = odd.finding != "CERT-UNREADABLE";
            assert_eq!(record["possession"] == "proven", is_proven, "{record:#}");
            assert_eq!(found.contains(&"FETCH-UNPROVEN"), !is_proven);
        }
    }
}
