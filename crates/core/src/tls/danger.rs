//! Verifiers that do not protect a connection. Never send application data over one of these.

use std::sync::{Mutex, PoisonError};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::CertificateDer;

use super::offer::CertificateType;
use super::scheme;
use super::verifier::{Judge, Presented};
use crate::signature::SignatureCheck;

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
    certificate_type: Option<CertificateType>,
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
    /// Checks the proof of possession with these algorithms, and asks for certificates of one type only if told so.
    pub fn new(
        algorithms: WebPkiSupportedAlgorithms,
        certificate_type: Option<CertificateType>,
    ) -> Self {
        Self {
            algorithms,
            certificate_type,
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
}

impl Judge for CaptureVerifier {
    fn algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.algorithms
    }

    fn judge_chain(&self, presented: &Presented<'_>) -> Result<(), Error> {
        let mut captured = self.lock();
        captured.chain = presented.ders();
        captured.ocsp_response = presented.ocsp_response.to_vec();
        Ok(())
    }

    /// A right signature proves possession, a wrong one disproves it; one that cannot be checked says nothing.
    fn judge_signature(
        &self,
        checked: Result<HandshakeSignatureValid, Error>,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_hand = || scheme::check(message, certificate, signature);
        let checked = match checked {
            Ok(_) => SignatureCheck::Good,
            Err(error @ Error::InvalidCertificate(CertificateError::BadSignature)) => {
                // The provider says so of keys, too, whose size it does not take.
                match by_hand() {
                    SignatureCheck::Bad => return Err(error),
                    other => other,
                }
            }
            // SHA-1, Ed448, brainpool, version 1 or malformed certificates: real, old, and still to be shown.
            Err(_) => by_hand(),
        };
        if checked == SignatureCheck::Good {
            self.lock().proven = true;
        }
        Ok(HandshakeSignatureValid::assertion())
    }

    /// Everything with a name: a server that finds no scheme for its key sends an alert and no certificate.
    fn schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        for scheme in UNCHECKED_SCHEMES {
            if !schemes.contains(scheme) {
                schemes.push(*scheme);
            }
        }
        if let Some(kind) = self.certificate_type {
            schemes.retain(|scheme| kind.signs(u16::from(*scheme)));
        }
        schemes
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
        let verifier = CaptureVerifier::new(provider.signature_verification_algorithms, None);
        let schemes = verifier.schemes();
        for scheme in UNCHECKED_SCHEMES {
            assert_eq!(schemes.iter().filter(|each| *each == scheme).count(), 1);
        }
    }
}
