//! Would this client, with this store, accept this server: and for how long.

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::java_refuses;
use crate::chain::PresentedChain;
use crate::report::Finding;
use crate::trust::{TrustAnchors, is_public_root};

use hostname::Release;

pub(crate) use distrust::last_day_of_issue;
pub use refusal::Refusal;
pub use rustls_pki_types::ServerName;

mod browser;
mod distrust;
mod findings;
mod hostname;
mod java;
pub(crate) mod name_constraints;
mod openssl;
mod openssl_name;
mod pkix;
mod policies;
mod refusal;
#[cfg(test)]
mod tests;

/// The client whose rules decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// A default Java TLS client: `HttpsURLConnection` with the PKIX trust manager of JDK 8u241 to 17.
    Java,
    /// The same of JDK 21 to 25: wildcards count in the leftmost label only, and names that cannot be read refuse.
    Java21,
    /// A TLS client on OpenSSL 3.x: `openssl s_client -verify_return_error -verify_hostname`, at security level 2. Only
    /// self-signed certificates of the store are anchors.
    OpenSsl,
    /// The same with `-partial_chain`: every certificate of the store is an anchor.
    OpenSslPartialChain,
    /// A browser-like client: rustls-webpki with rustls' algorithms, and Chrome's longest lifetime for public roots.
    Browser,
}

impl Client {
    /// The word for it in records and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Java21 => "java21",
            Self::OpenSsl => "openssl",
            Self::OpenSslPartialChain => "openssl-partial-chain",
            Self::Browser => "browser",
        }
    }

    /// What people call it, whatever its release and settings.
    pub(crate) fn family(self) -> &'static str {
        match self {
            Self::Java | Self::Java21 => "Java",
            Self::OpenSsl | Self::OpenSslPartialChain => "OpenSSL",
            Self::Browser => "a browser",
        }
    }
}

/// What the client would do.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Who judged.
    pub client: Client,
    /// The path that the client accepts, or why it refuses.
    pub outcome: Result<VerifiedPath, Refusal>,
    /// What else should be known, such as `CERT-LEAF-ONLY`: accepted today, and not after the next renewal.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether the client accepts the server. `false` is a refusal only when [`is_undecided`](Self::is_undecided) is
    /// `false` as well.
    pub fn is_accepted(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Whether this program cannot tell: everything hangs on a signature that it cannot check, or there were too many
    /// candidates to try. The outcome is an error then, and no answer of the client.
    pub fn is_undecided(&self) -> bool {
        self.outcome.as_ref().is_err_and(Refusal::is_undecided)
    }
}

/// A certification path from end entity to anchor that the client accepts. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedPath {
    certificates: Vec<Certificate>,
}

impl VerifiedPath {
    /// End entity first, anchor last; a single certificate when the end entity itself is in the store.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificate in the store at which the path ends.
    pub fn anchor(&self) -> Option<&Certificate> {
        self.certificates.last()
    }

    /// The server's own certificate.
    pub fn end_entity(&self) -> Option<&Certificate> {
        self.certificates.first()
    }
}

