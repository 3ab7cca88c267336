//! The one place where rustls asks what is thought of a server.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

/// Who decides about a server.
pub(crate) trait Judge: fmt::Debug + Send + Sync {
    /// With which the provider checks signatures.
    fn algorithms(&self) -> &WebPkiSupportedAlgorithms;

    /// Whether the handshake goes on with this chain, the end entity first.
    fn judge_chain(&self, presented: &Presented<'_>) -> Result<(), Error>;

    /// Whether it goes on after the server's signature over it, which the provider `checked`.
    fn judge_signature(
        &self,
        checked: Result<HandshakeSignatureValid, Error>,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        checked
    }

    /// What is offered to the server.
    fn schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms().supported_schemes()
    }
}

/// What a server showed.
pub(crate) struct Presented<'a> {
    pub(crate) end_entity: &'a CertificateDer<'a>,
    pub(crate) intermediates: &'a [CertificateDer<'a>],
    pub(crate) name: &'a ServerName<'a>,
    /// Empty when there is none.
    pub(crate) ocsp_response: &'a [u8],
}

impl Presented<'_> {
    /// In the order sent.
    pub(crate) fn ders(&self) -> Vec<CertificateDer<'static>> {
        let all = std::iter::once(self.end_entity).chain(self.intermediates);
        all.map(|der| der.clone().into_owned()).collect()
    }
}

/// A judge, as rustls calls it.
#[derive(Debug)]
pub(crate) struct Verifier<J>(pub(crate) Arc<J>);

impl<J: Judge> ServerCertVerifier for Verifier<J> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let presented = Presented {
            end_entity,
            intermediates,
            name,
            ocsp_response,
        };
        self.0.judge_chain(&presented)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let checked = verify_tls12_signature(message, certificate, signature, self.0.algorithms());
        self.0
            .judge_signature(checked, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let checked = verify_tls13_signature(message, certificate, signature, self.0.algorithms());
        self.0
            .judge_signature(checked, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.schemes()
    }
}
