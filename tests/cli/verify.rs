//! `trustpack verify` against servers on loopback, and with the roots of a JDK.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{stderr, stdout, trustpack};

/// `trustpack verify` in a folder, without the proxies and the Java of whoever runs the tests.
fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = trustpack();
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("JAVA_HOME", folder.join("jdk"))
        .arg("verify")
        .args(arguments)
        .output()
        .expect("trustpack runs")
}

fn serve(leaf: &Certified, issuers: &[&Certified]) -> Server {
    let issuers = issuers.iter().map(|issuer| issuer.der.clone());
    let chain = [leaf.der.clone()].into_iter().chain(issuers);
    Server::start(chain.collect(), leaf.pkcs8())
}

#[test]
fn a_list_says_what_the_store_covers_and_what_nothing_uses() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = pki::ca("Root", None, |_| {});
    let issuing = pki::ca("Issuing", Some(&root), |_| {});
    let idle = pki::ca("Idle", None, |_| {});
    let strange = pki::ca("Strange", None, |_| {});
    let names = ["a.test", "127.0.0.1"];
    let leaf = pki::server(&names, Some(&issuing), |params| pki::days(params, -1, 20));
    let good = serve(&leaf, &[&issuing]);
    let bad = serve(&pki::server(&names, Some(&strange), |_| {}), &[]);
    let store = pki::pem(&[root.der.clone(), issuing.der.clone(), idle.der.clone()]);
    fs::write(folder.path().join("trust.pem"), store).expect("written");

    let list = format!("{} # good\n{}\n", good.address, bad.address);
    fs::write(folder.path().join("both.txt"), list).expect("written");
    let arguments = ["--targets", "both.txt", "--trust", "trust.pem", "--json"];
    let answer = verify(folder.path(), &arguments);
    assert_eq!(answer.status.code(), Some(1), "{}", stderr(&answer));
    let record: Value = serde_json::from_str(&stdout(&answer)).expect("JSON");
    assert_eq!(record["targets"][0]["answer"], "accepted");
    assert_eq!(record["targets"][0]["proven"], true);
    let change = &record["targets"][0]["until"]["change"];
    assert_eq!(change["answer"], "refused");
    assert_eq!(change["certificates"][0]["what"], "expires");
    assert_eq!(record["targets"][1]["answer"], "refused");
    assert_eq!(record["targets"][1]["error"]["reason"], "no-path");
    assert_eq!(record["entries"][0]["use"], "spare");
    assert_eq!(record["entries"][1]["use"], "carries");
    assert_eq!(record["entries"][2]["use"], Value::Null);
    assert_eq!(record["summary"]["unused"], 1);

    fs::write(folder.path().join("one.txt"), good.address.to_string()).expect("written");
    let answer = verify(
        folder.path(),
        &["--targets", "one.txt", "--trust", "trust.pem"],
    );
    assert_eq!(answer.status.code(), Some(0), "{}", stderr(&answer));
    let page = stdout(&answer);
    assert!(page.contains("CN=Idle"), "{page}");
    assert!(page.contains("1 server: 1 accepted, 0 refused, 0 failed; 3 entries, 1 unused"));

    let gone = format!("{}\n127.0.0.1:1\n", bad.address);
    fs::write(folder.path().join("gone.txt"), gone).expect("written");
    let arguments = ["--targets", "gone.txt", "--trust", "trust.pem"];
    assert_eq!(verify(folder.path(), &arguments).status.code(), Some(2));
}

#[test]
fn the_name_to_be_matched_is_not_the_one_that_is_dialled() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = pki::ca("Root", None, |_| {});
    let server = serve(&pki::server(&["a.test"], Some(&root), |_| {}), &[]);
    fs::write(folder.path().join("trust.pem"), root.pem()).expect("written");
    let address = server.address.to_string();
    let ask = |host: &[&str]| {
        let arguments = [&[address.as_str(), "--trust", "trust.pem"], host].concat();
        verify(folder.path(), &arguments).status.code()
    };
    assert_eq!(ask(&[]), Some(1));
    assert_eq!(ask(&["--host", "a.test"]), Some(0));
    assert_eq!(ask(&["--server-name", "a.test"]), Some(0));
}

#[test]
fn java_is_the_cacerts_of_the_java_home_and_a_file_is_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = pki::ca("Root", None, |_| {});
    let leaf = pki::server(&["a.test"], Some(&root), |_| {});
    fs::write(folder.path().join("leaf.pem"), leaf.pem()).expect("written");
    fs::write(folder.path().join("java"), root.pem()).expect("written");
    let ask = |trust: &str| {
        let arguments = ["leaf.pem", "--host", "a.test", "--trust", trust];
        verify(folder.path(), &arguments)
    };
    assert_eq!(ask("./java").status.code(), Some(0));
    // as JDK 8 has it
    let security = folder.path().join("jdk/jre/lib/security");
    fs::create_dir_all(&security).expect("a folder");
    fs::write(security.join("cacerts"), root.pem()).expect("written");
    let answer = ask("java");
    assert_eq!(answer.status.code(), Some(0), "{}", stderr(&answer));
    assert!(stderr(&answer).contains("note: java: "));
}
