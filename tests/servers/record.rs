//! What fetch says of a server, and how that differs from the server's configuration.

#![allow(dead_code, reason = "a benchmark uses its own part")]

use std::process::Command;

use serde_json::{Value, json};

use super::certificates::{Chain, NAME};
use super::support::{run, stderr, stdout, trustpack};

/// The fields of a handshake that a server of today and rustls finish.
pub(crate) fn modern(starttls: Option<&str>) -> Value {
    json!({ "engine": "tls", "possession": "proven", "protocol": "TLSv1.3", "starttls": starttls, "error": null })
}

/// The record of one server; fetch has to succeed.
pub(crate) fn fetch(url: &str, flags: &[&str]) -> Value {
    let output = run(fetch_command(&[url.to_owned()]).args(flags));
    let text = stdout(&output);
    let mut lines = text.lines();
    let record = serde_json::from_str(lines.next().expect("a record")).unwrap();
    assert_eq!(lines.next(), None, "one record for one server");
    record
}

/// The records of several servers by the port of their targets, whether or not they presented something.
pub(crate) fn fetch_all(urls: &[String]) -> Vec<Value> {
    let output = fetch_command(urls).output().unwrap();
    let lines = stdout(&output);
    let records: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    urls.iter()
        .map(|url| {
            let port = url.rsplit_once(':').unwrap().1;
            let is_its = |record: &&Value| {
                let target = record["target"].as_str().unwrap();
                target.rsplit_once(':').unwrap().1 == port
            };
            let found = records.iter().find(is_its);
            found
                .unwrap_or_else(|| panic!("no record of {url}: {}", stderr(&output)))
                .clone()
        })
        .collect()
}

pub(crate) fn fetch_command(urls: &[String]) -> Command {
    let mut command = trustpack();
    command
        .arg("fetch")
        .args(urls)
        .args(["--server-name", NAME, "--jsonl"]);
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(proxy).env_remove(proxy.to_uppercase());
    }
    command
}

/// The chain is the configured one, and the fields are as given.
pub(crate) fn assert_record(record: &Value, chain: &Chain, fields: &Value) {
    let wrong = differences(record, chain, fields);
    assert!(wrong.is_empty(), "{}\n{record:#}", wrong.join("\n"));
}

/// What a record says otherwise than the server's configuration.
pub(crate) fn differences(record: &Value, chain: &Chain, fields: &Value) -> Vec<String> {
    let presented = record["chain"].as_array().into_iter().flatten();
    let sha256 = |one: &Value| {
        one.get("sha256")
            .or_else(|| one.get("fingerprint"))
            .cloned()
    };
    let presented: Vec<Value> = presented.filter_map(sha256).collect();
    let mut wrong = Vec::new();
    if presented != chain.sha256() {
        wrong.push(format!(
            "chain: {presented:?}, not {:?}: {}",
            chain.sha256(),
            record["error"]
        ));
    }
    for (name, value) in fields.as_object().unwrap() {
        if &record[name] != value {
            wrong.push(format!("{name}: {}, not {value}", record[name]));
        }
    }
    wrong
}
