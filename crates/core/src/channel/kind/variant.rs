//! What differs between kinds: each fills in one [`Variant`].

use time::OffsetDateTime;

use super::{Host, Selection};
use crate::channel::field::{Change, Document, Field};
use crate::channel::model::{Channel, Container};
use crate::channel::rules::Found;
use crate::channel::steps::{Known, Step};
use crate::facts::Facts;
use crate::report::Severity;

/// Everything that differs between kinds.
#[derive(Debug)]
pub(in crate::channel) struct Variant {
    /// As the document writes it: `Telegram`, `WhatsApp / infobip`.
    pub(in crate::channel) title: &'static str,
    /// What is chosen in the form to get it; the first is the type.
    pub(in crate::channel) selection: &'static [Selection],
    /// The document that describes it.
    pub(in crate::channel) document: &'static Document,
    /// Its rows: tables of its own and tables that it shares, in file order.
    pub(in crate::channel) tables: &'static [&'static [Field]],
    /// What *Managing a Certificate* gets.
    pub(in crate::channel) container: Container,
    /// The ending of the trust file, as the document spells it.
    pub(in crate::channel) trust_file: &'static str,
    /// The document's word for the trust certificate (domain notes 7, A5).
    pub(in crate::channel) trust_word: &'static str,
    /// What the document has people do to get it, in place of which trustpack makes it.
    pub(in crate::channel) by_hand: &'static str,
    /// The servers that the trust certificate must cover.
    pub(in crate::channel) hosts: &'static [Host],
    /// Whether the hosts belong to a public provider.
    pub(in crate::channel) public_hosts: bool,
    /// What it means when a chain ends in a root that no root set knows.
    pub(in crate::channel) unknown_root: &'static UnknownRoot,
    /// The rules that see more than one value, facts, or the time.
    pub(in crate::channel) rules: fn(&Channel, &Facts, OffsetDateTime) -> Vec<Found>,
    /// What is to be done by hand before the channel can be created, up to the upload of certificates.
    pub(in crate::channel) before: fn(&Channel, Known<'_>) -> Vec<Step>,
    /// What is to be done by hand from the Channel Integration page on.
    pub(in crate::channel) after: fn(&Channel, Known<'_>) -> Vec<Step>,
    /// *Context*: what to do when the other side changes its data.
    pub(in crate::channel) change: &'static str,
    /// What that is about.
    pub(in crate::channel) changes_with: Change,
}

/// What to say when the chain of a host ends in a root that no root set knows.
#[derive(Debug)]
pub(crate) struct UnknownRoot {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: &'static str,
    pub(crate) hint: &'static str,
}

/// The product's own front end: its root is its own, and nobody else calls it.
pub(in crate::channel) static OWN_ROOT: UnknownRoot = UnknownRoot {
    id: "PRIVATE-ROOT",
    severity: Severity::Note,
    message: "the chain ends in no public root, as is usual for a front end of one's own",
    hint: "see that the root is the one of your organisation; a provider that calls this server may refuse it",
};

/// A provider on the internet.
pub(in crate::channel) static PROXY_SUSPECTED: UnknownRoot = UnknownRoot {
    id: "MITM-SUSPECT",
    severity: Severity::Warning,
    message: "the chain ends in no public root: a proxy may have answered instead of the provider",
    hint: "fetch again from a network without an inspecting proxy, or give the provider's certificate files",
};
