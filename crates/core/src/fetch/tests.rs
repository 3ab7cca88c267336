//! Servers of every temper, on loopback.

mod server;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv6Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use rustls::compress::{self, CertCompressor, CompressionFailed, CompressionLevel};
use rustls::crypto::aws_lc_rs;
use rustls::server::ResolvesServerCertUsingSni;
use rustls::{CertificateCompressionAlgorithm, ServerConfig, ServerConnection, version};
use rustls_pki_types::PrivateKeyDer;
use time::macros::datetime;

use super::*;
use crate::demo::{DemoPki, DemoServer};
use crate::tls::proxy::ProxyError;
use crate::tls::starttls::{Protocol, StarttlsError};

use server::{
    Server, chain_of_three, config, ders, patient, pki, provider, swallow, tls, tls_server,
    unused_port, within, without_last_message,
};

const QUICK: Duration = Duration::from_millis(600);

/// For a machine that is busy with other tests; the servers below would go on for ever.
const SLACK: Duration = Duration::from_secs(5);

#[test]
fn both_versions_give_chain_proof_and_facts() {
    for (version, name, prefix) in [
        (&version::TLS12, "TLSv1.2", "TLS_ECDHE_"),
        (&version::TLS13, "TLSv1.3", "TLS_AES_"),
    ] {
        let pki = pki();
        let server = tls_server(config(&pki, version, false));
        let fetched = fetch(&server.target("api.infobip.com"), &patient());
        assert_eq!(fetched.error, None);
        assert_eq!(ders(&fetched), pki.certificate(DemoServer::Api).chain);
        assert_eq!(fetched.possession, Possession::Proven);
        assert_eq!(fetched.protocol.map(Version::name), Some(name));
        assert_eq!(fetched.engine, Some(Engine::Tls));
        assert_eq!((fetched.connections, fetched.refused), (1, None));
        assert!(fetched.cipher_suite.as_deref().unwrap().starts_with(prefix));
        assert!(!fetched.client_certificate_requested);
        assert_eq!(fetched.address, Some(server.address));
        assert!(fetched.elapsed > Duration::ZERO);
    }
}

#[test]
fn a_required_client_certificate_leaves_the_chain_and_is_told() {
    for version in [&version::TLS12, &version::TLS13] {
        let pki = pki();
        let server = tls_server(config(&pki, version, true));
        let fetched = fetch(&server.target("api.infobip.com"), &patient());
        assert_eq!(ders(&fetched).len(), 2, "{version:?}");
        assert!(fetched.client_certificate_requested);
        assert_eq!(fetched.possession, Possession::Proven);
        let error = fetched.error.unwrap();
        assert_eq!(
            error.to_string(),
            "the server sent the alert certificate_required after its certificates: it wants a client certificate"
        );
        assert_eq!(error.reason(), "alert");
        assert!(error.hint().unwrap().contains("complete all the same"));
    }
}

#[test]
fn a_chain_of_three_keeps_its_order() {
    let (chain, key) = chain_of_three();
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key)
        .unwrap();
    let server = tls_server(Arc::new(config));
    let fetched = fetch(&server.target("three.example"), &patient());
    assert_eq!(ders(&fetched), chain);
}

#[test]
fn a_chain_too_long_for_rustls_is_read_by_the_probe() {
    let (mut chain, key) = chain_of_three();
    let padding = chain[2].clone();
    chain.extend(std::iter::repeat_n(padding, 200));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let server = tls_server(Arc::new(config));
    let fetched = fetch(&server.target("three.example"), &patient());
    assert_eq!((fetched.engine, fetched.error), (Some(Engine::Probe), None));
    assert_eq!(fetched.chain.unwrap().certificates.len(), 203);
    let refused = fetched.refused.unwrap();
    assert_eq!(refused.reason(), "too-large");
    let new_only = FetchOptions {
        version: Some(Version::Tls13),
        ..patient()
    };
    let error = fetch(&server.target("three.example"), &new_only).error;
    assert_eq!(
        error.unwrap().to_string(),
        "the server's certificates are larger than 64 KiB together"
    );
}

