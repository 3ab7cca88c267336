//! Verifiers that do not protect a connection. Never send application data over one of these.

use std::sync::{Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Records what a server presents and accepts any chain; the proof of possession is still checked.
///
/// Accepting is safe because nothing is entrusted to the connection: a [`Session`] sends no application
/// data, only a handshake and `close_notify`, and what it returns is called *presented*, never *verified*.
/// Refusing would end the handshake before the server's signature, and so lose the proof that it holds the key.
///
/// [`Session`]: crate::tls::client::Session
#[derive(Debug)]
pub struct CaptureVerifier {
    algorithms: WebPkiSupportedAlgorithms,
    captured: Mutex<Captured>,
}

/// What a [`CaptureVerifier`] saw.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    /// In the order sent, the end entity first (RFC 8446 section 4.4.2); empty when the handshake ended before.
    pub chain: Vec<CertificateDer<'static>>,
    /// The stapled OCSP response (RFC 6066 section 8), empty when there is none.
    pub ocsp_response: Vec<u8>,
    /// Whether the server's signature over the handshake was checked with the end entity's key.
    pub proven: bool,
}

impl CaptureVerifier {
    /// Checks the proof of possession with these algorithms.
    pub fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self {
            algorithms,
            captured: Mutex::default(),
        }
    }

    /// What was seen so far.
    pub fn captured(&self) -> Captured {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Captured> {
        // A thread that died half-way leaves nothing worse than a missing certificate.
        self.captured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A right signature proves possession, a wrong one disproves it; one that cannot be checked says nothing.
    fn judge(
        &self,
        result: Result<HandshakeSignatureValid, Error>,
        certificate: &CertificateDer<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match result {
            Ok(valid) => {
                self.lock().proven = true;
                Ok(valid)
            }
            Err(error @ Error::InvalidCertificate(CertificateError::BadSignature))
                if is_checkable(certificate) =>
            {
                Err(error)
            }
            // SHA-1, Ed448, brainpool, version 1 or malformed certificates: real, old, and still to be shown.
            Err(_) => Ok(HandshakeSignatureValid::assertion()),
        }
    }
}

impl ServerCertVerifier for CaptureVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut captured = self.lock();
        captured.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|der| der.clone().into_owned())
            .collect();
        captured.ocsp_response = ocsp_response.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls12_signature(message, certificate, signature, &self.algorithms);
        self.judge(result, certificate)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls13_signature(message, certificate, signature, &self.algorithms);
        self.judge(result, certificate)
    }

    /// Everything with a name: a server that finds no scheme for its key sends an alert and no certificate.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        for scheme in UNCHECKED_SCHEMES {
            if !schemes.contains(scheme) {
                schemes.push(*scheme);
            }
        }
        schemes
    }
}

/// Whether the provider takes keys of this size: it answers "bad signature" for RSA below 2048 and above 8192 bits.
fn is_checkable(certificate: &CertificateDer<'_>) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return false;
    };
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => (2048..=8192).contains(&key.key_size()),
        _ => true,
    }
}

/// Offered although the provider cannot check them (RFC 8446 section 4.2.3, RFC 8422, RFC 8734).
const UNCHECKED_SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::ED25519,
    SignatureScheme::ED448,
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
    // rsa_pss_pss_*: certificates whose key is of type RSASSA-PSS
    SignatureScheme::Unknown(0x0809),
    SignatureScheme::Unknown(0x080a),
    SignatureScheme::Unknown(0x080b),
    // ecdsa_brainpool*_tls13_*
    SignatureScheme::Unknown(0x081a),
    SignatureScheme::Unknown(0x081b),
    SignatureScheme::Unknown(0x081c),
    SignatureScheme::ML_DSA_44,
    SignatureScheme::ML_DSA_65,
    SignatureScheme::ML_DSA_87,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
    SignatureScheme::ECDSA_SHA1_Legacy,
    SignatureScheme::RSA_PKCS1_SHA1,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_old_and_new_schemes_once() {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let verifier = CaptureVerifier::new(provider.signature_verification_algorithms);
        let schemes = verifier.supported_verify_schemes();
        for scheme in UNCHECKED_SCHEMES {
            assert_eq!(schemes.iter().filter(|each| *each == scheme).count(), 1);
        }
    }
}
