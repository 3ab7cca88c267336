//! What is looked at beside the inputs: what channels need, and what was recorded when they were packed.

use std::path::PathBuf;

use time::OffsetDateTime;
use trustpack_core::bundle::OpenedChannel;
use trustpack_core::chain::PresentedChain;
use trustpack_core::expiry::{Served, Subject};
use trustpack_core::facts::Facts;
use trustpack_core::source::{Reference, Server};
use trustpack_core::trust::TrustAnchors;

/// What a specification or a bundle knows.
pub(in crate::commands) struct Recorded {
    /// Asked with the servers that are named.
    pub servers: Vec<Server>,
    /// Judged after them: specifications and packed stores.
    pub subjects: Vec<Subject>,
    /// Files that a specification names, with the folder to which they are relative.
    pub references: Vec<(PathBuf, Reference)>,
    /// What servers are compared with.
    pub channels: Vec<OpenedChannel>,
    /// What is known of providers.
    pub facts: Facts,
}

impl Default for Recorded {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            subjects: Vec::new(),
            references: Vec::new(),
            channels: Vec::new(),
            facts: Facts::none(),
        }
    }
}

impl Recorded {
    /// What the packed stores trust: a private CA is known by them alone.
    pub(super) fn roots(&self) -> impl Iterator<Item = TrustAnchors> {
        self.channels.iter().map(|one| one.anchors().clone())
    }

    /// Adds to a server what has become of it since it was recorded.
    pub(super) fn compare(
        &self,
        subject: &mut Subject,
        served: &Served,
        roots: &[TrustAnchors],
        at: OffsetDateTime,
    ) {
        let chain: &PresentedChain = &served.chain;
        for channel in &self.channels {
            let Some(host) = channel.recorded_host(&served.endpoint) else {
                continue;
            };
            let since = channel.since(host, chain, roots, &self.facts, at);
            subject.findings.extend(since.findings);
            subject.needs.extend(since.needs);
        }
    }
}