#[test]
fn a_server_that_does_not_know_the_name_says_so() {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
    let server = tls_server(Arc::new(config));
    // rustls servers say access_denied where others say unrecognized_name (RFC 6066 section 3).
    let fetched = fetch(&server.target("unknown.example"), &patient());
    assert_eq!(fetched.error.unwrap().reason(), "alert");

    let server = Server::start(|mut stream| {
        swallow(&mut stream);
        stream.write_all(&[21, 3, 3, 0, 2, 2, 112]).unwrap();
    });
    let error = fetch(&server.target("unknown.example"), &patient()).error;
    let error = error.unwrap();
    assert_eq!(
        error.to_string(),
        "the server sent the alert unrecognized_name: it does not know the name unknown.example"
    );
    assert!(error.hint().unwrap().contains("spelling"));
}

/// Compresses as rustls does, and counts how often.
#[derive(Debug)]
struct Counted(&'static dyn CertCompressor, &'static AtomicUsize);

impl CertCompressor for Counted {
    fn compress(
        &self,
        input: Vec<u8>,
        level: CompressionLevel,
    ) -> Result<Vec<u8>, CompressionFailed> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.compress(input, level)
    }

    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        self.0.algorithm()
    }
}

#[test]
fn compressed_certificates_are_read() {
    static BROTLI: AtomicUsize = AtomicUsize::new(0);
    static ZLIB: AtomicUsize = AtomicUsize::new(0);
    static BY_BROTLI: Counted = Counted(compress::BROTLI_COMPRESSOR, &BROTLI);
    static BY_ZLIB: Counted = Counted(compress::ZLIB_COMPRESSOR, &ZLIB);
    for compressor in [&BY_BROTLI, &BY_ZLIB] {
        let pki = pki();
        let mut config = ServerConfig::clone(&config(&pki, &version::TLS13, false));
        config.cert_compressors = vec![compressor];
        let server = tls_server(Arc::new(config));
        let fetched = fetch(&server.target("api.infobip.com"), &patient());
        assert_eq!(ders(&fetched), pki.certificate(DemoServer::Api).chain);
        assert_eq!(fetched.possession, Possession::Proven);
        assert_eq!(compressor.1.load(Ordering::Relaxed), 1, "{compressor:?}");
    }
}

#[test]
fn a_server_is_asked_for_one_type_of_certificate() {
    for version in [&version::TLS12, &version::TLS13] {
        let pki = pki();
        let server = tls_server(config(&pki, version, false));
        for (kind, has) in [
            (CertificateType::Ecdsa, true),
            (CertificateType::Rsa, false),
            (CertificateType::MlDsa, false),
        ] {
            let target = Target {
                certificate_type: Some(kind),
                ..server.target("api.infobip.com")
            };
            let fetched = fetch(&target, &patient());
            assert_eq!(fetched.chain.is_some(), has, "{kind:?}");
            let reason = fetched.error.as_ref().map(FetchError::reason);
            assert_eq!(reason, (!has).then_some("no-such-certificate"), "{kind:?}");
        }
    }
}