/// Judges a presented chain as `client` would with `anchors` as its only trust store.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki"))?;
/// use time::macros::datetime;
/// use trustpack_core::chain::PresentedChain;
/// use trustpack_core::keystore::{ReadOptions, read};
/// use trustpack_core::trust::TrustAnchors;
/// use trustpack_core::verify::{Client, ServerName, verify};
///
/// let options = ReadOptions::default();
/// let sent = read(&std::fs::read("fullchain-server.pem")?, &options)?.store;
/// let chain = PresentedChain::from_ders(sent.entries().iter().flat_map(|one| one.certificates().to_vec()));
/// let root = read(&std::fs::read("root.pem")?, &options)?.store;
/// let anchors = TrustAnchors::from_store("root.pem", &root);
///
/// let at = datetime!(2026-12-01 0:00 UTC);
/// let name = ServerName::try_from("server.test")?;
/// let verdict = verify(&chain, &anchors, &name, at, Client::Java, "server.test:443");
/// assert!(verdict.is_accepted());
/// # Ok(())
/// # }
/// ```
///
/// `subject` names the server in findings. Not modelled: revocation (off by default in Java; see [`revocation`](crate::revocation)), the
/// JDK's list of blocked certificates, and settings that change Java's defaults. What hangs on a signature algorithm that
/// is not supported here is [undecided](Verdict::is_undecided).
///
/// Every question ends, whatever was sent and whatever is in the store: the search is given up after 1,000 steps (a
/// certificate tried, a signature checked; with an RSA key the square of its length in units of 2048 bits), and is undecided
/// then. Of a thousand certificates of one name in a store, measured on one core of 2026, that takes Java's rules up to
/// 0.4 s with keys on P-521 and 0.1 s with keys on P-256, and a browser's 0.25 s; OpenSSL's, which build one path only, took
/// 10 ms at most. What a server alone can send took a few milliseconds: Java lets it send ten certificates, and for the
/// others a signature matters only where the store knows the name of its issuer.
///
/// Good signatures are remembered with the certificates, whose clones share them: a store that is asked about many chains
/// checks an intermediate's signature once. What is remembered changes no verdict.
pub fn verify(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
    client: Client,
    subject: &str,
) -> Verdict {
    let question = Question {
        chain,
        name,
        at,
        client,
    };
    let outcome = question.ask(anchors, at);
    let findings = match &outcome {
        Ok(path) => findings::of_accepted(&question, anchors, path, subject),
        Err(_) => Vec::new(),
    };
    Verdict {
        client,
        outcome,
        findings,
    }
}

/// Whether a certificate is for a name, whatever its chain: the refusal of a browser, and whether Java, which still takes a
/// common name where there are no alternative names, refuses too.
pub(crate) fn host_mismatch(
    certificate: &Certificate,
    name: &ServerName<'_>,
) -> Option<(Refusal, bool)> {
    let refusal = browser::check_name(certificate, name).err()?;
    let java = hostname::check(certificate, name, false, Release::Jdk17);
    Some((refusal, java.is_err()))
}

/// What stays the same when the findings ask again with another store.
struct Question<'a> {
    chain: &'a PresentedChain,
    name: &'a ServerName<'a>,
    at: OffsetDateTime,
    client: Client,
}

impl Question<'_> {
    fn ask(&self, anchors: &TrustAnchors, at: OffsetDateTime) -> Result<VerifiedPath, Refusal> {
        let (chain, name) = (self.chain, self.name);
        let certificates = match self.client {
            Client::Java => return self.ask_java(anchors, at, Release::Jdk17),
            Client::Java21 => return self.ask_java(anchors, at, Release::Jdk21),
            Client::OpenSsl => openssl::find_path(chain, anchors, name, at, false),
            Client::OpenSslPartialChain => openssl::find_path(chain, anchors, name, at, true),
            Client::Browser => browser::find_path(chain, anchors, name, at),
        }?;
        Ok(VerifiedPath { certificates })
    }

    /// `X509TrustManagerImpl.checkServerTrusted`: path, purpose, name.
    fn ask_java(
        &self,
        anchors: &TrustAnchors,
        at: OffsetDateTime,
        release: Release,
    ) -> Result<VerifiedPath, Refusal> {
        check_loadable(anchors)?;
        check_readable(self.chain)?;
        let found = java::find_path(&self.chain.certificates, anchors, at);
        if let (Err(refusal), Some(end_entity)) = (&found, self.chain.end_entity())
            && refusal.is_undecided()
        {
            // whatever the signature is worth
            check_tls_server(end_entity)?;
            hostname::check(end_entity, self.name, false, release)?;
        }
        let certificates = found?;
        let end_entity = certificates.first().ok_or(Refusal::NoCertificate)?;
        // "EE checks are omitted for a chain of length 1" (Validator.validate)
        let anchor = certificates.last().unwrap_or(end_entity);
        if certificates.len() > 1 {
            check_tls_server(end_entity)?;
            distrust::check(end_entity, anchor)?;
        }
        let public_ca = is_public_root(anchor);
        hostname::check(end_entity, self.name, public_ca, release)?;
        Ok(VerifiedPath { certificates })
    }
}

