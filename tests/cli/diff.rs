//! `trustpack diff` with locks, servers and bundles.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{fixture, run, stderr, stdout, trustpack};

/// `trustpack` in a folder, without the proxies of whoever runs the tests.
fn trustpack_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = trustpack();
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    let command = command.current_dir(folder).args(arguments);
    command.output().expect("trustpack runs")
}

fn serve(leaf: &Certified, issuers: &[&Certified]) -> Server {
    let issuers = issuers.iter().map(|issuer| issuer.der.clone());
    let chain = [leaf.der.clone()].into_iter().chain(issuers);
    Server::start(chain.collect(), leaf.pkcs8())
}

#[test]
fn a_lock_is_compared_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let root = pki::ca("Root", None, |_| {});
    let leaf = |_| pki::server(&["127.0.0.1"], Some(&root), |_| {});
    let [then, now] = [0, 1].map(leaf);
    let server = serve(&then, &[&root]);
    let at = server.address.to_string();
    let locked = trustpack_in(folder, &["fetch", &at, "--lock", "hosts.lock"]);
    assert!(locked.status.success(), "{}", stderr(&locked));
    let same = trustpack_in(folder, &["diff", "hosts.lock", &at]);
    assert_eq!(stdout(&same), "no difference\n", "{}", stderr(&same));
    assert_eq!(same.status.code(), Some(0));

    let renewed = serve(&now, &[&root]);
    let connect = renewed.address.to_string();
    let told = trustpack_in(
        folder,
        &["diff", "hosts.lock", &at, "--connect", &connect, "--json"],
    );
    assert_eq!(told.status.code(), Some(1), "{}", stderr(&told));
    let record: Value = serde_json::from_str(&stdout(&told)).expect("JSON");
    assert_eq!(record["counts"]["renewed"], 1, "{record}");
    assert_eq!(record["counts"]["unchanged"], 1, "{record}");
    assert_eq!(record["differences"][0]["same_key"], false);

    // with another issuer and another key nothing says that it is the same
    let strange = serve(&pki::server(&["127.0.0.1"], None, |_| {}), &[]);
    let connect = strange.address.to_string();
    let told = trustpack_in(folder, &["diff", "hosts.lock", &at, "--connect", &connect]);
    assert!(
        stdout(&told).contains("1 added, 2 removed"),
        "{}",
        stdout(&told)
    );
}

#[test]
fn two_servers_are_compared_and_a_store_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let [old, new] = ["Old", "New"].map(|name| pki::ca(name, None, |_| {}));
    let names = ["127.0.0.1"];
    let one = serve(&pki::server(&names, Some(&old), |_| {}), &[&old]);
    let two = serve(&pki::server(&names, Some(&new), |_| {}), &[&new]);
    let [one, two] = [&one, &two].map(|server| server.address.to_string());
    assert_eq!(
        trustpack_in(folder, &["diff", &one, &one]).status.code(),
        Some(0)
    );
    let told = trustpack_in(folder, &["diff", &one, &two]);
    assert_eq!(told.status.code(), Some(1), "{}", stderr(&told));
    for (name, root) in [("old.pem", &old), ("new.pem", &new)] {
        fs::write(folder.join(name), pki::pem(std::slice::from_ref(&root.der))).expect("written");
    }
    let told = trustpack_in(
        folder,
        &["diff", "old.pem", "new.pem", "--for", &one, "--for", &two],
    );
    assert_eq!(told.status.code(), Some(1), "{}", stderr(&told));
    let text = stdout(&told);
    assert!(text.contains(&format!("trust lost for {one}: ")), "{text}");
    assert!(
        text.contains(&format!("trust gained for {two}; before: ")),
        "{text}"
    );
}

#[test]
fn a_bundle_is_the_same_as_zip_and_as_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let pack = |specification: &str, target: &str| {
        let mut command = trustpack();
        command
            .args(["channel", "pack"])
            .arg(fixture(&format!("channels/{specification}")))
            .args(["-o", target, "--at", "2026-11-21T00:00:00Z", "--roots"])
            .arg(fixture("pki/root.pem"));
        run(command.current_dir(folder));
    };
    pack("telegram.toml", "a.zip");
    pack("telegram.toml", "b/");
    pack("telegram-leaf.toml", "c.zip");
    let same = trustpack_in(folder, &["diff", "a.zip", "b"]);
    assert_eq!(stdout(&same), "no difference\n", "{}", stderr(&same));
    assert!(stderr(&same).contains("MANIFEST.json"), "{}", stderr(&same));
    let told = trustpack_in(folder, &["diff", "a.zip", "c.zip", "--json"]);
    assert_eq!(told.status.code(), Some(1), "{}", stderr(&told));
    let record: Value = serde_json::from_str(&stdout(&told)).expect("JSON");
    let place = record["differences"][0]["before"]["place"].as_str();
    assert_eq!(place, Some("support_bot/trust/trust.cer"), "{record}");

    let bytes = fs::read(folder.join("a.zip")).expect("read");
    fs::write(folder.join("cut.zip"), &bytes[..bytes.len() / 2]).expect("written");
    let cut = trustpack_in(folder, &["diff", "a.zip", "cut.zip"]);
    assert_eq!(cut.status.code(), Some(2));
    assert!(
        stderr(&cut).contains("error: cut.zip: broken zip"),
        "{}",
        stderr(&cut)
    );
}

#[test]
fn a_broken_lock_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("a.lock"), "# old\nversion = 7\n").expect("written");
    let told = trustpack_in(folder, &["diff", "a.lock", "a.lock"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(
        stderr(&told).starts_with("error: a.lock: line 2: version 7"),
        "{}",
        stderr(&told)
    );
}
