//! Lists: one record for each target, whatever it is.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::Stdio;

use super::{Site, fetch, has_finding, records};
use crate::support::canned::Canned;
use crate::support::{run, stderr, stdout, trustpack};

#[test]
fn every_line_that_says_something_has_one_record() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let target = site.target();
    let long = "a".repeat(10_000);
    let list = format!(
        "\u{feff}# hosts of the north\n\n  {target}   # the good one\nhttps://{target}/path\n\
         a b\n127.0.0.1:1\n{long}\n10.0.0.0/24\nb\u{fc}cher..example\n{target}"
    );
    fs::write(folder.path().join("hosts.txt"), &list).unwrap();
    let output = fetch(folder.path(), &["--targets", "hosts.txt", "--jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let records = records(&output);
    let reasons: Vec<&str> = records
        .iter()
        .map(|record| record["error"]["reason"].as_str().unwrap_or("none"))
        .collect();
    let count = |wanted: &str| reasons.iter().filter(|reason| **reason == wanted).count();
    assert_eq!(
        (count("none"), count("refused"), count("bad-target")),
        (3, 1, 4),
        "{reasons:?}"
    );
    assert!(
        stderr(&output).contains(
            "8 servers asked, 8 records: 3 with a chain, 5 failed (4 bad-target, 1 refused)"
        ),
        "{}",
        stderr(&output)
    );
    let scan = records
        .iter()
        .find(|record| record["target"] == "10.0.0.0/24");
    let message = scan.unwrap()["error"]["message"].as_str().unwrap();
    assert!(message.contains("--yes-scan"), "{message}");
}

#[test]
fn a_list_is_told_line_by_line_and_bytes_that_are_no_text_are_no_target() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let mut list = format!("{}\n", site.target()).into_bytes();
    list.extend(b"\xff\xfe\n127.0.0.1:1\n");
    fs::write(folder.path().join("hosts.txt"), &list).unwrap();
    let output = fetch(folder.path(), &["--targets", "hosts.txt"]);
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains("TLSv1.3  until "), "{text}");
    assert!(text.contains("failed bad-target: "), "{text}");
    assert!(text.contains("failed refused: "), "{text}");
}

#[test]
fn records_come_while_the_list_is_still_open() {
    let site = Site::new();
    let mut child = trustpack()
        .args(["fetch", "--targets", "-", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        writeln!(stdin, "{}", site.target()).unwrap();
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains(&site.target()), "{line}");
    }
    drop(stdin);
    assert!(lines.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_interrupt_finishes_what_runs_and_still_sums_up() {
    let slow = Canned::start(|mut client, _| {
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let _ = client.write_all(&[21, 3, 3, 0, 2, 2, 40]);
    });
    let mut child = trustpack()
        .args(["fetch", "--targets", "-", "--jsonl", "--engine", "tls"])
        .args(["--parallel", "1", "--timeout", "20s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The list stays open: nothing but the signal ends the run.
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..50 {
        writeln!(stdin, "{}", slow.address).unwrap();
    }
    while slow.heard().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    run(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]));
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(2));
    let (finished, stopped): (Vec<_>, Vec<_>) = records(&output)
        .into_iter()
        .partition(|record| record["error"]["reason"] == "alert");
    assert_eq!(finished.len(), 1);
    // What was read of the list has its record, and none of it was asked.
    assert!(stopped.len() < 10, "{}", stopped.len());
    for record in &stopped {
        assert_eq!(record["error"]["reason"], "stopped");
        assert_eq!(record["connections"], 0);
    }
    assert_eq!(slow.heard().len(), 1);
    let said = stderr(&output);
    assert!(
        said.contains("warning: stopped: connections that were open"),
        "{said}"
    );
}

#[test]
fn a_list_that_is_none_or_empty_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let empty = fetch(folder.path(), &["--targets", "/dev/null"]);
    assert_eq!(empty.status.code(), Some(2));
    assert!(
        stderr(&empty).contains("the list names none"),
        "{}",
        stderr(&empty)
    );
    for (list, why) in [(".", "this is a folder"), ("missing.txt", "no such file")] {
        let output = fetch(folder.path(), &["--targets", list]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn what_waits_for_its_address_holds_up_no_other() {
    let site = Site::new();
    let silent = Canned::start(|client, _| std::mem::forget(client));
    let folder = tempfile::tempdir().unwrap();
    let mut list = format!("{}\n", silent.address).repeat(600);
    // The same machine by another address, last in the list.
    let listener = TcpListener::bind(("127.0.0.3", 0)).unwrap();
    let last = listener.local_addr().unwrap();
    let to = site.server.address;
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = std::net::TcpStream::connect(to).unwrap();
            let (mut from, mut into) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut into));
            let (mut from, mut into) = (server, client);
            std::thread::spawn(move || std::io::copy(&mut from, &mut into));
        }
    });
    list.push_str(&last.to_string());
    fs::write(folder.path().join("hosts.txt"), list).unwrap();
    let mut child = trustpack()
        .current_dir(folder.path())
        .args([
            "fetch",
            "--targets",
            "hosts.txt",
            "--jsonl",
            "--timeout",
            "10s",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let first = BufReader::new(child.stdout.take().unwrap()).lines().next();
    let first = first.unwrap().unwrap();
    assert!(first.contains(&last.to_string()), "{first}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_network_is_asked_only_when_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let refused = fetch(folder.path(), &["127.0.0.0/29:1"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("a network of 6 addresses"));
    assert!(stderr(&refused).contains("hint: add --yes-scan"));
    let asked = fetch(folder.path(), &["127.0.0.0/29:1", "--yes-scan", "--jsonl"]);
    assert_eq!(records(&asked).len(), 6);
    let named = fetch(folder.path(), &["https://127.0.0.0/29", "--yes-scan"]);
    assert!(
        stderr(&named).contains("write the network alone"),
        "{}",
        stderr(&named)
    );
    let huge = fetch(folder.path(), &["10.0.0.0/8", "--yes-scan"]);
    assert!(stderr(&huge).contains("65536"), "{}", stderr(&huge));
}

#[test]
fn every_address_of_a_name_is_asked_and_their_disagreement_is_told() {
    let (one, two) = (Site::new(), Site::new());
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return;
    };
    // The same port in both families, each relayed to a server of its own.
    let port = listener.local_addr().unwrap().port();
    let Ok(other) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) else {
        return;
    };
    for (listener, site) in [(listener, &one), (other, &two)] {
        let to = site.server.address;
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = std::net::TcpStream::connect(to).unwrap();
                let (mut from, mut into) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut into));
                let (mut from, mut into) = (server, client);
                std::thread::spawn(move || std::io::copy(&mut from, &mut into));
            }
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let target = format!("localhost:{port}");
    let output = fetch(folder.path(), &[&target, "--all-addresses", "--jsonl"]);
    let records = records(&output);
    if records.len() < 2 {
        eprintln!("skipped: localhost has one address here");
        return;
    }
    assert_eq!(records.len(), 2);
    for record in &records {
        assert!(has_finding(record, "FETCH-BACKENDS-DISAGREE"), "{record:#}");
    }
    assert!(stderr(&output).contains("1 server asked, 2 records: 2 with a chain"));
}
