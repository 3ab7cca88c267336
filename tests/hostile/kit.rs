//! What the servers share: a listener that runs one closure for each connection, and what fetch owes to its user
//! whatever that closure does.

use std::any::Any;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::support::trustpack;

/// Starting the process, reading the roots of the system, and a machine that does other things too.
const SLACK: Duration = Duration::from_secs(10);

/// The same within the process, where the clock of the fetch runs: a thread that is not scheduled at once.
const MARGIN: Duration = Duration::from_secs(1);

/// For what ends by itself; a case that has to run into its timeout has a shorter one.
const TIMEOUT: Duration = Duration::from_secs(6);

/// Beyond what the process takes before it has read anything, which differs from build to build; 8 to 15 MiB were seen.
pub(crate) const MAX_PEAK: u64 = 18 << 20;

/// Runs until it is dropped; what still talks to a client then ends with the client.
pub(crate) struct Server {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A server whose every connection is answered by `answer`, each on a thread of its own.
pub(crate) fn serve(
    answer: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let answer = Arc::new(answer);
    let stopped = Arc::clone(&stop);
    let thread = thread::spawn(move || {
        for client in listener.incoming() {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            let (Ok(mut client), answer) = (client, Arc::clone(&answer)) else {
                continue;
            };
            let _ = client.set_read_timeout(Some(Duration::from_secs(60)));
            let _ = client.set_nodelay(true);
            // that the client went away is no failure of this server
            thread::spawn(move || answer(&mut client));
        }
    });
    Server {
        address,
        stop,
        thread: Some(thread),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Says it, hangs up, and waits for the client to do so too: with unread data a close would be a reset.
pub(crate) fn say_and_close(client: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    client.write_all(bytes)?;
    client.shutdown(std::net::Shutdown::Write)?;
    wait(client)
}

/// Reads until the client is gone.
pub(crate) fn wait(client: &mut TcpStream) -> io::Result<()> {
    io::copy(client, &mut io::sink()).map(drop)
}

/// Says it again and again, as fast as the client takes it.
pub(crate) fn flood(client: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let many = bytes.repeat(16 * 1024 / bytes.len() + 1);
    loop {
        client.write_all(&many)?;
    }
}

/// One question to one server, and what has to come of it.
pub(crate) struct Case {
    pub target: String,
    /// `--connect`, for targets with a name.
    pub connect: Option<String>,
    /// Other flags; a case with some has no place in a list.
    pub flags: Vec<String>,
    pub timeout: Duration,
    due: Due,
    _server: Box<dyn Any>,
}

/// What the record has to say.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// No chain, and this word.
    Reason(&'static str),
    /// This chain, and no error.
    Chain(Vec<String>),
    /// This chain, and this word for what happened afterwards.
    ChainAnd(Vec<String>, &'static str),
    /// One certificate, which is one of these.
    OneOf(Vec<String>),
}

impl Case {
    /// A server that is asked by its address; `scheme` says how, such as `tls`.
    pub(crate) fn new(scheme: &str, server: Server) -> Self {
        let target = format!("{scheme}://{}", server.address);
        Self::of(target, server)
    }

    /// A server that is asked by a name.
    pub(crate) fn named(scheme: &str, name: &str, server: Server) -> Self {
        let address = server.address;
        let endpoint = format!("{name}:{}", address.port());
        Self {
            connect: Some(format!("{endpoint}={address}")),
            ..Self::of(format!("{scheme}://{endpoint}"), server)
        }
    }

    pub(crate) fn of(target: String, server: impl Any) -> Self {
        Self {
            target,
            connect: None,
            flags: Vec::new(),
            timeout: TIMEOUT,
            due: Due::Reason(""),
            _server: Box::new(server),
        }
    }

    pub(crate) fn flags(mut self, flags: &[&str]) -> Self {
        self.flags
            .extend(flags.iter().map(|flag| (*flag).to_owned()));
        self
    }

    /// No chain, for this reason.
    pub(crate) fn fails(mut self, reason: &'static str) -> Self {
        if reason == "timeout" {
            self.timeout = Duration::from_secs(1);
        }
        self.due = Due::Reason(reason);
        self
    }

    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// This chain.
    pub(crate) fn presents(self, chain: &[CertificateDer<'_>]) -> Self {
        self.due_is(Due::Chain(sha256(chain)))
    }

    /// This chain, and then a failure.
    pub(crate) fn presents_and_fails(
        self,
        chain: &[CertificateDer<'_>],
        reason: &'static str,
    ) -> Self {
        self.due_is(Due::ChainAnd(sha256(chain), reason))
    }

    pub(crate) fn due_is(mut self, due: Due) -> Self {
        self.due = due;
        self
    }

    /// Asks this server alone.
    pub(crate) fn holds(&self) -> Value {
        let record = self.ask();
        self.assert_holds(&record);
        record
    }

    /// One record, in time, in good order, whatever it says.
    pub(crate) fn ask(&self) -> Value {
        let mut command = fetch();
        command.arg(&self.target).arg("--timeout");
        command.arg(format!("{}ms", self.timeout.as_millis()));
        if let Some(rule) = &self.connect {
            command.args(["--connect", rule]);
        }
        let ended = Ended::of(command.args(&self.flags), self.timeout + SLACK);
        let records = ended.records();
        let [record] = records.as_slice() else {
            panic!("{} records of one target: {ended:?}", records.len());
        };
        ended.assert_is_orderly(MAX_PEAK);
        let took = Duration::from_millis(record["elapsed_ms"].as_u64().unwrap());
        assert!(
            took < self.timeout + MARGIN || self.is_retried(),
            "{took:?}"
        );
        assert_eq!(ended.code(), if has_chain(record) { 0 } else { 2 });
        record.clone()
    }

    fn is_retried(&self) -> bool {
        self.flags.iter().any(|flag| flag == "--retries")
    }

    /// That the record says what is due.
    pub(crate) fn assert_holds(&self, record: &Value) {
        let reason = record["error"]["reason"].as_str();
        let chain: Vec<String> = presented(record);
        let holds = match &self.due {
            Due::Reason(word) => chain.is_empty() && reason == Some(word),
            Due::Chain(due) => chain == *due && reason.is_none(),
            Due::ChainAnd(due, word) => chain == *due && reason == Some(word),
            Due::OneOf(due) => chain.len() == 1 && due.contains(&chain[0]) && reason.is_none(),
        };
        let error = &record["error"];
        assert!(
            holds,
            "{}: not {:?}, but {chain:?}, {error:#}",
            self.target, self.due
        );
        if let Some(message) = record["error"]["message"].as_str() {
            let is_readable = !message.contains(|letter: char| letter.is_control());
            assert!(is_readable && message.len() < 400, "{message:?}");
        }
    }
}

/// SHA-256 of each, in hexadecimal.
pub(crate) fn sha256(chain: &[CertificateDer<'_>]) -> Vec<String> {
    let hex = |der: &CertificateDer<'_>| {
        let digest = Sha256::digest(der);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    chain.iter().map(hex).collect()
}

fn has_chain(record: &Value) -> bool {
    !record["chain"].as_array().unwrap().is_empty()
}

/// The fingerprints of a record's chain.
pub(crate) fn presented(record: &Value) -> Vec<String> {
    let chain = record["chain"].as_array().unwrap();
    let fingerprint = |one: &Value| one["fingerprint"].as_str().unwrap().to_owned();
    chain.iter().map(fingerprint).collect()
}

/// The identifiers of a record's findings.
pub(crate) fn findings(record: &Value) -> Vec<&str> {
    let findings = record["findings"].as_array().unwrap();
    let ids = findings.iter().map(|finding| finding["id"].as_str());
    ids.map(Option::unwrap).collect()
}

pub(crate) fn fetch() -> Command {
    let mut command = trustpack();
    command.args(["fetch", "--jsonl"]);
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(proxy).env_remove(proxy.to_uppercase());
    }
    command
}

/// A process that ended by itself, in time.
#[derive(Debug)]
pub(crate) struct Ended {
    pub stdout: String,
    pub stderr: String,
    status: ExitStatus,
    /// Of its resident set, in bytes; `None` where there is no `/proc`.
    peak: Option<u64>,
}

impl Ended {
    /// Runs it, and fails when it takes longer than `limit`.
    pub(crate) fn of(command: &mut Command, limit: Duration) -> Self {
        let start = Instant::now();
        let command = command.stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let mut peak = None;
        let status = loop {
            peak = high_water(&child).or(peak);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > limit {
                let _ = child.kill();
                let _ = child.wait();
                let (out, err) = (stdout.join().unwrap(), stderr.join().unwrap());
                panic!("it runs longer than {limit:?}: {command:?}\n{out}\n{err}");
            }
            thread::sleep(Duration::from_millis(2));
        };
        Self {
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
            status,
            peak,
        }
    }

    pub(crate) fn records(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:?}"));
        lines.map(parse).collect()
    }

    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("{self:?}"))
    }

    /// It took no more memory than that beyond what it began with, and did not stumble.
    pub(crate) fn assert_is_orderly(&self, max_peak: u64) {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        assert!(!self.stderr.contains("RUST_BACKTRACE"), "{}", self.stderr);
        if let Some(peak) = self.peak {
            let own = peak.saturating_sub(at_start());
            assert!(own < max_peak, "{} KiB of memory", own >> 10);
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The largest resident set so far, in bytes, of a process that still runs.
/// What the process takes that waits for its input.
fn at_start() -> u64 {
    static TAKEN: OnceLock<u64> = OnceLock::new();
    *TAKEN.get_or_init(|| {
        let mut command = trustpack();
        command.args(["inspect", "-"]).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut taken = 0;
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = high_water(&child).unwrap_or(0);
            if now == taken {
                break;
            }
            taken = now;
        }
        drop(child.stdin.take());
        child.wait().unwrap();
        taken
    })
}

fn high_water(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}
