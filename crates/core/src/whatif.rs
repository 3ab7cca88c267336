//! What if: until when an answer holds, and what becomes of it when the server's certificates are renewed.
//!
//! Both questions are put to [`verify`] again, at other times and with other stores. Nothing here knows the rules of a
//! client, so what holds for one client holds for each of them.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;

use crate::Certificate;
use crate::chain::PresentedChain;
use crate::trust::TrustAnchors;
use crate::verify::{Client, Verdict, verify};

mod record;
mod renewal;
#[cfg(test)]
mod tests;
mod until;

pub use record::{ChangeRecord, DatedRecord, ScenarioRecord, UntilRecord, WhatIfRecord};
pub use renewal::{Event, Outlook, Scenario, after_renewal};
pub use until::{Answer, Change, Dated, Turn, Until, until};

/// The arguments of [`verify`], kept so that it can be asked again.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the server presents.
    pub chain: &'a PresentedChain,
    /// The store.
    pub anchors: &'a TrustAnchors,
    /// The name that has to match.
    pub name: &'a ServerName<'a>,
    /// What counts as now.
    pub at: OffsetDateTime,
    /// Whose rules decide.
    pub client: Client,
    /// What the server is called in messages.
    pub subject: &'a str,
}

impl Question<'_> {
    /// The answer of today.
    pub fn ask(&self) -> Verdict {
        self.ask_with(self.anchors, self.at)
    }

    fn ask_with(&self, anchors: &TrustAnchors, at: OffsetDateTime) -> Verdict {
        verify(
            self.chain,
            anchors,
            self.name,
            at,
            self.client,
            self.subject,
        )
    }

    /// Anchors that can have a say: the holder of a presented certificate, the issuer of one, and who stands above
    /// those in the store.
    pub(crate) fn related(&self) -> Vec<&Certificate> {
        let presented = &self.chain.certificates;
        let is_near = |anchor: &&Certificate| {
            let near = |one: &Certificate| one.has_same_holder(anchor) || is_named(anchor, one);
            presented.iter().any(near)
        };
        let (mut related, mut others): (Vec<_>, Vec<_>) =
            self.anchors.certificates().iter().partition(is_near);
        let mut asked = 0;
        // each is asked once for its issuers, however long the ladder in the store is
        while let Some(&below) = related.get(asked) {
            asked += 1;
            let (above, rest): (Vec<_>, Vec<_>) = others
                .into_iter()
                .partition(|anchor| is_named(anchor, below));
            related.extend(above);
            others = rest;
        }
        related
    }
}

/// Whether `issuer` has the name of the issuer of `certificate`, as any client would compare them.
fn is_named(issuer: &Certificate, certificate: &Certificate) -> bool {
    let (name, wanted) = (issuer.subject(), certificate.issuer());
    name == wanted || name.is_same_for_java(wanted)
}
