//! Would this client, with this store, accept this server: and for how long.

use std::fmt;

use time::OffsetDateTime;

use crate::Certificate;
use crate::chain::PresentedChain;
use crate::report::Finding;
use crate::trust::TrustAnchors;

pub use rustls_pki_types::ServerName;

/// The client whose rules decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// A default Java TLS client: `HttpsURLConnection` with the PKIX trust manager of JDK 8u241 or later.
    Java,
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
    /// Whether the client accepts the server.
    pub fn is_accepted(&self) -> bool {
        self.outcome.is_ok()
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
}

/// Why the client refuses. Several candidate paths may fail; this is the most telling reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing was presented.
    NoCertificate,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => formatter.write_str("no certificate was presented"),
        }
    }
}

/// Judges a presented chain as `client` would with `anchors` as its only trust store.
///
/// `subject` names the server in findings.
pub fn verify(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
    client: Client,
    subject: &str,
) -> Verdict {
    let _ = (
        chain,
        anchors,
        name,
        at,
        subject,
        VerifiedPath {
            certificates: Vec::new(),
        },
    );
    Verdict {
        client,
        outcome: Err(Refusal::NoCertificate),
        findings: Vec::new(),
    }
}
