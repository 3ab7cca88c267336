//! What is left of secrets in the memory of a process when it ends, and what a crash gives away.
//!
//! A library that is preloaded leaves an image of the memory behind, which is searched for pieces of the password and of
//! the key, however they are written.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::{binary, fixture, judge, root, run, takes_preloads, trustpack};

/// Long enough to be searched for piece by piece: an allocator writes over the start of what was freed.
const PASSWORD: &str = "marker-7Qd2-of-the-password-xW94-that-nobody-else-would-have-Zk31";

/// Octets of a piece; shorter ones would occur by chance.
const PIECE: usize = 12;

/// The library, made where a C compiler is.
fn library(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("image.so");
    let mut compiler = judge("cc")?;
    let source = root().join("tests/cli/memory/image.c");
    run(compiler
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
        .args([&library, &source]));
    Some(library)
}

/// A secret and its pieces in every form in which it might lie somewhere.
struct Wanted {
    pieces: Vec<(String, Vec<u8>)>,
}

impl Wanted {
    fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    fn add(&mut self, what: &str, octets: &[u8]) {
        for (number, piece) in octets.chunks_exact(PIECE).enumerate() {
            self.pieces
                .push((format!("{what}, piece {number}"), piece.to_vec()));
        }
    }

    fn password(mut self) -> Self {
        self.add("the password", PASSWORD.as_bytes());
        // as PKCS#12 (RFC 7292 appendix B.1) and JKS derive keys from it
        let wide: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
        self.add("the password in UTF-16", &wide);
        self
    }

    /// The private part of a key in a PEM file of ours: DER, the same in base64, and as a number of words.
    fn key(mut self, pem_path: &Path) -> Self {
        let pem = pem::parse(fs::read(pem_path).unwrap()).unwrap();
        let der = pem.contents();
        // RFC 8017 appendix A.1.2: behind the public exponent all numbers are secret
        let exponent = [2, 3, 1, 0, 1];
        let public = memchr::memmem::find(der, &exponent).unwrap() + exponent.len();
        let secret = &der[public..];
        self.add("the key", secret);
        let reversed: Vec<u8> = secret.iter().rev().copied().collect();
        self.add("the key, last octet first", &reversed);
        self.add(
            "the key in base64",
            &STANDARD.encode(der).as_bytes()[public * 4 / 3 + 4..],
        );
        self
    }

    /// What of it is in the image.
    fn found(&self, image: &[u8]) -> Vec<String> {
        let is_there = |piece: &[u8]| memchr::memmem::find(image, piece).is_some();
        let found = self.pieces.iter().filter(|(_, piece)| is_there(piece));
        found.map(|(what, _)| what.clone()).collect()
    }
}

/// A folder with a password file, two keys with certificates, and the library.
struct Laboratory {
    folder: tempfile::TempDir,
    library: PathBuf,
}

impl Laboratory {
    fn new() -> Option<Self> {
        if !takes_preloads() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let library = library(folder.path())?;
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        put("pass", PASSWORD.as_bytes());
        put("other", b"another-password");
        for (name, origin) in [
            ("server.key", "pki/server.key.pem"),
            ("server.pem", "pki/fullchain-server.pem"),
        ] {
            put(name, &fs::read(fixture(origin)).unwrap());
        }
        Some(Self { folder, library })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = trustpack();
        command
            .current_dir(self.folder.path())
            .args(arguments.split_whitespace());
        command
    }

    /// The memory of a run that worked, as it was at its end.
    fn image(&self, arguments: &str) -> Vec<u8> {
        let image = self.path("image");
        run(self
            .command(arguments)
            .env("LD_PRELOAD", &self.library)
            .env("TRUSTPACK_IMAGE", &image));
        let image = fs::read(image).unwrap();
        assert!(image.len() > 1 << 20, "{} bytes only", image.len());
        image
    }
}

#[test]
fn nothing_of_a_secret_is_left_in_memory_at_the_end() {
    let Some(laboratory) = Laboratory::new() else {
        return;
    };
    let make = |arguments: &str| run(&mut laboratory.command(arguments));
    make("convert server.key server.pem -o keys.p12 --password file:pass");
    make("convert server.key server.pem -o keys.jks --password file:pass");
    make("convert server.key server.pem -o keys.jceks --password file:pass");
    make("convert server.key server.pem -o keys.bcfks --password file:pass");
    let password = Wanted::new().password();
    let both = Wanted::new().password().key(&laboratory.path("server.key"));
    let mut failed = Vec::new();
    for (arguments, wanted) in [
        ("inspect keys.p12 --password file:pass", &both),
        ("inspect keys.jks --password file:pass", &both),
        (
            "check keys.p12 --password file:pass --fail-on never",
            &password,
        ),
        (
            "convert server.key server.pem -o new.p12 --password file:pass",
            &both,
        ),
        (
            "convert server.key server.pem -o new.jks --password file:pass",
            &both,
        ),
        ("convert keys.p12 -o p12.bcfks --password file:pass", &both),
        (
            "convert keys.jceks -o jceks.p12 --password file:pass",
            &both,
        ),
        (
            "convert keys.bcfks -o bcfks.jks --password file:pass",
            &both,
        ),
        (
            "convert keys.p12 -o plain.pem --input-password file:pass --key-password none",
            &both,
        ),
        (
            "convert keys.jks -o sealed.pem --input-password file:pass --key-password file:pass",
            &both,
        ),
        (
            "merge server.pem -o trust.jks --password file:pass",
            &password,
        ),
        (
            "store passwd keys.p12 --password file:pass --new-password file:other",
            &both,
        ),
        (
            "store import-key keys.jks server.key server.pem --alias again --password file:pass",
            &both,
        ),
    ] {
        let found = wanted.found(&laboratory.image(arguments));
        if !found.is_empty() {
            failed.push(format!("{arguments}: {}", found.join("; ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Proof that the search finds what is there.
#[test]
fn a_secret_in_the_environment_is_found() {
    let Some(laboratory) = Laboratory::new() else {
        return;
    };
    let image = laboratory.path("image");
    run(laboratory
        .command("merge server.pem -o trust.jks --password env:STORE_PASS")
        .env("STORE_PASS", PASSWORD)
        .env("LD_PRELOAD", &laboratory.library)
        .env("TRUSTPACK_IMAGE", &image));
    let found = Wanted::new().password().found(&fs::read(image).unwrap());
    assert!(!found.is_empty());
}

/// A crash with a password in memory leaves no core file, whatever the limit of the shell is.
#[test]
fn a_crash_leaves_no_core_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("pass"), PASSWORD).unwrap();
    let shell = "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\"";
    let mut child = Command::new("sh")
        .args(["-c", shell])
        .arg(binary())
        .arg("check")
        .arg(fixture("keystores/p12/keytool-key.p12"))
        .args(["--password", "file:pass", "--watch", "1h"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .arg0("sh")
        .spawn()
        .unwrap();
    let limits = format!("/proc/{}/limits", child.id());
    let start = Instant::now();
    let is_limited = || {
        let limits = fs::read_to_string(&limits).unwrap();
        let mut lines = limits.lines();
        let core = lines.find_map(|line| line.strip_prefix("Max core file size"));
        core.unwrap().split_whitespace().take(2).eq(["0", "0"])
    };
    while !is_limited() {
        assert!(start.elapsed() < Duration::from_secs(20), "no limit");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
}
