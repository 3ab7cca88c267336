//! Every path, and what is no request for one.

use std::fs;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use super::{Exporting, value};
use crate::support::{python, root, run, stderr, trustpack};

#[test]
fn metrics_are_the_same_with_gzip_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    let plain = exporting.get("/metrics");
    let gzip = exporting.request("GET", "/metrics", "Accept-Encoding: gzip\r\n");
    assert!(
        plain
            .head
            .contains("content-type: text/plain; version=0.0.4")
    );
    assert!(!plain.head.contains("content-encoding"), "{}", plain.head);
    let length = format!("content-length: {}", plain.bytes.len());
    assert!(plain.head.contains(&length), "{}", plain.head);
    assert!(
        gzip.head.contains("content-encoding: gzip"),
        "{}",
        gzip.head
    );
    assert!(gzip.bytes.len() < plain.bytes.len());
    assert_eq!(gzip.body, plain.body);
    assert_eq!(value(&plain.body, "trustpack_certificates"), 1.0);
    assert_eq!(value(&plain.body, "trustpack_exporter_rounds_total"), 1.0);
    assert_eq!(
        value(&plain.body, "trustpack_exporter_last_round_success"),
        1.0
    );
    assert!(plain.body.contains("trustpack_cert_not_after{"));
    assert!(plain.body.contains("filepath=\"a.pem\""));
    assert!(plain.body.ends_with('\n'));
}

#[test]
fn names_of_other_exporters_are_served_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &["--metrics-compat", "x509"]);
    let metrics = exporting.metrics();
    assert!(metrics.contains("\nx509_cert_not_after{"), "{metrics}");
    assert!(!metrics.contains("trustpack_cert_"), "{metrics}");
}

#[test]
fn the_policy_decides_as_in_a_check() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &["--crit", "100000d"]);
    let metrics = exporting.metrics();
    assert_eq!(value(&metrics, "trustpack_cert_severity"), 3.0);
}

#[test]
fn a_head_is_the_answer_without_its_body() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    for path in ["/", "/metrics", "/-/healthy", "/-/ready"] {
        let get = exporting.get(path);
        let head = exporting.request("HEAD", path, "");
        assert_eq!((get.status, head.status), (200, 200), "{path}");
        let length = format!("content-length: {}", get.bytes.len());
        assert!(head.head.contains(&length), "{path}: {}", head.head);
        assert!(head.bytes.is_empty(), "{path}");
    }
}

#[test]
fn what_is_no_request_is_refused_and_the_server_lives_on() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    assert_eq!(exporting.get("/nothing").status, 404);
    assert_eq!(exporting.get("/metrics/../metrics").status, 404);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let refused = exporting.request(method, "/metrics", "");
        assert_eq!(refused.status, 405, "{method}");
        assert!(refused.head.contains("allow: get, head"));
    }
    let many: String = (0..200).map(|one| format!("x-{one}: y\r\n")).collect();
    let refused = exporting.request("GET", "/metrics", &many);
    assert_eq!(refused.status, 431);
    let long = format!("x-long: {}\r\n", "y".repeat(100_000));
    assert_eq!(exporting.request("GET", "/metrics", &long).status, 431);
    let path = format!("/{}", "y".repeat(100_000));
    assert!([414, 431].contains(&exporting.get(&path).status));
    assert_eq!(exporting.say(b"\x16\x03\x01\x02\x00\x01\x00").status, 400);
    assert_eq!(exporting.say(b"nonsense\r\n\r\n").status, 400);
    drop(exporting.connect());
    assert_eq!(exporting.get("/-/healthy").body, "healthy\n");
    assert_eq!(exporting.get("/metrics").status, 200);
}

#[test]
fn it_listens_where_it_is_told_and_ends_in_order() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = tempfile::tempdir().unwrap();
        let listen = ["--listen", "127.0.0.1:0", "--listen", "[::1]:0"];
        let mut exporting = Exporting::start(folder.path(), &listen);
        assert_eq!(exporting.addresses.len(), 2);
        // a connection that is idle is no reason to wait
        let idle = exporting.connect();
        exporting.watching.signal(signal);
        assert_eq!(exporting.watching.end().code(), Some(0));
        drop(idle);
    }
}

#[test]
fn without_sources_it_is_ready_and_shows_itself() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::start(folder.path(), &[]);
    assert_eq!(exporting.get("/-/ready").status, 200);
    let metrics = exporting.metrics();
    assert_eq!(value(&metrics, "trustpack_exporter_build_info"), 1.0);
    assert!(!metrics.contains("trustpack_cert"));
    assert!(exporting.get("/").body.contains("<a href=\"/metrics\">"));
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    for (arguments, told) in [
        (&["-"][..], "stdin can be read once"),
        (
            &["a.pem", "--password", "prompt"],
            "prompt and fd: give them once",
        ),
        (&["--allow", "https://a/"], "is no target"),
        (&["--listen", "nowhere"], "invalid value 'nowhere'"),
        (&["--config", "absent.toml"], "absent.toml: no such file"),
    ] {
        let mut command = trustpack();
        command.arg("exporter").args(arguments).stdin(Stdio::null());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = trustpack()
        .args(["exporter", "--listen", &address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    // with musl it is "address in use"
    let told = format!("error: cannot listen on {address}: address ");
    assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    assert!(stderr(&output).contains(" in use"), "{}", stderr(&output));
}

#[test]
fn the_reference_client_of_prometheus_parses_everything() {
    let Some(_) = python("prometheus_client") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for compat in [None, Some("blackbox"), Some("ssl_exporter"), Some("x509")] {
        let mut arguments = vec!["--allow", "127.0.0.1"];
        arguments.extend(
            compat
                .iter()
                .flat_map(|compat| ["--metrics-compat", *compat]),
        );
        let exporting = Exporting::ready(folder.path(), &arguments);
        let gone = format!("/probe?target={}&module=", exporting.addresses[0]);
        for path in [
            "/metrics",
            &format!("{gone}tcp_tls"),
            &format!("{gone}tcp_connect"),
        ] {
            let file = folder.path().join("answer");
            fs::write(&file, exporting.get(path).body).unwrap();
            let mut judge = python("json").unwrap();
            judge.arg(root().join("tests/interop/reports.py"));
            let output = run(judge.arg("prometheus").arg(&file));
            let found: Value = serde_json::from_slice(&output.stdout).unwrap();
            let own = match path {
                "/metrics" => "trustpack_exporter_build_info",
                _ => "probe_success",
            };
            assert!(found.get(own).is_some(), "{path}: {found}");
        }
    }
}
