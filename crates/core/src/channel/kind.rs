//! The kinds of channels. Each is one file with its table; the list here is the only other place that knows it.

mod hosts;
mod variant;
mod words;

use super::field::{Document, Field, Section};
use super::model::Container;
use super::{instagram, telegram, url, whatsapp};

pub(super) use hosts::Host;
pub use hosts::{HostRequirement, hosts};
pub(crate) use variant::UnknownRoot;
pub(super) use variant::{OWN_ROOT, PROXY_SUSPECTED, Variant};
pub(crate) use words::KindWords;
pub use words::Selection;
pub(super) use words::{METHOD, PROVIDER, SELECTORS, TYPE};

/// What a channel connects to: *Channel Selection*, and for some what the document asks next: the provider and the
/// verification method.
#[derive(Clone, Copy)]
pub struct Kind(&'static Variant);

/// Every kind, in the order of documents and their options.
static ALL: &[Kind] = &[
    Kind(&telegram::VARIANT),
    Kind(&whatsapp::infobip::VARIANT),
    Kind(&whatsapp::other::BASIC),
    Kind(&whatsapp::other::OAUTH),
    Kind(&whatsapp::cloud_api::VARIANT),
    Kind(&whatsapp::twilio::VARIANT),
    Kind(&instagram::VARIANT),
];

impl Kind {
    /// Every kind that is supported.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// What is chosen in the form to get it; the first is *Channel Selection*.
    pub fn selection(self) -> &'static [Selection] {
        self.0.selection
    }

    /// As the documents write it: `Telegram`, `WhatsApp / infobip`.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// The word under a key that chooses the kind: `type`, `provider`, `verification_method`.
    pub fn word(self, key: &str) -> Option<&'static str> {
        let selection = self.selection().iter().find(|one| one.key == key);
        selection.map(|one| one.word)
    }

    /// The document that describes it.
    pub fn document(self) -> &'static Document {
        self.0.document
    }

    /// Every field that it knows, with the document's label, in file order.
    pub fn fields(self) -> impl Iterator<Item = &'static Field> {
        self.0.tables.iter().copied().flatten()
    }

    /// The fields of one table.
    pub fn fields_of(self, section: Section) -> impl Iterator<Item = &'static Field> {
        self.fields().filter(move |field| field.section == section)
    }

    /// The field under a key of a table.
    pub fn field(self, section: Section, key: &str) -> Option<&'static Field> {
        self.fields()
            .find(|field| field.section == section && field.key == key)
    }

    /// The field at a path such as `basic.work_time.workday`.
    pub fn field_at(self, path: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.is_at(path))
    }

    /// Whether a text can stand at a path; a reference is one.
    pub fn takes_text(self, path: &str) -> bool {
        use super::form::Form::{Callback, Prose, Shaped, Text, Word};
        let field = self
            .field_at(path)
            .filter(|field| field.section != Section::Channel);
        field.is_some_and(|field| {
            field.is_secret()
                || matches!(field.form, Text | Prose | Shaped(_) | Callback(_) | Word(_))
        })
    }

    /// Whether the kind has a table at all.
    pub fn has(self, section: Section) -> bool {
        self.fields_of(section).next().is_some()
    }

    /// The container that the document asks for.
    pub fn container(self) -> Container {
        self.0.container
    }

    /// Whether the hosts to be covered belong to a public provider, so that a public root is expected.
    pub fn has_public_hosts(self) -> bool {
        self.0.public_hosts
    }

    /// A host that its trust certificate must cover, for examples.
    pub(super) fn example_host(self) -> String {
        let fixed = self.0.hosts.iter().find_map(|host| match host {
            Host::Fixed { name, .. } => Some((*name).to_owned()),
            Host::BaseUrl { .. } => None,
        });
        fixed.unwrap_or_else(|| {
            let field = self.field(Section::Info, "base_url");
            let url = field.and_then(|field| url::https(field.example).ok());
            url.map_or_else(String::new, |url| {
                format!("{}:{}", url.host, url.port_or_default())
            })
        })
    }

    pub(crate) fn unknown_root(self) -> &'static UnknownRoot {
        self.0.unknown_root
    }

    pub(super) fn variant(self) -> &'static Variant {
        self.0
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Kind {}

impl std::fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0.title)
    }
}
