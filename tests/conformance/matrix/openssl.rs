//! `openssl verify` for every cell, and `openssl s_client` for some.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use rustls::pki_types::CertificateDer;

use super::Answer;
use super::cells::Cell;
use super::servers::Servers;
use crate::support::pki::pem;

/// Every which cell is asked by a handshake, too.
const SAMPLE: usize = 5;

/// What `openssl verify` says, set as a TLS client of security level 2 is.
pub(crate) fn ask(cells: &[Cell], flags: &[&str]) -> Vec<Answer> {
    let unreadable = unreadable(cells);
    in_two_halves(cells, |folder, cell| {
        // a client ends the handshake, `-untrusted` passes over it
        if cell.chain.iter().any(|one| unreadable.contains(one)) {
            return Err("a certificate that is not parsed".to_owned());
        }
        let mut command = Command::new("openssl");
        command.args(["verify", "-auth_level", "2", "-purpose", "sslserver"]);
        command.args(flags);
        set(&mut command, folder, cell);
        command
            .arg("-untrusted")
            .arg(file(folder, "chain", &pem(&cell.chain)));
        command.arg(file(folder, "leaf", &pem(&cell.chain[..1])));
        answer(&mut command)
    })
}

/// What openssl does not parse of all that is presented.
fn unreadable(cells: &[Cell]) -> HashSet<CertificateDer<'static>> {
    let presented: HashSet<_> = cells
        .iter()
        .flat_map(|cell| cell.chain[1..].iter())
        .collect();
    let presented: Vec<_> = presented.into_iter().collect();
    let answers = in_two_halves(&presented, |folder, certificate| {
        let mut command = Command::new("openssl");
        command.args(["x509", "-noout", "-in"]);
        command.arg(file(folder, "one", &pem(&[(*certificate).clone()])));
        answer(&mut command)
    });
    let both = presented.into_iter().zip(answers);
    both.filter(|(_, answer)| answer.is_err())
        .map(|(certificate, _)| certificate.clone())
        .collect()
}

/// `openssl verify` stands for a TLS client, so a real one must answer the same where it is asked.
pub(crate) fn assert_that_handshakes_agree(cells: &[Cell], servers: &Servers, verify: &[Answer]) {
    // whatever it did not come to judge, such as a file that it does not read, is always asked
    let wanted = |place: usize, answer: &Answer| {
        place.is_multiple_of(SAMPLE)
            || answer
                .as_ref()
                .is_err_and(|error| !error.contains("lookup"))
    };
    let (sample, verify): (Vec<&Cell>, Vec<&Answer>) = cells
        .iter()
        .zip(verify)
        .enumerate()
        .filter(|(place, (_, answer))| wanted(*place, answer))
        .map(|(_, both)| both)
        .unzip();
    let answers = in_two_halves(&sample, |folder, cell| {
        let mut command = Command::new("openssl");
        let address = format!("127.0.0.1:{}", servers.port(cell));
        command.args(["s_client", "-connect", &address, "-verify_return_error"]);
        set(&mut command, folder, cell);
        answer(&mut command)
    });
    let mut wrong = Vec::new();
    for ((cell, client), verify) in sample.iter().zip(&answers).zip(verify) {
        if client.is_ok() != verify.is_ok() {
            wrong.push(format!(
                "{}\n    verify {verify:?}\n    s_client {client:?}",
                cell.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "openssl differs from itself:\n{}",
        wrong.join("\n")
    );
    eprintln!("openssl s_client agrees in {} cells", sample.len());
}

/// Store, name and time.
fn set(command: &mut Command, folder: &Path, cell: &Cell) {
    let kind = match cell.host.parse::<IpAddr>() {
        Ok(_) => "-verify_ip",
        Err(_) => "-verify_hostname",
    };
    command.args(["-no-CApath", "-no-CAstore", kind, &cell.host]);
    command.args(["-attime", &cell.at.unix_timestamp().to_string()]);
    command
        .arg("-CAfile")
        .arg(file(folder, "store", &pem(&cell.trusted)));
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn answer(command: &mut Command) -> Answer {
    let output = command.stdin(Stdio::null()).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mut lines = stderr.lines().chain(stdout.lines());
    let error = lines.find(|line| line.contains("rror"));
    Err(error.unwrap_or("no word about it").to_owned())
}

/// The answers in order, from two threads with a folder each.
fn in_two_halves<C: Sync>(cells: &[C], ask: impl Fn(&Path, &C) -> Answer + Sync) -> Vec<Answer> {
    let each = |half: &[C]| -> Vec<Answer> {
        let folder = tempfile::tempdir().unwrap();
        half.iter().map(|cell| ask(folder.path(), cell)).collect()
    };
    let (first, second) = cells.split_at(cells.len() / 2);
    thread::scope(|scope| {
        let first = scope.spawn(|| each(first));
        let second = each(second);
        let mut answers = first.join().unwrap();
        answers.extend(second);
        answers
    })
}
