//! `/probe`: what is asked, what is not, and in whose words it is told.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use rustls_pki_types::CertificateDer;

use super::{Exporting, request, value};
use crate::support::canned::Canned;
use crate::support::fixture;
use crate::support::server::Server;

/// Stands for `server.test`.
fn server_test() -> Server {
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = fs::read(fixture("pki/server.key.pem")).unwrap();
    let key = pem::parse(key).unwrap().into_contents();
    Server::start(
        vec![der("der/server.cer"), der("der/intermediate.cer")],
        key,
    )
}

/// One that knows the root of `server.test` in the module `own`.
fn exporting(folder: &std::path::Path, arguments: &[&str]) -> Exporting {
    fs::copy(fixture("pki/root.pem"), folder.join("root.pem")).unwrap();
    fs::write(
        folder.join("exporter.toml"),
        "[modules.own]\nprober = \"tcp\"\nroots = [\"root.pem\"]\nserver_name = \"server.test\"\n\
         [modules.unverified]\nprober = \"http\"\nverify = false\n\
         [modules.native]\nprober = \"tcp\"\nmetrics = \"native\"\ncrit = \"100000d\"\nwarn = \"100001d\"\n\
         [modules.quick]\nprober = \"tcp\"\ntimeout = \"200ms\"\n",
    )
    .unwrap();
    let all = [&["--config", "exporter.toml"], arguments].concat();
    Exporting::start(folder, &all)
}

#[test]
fn a_server_is_told_in_the_words_of_blackbox_exporter() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server_test());
    let exporting = exporting(folder.path(), &["--allow", "127.0.0.1"]);
    let at = server.address;
    // the certificate is not for the address, and its root is unknown
    for module in ["", "&module=tcp_tls", "&module=http_2xx"] {
        let probed = exporting.get(&format!("/probe?target={at}{module}"));
        assert_eq!(probed.status, 200, "{}", probed.body);
        assert_eq!(value(&probed.body, "probe_success"), 0.0);
        assert!(value(&probed.body, "probe_ssl_earliest_cert_expiry") > 1e9);
        assert_eq!(value(&probed.body, "probe_ip_protocol"), 4.0);
        assert!(
            probed
                .body
                .contains("probe_tls_version_info{version=\"TLS 1.3\"} 1")
        );
        assert!(!probed.body.contains("probe_ssl_last_chain_expiry"));
    }
    let told = exporting
        .get(&format!("/probe?target={at}&debug=true"))
        .body;
    let (why, metrics) = told.split_once("\nMetrics:\n\n").unwrap();
    assert!(why.contains("CERT-HOST"), "{why}");
    assert_eq!(value(metrics, "probe_success"), 0.0);
    let refused = exporting.get(&format!("/probe?target={at}&debug=1"));
    assert_eq!(refused.status, 400, "{}", refused.body);
    for module in ["own", "unverified", "tcp_connect"] {
        let probed = exporting.get(&format!("/probe?target={at}&module={module}"));
        assert_eq!(value(&probed.body, "probe_success"), 1.0, "{module}");
    }
    let native = exporting.get(&format!("/probe?target={at}&module=native"));
    assert_eq!(value(&native.body, "trustpack_source_up"), 1.0);
    assert!(native.body.contains("trustpack_cert_severity{"));
    // a URL as blackbox_exporter takes it, percent-encoded as Prometheus does
    let url = format!("https%3A%2F%2F{at}%2Fhealth%3Fa%3Db");
    let probed = exporting.get(&format!("/probe?module=own&target={url}"));
    assert_eq!(value(&probed.body, "probe_success"), 1.0);
    let metrics = exporting.metrics();
    assert_eq!(value(&metrics, "trustpack_exporter_probes_total"), 9.0);
    assert_eq!(value(&metrics, "trustpack_exporter_probes_running"), 0.0);
}

#[test]
fn a_server_that_is_not_there_is_a_metric_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = exporting(folder.path(), &["--allow", "127.0.0.1"]);
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let at = gone.local_addr().unwrap();
    drop(gone);
    for module in ["tcp_tls", "tcp_connect"] {
        let probed = exporting.get(&format!("/probe?target={at}&module={module}"));
        assert_eq!(probed.status, 200);
        assert_eq!(value(&probed.body, "probe_success"), 0.0, "{module}");
        assert!(!probed.body.contains("probe_ssl"));
    }
}

#[test]
fn nothing_is_asked_that_is_not_allowed() {
    let heard = Canned::start(|client, _| drop(client));
    let folder = tempfile::tempdir().unwrap();
    let at = heard.address;
    let port = at.port().to_string();
    let other = format!("127.0.0.1:{}", at.port() ^ 1);
    for allow in [
        &[][..],
        &["--allow", "*"],
        &["--allow", "*.example.org"],
        &["--allow", &other],
        &["--allow", "10.0.0.0/8"],
    ] {
        let exporting = exporting(folder.path(), allow);
        for target in [
            at.to_string(),
            format!("https://{at}/"),
            format!("[::ffff:127.0.0.1]:{port}"),
        ] {
            let refused = exporting.get(&format!("/probe?target={target}"));
            assert_eq!(refused.status, 403, "{allow:?} {target} {}", refused.body);
            let hint = "start the exporter with --allow ";
            assert!(refused.body.contains(hint), "{}", refused.body);
            assert_eq!(refused.body.lines().count(), 1);
        }
        let metrics = exporting.metrics();
        assert_eq!(
            value(&metrics, "trustpack_exporter_probes_refused_total"),
            3.0
        );
        assert_eq!(value(&metrics, "trustpack_exporter_probes_total"), 0.0);
    }
    assert_eq!(heard.heard(), Vec::<String>::new());
}

