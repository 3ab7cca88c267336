//! Why a client refuses a server: facts, words, and what to do.

use time::OffsetDateTime;

use crate::text::rfc3339;

use super::Client;

/// Why the client refuses. Several candidate paths may fail; this is the most telling reason.
///
/// The message ends with the words that Java itself prints, for people who search for them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The anchor is no CA, and something else than itself was to be verified with it
    /// (`PKIXValidator.verifyTrustAnchor`).
    #[error(
        "the trusted certificate {subject} is no CA certificate and cannot vouch for another one; \
         Java: TrustAnchor with subject \"{subject}\" is not a CA certificate"
    )]
    AnchorNotCa {
        /// Subject of the anchor.
        subject: String,
    },
    /// Several anchors fit, and not all of them may vouch for the server; Java takes whichever its hash set gives first
    /// (`PKIXCertPathValidator.engineValidate`, `PKIXValidator.verifyTrustAnchor`).
    #[error(
        "the store holds several certificates of the name and key of {subject}, of which Java takes one by chance, and one \
         of them will not do: {why}"
    )]
    AnchorAmbiguous {
        /// Subject of the anchors.
        subject: String,
        /// What is wrong with the bad one, and its SHA-256.
        why: String,
    },
    /// The anchor's keyUsage lacks keyCertSign (`PKIXValidator.verifyTrustAnchor`).
    #[error(
        "the trusted certificate {subject} may not sign certificates; \
         Java: TrustAnchor with subject \"{subject}\" does not have keyCertSign bit set in KeyUsage extension"
    )]
    AnchorNotSigner {
        /// Subject of the anchor.
        subject: String,
    },
    /// A signature is wrong (`BasicChecker.verifySignature`).
    #[error(
        "the signature of {subject} is not by the key of {issuer}; \
         Java: PKIX path validation failed: signature check failed"
    )]
    BadSignature {
        /// Subject of the signed certificate.
        subject: String,
        /// Subject of the certificate whose key was tried.
        issuer: String,
    },
    /// A signature algorithm that this program does not support. What the client would say is not known.
    #[error("the signature of {subject} cannot be checked here: {algorithm} is not supported")]
    CannotCheckSignature {
        /// Subject of the signed certificate.
        subject: String,
        /// What is not supported.
        algorithm: String,
    },
    /// More certificates are presented than the client reads (`CertificateMessage`).
    #[error(
        "the server presents {length} certificates and the client reads {allowed} at most; \
         Java: The certificate chain length ({length}) exceeds the maximum allowed length ({allowed})"
    )]
    ChainTooLong {
        /// How many are presented, repeated ones included.
        length: usize,
        /// How many the client reads.
        allowed: usize,
    },
    /// A critical extension that the client does not know (`PKIXMasterCertPathValidator`).
    #[error(
        "the certificate {subject} has critical extensions that the client does not know: {oids}; \
         Java: PKIX path validation failed: unrecognized critical extension(s)"
    )]
    CriticalExtension {
        /// Subject of the certificate.
        subject: String,
        /// The object identifiers, with commas between them.
        oids: String,
    },
    /// The client distrusts what this CA has issued since (`CADistrustPolicy`).
    #[error(
        "the client believes {subject} only for certificates issued up to {last_day}; \
         Java: TLS Server certificate issued after {last_day} and anchored by a distrusted legacy root CA: {subject}"
    )]
    DistrustedCa {
        /// Subject of the anchor.
        subject: String,
        /// The last day on which it could issue.
        last_day: time::Date,
    },
    /// The end entity says that it is a CA (`CaUsedAsEndEntity` of rustls-webpki).
    #[error("the certificate {subject} is that of a CA, which the client takes for no server")]
    EndEntityIsCa {
        /// Subject of the certificate.
        subject: String,
    },
    /// The end entity is not for signing (`EndEntityChecker.checkTLSServer`).
    #[error(
        "the server certificate {subject} may not sign, so it serves no TLS 1.3 and no ECDHE; \
         Java: KeyUsage does not allow digital signatures"
    )]
    EndEntityKeyUsage {
        /// Subject of the certificate.
        subject: String,
    },
    /// The end entity is for something else than TLS servers (`EndEntityChecker.checkTLSServer`).
    #[error(
        "the certificate {subject} is not for TLS servers but for {purposes}; \
         Java: Extended key usage does not permit use for TLS server authentication"
    )]
    EndEntityPurpose {
        /// Subject of the certificate.
        subject: String,
        /// The purposes that it has, in words, else by dotted OID, with commas between them.
        purposes: String,
    },
    /// A certificate is out of date (`BasicChecker.verifyValidity`).
    #[error(
        "the certificate {subject} expired on {}, judged at {}; \
         Java: PKIX path validation failed: validity check failed (NotAfter)",
        rfc3339(*not_after),
        rfc3339(*at)
    )]
    Expired {
        /// Subject of the certificate.
        subject: String,
        /// Its last second.
        not_after: OffsetDateTime,
        /// The time that counted as now.
        at: OffsetDateTime,
    },
    /// No name in the certificate is the server's (`HostnameChecker`).
    #[error("the server certificate is not for {host} but for {names}; Java: {words}")]
    HostMismatch {
        /// Who was expected.
        host: String,
        /// The names in the certificate.
        names: String,
        /// What the client prints.
        words: String,
    },
    /// Extensions that are repeated, broken or empty (`EXFLAG_INVALID` of OpenSSL).
    #[error(
        "the certificate {subject} has repeated or broken extensions, and the client takes it for invalid"
    )]
    InvalidExtensions {
        /// Subject of the certificate.
        subject: String,
    },
    /// A CA is not allowed to vouch for this name (`ConstraintsChecker.verifyNameConstraints`).
    #[error(
        "the CA {issuer} may not issue for the names of {subject}; \
         Java: PKIX path validation failed: name constraints check failed"
    )]
    NameConstraints {
        /// Subject of the certificate with the name.
        subject: String,
        /// Subject of the CA whose constraint is violated.
        issuer: String,
    },
    /// Nothing was presented.
    #[error("no certificate was presented; Java: null or zero-length certificate chain")]
    NoCertificate,
    /// No path to an anchor (`SunCertPathBuilder`).
    #[error(
        "no path leads to a trusted certificate: {}; Java: PKIX path building failed: unable to find valid \
         certification path to requested target",
        describe(issuer, *self_signed, cause.as_deref())
    )]
    NoPath {
        /// The issuer that is neither presented nor trusted, of the last certificate that could be reached.
        issuer: String,
        /// Whether that certificate names itself as its issuer, so that nothing above it is missing.
        self_signed: bool,
        /// What ruled out the nearest candidate, when there was one.
        cause: Option<Box<Self>>,
    },
    /// The anchor's name fits and its key identifier or serial number does not (`AdaptableX509CertSelector`).
    #[error(
        "the trusted certificate {issuer} has another key than the one that signed {subject}; \
         Java: Path does not chain with any of the trust anchors"
    )]
    NotByAnchor {
        /// Subject of the last certificate.
        subject: String,
        /// Its issuer.
        issuer: String,
    },
    /// A public CA issued for longer than browsers take (CA/Browser Forum Baseline Requirements 6.3.2).
    #[error(
        "the certificate {subject} is valid for {days} days, and the client takes {allowed} from public CAs"
    )]
    LifetimeTooLong {
        /// Subject of the certificate.
        subject: String,
        /// How many it has.
        days: i64,
        /// How many it may have.
        allowed: i64,
    },
    /// An intermediate is no CA (`ConstraintsChecker.checkBasicConstraints`).
    #[error(
        "the certificate {subject} is no CA certificate and cannot vouch for another one; \
         Java: PKIX path validation failed: basic constraints check failed: this is not a CA certificate"
    )]
    NotCa {
        /// Subject of the certificate.
        subject: String,
    },
    /// An intermediate's keyUsage lacks keyCertSign (`KeyChecker.verifyCAKeyUsage`).
    #[error(
        "the CA certificate {subject} may not sign certificates; \
         Java: PKIX path validation failed: CA key usage check failed: keyCertSign bit is not set"
    )]
    NotSigner {
        /// Subject of the certificate.
        subject: String,
    },
    /// A certificate is not yet in force (`BasicChecker.verifyValidity`).
    #[error(
        "the certificate {subject} is valid only from {}, judged at {}; \
         Java: PKIX path validation failed: validity check failed (NotBefore)",
        rfc3339(*not_before),
        rfc3339(*at)
    )]
    NotYetValid {
        /// Subject of the certificate.
        subject: String,
        /// Its first second.
        not_before: OffsetDateTime,
        /// The time that counted as now.
        at: OffsetDateTime,
    },
    /// A pathLenConstraint is violated (`ConstraintsChecker.checkBasicConstraints`).
    #[error(
        "{subject} is one intermediate more than the CA above allows; Java: PKIX path validation failed: \
         basic constraints check failed: pathLenConstraint violated"
    )]
    PathTooLong {
        /// Subject of the intermediate.
        subject: String,
    },
    /// A CA demands policies that are not there (`PolicyChecker`).
    #[error(
        "the policies of the certificate {subject} are not those that the CAs above it demand; \
         Java: PKIX path validation failed: {words}"
    )]
    Policies {
        /// Subject of the certificate.
        subject: String,
        /// Java's words for what is wrong.
        words: &'static str,
    },
    /// A certificate of the store cannot be parsed by the client, which then loads none of it
    /// (`JavaKeyStore.engineLoad`, `X509CertImpl`).
    #[error(
        "the store cannot be loaded: the client does not parse its certificate {subject} ({why}) and refuses the whole \
         store because of it"
    )]
    StoreUnreadable {
        /// Whose certificate it is, or the alias of what is no certificate.
        subject: String,
        /// What is wrong with it.
        why: String,
    },
    /// So many look-alike certificates that the search was given up.
    #[error(
        "the presented chain has too many certificates of the same name; gave up after {steps} steps"
    )]
    TooManyCandidates {
        /// The budget.
        steps: u32,
    },
    /// Something presented is no certificate for this client, which ends the handshake.
    #[error("certificate {} of the presented chain is unreadable: {why}; Java: CertificateParsingException", place + 1)]
    Unreadable {
        /// Its place in the chain, from zero.
        place: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Of an older version than 3, which the client does not read (`UnsupportedCertVersion` of rustls-webpki).
    #[error(
        "the certificate {subject} is of version {version}, and the client reads version 3 only"
    )]
    Version {
        /// Subject of the certificate.
        subject: String,
        /// 1 or 2.
        version: u32,
    },
    /// An algorithm or key that is switched off or unknown (`AlgorithmChecker`, `jdk.certpath.disabledAlgorithms`).
    #[error(
        "the certificate {subject} uses {what}, which the client refuses; \
         Java: PKIX path validation failed: Algorithm constraints check failed"
    )]
    WeakAlgorithm {
        /// Subject of the certificate.
        subject: String,
        /// The algorithm or key.
        what: String,
    },
}

