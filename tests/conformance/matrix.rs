//! Stores × servers × dates × names × defects: Java, OpenSSL and rustls decide each cell live, and `verify` must say the
//! same of each.
//!
//! ```text
//! cells               what a cell is, and all of them
//! stores              stores × servers × dates
//! names               names in certificates × names asked for
//! defects/            defects of leaves, authorities, algorithms × stores
//! pki, keys           certificates that are right until somebody spoils them, and their keys
//! extensions, der     what certificates are made of
//! servers             the chains of the cells, served on loopback
//! java, openssl, rustls   the judges
//! undecided           the cells on which `verify` cannot tell
//! ```

pub(crate) mod cells;
mod defects;
pub(crate) mod der;
pub(crate) mod extensions;
pub(crate) mod java;
pub(crate) mod keys;
mod names;
pub(crate) mod openssl;
pub(crate) mod pki;
pub(crate) mod rustls;
pub(crate) mod servers;
mod stores;
mod undecided;

use std::time::Instant;

use trustpack_core::Certificate;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::{Alias, Entry, KeyStore};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, Verdict, verify};

use crate::support::judge;
use cells::Cell;
use servers::Servers;
use undecided::Undecided;

/// Accepted, or refused and in which words.
pub(crate) type Answer = Result<(), String>;

/// A client and what the real one answered to each cell.
struct Column {
    client: Option<Client>,
    judge: &'static str,
    answers: Vec<Answer>,
}

/// Java keeps one of several anchors of the same name and key by chance, and `verify` refuses where chance can go wrong.
const BY_CHANCE: &str = "store root that is no CA and root / ";

#[test]
fn every_client_decides_every_cell_as_verify_says() {
    if judge("openssl").is_none() {
        // makes many of the certificates, too
        return;
    }
    let clock = Instant::now();
    let cells = cells::all();
    assert!(cells.len() >= 500, "{} cells", cells.len());
    eprintln!("{} cells, made in {:?}", cells.len(), clock.elapsed());
    let servers = Servers::start(&cells);
    let columns = columns(&cells, &servers);
    let mut exceptions = Undecided::load();
    let mut wrong = Vec::new();
    for column in &columns {
        let accepted = column.answers.iter().filter(|answer| answer.is_ok());
        eprintln!("{} accepts {}", column.judge, accepted.count());
        if let Some(client) = column.client {
            for (cell, theirs) in cells.iter().zip(&column.answers) {
                let ours = ask_us(cell, client);
                if !agree(cell, column, &ours, theirs, &mut exceptions) {
                    wrong.push(disagreement(cell, column, &ours, theirs));
                }
            }
            wrong.extend(exceptions.unused(column.judge));
        }
    }
    eprintln!("{:?} in all", clock.elapsed());
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn agree(
    cell: &Cell,
    column: &Column,
    ours: &Verdict,
    theirs: &Answer,
    exceptions: &mut Undecided,
) -> bool {
    if ours.is_undecided() {
        return exceptions.has(column.judge, &cell.name);
    }
    let is_java = matches!(column.client, Some(Client::Java | Client::Java21));
    if is_java && cell.name.starts_with(BY_CHANCE) && theirs.is_ok() {
        // the other way round, chance would be no excuse
        return true;
    }
    ours.is_accepted() == theirs.is_ok()
}

fn disagreement(cell: &Cell, column: &Column, ours: &Verdict, theirs: &Answer) -> String {
    let ours = ours.outcome.as_ref().map(drop).map_err(ToString::to_string);
    let judge = column.judge;
    format!(
        "{}\n    {judge}: {theirs:?}\n    verify: {ours:?}",
        cell.name
    )
}

/// The clients that are here. A column without a client is only counted.
fn columns(cells: &[Cell], servers: &Servers) -> Vec<Column> {
    let column = |client, judge, answers| Column {
        client,
        judge,
        answers,
    };
    let mut columns = vec![
        column(Some(Client::OpenSsl), "openssl", openssl::ask(cells, &[])),
        column(
            Some(Client::OpenSslPartialChain),
            "openssl -partial_chain",
            openssl::ask(cells, &["-partial_chain"]),
        ),
        column(Some(Client::Browser), "rustls", rustls::ask(cells)),
    ];
    openssl::assert_that_handshakes_agree(cells, servers, &columns[0].answers);
    rustls::assert_that_handshakes_agree(cells, servers, &columns[2].answers);
    if let Some(java) = java::installed() {
        let answers = java::ask(java, cells, servers);
        columns.push(column(Some(Client::Java), "java", answers));
        if let Some(newer) = java::newer() {
            let answers = java::ask(newer, cells, servers);
            columns.push(column(Some(Client::Java21), "java21", answers));
        }
    }
    columns
}

fn ask_us(cell: &Cell, client: Client) -> Verdict {
    let chain = PresentedChain::from_ders(cell.chain.iter().cloned());
    let anchors = match client {
        Client::Java | Client::Java21 => TrustAnchors::from_store("the store", &key_store(cell)),
        // these read a list of certificates, and leave out what they cannot read
        _ => {
            let read = |der: &rustls_pki_types::CertificateDer<'static>| {
                Certificate::from_der(der.clone()).ok()
            };
            TrustAnchors::new("the store", cell.trusted.iter().filter_map(read).collect())
        }
    };
    let name = ServerName::try_from(cell.host.as_str()).unwrap();
    verify(&chain, &anchors, &name, cell.at, client, &cell.name)
}

/// The store of a cell as Java has it.
fn key_store(cell: &Cell) -> KeyStore {
    let mut store = KeyStore::new();
    for (place, certificate) in cell.trusted.iter().enumerate() {
        let alias = Alias::new(format!("c{place}"));
        store
            .push(Entry::trusted(alias, certificate.clone()))
            .unwrap();
    }
    store
}