#[test]
fn a_certificate_of_another_type_is_not_what_was_asked_for() {
    // TLS 1.2 with a suite that says nothing of the certificate: the server sends what it has.
    let mut body = vec![3, 3];
    body.extend([0; 35]);
    let der = pki().certificate(DemoServer::Api).chain[0].clone();
    body[34..].copy_from_slice(&[0, 0, 5]);
    body.push(0);
    let entry = [&length24(der.len())[..], &der].concat();
    let list = [&length24(entry.len())[..], &entry].concat();
    let messages = [
        &[2],
        &length24(body.len())[..],
        &body,
        &[11],
        &length24(list.len()),
        &list,
    ]
    .concat();
    let length = u16::try_from(messages.len()).unwrap().to_be_bytes();
    let record = [&[22, 3, 3], &length[..], &messages].concat();
    let server = Server::start(move |mut stream| {
        swallow(&mut stream);
        let _ = stream.write_all(&record);
        let _ = stream.read(&mut [0; 16]);
    });
    let target = Target {
        certificate_type: Some(CertificateType::Rsa),
        ..server.target("api.infobip.com")
    };
    let options = FetchOptions {
        engine: EngineChoice::Probe,
        ..patient()
    };
    let fetched = fetch(&target, &options);
    assert!(fetched.chain.is_none());
    assert_eq!(fetched.error.unwrap().reason(), "no-such-certificate");
    let any = fetch(&server.target("api.infobip.com"), &options);
    assert_eq!(ders(&any), [der]);
    assert_eq!(
        any.cipher_suite.as_deref(),
        Some("TLS_RSA_WITH_RC4_128_SHA")
    );
}

fn length24(length: usize) -> [u8; 3] {
    let [_, rest @ ..] = u32::try_from(length).unwrap().to_be_bytes();
    rest
}

#[test]
fn a_server_that_refuses_everything_is_asked_in_every_way() {
    for (code, name) in [(40, "handshake_failure"), (70, "protocol_version")] {
        let server = Server::start(move |mut stream| {
            swallow(&mut stream);
            stream.write_all(&[21, 3, 1, 0, 2, 2, code]).unwrap();
        });
        let fetched = fetch(&server.target("old.example"), &patient());
        assert!(fetched.connections > 1);
        let text = fetched.error.unwrap().to_string();
        assert!(text.contains(name) && text.contains("offered"), "{text}");
    }
}

#[test]
fn what_is_no_tls_is_recognised() {
    for (answer, speaks) in [
        (
            "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
            Some("HTTP"),
        ),
        ("220 mail.example.com ESMTP Postfix\r\n", Some("SMTP")),
        ("220 files.example.com FTP server ready\r\n", Some("FTP")),
        ("SSH-2.0-OpenSSH_9.6\r\n", Some("SSH")),
        ("* OK IMAP4 ready\r\n", Some("IMAP")),
        ("\u{1}\u{2}\u{3}nothing known\r\n", None),
    ] {
        let server = Server::start(move |mut stream| {
            stream.write_all(answer.as_bytes()).unwrap();
            swallow(&mut stream);
            // Stays until the client has read, as a reset would tear the answer away.
            let _ = stream.read(&mut [0; 16]);
        });
        let error = fetch(&server.target("plain.example"), &patient())
            .error
            .unwrap();
        assert_eq!(error.reason(), "not-tls", "{error}");
        let FetchError::NotTls { speaks: told, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*told, speaks);
        assert!(error.hint().is_some());
    }
    assert_eq!(
        FetchError::not_tls(b"HTTP/1.1 400 Bad Request\r\nServer: x").to_string(),
        "the port answers, but not with TLS (this looks like HTTP): \"HTTP/1.1 400 Bad Request\""
    );
}