impl Refusal {
    /// What `client` refuses for, ending with the words that it prints where they are known.
    pub fn told_by(&self, client: Client) -> String {
        match (client, self.openssl_words()) {
            (Client::Java | Client::Java21, _) => self.to_string(),
            (Client::OpenSsl | Client::OpenSslPartialChain, Some(words)) => {
                format!("{}; OpenSSL: {words}", self.facts())
            }
            _ => self.facts(),
        }
    }

    /// The message without the words of any client.
    pub(crate) fn facts(&self) -> String {
        let message = self.to_string();
        let facts = message.split("; Java:").next();
        facts.unwrap_or_default().to_owned()
    }

    /// `X509_verify_cert_error_string`
    fn openssl_words(&self) -> Option<&str> {
        Some(match self {
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
        })
    }

    /// A word from a closed list, for scripts.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::AnchorAmbiguous { .. } => "anchor-ambiguous",
            Self::AnchorNotCa { .. } => "anchor-not-ca",
            Self::AnchorNotSigner { .. } => "anchor-not-signer",
            Self::BadSignature { .. } => "bad-signature",
            Self::CannotCheckSignature { .. } => "cannot-check-signature",
            Self::ChainTooLong { .. } => "chain-too-long",
            Self::CriticalExtension { .. } => "critical-extension",
            Self::DistrustedCa { .. } => "distrusted-ca",
            Self::EndEntityIsCa { .. } => "end-entity-is-ca",
            Self::EndEntityKeyUsage { .. } => "end-entity-key-usage",
            Self::EndEntityPurpose { .. } => "end-entity-purpose",
            Self::Expired { .. } => "expired",
            Self::HostMismatch { .. } => "host-mismatch",
            Self::InvalidExtensions { .. } => "invalid-extensions",
            Self::LifetimeTooLong { .. } => "lifetime-too-long",
            Self::NameConstraints { .. } => "name-constraints",
            Self::NoCertificate => "no-certificate",
            Self::NoPath { .. } => "no-path",
            Self::NotByAnchor { .. } => "not-by-anchor",
            Self::NotCa { .. } => "not-ca",
            Self::NotSigner { .. } => "not-signer",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::PathTooLong { .. } => "path-too-long",
            Self::Policies { .. } => "policies",
            Self::StoreUnreadable { .. } => "store-unreadable",
            Self::TooManyCandidates { .. } => "too-many-candidates",
            Self::Unreadable { .. } => "unreadable",
            Self::Version { .. } => "version",
            Self::WeakAlgorithm { .. } => "weak-algorithm",
        }
    }

    /// What to do about it, when something can be done with the store or the server.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::AnchorAmbiguous { .. } => "delete the bad one from the store",
            Self::ChainTooLong { .. } => "send the server certificate and its issuers only",
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
                issuer,
                self_signed: true,
                cause: None,
            } => {
                return Some(format!(
                    "compare the fingerprint of {issuer} with its owner's, then add it to the store"
                ));
            }
            Self::NoPath {
                issuer,
                self_signed: false,
                cause: None,
            } => {
                return Some(format!(
                    "add {issuer} or a CA above it to the store, or make the server send it"
                ));
            }
            Self::NotYetValid { .. } => "check the clock of the client",
            Self::NoCertificate | Self::Unreadable { .. } => {
                "look at what the server is set up to send"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether this is no answer of the client: what it would say is not known.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self.cause(),
            Self::CannotCheckSignature { .. } | Self::TooManyCandidates { .. }
        )
    }

    /// The innermost reason: what ruled out the path, where that is known.
    pub fn cause(&self) -> &Self {
        match self {
            Self::NoPath {
                cause: Some(cause), ..
            } => cause.cause(),
            other => other,
        }
    }

    /// Which of several reasons says most to a person: a candidate that nearly fits beats one that is not there.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            // one candidate that might do leaves everything open
            Self::CannotCheckSignature { .. } => 7,
            Self::Expired { .. } | Self::NotYetValid { .. } => 5,
            Self::NameConstraints { .. }
            | Self::PathTooLong { .. }
            | Self::Policies { .. }
            | Self::WeakAlgorithm { .. } => 4,
            Self::AnchorNotCa { .. }
            | Self::AnchorNotSigner { .. }
            | Self::CriticalExtension { .. } => 4,
            Self::NotCa { .. } | Self::NotSigner { .. } => 3,
            Self::BadSignature { .. } | Self::NotByAnchor { .. } => 2,
            Self::NoPath { .. } => 1,
            _ => 6,
        }
    }
}

fn describe(issuer: &str, self_signed: bool, cause: Option<&Refusal>) -> String {
    match cause {
        // the inner Java words belong to another stage than the one that Java reports here
        Some(cause) => cause.facts(),
        None if self_signed => format!("{issuer} is self-signed and not in the store"),
        None => format!("{issuer} is neither presented nor in the store"),
    }
}
