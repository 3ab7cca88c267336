//! Messaging channels: what the two configuration documents ask for, as a model that can be checked.
//!
//! The documents are *Configuring AICC Information* (Telegram) and *Configuring the WhatsApp Channel*, both of 2025-01-23.
//! A [`Spec`] is read from TOML, judged by [`validate`], and its certificates are packed by [`bundle`](crate::bundle).
//!
//! The layout takes the next provider as one file with its `Variant` (fields, hosts, rules, steps) and one match arm in
//! [`Kind`].

mod field;
mod model;
mod nearest;
mod parse;
mod rules;
mod secret;
mod steps;
mod telegram;
mod template;
mod url;
mod whatsapp;
mod worktime;

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::report::{Finding, Severity};

pub use field::{Field, Need, Section, Value, Values};
pub use model::{
    Basic, Channel, Container, Identity, More, Robot, SelectPolicy, Spec, Trust, Unused, WorkTime,
};
pub use parse::{SpecError, SpecErrorKind};
#[cfg(test)]
pub(crate) use rules::tests::{INFOBIP, TELEGRAM};
pub use rules::{name_problem, validate, validate_channel};
pub use secret::SecretRef;
pub use steps::{Delivered, DeliveredAnchor, DeliveredHost, Phase, Step, Who, checklist, steps};
pub use template::template;
pub use whatsapp::Provider;

/// What a channel connects to: *Channel Selection*, and for WhatsApp the *Business Solution Provider*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Telegram, through the API Fabric.
    Telegram,
    /// WhatsApp, through a provider.
    WhatsApp(Provider),
}

impl Kind {
    /// Every kind that is supported.
    pub const ALL: &[Self] = &[Self::Telegram, Self::WhatsApp(Provider::Infobip)];

    /// From the words for `type` and `provider`, in any case.
    ///
    /// # Errors
    /// The variant of [`SpecErrorKind`] that says which word is unknown, missing, not supported or too many.
    pub fn from_words(kind: &str, provider: Option<&str>) -> Result<Self, SpecErrorKind> {
        match (kind.trim().to_ascii_lowercase().as_str(), provider) {
            ("telegram", None) => Ok(Self::Telegram),
            ("telegram", Some(_)) => Err(SpecErrorKind::ProviderUnused),
            ("whatsapp", None) => Err(SpecErrorKind::ProviderMissing),
            ("whatsapp", Some(word)) => Provider::from_word(word).map(Self::WhatsApp),
            _ => Err(SpecErrorKind::TypeUnknown(secret::word(kind))),
        }
    }

    /// The word for `type`: `telegram`, `whatsapp`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::WhatsApp(_) => "whatsapp",
        }
    }

    /// The provider, where the type has one.
    pub const fn provider(self) -> Option<Provider> {
        match self {
            Self::Telegram => None,
            Self::WhatsApp(provider) => Some(provider),
        }
    }

    /// The rows of this kind: every field that it knows, with the document's label.
    pub fn fields(self) -> &'static [Field] {
        self.variant().fields
    }

    /// The container that the document asks for.
    pub fn container(self) -> Container {
        self.variant().container
    }

    /// Whether the hosts to be covered belong to a public provider, so that a public root is expected.
    pub fn has_public_hosts(self) -> bool {
        self.variant().public_hosts
    }

    pub(crate) fn unknown_root(self) -> &'static UnknownRoot {
        &self.variant().unknown_root
    }

    fn variant(self) -> &'static Variant {
        match self {
            Self::Telegram => &telegram::VARIANT,
            Self::WhatsApp(Provider::Infobip) => &whatsapp::infobip::VARIANT,
        }
    }
}

/// A server that the trust certificate of a channel must cover.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostRequirement {
    /// The server.
    pub endpoint: Endpoint,
    /// Why, in the words of the document.
    pub why: &'static str,
}

impl HostRequirement {
    /// Whether a key of `trust.files` means this host: `host` (on port 443, or when it is the only port) or `host:port`.
    pub fn is_named(&self, key: &str) -> bool {
        key.eq_ignore_ascii_case(self.endpoint.host())
            || key.eq_ignore_ascii_case(&self.endpoint.to_string())
    }
}

/// The hosts that the trust certificate must cover, in the document's order and without repetition.
///
/// An address that [`validate`] refuses gives no requirement.
pub fn hosts(channel: &Channel) -> Vec<HostRequirement> {
    let mut hosts: Vec<HostRequirement> = Vec::new();
    for host in (channel.kind.variant().hosts)(channel) {
        if hosts.iter().all(|there| there.endpoint != host.endpoint) {
            hosts.push(host);
        }
    }
    hosts
}

/// Everything that differs between kinds.
struct Variant {
    /// As the document writes it: `Telegram`, `WhatsApp / infobip`.
    title: &'static str,
    /// Rows in the order of the document.
    fields: &'static [Field],
    /// What *Managing a Certificate* gets.
    container: Container,
    /// Whether the document lists an identity certificate.
    identity: Need,
    /// Whether the hosts belong to a public provider.
    public_hosts: bool,
    /// What it means when a chain ends in a root that no root set knows.
    unknown_root: UnknownRoot,
    /// The hosts to be covered; may repeat.
    hosts: fn(&Channel) -> Vec<HostRequirement>,
    /// The rules that only this kind has.
    rules: fn(&Channel) -> Vec<Finding>,
    /// What is to be done by hand before the channel can be created, up to the upload of certificates.
    before: fn(&Channel, Option<&Delivered>) -> Vec<Step>,
    /// What is to be done by hand from the Channel Integration page on.
    after: fn(&Channel, Option<&Delivered>) -> Vec<Step>,
    /// *Context*: what to do when the other side changes its data.
    change: &'static str,
}

/// What to say when the chain of a host ends in a root that no root set knows.
pub(crate) struct UnknownRoot {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: &'static str,
    pub(crate) hint: &'static str,
}

/// How a kind appears in TOML and JSON.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct KindWords {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
}

impl From<Kind> for KindWords {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.word(),
            provider: kind.provider().map(Provider::word),
        }
    }
}
