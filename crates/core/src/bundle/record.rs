//! What `MANIFEST.json` and `report.json` say of channels: plain data with stable names, written and read.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::anchors::Chosen;
use super::judge::Host;
use super::store::TrustFile;
use super::{ChainSource, layout};
use crate::Certificate;
use crate::channel::{Channel, Container, SelectPolicy};
use crate::text::moment;
use crate::whatif::Scenario;

/// A channel: what was packed for it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRecord {
    /// Its name, which is that of its folder.
    pub name: String,
    /// `telegram`, `whatsapp`, `instagram`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The business solution provider, where the type has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Where the provider has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_method: Option<String>,
    /// What is trusted.
    pub trust: TrustRecord,
    /// Who the system is, where the specification names a file that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityRecord>,
    /// In the document's order.
    pub hosts: Vec<HostRecord>,
}

/// The trust file and the decision behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustRecord {
    /// Its path in the bundle.
    pub file: String,
    /// `der` or `jks`.
    pub container: Container,
    /// `root+intermediates`, `root` or `leaf`.
    pub policy: SelectPolicy,
    /// What was decided, in words.
    pub decision: String,
    /// What is in it, in its order.
    pub anchors: Vec<AnchorRecord>,
    /// What could have been chosen and was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
}

/// The identity certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityRecord {
    /// The certificate alone: its path in the bundle.
    pub certificate: String,
    /// The key store with its key, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_store: Option<String>,
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
    /// Its last second.
    #[serde(with = "moment")]
    pub not_after: OffsetDateTime,
}

/// A certificate that is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchorRecord {
    /// Its alias; the name of its holder in a container without aliases.
    pub alias: String,
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
    /// Its last second.
    #[serde(with = "moment")]
    pub not_after: OffsetDateTime,
    /// Why it is there, once for each host that it is there for.
    pub reasons: Vec<Reason>,
}

/// Why a certificate is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// For which server, as `host:port`.
    pub host: String,
    /// In words.
    pub why: String,
}

/// A certificate that is not trusted although it was a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
    /// In words.
    pub why: String,
}

/// A server that the trust file must cover, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRecord {
    /// `host:port`.
    pub endpoint: String,
    /// Why it must be covered, in the words of the document.
    pub why: String,
    /// The name that its certificate must carry, when that is not the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Where the chain is from.
    pub source: SourceRecord,
    /// The recorded chain: its path in the bundle.
    pub chain_file: String,
    /// SHA-256 of each certificate, in the server's order.
    pub fingerprints: Vec<String>,
    /// SHA-256 of the root, when it was sent or is known.
    pub root: Option<String>,
    /// Which root set knows it.
    pub root_known_to: Option<String>,
    /// Whether a Java client with the trust file accepts the server.
    pub accepted: bool,
    /// SHA-256 of the anchor at which the accepted path ends.
    pub anchor: Option<String>,
    /// What becomes of that when certificates are renewed.
    pub after_renewal: Vec<RenewalRecord>,
}

/// How a chain was got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SourceRecord {
    /// From the server.
    Fetched {
        /// `TLSv1.3`, …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        protocol: Option<String>,
    },
    /// From a file that the specification names.
    Given {
        /// Its name.
        file: String,
    },
    /// From a recording, such as an earlier bundle.
    Recorded {
        /// Its name.
        file: String,
    },
}

/// What becomes of a verdict after a renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalRecord {
    /// `new-certificate`, `other-intermediate` or `new-root`.
    pub event: String,
    /// `holds`, `breaks`, `depends` or `unknown`.
    pub outlook: String,
    /// Why.
    pub reason: String,
    /// What to do before it happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ChannelRecord {
    pub(super) fn new(
        channel: &Channel,
        hosts: &[Host<'_>],
        chosen: &Chosen,
        trust: &TrustFile,
        identity: Option<IdentityRecord>,
        at: OffsetDateTime,
    ) -> Self {
        let word = |key| channel.kind.word(key).map(str::to_owned);
        let anchors = trust
            .entries
            .iter()
            .map(|(alias, certificate)| AnchorRecord {
                alias: alias.clone(),
                subject: certificate.subject().to_string(),
                fingerprint: certificate.fingerprint().to_string(),
                not_after: certificate.not_after(),
                reasons: chosen.reasons_of(certificate),
            });
        Self {
            name: channel.name.clone(),
            kind: word("type").unwrap_or_default(),
            provider: word("provider"),
            verification_method: word("verification_method"),
            trust: TrustRecord {
                file: trust.path.clone(),
                container: trust.container,
                policy: channel.policy(),
                decision: chosen.decision.clone(),
                anchors: anchors.collect(),
                passed_over: chosen.passed_over.clone(),
            },
            identity,
            hosts: hosts
                .iter()
                .map(|host| HostRecord::new(channel, host, trust, at))
                .collect(),
        }
    }
}

impl HostRecord {
    fn new(channel: &Channel, host: &Host<'_>, trust: &TrustFile, at: OffsetDateTime) -> Self {
        let root = host.completed.root.as_ref();
        let judgement = host.judge(&trust.anchors, at);
        let certificates = host.chain.chain.certificates.iter();
        let name = host.chain.server_name.as_ref();
        Self {
            endpoint: host.subject.clone(),
            why: host.requirement.why.to_owned(),
            server_name: name.map(|name| name.to_str().into_owned()),
            source: (&host.chain.source).into(),
            chain_file: layout::chain(channel, &host.requirement.endpoint),
            fingerprints: certificates.map(fingerprint).collect(),
            root: root.map(|root| fingerprint(&root.certificate)),
            root_known_to: root
                .and_then(|root| Some(file_name(root.origin.as_deref()?).to_owned())),
            accepted: judgement.refusal.is_none(),
            anchor: judgement.anchor.map(|anchor| anchor.to_string()),
            after_renewal: host.after_renewal(&trust.anchors, at),
        }
    }
}

/// Of a root set that is a file, its name without the folders of whoever packed: they say nothing to others, and the same
/// files give the same bundle wherever they lie.
pub(super) fn file_name(origin: &str) -> &str {
    match origin.contains("://") {
        true => origin,
        false => origin.rsplit('/').next().unwrap_or(origin),
    }
}

fn fingerprint(certificate: &Certificate) -> String {
    certificate.fingerprint().to_string()
}

impl From<&ChainSource> for SourceRecord {
    fn from(source: &ChainSource) -> Self {
        match source {
            ChainSource::Fetched { protocol } => Self::Fetched {
                protocol: protocol.clone(),
            },
            ChainSource::Given { file } => Self::Given { file: file.clone() },
            ChainSource::Recorded { file } => Self::Recorded { file: file.clone() },
        }
    }
}

impl IdentityRecord {
    /// What to upload: with the key where there is one.
    pub fn file(&self) -> &str {
        self.key_store.as_ref().unwrap_or(&self.certificate)
    }
}

impl RenewalRecord {
    /// The event in words: `after a new server certificate`.
    pub fn event_words(&self) -> &str {
        match self.event.as_str() {
            "new-certificate" => "after a new server certificate",
            "other-intermediate" => "after another intermediate",
            "new-root" => "after a new root",
            other => other,
        }
    }
}

impl From<Scenario> for RenewalRecord {
    fn from(scenario: Scenario) -> Self {
        Self {
            event: scenario.event.word().to_owned(),
            outlook: scenario.outlook.word().to_owned(),
            reason: scenario.reason,
            hint: scenario.hint,
        }
    }
}
