//! A loopback server for every chain, shared by the cells that present it.

use std::collections::HashMap;

use rustls_pki_types::CertificateDer;

use super::cells::Cell;
use crate::support::server::Server;

pub(crate) struct Servers(HashMap<Vec<CertificateDer<'static>>, Server>);

impl Servers {
    pub(crate) fn start(cells: &[Cell]) -> Self {
        let mut servers = HashMap::new();
        for cell in cells {
            servers
                .entry(cell.chain.clone())
                .or_insert_with(|| Server::start(cell.chain.clone(), cell.key.clone()));
        }
        Self(servers)
    }

    pub(crate) fn port(&self, cell: &Cell) -> u16 {
        self.0[&cell.chain].address.port()
    }
}
