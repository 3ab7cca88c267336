//! The roots and chains that are judged, made anew for each run.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SerialNumber, SignatureAlgorithm};
use trustpack_core::Certificate;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::CertificateDer;
use trustpack_core::trust::TrustAnchors;

use crate::support::pki::{self, Certified};

/// The kinds of keys that servers and their CAs have.
pub(crate) const KINDS: [(&str, &SignatureAlgorithm); 2] = [
    ("P-256", &PKCS_ECDSA_P256_SHA256),
    ("RSA 2048", &PKCS_RSA_SHA256),
];

/// Chains of three, each with a name of its own, below a few roots that stand in a store with those of the system.
pub(crate) struct Chains {
    pub(crate) roots: Vec<CertificateDer<'static>>,
    pub(crate) presented: Vec<Presented>,
}

/// What one server presents.
pub(crate) struct Presented {
    pub(crate) name: String,
    pub(crate) end_entity: CertificateDer<'static>,
    pub(crate) intermediate: CertificateDer<'static>,
    /// Its place among the roots.
    pub(crate) root: usize,
}

impl Chains {
    /// So many, by turns below the same two intermediates of each of two roots.
    pub(crate) fn new(count: usize, kind: &'static SignatureAlgorithm) -> Self {
        let key = || KeyPair::generate_for(kind).unwrap();
        let mut roots = system_roots();
        let mut intermediates = Vec::new();
        for number in 0..2 {
            let name = format!("Benchmark Root {number}");
            let root = pki::ca_with(key(), &name, None, |_| {});
            for number in 0..2 {
                let name = format!("{name}, CA {number}");
                let ca = pki::ca_with(key(), &name, Some(&root), |_| {});
                intermediates.push((roots.len(), ca));
            }
            roots.push(root.der);
        }
        let servers = key().serialize_der();
        let presented = intermediates.iter().cycle().take(count).enumerate();
        let presented = presented.map(|(number, (root, ca))| {
            let key = KeyPair::try_from(servers.as_slice()).unwrap();
            Presented::new(number, key, ca, *root)
        });
        Self {
            presented: presented.collect(),
            roots,
        }
    }

    /// The store, parsed.
    pub(crate) fn anchors(&self) -> TrustAnchors {
        let parse = |der: &CertificateDer<'static>| Certificate::from_der(der.clone()).unwrap();
        TrustAnchors::new("roots", self.roots.iter().map(parse).collect())
    }
}

impl Presented {
    fn new(number: usize, key: KeyPair, ca: &Certified, root: usize) -> Self {
        let name = format!("server-{number}.benchmark.example");
        let server = pki::server_with(key, &[&name], Some(ca), |parameters| {
            parameters.serial_number = Some(SerialNumber::from(number as u64 + 1));
        });
        Self {
            name,
            end_entity: server.der,
            intermediate: ca.der.clone(),
            root,
        }
    }

    /// Parsed, from bytes in memory.
    pub(crate) fn parse(&self) -> PresentedChain {
        PresentedChain::from_ders([self.end_entity.clone(), self.intermediate.clone()])
    }
}

fn system_roots() -> Vec<CertificateDer<'static>> {
    let roots = rustls_native_certs::load_native_certs().certs;
    roots.iter().map(|der| der.to_vec().into()).collect()
}
