//! Places of revocation lists and OCSP responses that tell nothing, in every way: what verify owes to its user is an answer
//! in time, in little memory, that names the place and why it told nothing.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::kit::{Ended, MAX_PEAK, flood, say_and_close, serve, wait};
use super::support::pki::{self, Certified};
use super::support::{server, trustpack};

/// For all lists and responses.
const TIMEOUT: Duration = Duration::from_secs(1);

/// For the process, on a machine that does other things too.
const SLACK: Duration = Duration::from_secs(10);

/// A list is kept in memory, and read twice.
const MAX_PEAK_OF_LISTS: u64 = MAX_PEAK + 3 * (32 << 20);

/// What came of asking.
struct Asked {
    /// `revocation` of the record.
    known: Value,
    took: Duration,
}

/// Asks about a server whose certificate points to a publisher for its list and its OCSP response. `answer` is what that
/// does once it has heard a request.
fn ask(answer: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Asked {
    let publisher = serve(move |client| {
        hear(client)?;
        answer(client)
    });
    let root = pki::ca("Root", None, |_| {});
    let url = format!("http://{}/", publisher.address);
    let leaf = pki::server(&["127.0.0.1"], Some(&root), |params| {
        pki::points_to(params, Some(&url), Some(&url));
    });
    let asked = ask_about(&root, &leaf);
    let requests = asked.known["requests"].as_array().unwrap();
    assert!(!requests.is_empty(), "{:#}", asked.known);
    for request in requests {
        assert_eq!(request["url"], url);
    }
    asked
}

fn ask_about(root: &Certified, leaf: &Certified) -> Asked {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
    let server = server::Server::start(vec![leaf.der.clone()], leaf.pkcs8());
    let mut command = trustpack();
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(proxy).env_remove(proxy.to_uppercase());
    }
    command.current_dir(folder.path()).arg("verify");
    command.arg(server.address.to_string());
    command.args(["--trust", "root.pem", "--json", "--revocation", "fetch"]);
    command.arg("--revocation-timeout");
    command.arg(format!("{}ms", TIMEOUT.as_millis()));
    let start = Instant::now();
    let ended = Ended::of(&mut command, TIMEOUT + SLACK);
    let took = start.elapsed();
    ended.assert_is_orderly(MAX_PEAK_OF_LISTS);
    assert_eq!(ended.code(), 0, "soft fail: {}", ended.stdout);
    let record: Value = serde_json::from_str(&ended.stdout).unwrap();
    let known = record["revocation"].clone();
    let spent: u64 = known["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["elapsed_ms"].as_u64().unwrap())
        .sum();
    let margin = Duration::from_secs(1);
    assert!(Duration::from_millis(spent) < TIMEOUT + margin, "{spent}");
    Asked { known, took }
}

impl Asked {
    /// That every request failed for this reason, and nothing is known.
    fn tells_nothing(&self, why: &str) {
        let known = &self.known;
        assert_eq!(known["certificates"][0]["status"], "unknown", "{known:#}");
        for request in known["requests"].as_array().unwrap() {
            let error = request["error"].as_str().unwrap_or("it came");
            assert!(error.contains(why), "{error:?} is not about {why:?}");
            let is_readable = !error.contains(|letter: char| letter.is_control());
            assert!(is_readable && error.len() < 400, "{error:?}");
        }
        let reason = known["certificates"][0]["why"].as_str().unwrap();
        assert!(reason.contains(why), "{reason}");
        assert_eq!(known["findings"][0]["id"], "REVOCATION-UNKNOWN");
        assert_eq!(known["findings"][0]["severity"], "note");
    }

    /// How many requests were made.
    fn count(&self) -> usize {
        self.known["requests"].as_array().unwrap().len()
    }
}

/// Reads a request, with its body.
fn hear(client: &mut TcpStream) -> io::Result<()> {
    use std::io::Read;
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        heard.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&heard).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.trim().parse().unwrap());
    client.read_exact(&mut vec![0; length])
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn silence_ends_in_time() {
    let asked = ask(wait);
    asked.tells_nothing("no answer in time");
    // the time is for all requests together, and the first one took it
    assert_eq!(asked.count(), 1);
    assert!(asked.took >= TIMEOUT);
}

