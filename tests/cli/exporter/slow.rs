//! Clients that are slow, many, or gone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Exporting, request, value};

#[test]
fn clients_that_say_half_a_request_keep_nobody_waiting_and_are_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    // one says nothing at all
    let mut idle = exporting.connect();
    let mut slow: Vec<TcpStream> = (0..200).map(|_| exporting.connect()).collect();
    for stream in &mut slow {
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
            .unwrap();
    }
    let begun = Instant::now();
    assert_eq!(exporting.get("/metrics").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(10));
    // a byte now and then does not help
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(500));
        for stream in &mut slow {
            let _ = stream.write_all(b"x");
        }
    }
    let mut rest = Vec::new();
    let end = slow[0].read_to_end(&mut rest);
    assert!(end.is_ok() || !rest.is_empty(), "{end:?}");
    assert!(matches!(idle.read(&mut [0]), Ok(0)));
    assert!(begun.elapsed() < Duration::from_secs(50));
}

#[test]
fn connections_beyond_the_limit_wait_for_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &["--max-connections", "2"]);
    let held = [exporting.connect(), exporting.connect()];
    std::thread::sleep(Duration::from_millis(200));
    let mut waiting = exporting.connect();
    waiting
        .write_all(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    waiting
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let mut byte = [0];
    assert!(waiting.read(&mut byte).is_err());
    drop(held);
    waiting.set_read_timeout(Some(super::PATIENCE)).unwrap();
    assert_eq!(waiting.read(&mut byte).unwrap(), 1);
}

#[test]
fn two_hundred_scrapes_at_once_get_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    let one = exporting.metrics();
    let address = exporting.addresses[0];
    std::thread::scope(|scope| {
        let scrape = || {
            let gzip = request(address, "GET", "/metrics", "Accept-Encoding: gzip\r\n");
            assert_eq!(gzip.body, one);
        };
        let all: Vec<_> = (0..200).map(|_| scope.spawn(scrape)).collect();
        for scrape in all {
            scrape.join().unwrap();
        }
    });
    // those who go away in the middle are nobody's business
    for _ in 0..50 {
        let mut gone = exporting.connect();
        gone.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        drop(gone);
    }
    assert_eq!(value(&exporting.metrics(), "trustpack_certificates"), 1.0);
}

#[test]
fn it_ends_within_a_moment_whoever_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut exporting = Exporting::ready(folder.path(), &[]);
    let mut half = exporting.connect();
    half.write_all(b"GET /metrics HTTP/1.1\r\n").unwrap();
    let begun = Instant::now();
    exporting.watching.stop();
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_client_that_does_not_read_what_it_asked_for_loses_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &["--max-connections", "1"]);
    let mut deaf = exporting.connect();
    // more than the system keeps for a reader
    deaf.set_write_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let requests = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(10_000);
    let _ = deaf.write_all(requests.as_bytes());
    let begun = Instant::now();
    assert_eq!(exporting.get("/-/healthy").status, 200);
    // and not because it was served to the end
    assert!(
        begun.elapsed() > Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}
