//! What the servers share: finding and starting a program, its ports, its end, and the questions put to it.

#![allow(dead_code, reason = "a benchmark uses its own part")]

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;

use super::certificates::{Authority, Chain, NAME, fingerprints};
use super::record::{assert_record, fetch};
use super::support::{require, root, run, stderr, stdout};

/// How long a server may take until it answers, and how long until it has ended.
const PATIENCE: Duration = Duration::from_secs(20);
const FAREWELL: Duration = Duration::from_secs(3);

/// Where openssl knows the dialogue before TLS, under the same word as we do.
const OPENSSL_STARTTLS: [&str; 13] = [
    "smtp",
    "lmtp",
    "imap",
    "pop3",
    "ftp",
    "ldap",
    "xmpp",
    "xmpp-server",
    "postgres",
    "mysql",
    "sieve",
    "nntp",
    "irc",
];

/// A program, also where only administrators have it in their path; `None` (with a printed line) when it is absent.
pub(crate) fn judge(program: &str) -> Option<PathBuf> {
    let found = look_up(program);
    require(found.is_some(), program);
    found
}

fn look_up(program: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    folders.extend(
        [
            "/usr/local/sbin",
            "/usr/sbin",
            "/sbin",
            "/usr/lib/postfix/sbin",
        ]
        .map(PathBuf::from),
    );
    // newest PostgreSQL first
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.extend(news_roots().map(|root| root.join("bin")));
    folders
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Where INN lies: installed, or unpacked by `.ci/run`.
pub(crate) fn news_roots() -> [PathBuf; 2] {
    [
        PathBuf::from("/usr/lib/news"),
        root().join("target/judges/inn2/usr/lib/news"),
    ]
}

/// Whether the tests run as root; a server that insists on it is skipped with a printed line otherwise.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

pub(crate) fn needs_root(program: &str) -> Option<()> {
    if !is_root() {
        eprintln!("skipped: {program} starts as root only");
    }
    is_root().then_some(())
}

/// The user who runs the tests, by name.
pub(crate) fn user() -> String {
    stdout(&run(Command::new("id").arg("-un")))
        .trim()
        .to_owned()
}

/// The group of that user, by name.
pub(crate) fn group() -> String {
    stdout(&run(Command::new("id").arg("-gn")))
        .trim()
        .to_owned()
}

/// A server in the making: its scratch folder with a CA and a chain of RSA in it.
pub(crate) struct Setup {
    pub authority: Authority,
    pub chain: Chain,
    ports: Vec<UdpSocket>,
    folder: TempDir,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("trustpack-")
            .tempdir()
            .unwrap();
        // for servers that give up being root
        let readable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), readable).unwrap();
        let authority = Authority::new(folder.path());
        let chain = authority.rsa("server");
        Self {
            authority,
            chain,
            ports: Vec::new(),
            folder,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(crate) fn create(&self, folder: &str) -> PathBuf {
        std::fs::create_dir_all(self.path(folder)).unwrap();
        self.path(folder)
    }

    /// Ports that nobody listens on, and that no other test takes while this server lives: the UDP port of the same
    /// number is the lock. They lie below those that the system gives to clients.
    pub(crate) fn ports<const N: usize>(&mut self) -> [u16; N] {
        std::array::from_fn(|_| self.port())
    }

    pub(crate) fn port(&mut self) -> u16 {
        for _ in 0..1000 {
            let mut random = [0; 2];
            getrandom::fill(&mut random).unwrap();
            let port = 10_000 + u16::from_le_bytes(random) % 20_000;
            let Ok(lock) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) else {
                continue;
            };
            if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
                self.ports.push(lock);
                return port;
            }
        }
        panic!("no free port among a thousand");
    }

    /// A program that refuses to be root: as nobody, to whom the named files are given, when we are.
    pub(crate) fn unprivileged(&self, program: &Path, own: &[&Path]) -> Command {
        if !is_root() {
            return Command::new(program);
        }
        if !own.is_empty() {
            run(Command::new("chown")
                .args(["-R", "nobody:nogroup"])
                .args(own));
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    /// Starts it in the foreground, and waits until every port answers: each is named by its scheme.
    pub(crate) fn start(self, command: &mut Command, services: &[(&'static str, u16)]) -> Server {
        let log = self.path("log");
        let process = Process::start(command, &log);
        process.wait_for(services.iter().map(|(_, port)| *port));
        Server {
            process,
            chain: self.chain.clone(),
            services: services.to_vec(),
            setup: self,
        }
    }
}

/// A process with its children, which end with it.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    farewell: Signal,
}

impl Process {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let file = std::fs::File::create(log).unwrap();
        // ends with us even when we are killed
        let mut child = Command::new("setpriv");
        child
            .args(["--pdeathsig", "KILL", "--"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            child.env(name, value.unwrap());
        }
        child.current_dir(command.get_current_dir().or_else(|| log.parent()).unwrap());
        let child = child
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            log: log.to_owned(),
            farewell: Signal::TERM,
        }
    }

    pub(crate) fn wait_for(&self, ports: impl IntoIterator<Item = u16>) {
        let start = Instant::now();
        for port in ports {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
                assert!(
                    start.elapsed() < PATIENCE,
                    "nothing answers on port {port}:\n{}",
                    self.log()
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// What it said so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, self.farewell);
        let start = Instant::now();
        while start.elapsed() < FAREWELL && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub process: Process,
    pub chain: Chain,
    services: Vec<(&'static str, u16)>,
    pub setup: Setup,
}

impl Server {
    /// For a server that takes another signal than TERM to mean at once.
    pub(crate) fn ends_by(mut self, signal: Signal) -> Self {
        self.process.farewell = signal;
        self
    }

    pub(crate) fn port(&self, scheme: &str) -> u16 {
        let found = self.services.iter().find(|(name, _)| *name == scheme);
        found.unwrap_or_else(|| panic!("no {scheme} here")).1
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}", self.port(scheme))
    }

    /// openssl sees the configured chain, and so does fetch, whose record has these fields.
    pub(crate) fn presents(&self, scheme: &str, fields: &Value) -> Value {
        self.is_seen_by_openssl(scheme);
        self.presents_with(scheme, &[], fields)
    }

    /// As [`Self::presents`], with more flags and without openssl.
    pub(crate) fn presents_with(&self, scheme: &str, flags: &[&str], fields: &Value) -> Value {
        let record = fetch(&self.url(scheme), flags);
        assert_record(&record, &self.chain, fields);
        record
    }

    fn is_seen_by_openssl(&self, scheme: &str) {
        let is_starttls = OPENSSL_STARTTLS.contains(&scheme);
        let Some(openssl) = judge("openssl").filter(|_| is_starttls || is_tls(scheme)) else {
            return;
        };
        let mut client = Command::new("timeout");
        client.arg("20").arg(openssl).args([
            "s_client",
            "-showcerts",
            "-servername",
            NAME,
            "-connect",
        ]);
        client
            .arg(format!("127.0.0.1:{}", self.port(scheme)))
            .stdin(Stdio::null());
        if is_starttls {
            client.args(["-starttls", scheme, "-name", NAME]);
        }
        let output = client.output().unwrap();
        assert_eq!(
            fingerprints(&stdout(&output)),
            self.chain.sha256(),
            "openssl itself does not see the chain of {scheme}:\n{}\n--- the server's log\n{}",
            stderr(&output),
            self.process.log()
        );
    }
}

/// Whether TLS begins with the first byte.
fn is_tls(scheme: &str) -> bool {
    ["tls", "https"].contains(&scheme)
}
