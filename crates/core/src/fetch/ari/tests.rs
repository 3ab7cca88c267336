//! ACME servers on loopback, good ones and others.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use glob::Pattern;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;
use crate::ari::NamedDirectory;
use crate::cert::testing::{self, Made};
use crate::tls::client::provider;

/// A server that answers each request with what `answer` makes of its path.
struct Acme {
    /// With `SCHEME://HOST:PORT` before it.
    directory: String,
    heard: Arc<Mutex<Vec<String>>>,
}

type Answers = dyn Fn(&str, &mut dyn Write) + Send + Sync;

impl Acme {
    fn start(answers: impl Fn(&str, &mut dyn Write) + Send + Sync + 'static) -> Self {
        Self::with(None, Box::new(answers))
    }

    /// Answers with this body to questions about certificates.
    fn telling(window: &'static str) -> Self {
        Self::start(move |path, out| good(path, out, window))
    }

    fn with(tls: Option<Arc<ServerConfig>>, answers: Box<Answers>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (said, answers) = (Arc::clone(&heard), Arc::new(answers));
        let base = format!("{scheme}://localhost:{}", address.port());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (said, answers, tls) = (Arc::clone(&said), Arc::clone(&answers), tls.clone());
                thread::spawn(move || match tls {
                    None => serve(client, &said, &**answers),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, client), &said, &**answers);
                    }
                });
            }
        });
        Self {
            directory: format!("{base}/directory"),
            heard,
        }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn fetcher(&self, roots: &[Certificate], cache: &Arc<AriCache>) -> AriFetcher {
        let named = NamedDirectory {
            issuer: Some(Pattern::new("CN=Root*").unwrap()),
            url: self.directory.clone(),
        };
        let directories = AcmeDirectories::new(vec![named]);
        let proxies = ProxyRules::none();
        AriFetcher::new(directories, roots, proxies, PATIENCE, Arc::clone(cache))
    }
}

fn serve<S: Read + Write>(mut client: S, said: &Mutex<Vec<String>>, answers: &Answers) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match client.read(&mut byte) {
            Ok(1) => request.extend(byte),
            _ => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    let head = request.lines().next().unwrap().to_owned();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let host = request.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.unwrap_or("none").to_owned();
    said.lock().unwrap().push(head);
    answers(&format!("{host}{path}"), &mut client);
    let _ = client.flush();
}

