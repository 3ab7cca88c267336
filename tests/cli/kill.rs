//! A store is never half written: killed at any moment, the file holds the old store or the new one.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{run, trustpack};

/// Enough certificates that writing takes a while, made once.
fn certificates(count: usize) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = |number: usize| {
        let mut parameters =
            rcgen::CertificateParams::new(vec![format!("host-{number}.example")]).unwrap();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("host {number}"));
        parameters.self_signed(&key).unwrap().pem()
    };
    (0..count).map(pem).collect()
}

#[test]
fn killed_while_saving_the_store_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("old.pem"), certificates(3)).unwrap();
    fs::write(path("more.pem"), certificates(400)).unwrap();
    fs::write(path("pass"), "changeit").unwrap();
    let merge = |input: &str, store: &str| {
        let mut command = trustpack();
        command.current_dir(folder.path()).args([
            "merge",
            input,
            "-o",
            store,
            "--password",
            "file:pass",
        ]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    run(&mut merge("old.pem", "old.jks"));
    fs::copy(path("old.jks"), path("new.jks")).unwrap();
    let start = Instant::now();
    run(&mut merge("more.pem", "new.jks"));
    let whole = start.elapsed();
    let (old, new) = (
        fs::read(path("old.jks")).unwrap(),
        fs::read(path("new.jks")).unwrap(),
    );
    assert_ne!(old, new);

    let (mut kept, mut replaced) = (0, 0);
    // Spread over the whole run and a little beyond it, so that both outcomes occur.
    let moments = 60_u32;
    for moment in 0..moments {
        fs::write(path("store.jks"), &old).unwrap();
        let mut child = merge("more.pem", "store.jks").spawn().unwrap();
        std::thread::sleep(
            whole * moment / (moments * 4 / 5)
                + Duration::from_micros(u64::from(moment * 37 % 500)),
        );
        child.kill().unwrap();
        child.wait().unwrap();
        match fs::read(path("store.jks")).unwrap() {
            bytes if bytes == old => kept += 1,
            bytes if bytes == new => replaced += 1,
            bytes => panic!(
                "a third store of {} bytes after moment {moment}",
                bytes.len()
            ),
        }
    }
    eprintln!("killed {moments} times: {kept} times the old store, {replaced} times the new one");
    assert!(kept > 0, "every kill came too late to prove anything");
}

#[test]
fn merges_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("pass"), "changeit").unwrap();
    let merges = 12;
    let mut running = Vec::new();
    for number in 0..merges {
        let certificate = crate::support::pki::ca(&format!("CA {number}"), None, |_| {});
        fs::write(path(&format!("{number}.pem")), certificate.pem()).unwrap();
    }
    for number in 0..merges {
        let mut merge = trustpack();
        merge
            .current_dir(folder.path())
            .arg("merge")
            .arg(format!("{number}.pem"));
        merge.args(["-o", "store.jks", "--password", "file:pass"]);
        running.push(
            merge
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
    }
    for mut merge in running {
        assert!(merge.wait().unwrap().success());
    }
    let list = run(trustpack()
        .current_dir(folder.path())
        .args(["inspect", "store.jks", "--json"]));
    let store: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(
        store["files"][0]["entries"].as_array().unwrap().len(),
        merges
    );
}

/// Whether this process, and so its children, ignore a signal (proc(5), `SigIgn`).
fn is_ignored(signal: Signal) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal.as_raw() - 1) & 1 == 1)
}

#[test]
fn a_signal_ends_a_check_and_leaves_nothing_half_written() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        // nohup has whatever it starts ignore this one, and so does the check
        if is_ignored(signal) {
            eprintln!("skipped: {signal:?} is ignored here");
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("r.json"), "old").unwrap();
        let mut command = trustpack();
        command.current_dir(folder.path());
        command.args([
            "check",
            "-",
            "--output",
            "json=r.json",
            "--output",
            "csv=r.csv",
        ]);
        // stdin has no end, so the check has none
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.collect::<Vec<_>>()
        };
        let end = Instant::now() + Duration::from_secs(60);
        while names().len() < 3 {
            assert!(Instant::now() < end, "no report was begun: {:?}", names());
            std::thread::sleep(Duration::from_millis(10));
        }
        // waiting would close it, and so end the check
        let _stdin = child.stdin.take();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{status}");
        assert_eq!(names(), ["r.json"]);
        assert_eq!(fs::read(folder.path().join("r.json")).unwrap(), b"old");
    }
}
