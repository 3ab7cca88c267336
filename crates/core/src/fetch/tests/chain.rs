//! What is read of a server that answers: its chain, the proof of its key, and how it was asked.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::compress::{self, CertCompressor, CompressionFailed, CompressionLevel};
use rustls::server::ResolvesServerCertUsingSni;
use rustls::{CertificateCompressionAlgorithm, ServerConfig};

use super::server::{chain_of_three, ders, provider, swallow};
use super::*;

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