/// The directory, and `window` at every other path. A path has its host before it.
fn good(path: &str, out: &mut dyn Write, window: &str) {
    match path.strip_suffix("/directory") {
        // where the scheme does not count, it is said by who listens
        Some(host) => ok(out, &format!(r#"{{"renewalInfo": "http://{host}/ri"}}"#)),
        None => ok(out, window),
    }
}

fn ok(out: &mut dyn Write, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nRetry-After: 21600\r\nContent-Length: {length}\r\n");
    let _ = out.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes());
}

const PATIENCE: Duration = Duration::from_secs(5);
const WINDOW: &str =
    r#"{"suggestedWindow": {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z"}}"#;

/// A root and a certificate of it.
fn issued() -> (Made, Certificate) {
    let root = testing::root("Root");
    let leaf = testing::server("a.test", &root).certificate;
    (root, leaf)
}

/// Why there is no window, with a server that answers so to questions about certificates.
fn refused(answer: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> String {
    let (_, leaf) = issued();
    let server = Acme::start(move |path, out| match path.ends_with("/directory") {
        true => good(path, out, ""),
        false => answer(out),
    });
    let start = Instant::now();
    let fetcher = server.fetcher(&[], &Arc::default());
    let (window, requests) = fetcher.window(&leaf, testing::NOW);
    assert_eq!(window, None);
    assert!(start.elapsed() < PATIENCE + Duration::from_secs(2));
    assert_eq!(requests.len(), 2, "{requests:?}");
    // it is not asked again
    let (window, requests) = fetcher.window(&leaf, testing::NOW);
    assert_eq!((window, requests), (None, Vec::new()));
    let heard = server.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    let again = server
        .fetcher(&[], &fetcher.cache)
        .window(&leaf, testing::NOW);
    assert_eq!(again, (None, Vec::new()));
    let (_, failure) = fetcher.window_outcome(&leaf);
    failure
}

impl AriFetcher {
    /// What is kept of a certificate: the key, and why there was nothing.
    fn window_outcome(&self, leaf: &Certificate) -> (String, String) {
        let directory = self.directories.of(leaf).unwrap();
        let key = format!("{directory} {}", ari::certificate_id(leaf).unwrap());
        let why = self.cache.get(&key).unwrap().unwrap_err();
        (key, why)
    }
}

#[test]
fn each_is_asked_once_and_the_answer_holds_for_the_next_run() {
    let (root, leaf) = issued();
    let other = testing::server("b.test", &root).certificate;
    let server = Acme::telling(WINDOW);
    let cache = Arc::default();
    let fetcher = server.fetcher(&[], &cache);
    let (window, requests) = fetcher.window(&leaf, testing::NOW);
    let expected = ari::parse_renewal_info(WINDOW.as_bytes()).unwrap();
    assert_eq!(window.as_ref(), Some(&expected));
    assert!(
        requests.iter().all(|one| one.outcome.is_ok()),
        "{requests:?}"
    );
    assert_eq!(fetcher.window(&leaf, testing::NOW), (window, Vec::new()));
    assert_eq!(fetcher.window(&other, testing::NOW).1.len(), 1);
    let next = server.fetcher(&[], &cache);
    assert_eq!(
        next.window(&leaf, testing::NOW),
        (Some(expected), Vec::new())
    );
    let path = |leaf| format!("GET /ri/{} HTTP/1.1", ari::certificate_id(leaf).unwrap());
    assert_eq!(
        server.heard(),
        [
            "GET /directory HTTP/1.1".to_owned(),
            path(&leaf),
            path(&other)
        ]
    );
}

#[test]
fn many_at_once_ask_once() {
    let (_, leaf) = issued();
    let server = Acme::telling(WINDOW);
    let fetcher = server.fetcher(&[], &Arc::default());
    let windows: Vec<_> = thread::scope(|scope| {
        let ask = || fetcher.window(&leaf, testing::NOW).0;
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(windows.iter().all(Option::is_some));
    assert_eq!(server.heard().len(), 2);
}

#[test]
fn nobody_is_asked_about_what_nobody_can_tell() {
    let (_, leaf) = issued();
    let server = Acme::telling(WINDOW);
    let fetcher = server.fetcher(&[], &Arc::default());
    let stranger = testing::root("Somebody");
    let stranger = testing::server("a.test", &stranger).certificate;
    assert_eq!(fetcher.window(&stranger, testing::NOW), (None, Vec::new()));
    let late = testing::at(400 * testing::DAY);
    assert_eq!(fetcher.window(&leaf, late), (None, Vec::new()));
    assert!(server.heard().is_empty());
}

#[test]
fn a_server_is_asked_by_tls_and_only_when_a_root_leads_to_it() {
    let (root, leaf) = issued();
    let own = testing::root("Web");
    let server = testing::server("localhost", &own);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.certificate.der().clone()], key)
        .unwrap();
    let answers = |path: &str, out: &mut dyn Write| match path.strip_suffix("/directory") {
        Some(host) => ok(out, &format!(r#"{{"renewalInfo": "https://{host}/ri"}}"#)),
        None => ok(out, WINDOW),
    };
    let server = Acme::with(Some(Arc::new(config)), Box::new(answers));
    assert!(server.directory.starts_with("https://"));
    let good = server.fetcher(&[own.certificate], &Arc::default());
    let (window, requests) = good.window(&leaf, testing::NOW);
    // the certificates of the tests are of 2026
    let is_2026 = OffsetDateTime::now_utc().year() == 2026;
    assert_eq!(window.is_some(), is_2026, "{requests:?}");
    for roots in [&[][..], &[root.certificate]] {
        let bad = server.fetcher(roots, &Arc::default());
        let (window, requests) = bad.window(&leaf, testing::NOW);
        assert_eq!(window, None);
        let [request] = requests.as_slice() else {
            panic!("{requests:?}");
        };
        let why = request.outcome.as_ref().unwrap_err();
        assert!(why.contains("certificate"), "{why}");
    }
    let directories = server.heard();
    let is_directory = |head: &&String| head.starts_with("GET /directory");
    assert_eq!(
        directories.iter().filter(is_directory).count(),
        usize::from(is_2026)
    );
}

#[test]
fn no_answer_of_a_server_is_more_than_a_reason() {
    let body = |text: &'static str| refused(move |out| ok(out, text));
    assert!(body("<html>").contains("it is no RenewalInfo object"));
    assert!(body("").contains("it is no RenewalInfo object"));
    let turned =
        r#"{"suggestedWindow": {"start": "2026-05-02T00:00:00Z", "end": "2026-05-01T00:00:00Z"}}"#;
    assert!(body(turned).contains("the window ends at"));
    let status = |line: &'static str| {
        refused(move |out| {
            let _ = write!(out, "HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n");
        })
    };
    assert_eq!(status("404 Not Found"), "HTTP status 404");
    assert_eq!(status("503 Busy"), "HTTP status 503");
    let moved = status("302 Found\r\nLocation: http://127.0.0.1:1/");
    assert_eq!(
        moved,
        "it points to http://127.0.0.1:1/, which is not followed"
    );
    let huge = refused(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"suggestedWindow\": \"");
        while out.write_all(&[b'9'; 4096]).is_ok() {}
    });
    assert_eq!(huge, "more than 64 KiB");
    let head = refused(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\n");
        while out.write_all(b"x: y\r\n").is_ok() {}
    });
    assert!(!head.is_empty());
    refused(|_| {});
    refused(|out| {
        let _ = out.write_all(&[0xff; 100]);
    });
    let slow = refused(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while out.write_all(b" ").and_then(|()| out.flush()).is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(slow, "no answer in time");
}

#[test]
fn a_server_that_says_nothing_is_left_alone() {
    let root = testing::root("Root");
    let server = Acme::start(|path, out| match path.ends_with("/directory") {
        true => good(path, out, ""),
        false => thread::sleep(Duration::from_secs(60)),
    });
    let named = NamedDirectory {
        issuer: None,
        url: server.directory.clone(),
    };
    let short = Duration::from_millis(300);
    let directories = AcmeDirectories::new(vec![named]);
    let fetcher = AriFetcher::new(directories, &[], ProxyRules::none(), short, Arc::default());
    let mut told = Vec::new();
    for number in 0..10 {
        let leaf = testing::server(&format!("{number}.test"), &root).certificate;
        let (window, requests) = fetcher.window(&leaf, testing::NOW);
        assert_eq!(window, None);
        told.extend(requests.into_iter().filter_map(|one| one.outcome.err()));
    }
    let last = "no answer in time, 3 times in a row; this server is left alone now";
    assert_eq!(told, ["no answer in time", "no answer in time", last]);
    let asked = usize::try_from(MAX_SILENT).unwrap();
    assert_eq!(server.heard().len(), 1 + asked, "{:?}", server.heard());
}

#[test]
fn there_is_an_end_and_it_is_told_once() {
    let root = testing::root("Root");
    let server = Acme::telling(WINDOW);
    let fetcher = server.fetcher(&[], &Arc::default());
    fetcher.asked.store(MAX_ASKED - 1, Ordering::Relaxed);
    let mut told = Vec::new();
    for number in 0..4 {
        let leaf = testing::server(&format!("{number}.test"), &root).certificate;
        let (window, requests) = fetcher.window(&leaf, testing::NOW);
        assert_eq!(window.is_some(), number == 0);
        told.extend(requests.into_iter().filter_map(|one| one.outcome.err()));
    }
    let [why] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(why.starts_with("not asked: 10000 certificates"), "{why}");
    assert_eq!(server.heard().len(), 2);
}

#[test]
fn what_was_refused_holds_longer_than_what_did_not_come() {
    let failed = |status| -> Result<Known, Failure> {
        Err(Failure {
            status,
            ..Failure::new("")
        })
    };
    let told = time::Duration::hours(2);
    let hours = |answer| hold(&answer, told).whole_minutes();
    assert_eq!(hours(Ok(Known::RenewalInfo(String::new()))), 120);
    assert_eq!(hours(failed(Some(404))), 360);
    assert_eq!(hours(failed(Some(429))), 15);
    assert_eq!(hours(failed(Some(503))), 15);
    assert_eq!(hours(failed(None)), 15);
}