#[test]
fn dribbling_ends_in_time() {
    let asked = ask(|client| {
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")?;
        loop {
            client.write_all(b"0")?;
            thread::sleep(Duration::from_millis(50));
        }
    });
    asked.tells_nothing("no answer in time");
    // in the head already
    ask(|client| {
        loop {
            client.write_all(b"H")?;
            thread::sleep(Duration::from_millis(50));
        }
    });
}

#[test]
fn an_endless_body_is_cut_or_ends_in_time() {
    let asked = ask(|client| {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        flood(client, &[0x30; 64])
    });
    assert_eq!(asked.known["certificates"][0]["status"], "unknown");
    let error = |place: usize| asked.known["requests"][place]["error"].clone();
    assert_eq!(error(0), "more than 64 KiB");
    let second = error(1);
    let second = second.as_str().unwrap();
    assert!(["more than 32768 KiB", "no answer in time"].contains(&second));
}

#[test]
fn a_head_without_end_is_refused() {
    let asked = ask(|client| {
        client.write_all(b"HTTP/1.1 200 OK\r\n")?;
        flood(client, b"X-Header: value\r\n")
    });
    assert_eq!(asked.known["certificates"][0]["status"], "unknown");
}

#[test]
fn junk_is_no_answer() {
    for junk in [
        &b"\0\xff\x16\x03 junk \x1b[31m\r\n\r\n"[..],
        b"",
        b"HTTP/9.9 \r\n\r\n",
    ] {
        let asked = ask(move |client| say_and_close(client, junk));
        assert_eq!(asked.known["certificates"][0]["status"], "unknown");
        assert_eq!(asked.count(), 2);
        let error = asked.known["requests"][0]["error"].as_str().unwrap();
        assert!(!error.contains(|letter: char| letter.is_control()));
    }
}

#[test]
fn another_place_is_named_and_not_asked() {
    let asked = ask(|client| {
        let answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\x1b[31m\r\nContent-Length: 0\r\n\r\n";
        say_and_close(client, answer)
    });
    assert_eq!(asked.known["certificates"][0]["status"], "unknown");
    let asked = ask(|client| {
        let answer =
            b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        say_and_close(client, answer)
    });
    asked.tells_nothing("it points to http://127.0.0.1:1/, which is not followed");
}

#[test]
fn a_status_that_is_not_good_is_told() {
    let asked = ask(|client| {
        say_and_close(
            client,
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        )
    });
    asked.tells_nothing("HTTP status 404");
    assert_eq!(asked.count(), 2);
}

#[test]
fn other_content_is_none() {
    let page = b"<html>please log in</html>".to_vec();
    let certificate = pki::ca("Other", None, |_| {}).der.to_vec();
    for body in [page, certificate, vec![0x30; 60_000], Vec::new()] {
        let asked = ask(move |client| say_and_close(client, &ok(&body)));
        assert_eq!(asked.known["certificates"][0]["status"], "unknown");
        assert_eq!(asked.count(), 2);
        for request in asked.known["requests"].as_array().unwrap() {
            assert!(request["error"].is_string(), "{request}");
        }
    }
}

#[test]
fn a_list_of_somebody_else_is_of_no_use() {
    let list = pki::ca("Root", None, |_| {}).revokes(&[]);
    let asked = ask(move |client| say_and_close(client, &ok(&list)));
    let known = &asked.known;
    assert_eq!(known["certificates"][0]["status"], "unknown");
    assert_eq!(known["requests"][1]["error"], Value::Null);
    let ids: Vec<&Value> = known["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["REVOCATION-UNKNOWN", "REVOCATION-CRL-UNUSABLE"]);
}

#[test]
fn of_many_places_a_few_are_asked() {
    let root = pki::ca("Root", None, |_| {});
    let publisher = serve(|client| {
        hear(client)?;
        say_and_close(
            client,
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        )
    });
    let url = |place: usize| format!("http://{}/{place}", publisher.address);
    let leaf = pki::server(&["127.0.0.1"], Some(&root), |params| {
        params.crl_distribution_points = (0..500)
            .map(|place| rcgen::CrlDistributionPoint {
                uris: vec![url(place)],
            })
            .collect();
    });
    let asked = ask_about(&root, &leaf);
    assert_eq!(asked.count(), 16);
    assert_eq!(asked.known["certificates"][0]["status"], "unknown");
}