/// A store is loaded as a whole or not at all (`JavaKeyStore.engineLoad`, `PKCS12KeyStore.loadSafeContents`).
fn check_loadable(anchors: &TrustAnchors) -> Result<(), Refusal> {
    let refused = anchors.certificates().iter().find_map(|anchor| {
        let why = java_refuses(anchor)?;
        Some((anchor.display_name(), why))
    });
    match anchors.unloadable().cloned().or(refused) {
        Some((subject, why)) => Err(Refusal::StoreUnreadable { subject, why }),
        None => Ok(()),
    }
}

/// Java counts the presented list, then parses all of it, before it judges any of it (`CertificateMessage`,
/// `jdk.tls.maxCertificateChainLength`); one broken certificate ends the handshake. Repeated ones count.
fn check_readable(chain: &PresentedChain) -> Result<(), Refusal> {
    let length = chain.certificates.len() + chain.unreadable.len();
    if length > MAX_CHAIN_LENGTH {
        return Err(Refusal::ChainTooLong {
            length,
            allowed: MAX_CHAIN_LENGTH,
        });
    }
    if let Some(unreadable) = chain.unreadable.first() {
        return Err(Refusal::Unreadable {
            place: unreadable.place,
            why: unreadable.why.clone(),
        });
    }
    for (place, certificate) in chain.certificates.iter().enumerate() {
        if let Some(why) = java_refuses(certificate) {
            return Err(Refusal::Unreadable { place, why });
        }
    }
    Ok(())
}

/// `EndEntityChecker.checkTLSServer` for the key exchanges in use: TLS 1.3, and (EC)DHE in TLS 1.2.
fn check_tls_server(end_entity: &Certificate) -> Result<(), Refusal> {
    const DIGITAL_SIGNATURE: u16 = 1;
    const SSL_SERVER: u8 = 0x40;
    let extensions = end_entity.extensions();
    if extensions
        .key_usage
        .is_some_and(|usage| usage & DIGITAL_SIGNATURE == 0)
    {
        return Err(Refusal::EndEntityKeyUsage {
            certificate: end_entity.clone(),
        });
    }
    if let Some(purposes) = &extensions.extended_key_usage
        && !purposes
            .iter()
            .any(|purpose| TLS_SERVER.contains(&purpose.as_str()))
    {
        return Err(Refusal::EndEntityPurpose {
            certificate: end_entity.clone(),
            purposes: in_words(purposes),
        });
    }
    if extensions
        .netscape_cert_type
        .is_some_and(|bits| bits & SSL_SERVER == 0)
    {
        return Err(Refusal::EndEntityPurpose {
            certificate: end_entity.clone(),
            purposes: "another Netscape certificate type".to_owned(),
        });
    }
    Ok(())
}

/// The purposes by name, as people know them, else by OID.
fn in_words(purposes: &[String]) -> String {
    let names = purposes.iter().map(|oid| match oid.as_str() {
        "1.3.6.1.5.5.7.3.2" => "TLS clients (clientAuth)",
        "1.3.6.1.5.5.7.3.3" => "signing code (codeSigning)",
        "1.3.6.1.5.5.7.3.4" => "e-mail (emailProtection)",
        "1.3.6.1.5.5.7.3.8" => "time stamps (timeStamping)",
        "1.3.6.1.5.5.7.3.9" => "OCSP answers (OCSPSigning)",
        other => other,
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The default of `jdk.tls.maxCertificateChainLength`.
const MAX_CHAIN_LENGTH: usize = 10;

const TLS_SERVER: [&str; 4] = [
    "1.3.6.1.5.5.7.3.1",      // serverAuth
    "2.5.29.37.0",            // anyExtendedKeyUsage
    "1.3.6.1.4.1.311.10.3.3", // Microsoft server-gated cryptography
    "2.16.840.1.113730.4.1",  // Netscape step-up
];