#[test]
fn a_name_that_resolves_to_what_is_not_allowed_is_not_asked() {
    let heard = Canned::start(|client, _| drop(client));
    let port = heard.address.port();
    let folder = tempfile::tempdir().unwrap();
    for module in ["tcp_tls", "tcp_connect"] {
        let fenced = exporting(
            folder.path(),
            &["--allow", "localhost", "--allow", "10.0.0.0/8"],
        );
        let refused = fenced.get(&format!("/probe?target=localhost:{port}&module={module}"));
        assert_eq!(refused.status, 403, "{}", refused.body);
        let told = "localhost is outside of the networks that may be asked: ";
        assert!(refused.body.contains(told), "{}", refused.body);
        assert_eq!(heard.heard(), Vec::<String>::new());
    }
    let inside = exporting(
        folder.path(),
        &["--allow", "localhost", "--allow", "127.0.0.0/8"],
    );
    let probed = inside.get(&format!(
        "/probe?target=localhost:{port}&module=tcp_connect"
    ));
    assert_eq!(value(&probed.body, "probe_success"), 1.0);
}

#[test]
fn what_is_no_server_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = exporting(folder.path(), &["--allow", "*", "--allow", "0.0.0.0/0"]);
    let long = "a".repeat(10_000);
    for query in [
        "",
        "?target=",
        "?target=/etc/passwd",
        "?target=file:///etc/passwd",
        "?target=..%2Fserver.pem",
        "?target=C%3A%5Cstore.jks",
        "?target=http://example.org",
        "?target=gopher://example.org",
        "?target=a%0d%0ab:443",
        "?target=a%00:443",
        "?target=a:99999",
        "?target=a:443&target=b:443",
        "?target=a:443&module=absent",
        "?target=https://user:secret@127.0.0.1/",
        // addresses, for resolvers
        "?target=0x7f000001:443",
        "?target=127.0x1:443",
        "?target=2130706433:443",
        "?target=127.1:443",
        "?target=0X7F000001.:443",
        "?target=127.0.0.1:443&hostname=",
        "?target=127.0.0.1:443&hostname=a%0d%0ab",
        &format!("?target={long}"),
    ] {
        let refused = exporting.get(&format!("/probe{query}"));
        assert_eq!(refused.status, 400, "{query}: {}", refused.body);
        assert_eq!(refused.body.lines().count(), 1, "{query}");
        assert!(refused.body.len() < 500, "{query}");
        assert!(!refused.body.contains("secret"));
    }
    let told = exporting.get("/probe?target=a:443&module=absent").body;
    assert!(
        told.contains("http_2xx, imap_starttls, native, own"),
        "{told}"
    );
}

#[test]
fn a_probe_ends_before_whoever_asks_gives_up() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Canned::start(|client, _| {
        std::thread::sleep(Duration::from_secs(30));
        drop(client);
    });
    let exporting = exporting(folder.path(), &["--allow", "127.0.0.1"]);
    let path = format!("/probe?target={}&module=tcp_tls", silent.address);
    for (path, header) in [
        (path.clone(), "X-Prometheus-Scrape-Timeout-Seconds: 1.0\r\n"),
        (format!("{path}&").replace("tcp_tls", "quick"), ""),
    ] {
        let begun = Instant::now();
        let probed = exporting.request("GET", &path, header);
        assert_eq!(value(&probed.body, "probe_success"), 0.0);
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{:?}",
            begun.elapsed()
        );
        assert!(value(&probed.body, "probe_duration_seconds") < 1.0);
    }
}

#[test]
fn probes_beyond_the_limit_wait_for_their_turn_as_long_as_they_have_time() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Canned::start(|client, _| {
        std::thread::sleep(Duration::from_secs(60));
        drop(client);
    });
    let limits = ["--allow", "127.0.0.1", "--max-probes", "1"];
    let exporting = exporting(folder.path(), &limits);
    let path = format!("/probe?target={}&module=tcp_tls", silent.address);
    let address = exporting.addresses[0];
    std::thread::scope(|scope| {
        let patient = "X-Prometheus-Scrape-Timeout-Seconds: 10\r\n";
        let first = scope.spawn(|| request(address, "GET", &path, patient));
        exporting.until(|_| !silent.heard().is_empty());
        let hasty = "X-Prometheus-Scrape-Timeout-Seconds: 0.6\r\n";
        let second = exporting.request("GET", &path, hasty);
        assert_eq!(second.status, 503, "{}", second.body);
        // others are served meanwhile
        assert_eq!(exporting.get("/metrics").status, 200);
        assert_eq!(first.join().unwrap().status, 200);
    });
}