#[test]
fn a_silent_server_ends_in_time() {
    let server = Server::start(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let started = Instant::now();
    let error = fetch(&server.target("silent.example"), &within(QUICK))
        .error
        .unwrap();
    assert!(started.elapsed() < QUICK + SLACK, "{:?}", started.elapsed());
    assert_eq!(error.reason(), "timeout");
    assert!(
        error
            .to_string()
            .contains("took the connection, then sent nothing"),
        "{error}"
    );
}

#[test]
fn a_server_that_drips_ends_in_time() {
    let server = Server::start(|mut stream| {
        // A record header that announces 16 KiB, then its bytes, each in time for a timeout per read.
        for byte in [22, 3, 3, 0x40, 0].into_iter().chain(std::iter::repeat(2)) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let started = Instant::now();
    let error = fetch(&server.target("drip.example"), &within(QUICK))
        .error
        .unwrap();
    assert!(started.elapsed() < QUICK + SLACK, "{:?}", started.elapsed());
    assert_eq!(error.reason(), "timeout");
    assert!(
        error
            .to_string()
            .contains("too slow during the TLS handshake"),
        "{error}"
    );
}

#[test]
fn endless_records_end() {
    for record in [
        // warning alert user_canceled; change_cipher_spec; empty handshake record
        &[21, 3, 3, 0, 2, 1, 90][..],
        &[20, 3, 3, 0, 1, 1],
        &[22, 3, 3, 0, 0],
    ] {
        let server = Server::start(move |mut stream| {
            let burst = record.repeat(500);
            while stream.write_all(&burst).is_ok() {}
        });
        let started = Instant::now();
        let fetched = fetch(&server.target("endless.example"), &within(QUICK));
        assert!(started.elapsed() < QUICK + SLACK, "{:?}", started.elapsed());
        assert!(fetched.error.is_some() && fetched.chain.is_none());
    }
}

#[test]
fn a_connection_that_ends_says_when_and_how() {
    let server = Server::start(|mut stream| swallow(&mut stream));
    let error = fetch(&server.target("gone.example"), &patient())
        .error
        .unwrap();
    assert_eq!(
        error.to_string(),
        "the server closed the connection before it sent anything"
    );
    assert_eq!(error.reason(), "closed");

    let server = Server::start(|mut stream| {
        swallow(&mut stream);
        stream.write_all(&[22, 3, 3, 0, 9, 2, 0]).unwrap();
    });
    let error = fetch(&server.target("gone.example"), &patient())
        .error
        .unwrap();
    assert_eq!(
        error.to_string(),
        "the server closed the connection during the handshake, after 7 bytes"
    );

    // Closing with unread bytes makes the system send a reset.
    let server = Server::start(|stream| {
        stream.peek(&mut [0; 16]).unwrap();
    });
    let error = fetch(&server.target("reset.example"), &patient())
        .error
        .unwrap();
    assert!(
        matches!(
            error,
            FetchError::Closed {
                reset: true,
                received: 0,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_server_that_leaves_right_after_its_certificates_has_shown_them() {
    let pki = pki();
    let config = config(&pki, &version::TLS12, false);
    for alert in [&[][..], &[21, 3, 3, 0, 2, 2, 80]] {
        let config = Arc::clone(&config);
        let server = Server::start(move |mut stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            while !connection.wants_write() {
                connection.read_tls(&mut stream).unwrap();
                connection.process_new_packets().unwrap();
            }
            let mut flight = Vec::new();
            while connection.wants_write() {
                connection.write_tls(&mut flight).unwrap();
            }
            stream.write_all(&without_last_message(&flight)).unwrap();
            stream.write_all(alert).unwrap();
        });
        let fetched = fetch(&server.target("api.infobip.com"), &patient());
        assert_eq!(ders(&fetched), pki.certificate(DemoServer::Api).chain);
        assert_eq!(fetched.possession, Possession::Unproven);
        let error = fetched.error.unwrap();
        assert!(
            error.to_string().contains("after its certificates"),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_signature_is_told_and_the_chain_kept() {
    // The chain of one server with the key of another; rustls checks that, so the key is of a raw resolver.
    let pki = pki();
    let (right, wrong) = (
        pki.certificate(DemoServer::Api),
        pki.certificate(DemoServer::FrontEnd),
    );
    let key = aws_lc_rs::sign::any_supported_type(&PrivateKeyDer::from(wrong.key.clone_key()));
    let mixed = rustls::sign::CertifiedKey::new(right.chain.clone(), key.unwrap());
    for version in [&version::TLS12, &version::TLS13] {
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(
                mixed.clone(),
            )));
        let server = tls_server(Arc::new(config));
        let fetched = fetch(&server.target("api.infobip.com"), &patient());
        assert_eq!(ders(&fetched), right.chain);
        assert_eq!(fetched.possession, Possession::Unproven);
        let error = fetched.error.unwrap();
        assert_eq!(error.reason(), "tls");
        assert!(error.to_string().contains("does not hold"), "{error}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_told() {
    // RFC 6761 section 6.4 promises that this name never resolves; a machine without DNS fails as well.
    let target = Target::new("no-such-host.invalid:443".parse().unwrap());
    let fetched = fetch(&target, &patient());
    let error = fetched.error.unwrap();
    assert!(matches!(error.reason(), "resolve" | "timeout"), "{error}");
    assert!(error.to_string().contains("resolve") || error.to_string().contains("name service"));
    assert_eq!(fetched.address, None);
}

#[test]
fn a_refused_port_is_told() {
    let address = unused_port();
    let target = Target::new(Endpoint::new(address.ip().to_string(), address.port()));
    let fetched = fetch(&target, &patient());
    let error = fetched.error.unwrap();
    assert_eq!(
        error.to_string(),
        format!("{address} refused the connection: nothing listens on that port")
    );
    assert_eq!(fetched.address, Some(address));
}

#[test]
fn the_address_family_is_obeyed() {
    let target = Target::new("127.0.0.1:1".parse().unwrap());
    let options = FetchOptions {
        family: AddressFamily::V6,
        ..patient()
    };
    let error = fetch(&target, &options).error.unwrap();
    assert_eq!(error.to_string(), "127.0.0.1 has no IPv6 address");
    assert_eq!(error.reason(), "no-address-of-family");
}

#[test]
fn the_next_address_is_tried() {
    let server = Server::start(|mut stream| swallow(&mut stream));
    let mut tried = None;
    let deadline = dial::Deadline::after(patient().timeout);
    let addresses = [unused_port(), server.address];
    let stream = dial::connect(&addresses, deadline, &mut tried).unwrap();
    assert_eq!(tried, Some(server.address));
    drop(stream);
    let addresses = [unused_port(), unused_port()];
    let error = dial::connect(&addresses, deadline, &mut tried).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("and so failed the other address"),
        "{error}"
    );
}

#[test]
fn no_time_is_a_timeout_and_endless_time_no_panic() {
    let target = Target::new("127.0.0.1:1".parse().unwrap());
    let error = fetch(&target, &within(Duration::ZERO)).error.unwrap();
    assert_eq!(error.reason(), "timeout");
    let error = fetch(&target, &within(Duration::MAX)).error.unwrap();
    assert_eq!(error.reason(), "refused");
}

#[test]
fn ipv6_works_where_there_is_any() {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return;
    };
    let pki = pki();
    let server = Server::on(listener, tls(pki.server_config(DemoServer::FrontEnd)));
    let endpoint = Endpoint::new("::1", server.address.port());
    let fetched = fetch(&Target::new(endpoint), &patient());
    assert_eq!(fetched.error, None);
    assert_eq!(ders(&fetched).len(), 2);
}

#[test]
fn what_is_dialled_does_not_change_the_name_that_is_asked_for() {
    for (endpoint, name, sni) in [
        ("api.infobip.com:443", None, Some("api.infobip.com")),
        ("API.infobip.com.", None, Some("api.infobip.com")),
        (
            "api.infobip.com",
            Some("other.example"),
            Some("other.example"),
        ),
        ("192.0.2.1:443", None, None),
        (
            "192.0.2.1:443",
            Some("named.example"),
            Some("named.example"),
        ),
    ] {
        let (sender, receiver) = mpsc::channel();
        let config = pki().server_config(DemoServer::Api);
        let server = Server::start(move |mut stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = connection.complete_io(&mut stream);
            let _ = sender.send(connection.server_name().map(str::to_owned));
        });
        let mut target = server.target("unused.example");
        target.endpoint = endpoint.parse().unwrap();
        target.server_name = name.map(|name| ServerName::try_from(name).unwrap());
        assert_eq!(fetch(&target, &patient()).error, None, "{endpoint}");
        assert_eq!(receiver.recv().unwrap().as_deref(), sni, "{endpoint}");
    }
}

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
