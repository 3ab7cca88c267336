//! Ways to a server and to its issuers: proxies, AIA.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{Site, fetch, has_finding, records};
use crate::support::canned::Canned;
use crate::support::pki;
use crate::support::server::Server;
use crate::support::{run, stderr, stdout, trustpack};

/// An HTTP proxy that reaches one place, whatever it is asked for.
fn proxy_to(place: std::net::SocketAddr) -> Canned {
    Canned::start(move |mut client, _| {
        let Ok(server) = TcpStream::connect(place) else {
            return;
        };
        let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        let (mut from, mut into) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from, &mut into));
        let (mut from, mut into) = (server, client);
        let _ = std::io::copy(&mut from, &mut into);
    })
}

#[test]
fn a_proxy_is_used_as_flag_and_environment_say() {
    let site = Site::new();
    let proxy = proxy_to(site.server.address);
    let url = format!("http://user:secret@{}", proxy.address);
    let folder = tempfile::tempdir().unwrap();
    let asked = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = trustpack();
        for name in [
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "no_proxy",
            "NO_PROXY",
        ] {
            command.env_remove(name);
        }
        let before = proxy.heard().len();
        let output = command
            .current_dir(folder.path())
            .envs(variables.iter().copied())
            .args(["fetch", "--jsonl", "--timeout", "5s"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(!stderr(&output).contains("secret"), "{}", stderr(&output));
        assert!(!stdout(&output).contains("secret"), "{}", stdout(&output));
        (output, proxy.heard().len() - before)
    };
    for (variables, arguments) in [
        (vec![], vec!["a.test", "--proxy", url.as_str()]),
        (vec![("https_proxy", url.as_str())], vec!["a.test"]),
        (vec![("ALL_PROXY", url.as_str())], vec!["a.test"]),
        (
            vec![("HTTPS_PROXY", "http://127.0.0.1:1")],
            vec!["a.test", "--proxy", &url],
        ),
    ] {
        let (output, used) = asked(&variables, &arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(used, 1);
        let record = &records(&output)[0];
        assert_eq!(record["proxy"], format!("http://{}", proxy.address));
        assert_eq!(record["possession"], "proven");
    }
    let first = proxy.heard().remove(0);
    assert!(
        first.starts_with("CONNECT a.test:443 HTTP/1.1\r\n"),
        "{first}"
    );
    // RFC 7617: base64 of user:secret
    assert!(
        first.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="),
        "{first}"
    );

    // Loopback and what NO_PROXY names are reached directly, as is everything with `none`.
    let target = site.target();
    for (variables, arguments) in [
        (vec![("https_proxy", url.as_str())], vec![target.as_str()]),
        (
            vec![("https_proxy", url.as_str())],
            vec!["a.test:1", "--proxy", "none", "--connect", &target],
        ),
    ] {
        let (output, used) = asked(&variables, &arguments);
        assert_eq!(
            (output.status.code(), used),
            (Some(0), 0),
            "{}",
            stderr(&output)
        );
    }
    let (_, used) = asked(
        &[("https_proxy", &url), ("NO_PROXY", ".test")],
        &["a.test:1"],
    );
    assert_eq!(used, 0);
}

/// A server that wants a client certificate of this CA.
fn demanding(site: &Site) -> Server {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(site.root.der.clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(site.leaf.pkcs8()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![site.leaf.der.clone(), site.issuing.der.clone()], key);
    Server::with_config(Arc::new(config.unwrap()))
}

#[test]
fn a_client_certificate_is_shown_from_any_container() {
    let site = Site::new();
    let server = demanding(&site);
    let target = server.address.to_string();
    let client = pki::server(&["client.test"], Some(&site.root), |parameters| {
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("client.pem", client.pem());
    write("client.key", client.key.serialize_pem());
    write("both.pem", client.key.serialize_pem() + &client.pem());
    for store in ["client.p12", "client.jks"] {
        let mut command = trustpack();
        let command = command
            .current_dir(folder.path())
            .env("STORE_PASS", "changeit");
        run(command.args([
            "merge",
            "both.pem",
            "-o",
            store,
            "--password",
            "env:STORE_PASS",
        ]));
    }
    let without = fetch(folder.path(), &[&target, "--jsonl"]);
    let record = &records(&without)[0];
    assert_eq!(
        without.status.code(),
        Some(0),
        "the chain is there all the same"
    );
    assert_eq!(record["client_certificate_requested"], true);
    assert_eq!(
        record["client_certificate_authorities"],
        serde_json::json!(["CN=Root,O=trustpack tests"])
    );
    assert_eq!(record["error"]["reason"], "alert");
    let password = ["--client-password", "env:STORE_PASS"];
    for (file, more) in [
        ("both.pem", &[][..]),
        ("client.pem", &["--client-key", "client.key"]),
        ("client.p12", &password),
        ("client.jks", &password),
    ] {
        let arguments = [&[target.as_str(), "--jsonl", "--client-cert", file], more].concat();
        let output = fetch(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", stderr(&output));
        assert!(records(&output)[0]["error"].is_null(), "{file}");
    }
    for (file, more, why) in [
        ("client.pem", &[][..], "there is no private key in it"),
        ("client.key", &[], "no certificate in it belongs to its key"),
        ("client.jks", &[], "its key is locked"),
        ("client.p12", &["--client-password", "empty"], "password"),
    ] {
        let arguments = [&[target.as_str(), "--client-cert", file], more].concat();
        let output = fetch(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(stderr(&output).contains(why), "{file}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("hint: "),
            "{file}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_proxy_that_answers_garbage_is_the_proxys_fault() {
    let garbage = Canned::start(|mut client, _| {
        let _ = client.write_all(b"SSH-2.0-OpenSSH_9.6\r\n");
    });
    let folder = tempfile::tempdir().unwrap();
    for scheme in ["http", "socks5h"] {
        let url = format!("{scheme}://{}", garbage.address);
        let output = fetch(folder.path(), &["a.test", "--proxy", &url, "--jsonl"]);
        assert_eq!(records(&output)[0]["error"]["reason"], "proxy");
    }
    let output = fetch(folder.path(), &["a.test", "--proxy", "https://u:SECRET@h"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("SECRET"), "{}", stderr(&output));
}

#[test]
fn issuers_are_fetched_only_when_told_and_every_request_is_listed() {
    let issuer = pki::ca("Root", None, |_| {});
    let issuing = pki::ca("Issuing", Some(&issuer), |_| {});
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("issuing.pem"), issuing.pem()).unwrap();
    let mut convert = trustpack();
    let convert =
        convert
            .current_dir(desk.path())
            .args(["convert", "issuing.pem", "-o", "issuing.p7b"]);
    run(convert);
    let p7c = std::fs::read(desk.path().join("issuing.p7b")).unwrap();
    for body in [issuing.der.to_vec(), issuing.pem().into_bytes(), p7c] {
        let published = Canned::http(body);
        let url = format!("http://{}/issuing.cer", published.address);
        let leaf = pki::server(&["a.test"], Some(&issuing), |parameters| {
            parameters
                .custom_extensions
                .push(authority_information(&url));
        });
        // The server forgets its issuer.
        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let target = server.address.to_string();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("root.pem"), issuer.pem()).unwrap();

        let without = fetch(folder.path(), &[&target, "--jsonl", "--roots", "root.pem"]);
        let record = &records(&without)[0];
        assert!(has_finding(record, "CERT-INCOMPLETE-CHAIN"));
        assert_eq!(record["root"], serde_json::Value::Null);
        assert!(
            published.heard().is_empty(),
            "nothing is asked of strangers unasked"
        );

        let with = fetch(
            folder.path(),
            &[&target, "--jsonl", "--roots", "root.pem", "--aia"],
        );
        let record = &records(&with)[0];
        assert_eq!(record["aia_requests"][0]["url"], url);
        assert_eq!(record["aia_requests"][0]["certificates"], 1);
        assert_eq!(record["completed"][0]["origin"], url);
        assert_eq!(record["root"]["origin"], "root.pem");
        assert!(
            has_finding(record, "CERT-INCOMPLETE-CHAIN"),
            "still the server's fault"
        );
        assert_eq!(record["chain"].as_array().unwrap().len(), 1);
        assert!(published.heard()[0].starts_with("GET /issuing.cer HTTP/1.1"));
        assert!(stderr(&with).contains(&format!("asked {url} for issuers: 1 certificate")));

        // What completes the chain is chosen as what was sent is.
        let arguments = [
            &target, "--roots", "root.pem", "--aia", "--select", "issuers", "-o", "ca.pem",
        ];
        let written = fetch(folder.path(), &arguments);
        assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
        let pem = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
        assert_eq!(pem, issuing.pem() + &issuer.pem());
    }
}

#[test]
fn where_an_issuer_points_to_is_said_and_not_followed() {
    let elsewhere = Canned::http(b"anything".to_vec());
    let place = format!("http://{}/", elsewhere.address);
    let published = Canned::start(move |mut client, _| {
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
        let _ = client.write_all(head.as_bytes());
    });
    let url = format!("http://{}/", published.address);
    let issuing = pki::ca("Issuing", None, |_| {});
    let leaf = pki::server(&["a.test"], Some(&issuing), |parameters| {
        parameters
            .custom_extensions
            .push(authority_information(&url));
    });
    let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
    let folder = tempfile::tempdir().unwrap();
    let output = fetch(
        folder.path(),
        &[&server.address.to_string(), "--jsonl", "--aia"],
    );
    let requests = records(&output)[0]["aia_requests"].clone();
    assert_eq!(requests.as_array().unwrap().len(), 1);
    let error = requests[0]["error"].as_str().unwrap();
    assert!(error.contains("not followed"), "{error}");
    assert!(elsewhere.heard().is_empty());
}

#[test]
fn what_the_url_says_before_tls_is_not_overruled() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("tls://{}", site.target());
    let output = fetch(folder.path(), &[&url, "--starttls", "smtp", "--jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(records(&output)[0]["starttls"].is_null());
}

#[test]
fn an_issuer_that_is_none_changes_nothing() {
    let other = pki::ca("Issuing", None, |_| {});
    let issuing = pki::ca("Issuing", None, |_| {});
    for body in [
        b"<html>login</html>".to_vec(),
        other.der.to_vec(),
        Vec::new(),
    ] {
        let published = Canned::http(body);
        let url = format!("http://{}/", published.address);
        let leaf = pki::server(&["a.test"], Some(&issuing), |parameters| {
            parameters
                .custom_extensions
                .push(authority_information(&url));
        });
        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let folder = tempfile::tempdir().unwrap();
        let output = fetch(
            folder.path(),
            &[&server.address.to_string(), "--jsonl", "--aia"],
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let record = &records(&output)[0];
        assert_eq!(record["aia_requests"].as_array().unwrap().len(), 1);
        assert_eq!(record["completed"].as_array().unwrap().len(), 0);
    }
}

/// AuthorityInfoAccess with one caIssuers URL (RFC 5280 section 4.2.2.1).
fn authority_information(url: &str) -> rcgen::CustomExtension {
    let sized = |tag: u8, body: &[u8]| [&[tag, u8::try_from(body.len()).unwrap()], body].concat();
    let method = sized(6, b"\x2b\x06\x01\x05\x05\x07\x30\x02");
    let location = sized(0x86, url.as_bytes());
    let description = sized(0x30, &[method, location].concat());
    let access = sized(0x30, &description);
    rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access)
}
