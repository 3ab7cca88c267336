//! Servers of every temper, on loopback.

mod broken;
mod chain;
mod dialled;
mod server;

use std::collections::BTreeSet;
use std::io::Read;
use std::thread;
use std::time::Instant;

use rustls::version;

use super::*;
use crate::demo::DemoServer;
use crate::tls::proxy::ProxyError;
use crate::tls::starttls::{Protocol, StarttlsError};

use server::{Server, config, patient, pki, tls_server, unused_port, within};

const QUICK: Duration = Duration::from_millis(600);

/// For a machine that is busy with other tests; the servers below would go on for ever.
const SLACK: Duration = Duration::from_secs(5);

#[test]
fn twenty_targets_each_get_one_result_and_the_dead_hold_nobody_up() {
    let pki = pki();
    let live = tls_server(pki.server_config(DemoServer::Api));
    let silent = Server::start(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let refused = unused_port();
    let targets: Vec<Target> = (0..20)
        .map(|number| match number % 5 {
            0 => Target::new(Endpoint::new(refused.ip().to_string(), refused.port())),
            1 => silent.target("silent.example"),
            _ => live.target("api.infobip.com"),
        })
        .collect();
    let mut order = Vec::new();
    let started = Instant::now();
    let asked = targets.clone();
    let crew = Crew {
        parallel: 8,
        ..Crew::default()
    };
    fetch_all(targets, &within(QUICK * 2), &crew, &mut |index, fetched| {
        assert_eq!(fetched.target.endpoint, asked[index].endpoint);
        assert_eq!(
            fetched.error.is_none(),
            index % 5 > 1,
            "{:?}",
            fetched.error
        );
        order.push(index);
    });
    assert!(
        started.elapsed() < QUICK * 2 + SLACK,
        "{:?}",
        started.elapsed()
    );
    assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), 20);
    assert_ne!(
        order[..2],
        [0, 1],
        "the silent one cannot be among the first"
    );
    fetch_all(Vec::new(), &patient(), &crew, &mut |_, _| {
        panic!("no target, no result")
    });
}

/// The stack of `fetch_all`'s workers, in the build that needs most of it.
#[test]
fn a_small_stack_is_enough() {
    let pki = pki();
    let server = tls_server(config(&pki, &version::TLS13, true));
    let target = server.target("api.infobip.com");
    let quarter = thread::Builder::new().stack_size(pool::WORKER_STACK / 2);
    let fetched = quarter.spawn(move || fetch(&target, &patient())).unwrap();
    assert!(fetched.join().unwrap().chain.is_some());
}

#[test]
fn reasons_are_distinct_words() {
    let address = SocketAddr::from(([192, 0, 2, 1], 443));
    let text = String::new;
    let all = [
        FetchError::Alert {
            alert: text(),
            server_name: None,
            after_certificates: false,
            client_certificate_requested: false,
        },
        FetchError::Closed {
            received: 0,
            after_certificates: false,
            client_certificate_requested: false,
            reset: false,
        },
        FetchError::Connect {
            address,
            why: text(),
        },
        FetchError::NoAddressOfFamily {
            host: text(),
            family: AddressFamily::V6,
        },
        FetchError::NoCertificate,
        FetchError::NoSuchCertificate {
            certificate_type: CertificateType::MlDsa,
        },
        FetchError::not_tls(b""),
        FetchError::OtherVersion { chosen: text() },
        FetchError::Proxy {
            proxy: text(),
            error: ProxyError::AuthenticationRequired,
        },
        FetchError::Starttls(StarttlsError::Injected {
            protocol: Protocol::Smtp,
            bytes: 3,
        }),
        FetchError::TooLarge { bytes: None },
        FetchError::Refused {
            address,
            addresses: 3,
        },
        FetchError::Resolve {
            host: text(),
            why: text(),
        },
        FetchError::Timeout {
            phase: Phase::Connect,
            after: QUICK,
            address: None,
        },
        FetchError::Tls { why: text() },
        FetchError::Unreachable {
            address,
            addresses: 1,
        },
    ];
    let words: BTreeSet<_> = all.iter().map(FetchError::reason).collect();
    assert_eq!(words.len(), all.len());
    for error in &all {
        assert!(!error.to_string().ends_with('.'), "{error}");
        let _ = error.hint();
    }
}
