//! The cells of the matrix: which client trusts what, which server presents what, when, and under which name.

use std::collections::BTreeSet;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use time::macros::datetime;

use super::pki::Certified;
use super::{defects, names, stores};

/// The host of every cell that is not about names.
pub(crate) const HOST: &str = "api.trustpack.test";

/// When every certificate without a defect holds.
pub(crate) const GOOD: OffsetDateTime = datetime!(2024-06-01 00:00 UTC);

/// One question to every client.
#[derive(Clone)]
pub(crate) struct Cell {
    pub name: String,
    pub trusted: Vec<CertificateDer<'static>>,
    pub chain: Vec<CertificateDer<'static>>,
    /// PKCS#8 of the server's key.
    pub key: Vec<u8>,
    pub host: String,
    pub at: OffsetDateTime,
}

impl Cell {
    pub(crate) fn new(name: String, trusted: &[&Certified], chain: &[&Certified]) -> Self {
        let ders = |certificates: &[&Certified]| {
            let der = |certified: &&Certified| certified.der.clone();
            certificates.iter().map(der).collect()
        };
        Self {
            name,
            trusted: ders(trusted),
            chain: ders(chain),
            key: chain[0].key.pkcs8.clone(),
            host: HOST.to_owned(),
            at: GOOD,
        }
    }

    pub(crate) fn host(self, host: &str) -> Self {
        Self {
            host: host.to_owned(),
            ..self
        }
    }

    pub(crate) fn at(self, at: OffsetDateTime) -> Self {
        Self { at, ..self }
    }
}

/// All of them, in the same order every time. The keys are new each time.
pub(crate) fn all() -> Vec<Cell> {
    let parts = [stores::cells(), names::cells(), defects::cells()];
    let cells: Vec<Cell> = parts.into_iter().flatten().collect();
    let distinct: BTreeSet<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(distinct.len(), cells.len(), "two cells have the same name");
    cells
}
