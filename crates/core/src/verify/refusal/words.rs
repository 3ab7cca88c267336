//! Why a client refuses a server: what the client itself prints, for people who search for it, and what to do.

use super::Refusal;
use crate::verify::Client;

impl Refusal {
    /// The message as people of `client` need it: the facts, then the words that it prints where they are known.
    pub fn told_by(&self, client: Client) -> String {
        match self.words_of(client) {
            Some(words) => format!("{self}; {}: {words}", client.family()),
            None => self.to_string(),
        }
    }

    /// What `client` itself prints, as far as it is known.
    pub fn words_of(&self, client: Client) -> Option<String> {
        match client {
            Client::Java | Client::Java21 => self.java_words(),
            Client::OpenSsl | Client::OpenSslPartialChain => self.openssl_words(),
            Client::Browser => None,
        }
    }

    /// The messages of the JDK's exceptions.
    fn java_words(&self) -> Option<String> {
        let validation = |why: &str| format!("PKIX path validation failed: {why}");
        Some(match self {
            Self::AnchorNotCa { certificate } => {
                let subject = certificate.subject();
                format!("TrustAnchor with subject \"{subject}\" is not a CA certificate")
            }
            Self::AnchorNotSigner { certificate } => {
                let subject = certificate.subject();
                format!(
                    "TrustAnchor with subject \"{subject}\" does not have keyCertSign bit set in KeyUsage extension"
                )
            }
            Self::BadSignature { .. } => validation("signature check failed"),
            Self::ChainTooLong { length, allowed } => format!(
                "The certificate chain length ({length}) exceeds the maximum allowed length ({allowed})"
            ),
            Self::CriticalExtension { .. } => validation("unrecognized critical extension(s)"),
            Self::DistrustedCa {
                certificate,
                last_day,
            } => {
                let subject = certificate.subject();
                format!(
                    "TLS Server certificate issued after {last_day} and anchored by a distrusted legacy root CA: {subject}"
                )
            }
            Self::EndEntityKeyUsage { .. } => "KeyUsage does not allow digital signatures".to_owned(),
            Self::EndEntityPurpose { .. } => {
                "Extended key usage does not permit use for TLS server authentication".to_owned()
            }
            Self::Expired { .. } => validation("validity check failed (NotAfter)"),
            Self::HostMismatch { words, .. } => words.clone(),
            Self::NameConstraints { .. } => validation("name constraints check failed"),
            Self::NoCertificate => "null or zero-length certificate chain".to_owned(),
            Self::NoPath { .. } => {
                "PKIX path building failed: unable to find valid certification path to requested target".to_owned()
            }
            Self::NotByAnchor { .. } => "Path does not chain with any of the trust anchors".to_owned(),
            Self::NotCa { .. } => {
                validation("basic constraints check failed: this is not a CA certificate")
            }
            Self::NotSigner { .. } => {
                validation("CA key usage check failed: keyCertSign bit is not set")
            }
            Self::NotYetValid { .. } => validation("validity check failed (NotBefore)"),
            Self::PathTooLong { .. } => {
                validation("basic constraints check failed: pathLenConstraint violated")
            }
            Self::Policies { words, .. } => validation(words),
            Self::Unreadable { .. } => "CertificateParsingException".to_owned(),
            Self::WeakAlgorithm { .. } => validation("Algorithm constraints check failed"),
            _ => return None,
        })
    }

    /// `X509_verify_cert_error_string`
    fn openssl_words(&self) -> Option<String> {
        let words = match self {
            Self::BadSignature { .. } => "certificate signature failure",
            Self::CriticalExtension { .. } => "unhandled critical extension",
            Self::EndEntityKeyUsage { .. } | Self::EndEntityPurpose { .. } => {
                "unsuitable certificate purpose"
            }
            Self::Expired { .. } => "certificate has expired",
            Self::HostMismatch { words, .. } => words,
            Self::NoPath {
                self_signed: true, ..
            } => "self-signed certificate",
            Self::NoPath { .. } => "unable to get local issuer certificate",
            Self::NotCa { .. } => "invalid CA certificate",
            Self::NotYetValid { .. } => "certificate is not yet valid",
            Self::PathTooLong { .. } => "path length constraint exceeded",
            _ => return None,
        };
        Some(words.to_owned())
    }

    /// What to do about it, when something can be done with the store or the server.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::AnchorAmbiguous { .. } => "delete the bad one from the store",
            Self::ChainTooLong { .. } => "send the server certificate and its issuers only",
            Self::ClientLimit { .. } | Self::TooManyCandidates { .. } => {
                "leave out of the chain and the store what the server does not need"
            }
            Self::TooManyNames { .. } => "ask the client itself, or another verifier",
            Self::StoreUnreadable { .. } => "delete that certificate from the store",
            Self::AnchorNotCa { .. } | Self::AnchorNotSigner { .. } => {
                "put the CA that issued the server certificate into the store, not the server's own certificate"
            }
            Self::BadSignature { .. } | Self::NotByAnchor { .. } => {
                "the CA may have a new key under its old name; add its current certificate to the store"
            }
            Self::CannotCheckSignature { .. } => "ask the client itself, or another verifier",
            Self::DistrustedCa { .. } => {
                "have the certificate issued by another CA, or trust the issuing intermediate instead of its root"
            }
            Self::EndEntityIsCa { .. }
            | Self::EndEntityKeyUsage { .. }
            | Self::EndEntityPurpose { .. } => "the server needs a certificate for TLS servers",
            Self::InvalidExtensions { .. }
            | Self::LifetimeTooLong { .. }
            | Self::NotParsed { .. }
            | Self::Version { .. } => "have the certificate issued again",
            Self::Expired { .. } => "renew the certificate on the server",
            Self::NameConstraints { .. } | Self::Policies { .. } => {
                "have the certificate issued by a CA that may issue for this name"
            }
            Self::HostMismatch { .. } => {
                "use a name that is in the certificate, or have the certificate issued for this name"
            }
            Self::NoPath {
                cause: Some(cause), ..
            } => return cause.hint(),
            Self::NoPath {
                certificate,
                self_signed,
                cause: None,
            } => {
                let issuer = certificate.issuer();
                return Some(match self_signed {
                    true => format!(
                        "compare the fingerprint of {issuer} with its owner's, then add it to the store"
                    ),
                    false => format!("add {issuer} to the store, or make the server send it"),
                });
            }
            Self::NotYetValid { .. } => "check the clock of the client",
            Self::NoCertificate | Self::Unreadable { .. } => {
                "look at what the server is set up to send"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
