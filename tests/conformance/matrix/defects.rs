//! Defects × stores: the root, the intermediate, both, the leaf itself.

mod algorithms;
mod authorities;
mod constraints;
mod leaves;
mod policies;

use super::cells::{Cell, HOST};
use super::pki::Certified;

/// A chain with something about it: leaf, intermediates, root.
pub(crate) struct Defect {
    pub name: String,
    pub host: &'static str,
    /// What the server presents.
    pub chain: Vec<Certified>,
    pub root: Certified,
}

impl Defect {
    pub(crate) fn new(name: impl Into<String>, chain: &[&Certified], root: &Certified) -> Self {
        Self {
            name: name.into(),
            host: HOST,
            chain: chain.iter().map(|&certified| certified.clone()).collect(),
            root: root.clone(),
        }
    }

    pub(crate) fn host(self, host: &'static str) -> Self {
        Self { host, ..self }
    }
}

pub(crate) fn cells() -> Vec<Cell> {
    let parts = [
        leaves::defects(),
        authorities::defects(),
        constraints::defects(),
        policies::defects(),
        algorithms::defects(),
    ];
    parts.into_iter().flatten().flat_map(under_stores).collect()
}

fn under_stores(defect: Defect) -> Vec<Cell> {
    let chain: Vec<&Certified> = defect.chain.iter().collect();
    let mut stores = vec![("root", vec![&defect.root]), ("leaf", vec![chain[0]])];
    if let Some(issuer) = defect.chain.get(1) {
        stores.push(("intermediate", vec![issuer]));
        stores.push(("root and intermediate", vec![&defect.root, issuer]));
    }
    let cell = |(store, trusted): (&str, Vec<&Certified>)| {
        let name = format!("defect {} / store {store}", defect.name);
        Cell::new(name, &trusted, &chain).host(defect.host)
    };
    stores.into_iter().map(cell).collect()
}
