//! The functions of other modules that packing calls, as values: the tests of this module judge the packing, and stand
//! in for the containers and the path checks, which have tests of their own.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;
use trustpack_keystore::{
    self as keystore, Contents, Format, KeyStore, ReadOptions, WriteOptions, Written,
};

use crate::Certificate;
use crate::cert::Fingerprint;
use crate::chain::{self, ChainAnalysis, PresentedChain};
use crate::report::Finding;
use crate::trust::TrustAnchors;
use crate::verify::{Client, verify};

pub(super) struct Engine {
    pub(super) analyse: fn(&PresentedChain, &[TrustAnchors], &str, OffsetDateTime) -> ChainAnalysis,
    pub(super) verify:
        fn(&PresentedChain, &TrustAnchors, &ServerName<'_>, OffsetDateTime, &str) -> Judgement,
    pub(super) write: fn(&KeyStore, Format, &WriteOptions<'_>) -> Result<Written, keystore::Error>,
    pub(super) read: fn(&[u8], &ReadOptions<'_>) -> Result<Contents, keystore::Error>,
}

/// What of a [`Verdict`](crate::verify::Verdict) packing needs.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    /// Why the client refuses; `None` when it accepts.
    pub(super) refusal: Option<String>,
    /// The anchor at which the accepted path ends.
    pub(super) anchor: Option<Fingerprint>,
    pub(super) findings: Vec<Finding>,
}

impl Engine {
    pub(super) const REAL: Self = Self {
        analyse: chain::analyse,
        verify: java,
        write: keystore::write,
        read: keystore::read,
    };
}

/// AICC is a Java system and takes JKS, so Java's rules decide (domain notes 4).
fn java(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
    subject: &str,
) -> Judgement {
    let verdict = verify(chain, anchors, name, at, Client::Java, subject);
    let path = verdict.outcome.as_ref().ok();
    let anchor = path.and_then(|path| path.anchor());
    Judgement {
        anchor: anchor.map(Certificate::fingerprint),
        refusal: verdict.outcome.err().map(|refusal| refusal.to_string()),
        findings: verdict.findings,
    }
}
