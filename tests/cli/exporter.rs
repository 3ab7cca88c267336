//! `trustpack exporter`: an exporter that runs, and a client that says exactly what it is told to.

mod configuration;
mod probe;
mod rounds;
mod routes;
mod slow;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;

use crate::support::{fixture, trustpack};
use crate::watch::Watching;

/// Nothing here takes so long, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends when it is dropped.
struct Exporting {
    watching: Watching,
    addresses: Vec<SocketAddr>,
}

impl Exporting {
    /// In a folder, on a port of its own, besides those that are named.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = trustpack();
        command.current_dir(folder).arg("exporter").args(arguments);
        command.env_remove("https_proxy").env_remove("all_proxy");
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let watching = Watching::start(&mut command);
        let count = arguments.iter().filter(|one| **one == "--listen").count();
        let addresses = (0..count.max(1)).map(|_| {
            let line = watching.line("listening on http");
            line.rsplit('/').next().unwrap().parse().unwrap()
        });
        let addresses = addresses.collect();
        Self {
            watching,
            addresses,
        }
    }

    /// With a certificate, after its first round.
    fn ready(folder: &Path, arguments: &[&str]) -> Self {
        fs::copy(fixture("pki/server.pem"), folder.join("a.pem")).unwrap();
        let all = [&["a.pem", "--interval", "1d"], arguments].concat();
        let exporting = Self::start(folder, &all);
        exporting.watching.line("; next round at ");
        exporting.until(|one| one.get("/-/ready").status == 200);
        exporting
    }

    fn connect(&self) -> TcpStream {
        connect(self.addresses[0])
    }

    /// Sends these bytes and reads to the end.
    fn say(&self, bytes: &[u8]) -> Answer {
        say(self.addresses[0], bytes)
    }

    fn request(&self, method: &str, path: &str, headers: &str) -> Answer {
        request(self.addresses[0], method, path, headers)
    }

    fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "")
    }

    fn metrics(&self) -> String {
        let answer = self.get("/metrics");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// Waits for it.
    fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < end, "{}", self.get("/metrics").body);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn say(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = connect(address);
    // who refuses may do so before all of it is written
    let _ = stream.write_all(bytes);
    Answer::read(stream)
}

fn request(address: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    say(address, request.as_bytes())
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
    bytes: Vec<u8>,
}

impl Answer {
    fn read(mut stream: impl Read) -> Self {
        let mut all = Vec::new();
        // a reset after the answer is one, too
        let _ = stream.read_to_end(&mut all);
        let end = all.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or(all.len());
        let head = String::from_utf8_lossy(&all[..end]).to_ascii_lowercase();
        let bytes = all.get(end + 4..).unwrap_or_default().to_vec();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut body = String::from_utf8_lossy(&bytes).into_owned();
        if head.contains("content-encoding: gzip") {
            body.clear();
            let mut gzip = GzDecoder::new(bytes.as_slice());
            gzip.read_to_string(&mut body).unwrap();
        }
        Self {
            status: status.unwrap_or(0),
            head,
            body,
            bytes,
        }
    }
}

/// The value of the only series with this at its start.
fn value(metrics: &str, name: &str) -> f64 {
    let mut lines = metrics.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([' ', '{']))
    });
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("no {name} in {metrics}"));
    assert_eq!(lines.next(), None);
    line.rsplit(' ').next().unwrap().parse().unwrap()
}
