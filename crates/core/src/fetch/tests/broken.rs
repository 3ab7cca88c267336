//! Servers that speak no TLS, break off, dawdle or lie.

use std::io::Write;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ServerConfig, ServerConnection};
use rustls_pki_types::PrivateKeyDer;

use super::server::{ders, provider, swallow, without_last_message};
use super::*;

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
