//! Why a client refuses a server: the facts.

use time::OffsetDateTime;

use crate::Certificate;
use crate::text::rfc3339;

mod classify;
mod words;

/// Why the client refuses. Several candidate paths may fail; this is the most telling reason.
///
/// The message has the facts only; [`told_by`](Refusal::told_by) adds what the client itself prints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The anchor is no CA, and something else than itself was to be verified with it
    /// (`PKIXValidator.verifyTrustAnchor`).
    #[error(
        "the trusted certificate {subject} is no CA certificate and cannot vouch for another one",
        subject = .certificate.subject()
    )]
    AnchorNotCa {
        /// The anchor.
        certificate: Certificate,
    },
    /// Several anchors fit, and not all of them may vouch for the server; Java takes whichever its hash set gives first
    /// (`PKIXCertPathValidator.engineValidate`, `PKIXValidator.verifyTrustAnchor`).
    #[error(
        "the store holds several certificates of the name and key of {subject}, of which Java takes one by chance, \
         and one of them will not do: {why}",
        subject = .certificate.subject()
    )]
    AnchorAmbiguous {
        /// The anchors.
        certificate: Certificate,
        /// What is wrong with the bad one, and its SHA-256.
        why: String,
    },
    /// The anchor's keyUsage lacks keyCertSign (`PKIXValidator.verifyTrustAnchor`).
    #[error("the trusted certificate {subject} may not sign certificates", subject = .certificate.subject())]
    AnchorNotSigner {
        /// The anchor.
        certificate: Certificate,
    },
    /// A signature is wrong (`BasicChecker.verifySignature`).
    #[error(
        "the signature of {subject} is not by the key of {issuer}",
        subject = .certificate.subject(),
        issuer = .issuer.subject()
    )]
    BadSignature {
        /// The signed certificate.
        certificate: Certificate,
        /// The certificate whose key was tried.
        issuer: Certificate,
    },
    /// The client itself gives up: it bounds its work, and this chain or store needs more.
    #[error("the client gives up, because {what}")]
    ClientLimit {
        /// What there is more of than it allows.
        what: &'static str,
    },
    /// A signature algorithm that this program does not support. What the client would say is not known.
    #[error(
        "the signature of {subject} cannot be checked here: {algorithm} is not supported",
        subject = .certificate.subject()
    )]
    CannotCheckSignature {
        /// The signed certificate.
        certificate: Certificate,
        /// What is not supported.
        algorithm: String,
    },
    /// More certificates are presented than the client reads (`CertificateMessage`).
    #[error("the server presents {length} certificates and the client reads {allowed} at most")]
    ChainTooLong {
        /// How many are presented, repeated ones included.
        length: usize,
        /// How many the client reads.
        allowed: usize,
    },
    /// A critical extension that the client does not know (`PKIXMasterCertPathValidator`).
    #[error(
        "the certificate {subject} has critical extensions that the client does not know: {oids}",
        subject = .certificate.subject()
    )]
    CriticalExtension {
        /// The certificate.
        certificate: Certificate,
        /// The object identifiers, with commas between them.
        oids: String,
    },
    /// The client distrusts what this CA has issued since (`CADistrustPolicy`).
    #[error(
        "the client believes {subject} only for certificates issued up to {last_day}",
        subject = .certificate.subject()
    )]
    DistrustedCa {
        /// The anchor.
        certificate: Certificate,
        /// The last day on which it could issue.
        last_day: time::Date,
    },
    /// The end entity says that it is a CA (`CaUsedAsEndEntity` of rustls-webpki).
    #[error(
        "the certificate {subject} is that of a CA, which the client takes for no server",
        subject = .certificate.subject()
    )]
    EndEntityIsCa {
        /// The certificate.
        certificate: Certificate,
    },
    /// The end entity is not for signing (`EndEntityChecker.checkTLSServer`).
    #[error(
        "the server certificate {subject} may not sign, so it serves no TLS 1.3 and no ECDHE",
        subject = .certificate.subject()
    )]
    EndEntityKeyUsage {
        /// The certificate.
        certificate: Certificate,
    },
    /// The end entity is for something else than TLS servers (`EndEntityChecker.checkTLSServer`).
    #[error("the certificate {subject} is not for TLS servers but for {purposes}", subject = .certificate.subject())]
    EndEntityPurpose {
        /// The certificate.
        certificate: Certificate,
        /// The purposes that it has, in words, else by dotted OID, with commas between them.
        purposes: String,
    },
    /// A certificate is out of date (`BasicChecker.verifyValidity`).
    #[error(
        "the certificate {subject} expired on {}, judged at {}",
        rfc3339(*not_after),
        rfc3339(*at),
        subject = .certificate.subject()
    )]
    Expired {
        /// The certificate.
        certificate: Certificate,
        /// Its last second.
        not_after: OffsetDateTime,
        /// The time that counted as now.
        at: OffsetDateTime,
    },
    /// No name in the certificate is the server's (`HostnameChecker`).
    #[error("the server certificate is not for {host} but for {names}")]
    HostMismatch {
        /// The end entity.
        certificate: Certificate,
        /// Who was expected.
        host: String,
        /// The names in the certificate.
        names: String,
        /// What the client prints.
        words: String,
    },
    /// Extensions that are repeated, broken or empty (`EXFLAG_INVALID` of OpenSSL).
    #[error(
        "the certificate {subject} has repeated or broken extensions, and the client takes it for invalid",
        subject = .certificate.subject()
    )]
    InvalidExtensions {
        /// The certificate.
        certificate: Certificate,
    },
    /// The client reads no such certificate, although this program does.
    #[error("the client does not read the certificate {subject}: {why}", subject = .certificate.subject())]
    NotParsed {
        /// The certificate.
        certificate: Certificate,
        /// What the client stumbles over.
        why: &'static str,
    },
    /// A CA is not allowed to vouch for this name (`ConstraintsChecker.verifyNameConstraints`).
    #[error(
        "the CA {issuer} may not issue for the names of {subject}",
        subject = .certificate.display_name(),
        issuer = .issuer.subject()
    )]
    NameConstraints {
        /// The certificate with the name.
        certificate: Certificate,
        /// The CA whose constraint is violated.
        issuer: Certificate,
    },
    /// Nothing was presented.
    #[error("no certificate was presented")]
    NoCertificate,
    /// No path to an anchor (`SunCertPathBuilder`).
    #[error("no path leads to a trusted certificate: {}", describe(certificate, *self_signed, cause.as_deref()))]
    NoPath {
        /// The last certificate that could be reached, whose issuer is neither presented nor trusted.
        certificate: Certificate,
        /// Whether it names itself as its issuer, so that nothing above it is missing.
        self_signed: bool,
        /// What ruled out the nearest candidate, when there was one.
        cause: Option<Box<Self>>,
    },
    /// The anchor's name fits and its key identifier or serial number does not (`AdaptableX509CertSelector`).
    #[error(
        "the trusted certificate {issuer} has another key than the one that signed {subject}",
        subject = .certificate.subject(),
        issuer = .certificate.issuer()
    )]
    NotByAnchor {
        /// The last certificate.
        certificate: Certificate,
    },
    /// A public CA issued for longer than browsers take (CA/Browser Forum Baseline Requirements 6.3.2).
    #[error(
        "the certificate {subject} is valid for {days} days, and the client takes {allowed} from public CAs",
        subject = .certificate.subject()
    )]
    LifetimeTooLong {
        /// The certificate.
        certificate: Certificate,
        /// How many it has.
        days: i64,
        /// How many it may have.
        allowed: i64,
    },
    /// An intermediate is no CA (`ConstraintsChecker.checkBasicConstraints`).
    #[error(
        "the certificate {subject} is no CA certificate and cannot vouch for another one",
        subject = .certificate.subject()
    )]
    NotCa {
        /// The certificate.
        certificate: Certificate,
    },
    /// An intermediate's keyUsage lacks keyCertSign (`KeyChecker.verifyCAKeyUsage`).
    #[error("the CA certificate {subject} may not sign certificates", subject = .certificate.subject())]
    NotSigner {
        /// The certificate.
        certificate: Certificate,
    },
    /// A certificate is not yet in force (`BasicChecker.verifyValidity`).
    #[error(
        "the certificate {subject} is valid only from {}, judged at {}",
        rfc3339(*not_before),
        rfc3339(*at),
        subject = .certificate.subject()
    )]
    NotYetValid {
        /// The certificate.
        certificate: Certificate,
        /// Its first second.
        not_before: OffsetDateTime,
        /// The time that counted as now.
        at: OffsetDateTime,
    },
    /// A pathLenConstraint is violated (`ConstraintsChecker.checkBasicConstraints`).
    #[error("{subject} is one intermediate more than the CA above allows", subject = .certificate.subject())]
    PathTooLong {
        /// The intermediate.
        certificate: Certificate,
    },
    /// A CA demands policies that are not there (`PolicyChecker`).
    #[error(
        "the policies of the certificate {subject} are not those that the CAs above it demand",
        subject = .certificate.subject()
    )]
    Policies {
        /// The certificate.
        certificate: Certificate,
        /// Java's words for what is wrong.
        words: &'static str,
    },
    /// A certificate of the store cannot be parsed by the client, which then loads none of it
    /// (`JavaKeyStore.engineLoad`, `X509CertImpl`).
    #[error(
        "the store cannot be loaded: the client does not parse its certificate {subject} ({why}) and refuses the \
         whole store because of it"
    )]
    StoreUnreadable {
        /// Whose certificate it is, or the alias of what is no certificate.
        subject: String,
        /// What is wrong with it.
        why: String,
    },
    /// So many look-alike certificates that the search was given up.
    #[error(
        "the presented chain or the store has too many certificates of the same name; gave up after {steps} steps"
    )]
    TooManyCandidates {
        /// The budget.
        steps: u32,
    },
    /// Too many names stand against too many name constraints.
    #[error(
        "{subject} has too many names for the name constraints above it; gave up comparing them",
        subject = .certificate.subject()
    )]
    TooManyNames {
        /// The certificate with the names.
        certificate: Certificate,
    },
    /// Something presented is no certificate for this client, which ends the handshake.
    #[error("certificate {} of the presented chain is unreadable: {why}", place + 1)]
    Unreadable {
        /// Its place in the chain, from zero.
        place: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Of an older version than 3, which the client does not read (`UnsupportedCertVersion` of rustls-webpki).
    #[error(
        "the certificate {subject} is of version {version}, and the client reads version 3 only",
        subject = .certificate.subject()
    )]
    Version {
        /// The certificate.
        certificate: Certificate,
        /// 1 or 2.
        version: u32,
    },
    /// An algorithm or key that is switched off or unknown (`AlgorithmChecker`, `jdk.certpath.disabledAlgorithms`).
    #[error("the certificate {subject} uses {what}, which the client refuses", subject = .certificate.subject())]
    WeakAlgorithm {
        /// The certificate.
        certificate: Certificate,
        /// The algorithm or key.
        what: String,
    },
}

fn describe(last: &Certificate, self_signed: bool, cause: Option<&Refusal>) -> String {
    let issuer = last.issuer();
    match cause {
        Some(cause) => cause.to_string(),
        None if self_signed => format!("{issuer} is self-signed and not in the store"),
        None => format!("{issuer} is neither presented nor in the store"),
    }
}
