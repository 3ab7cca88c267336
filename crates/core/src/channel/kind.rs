//! The kinds of channels. Each is one file with its table; the list here is the only other place that knows it.

use serde::Serialize;
use time::OffsetDateTime;

use super::field::{Change, Document, Field, Section};
use super::model::{Channel, Container};
use super::nearest::nearest;
use super::read::SpecErrorKind;
use super::secret;
use super::steps::{Known, Step};
use super::{instagram, telegram, url, whatsapp};
use crate::endpoint::Endpoint;
use crate::facts::Facts;
use crate::report::Severity;

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

/// Everything that differs between kinds.
#[derive(Debug)]
pub(super) struct Variant {
    /// As the document writes it: `Telegram`, `WhatsApp / infobip`.
    pub(super) title: &'static str,
    /// What is chosen in the form to get it; the first is the type.
    pub(super) selection: &'static [Selection],
    /// The document that describes it.
    pub(super) document: &'static Document,
    /// Its rows: tables of its own and tables that it shares, in file order.
    pub(super) tables: &'static [&'static [Field]],
    /// What *Managing a Certificate* gets.
    pub(super) container: Container,
    /// The ending of the trust file, as the document spells it.
    pub(super) trust_file: &'static str,
    /// The document's word for the trust certificate (domain notes 7, A5).
    pub(super) trust_word: &'static str,
    /// What the document has people do to get it, in place of which trustpack makes it.
    pub(super) by_hand: &'static str,
    /// The servers that the trust certificate must cover.
    pub(super) hosts: &'static [Host],
    /// Whether the hosts belong to a public provider.
    pub(super) public_hosts: bool,
    /// What it means when a chain ends in a root that no root set knows.
    pub(super) unknown_root: &'static UnknownRoot,
    /// The rules that see more than one value, facts, or the time.
    pub(super) rules: fn(&Channel, &Facts, OffsetDateTime) -> Vec<super::rules::Found>,
    /// What is to be done by hand before the channel can be created, up to the upload of certificates.
    pub(super) before: fn(&Channel, Known<'_>) -> Vec<Step>,
    /// What is to be done by hand from the Channel Integration page on.
    pub(super) after: fn(&Channel, Known<'_>) -> Vec<Step>,
    /// *Context*: what to do when the other side changes its data.
    pub(super) change: &'static str,
    /// What that is about.
    pub(super) changes_with: Change,
}

/// Something that is chosen to get a kind of channel.
#[derive(Debug)]
#[non_exhaustive]
pub struct Selection {
    /// The key in the specification: `type`, `provider` or `verification_method`.
    pub key: &'static str,
    /// The document's word for the choice.
    pub label: &'static str,
    /// The word in the specification; case does not count.
    pub word: &'static str,
    /// The option as the form shows it.
    pub option: &'static str,
}

/// A server that the trust certificate must cover.
#[derive(Debug)]
pub(super) enum Host {
    /// Whatever the channel's values are.
    Fixed {
        name: &'static str,
        why: &'static str,
    },
    /// That of the BaseUrl.
    BaseUrl { why: &'static str },
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
pub(super) static OWN_ROOT: UnknownRoot = UnknownRoot {
    id: "PRIVATE-ROOT",
    severity: Severity::Note,
    message: "the chain ends in no public root, as is usual for a front end of one's own",
    hint: "see that the root is the one of your organisation; a provider that calls this server may refuse it",
};

/// A provider on the internet.
pub(super) static PROXY_SUSPECTED: UnknownRoot = UnknownRoot {
    id: "MITM-SUSPECT",
    severity: Severity::Warning,
    message: "the chain ends in no public root: a proxy may have answered instead of the provider",
    hint: "fetch again from a network without an inspecting proxy, or give the provider's certificate files",
};

pub(super) const TYPE: &str = "type";
pub(super) const PROVIDER: &str = "provider";
pub(super) const METHOD: &str = "verification_method";

/// The keys that choose the kind.
pub(super) const SELECTORS: &[&str] = &[TYPE, PROVIDER, METHOD];

impl Selection {
    pub(super) const fn new(
        key: &'static str,
        label: &'static str,
        word: &'static str,
        option: &'static str,
    ) -> Self {
        Self {
            key,
            label,
            word,
            option,
        }
    }
}

impl Kind {
    /// Every kind that is supported.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// From the words for `type`, `provider` and `verification_method`, in any case: the options of the document are
    /// lower case while its headings are not (domain notes 7, A27).
    ///
    /// # Errors
    /// The variant of [`SpecErrorKind`] that says which word is unknown, missing or too many.
    pub fn from_words(
        kind: &str,
        provider: Option<&str>,
        method: Option<&str>,
    ) -> Result<Self, SpecErrorKind> {
        let mut left: Vec<Self> = ALL.to_vec();
        for (place, (key, word)) in SELECTORS
            .iter()
            .copied()
            .zip([Some(kind), provider, method])
            .enumerate()
        {
            let options = options(&left, place);
            match (word.map(str::trim), options.is_empty()) {
                (None, true) => {}
                (None, false) => return Err(SpecErrorKind::WordMissing { key, options }),
                (Some(_), true) => return Err(SpecErrorKind::WordUnused { key }),
                (Some(word), false) => {
                    left.retain(|kind| kind.is_chosen_by(place, word));
                    if left.is_empty() {
                        return Err(SpecErrorKind::WordUnknown {
                            key,
                            word: secret::word(word),
                            nearest: nearest(word, options.iter().copied()),
                            options,
                        });
                    }
                }
            }
        }
        // Each step left at least one, and the words of a kind are unique.
        left.first().copied().ok_or(SpecErrorKind::Empty)
    }

    /// All words for a key that chooses the kind.
    pub fn words(key: &str) -> Vec<&'static str> {
        let place = SELECTORS.iter().position(|selector| *selector == key);
        place.map_or_else(Vec::new, |place| options(ALL, place))
    }

    /// All words that any kind has for such a key, whatever stands under the others.
    pub(super) fn words_anywhere(key: &str) -> Vec<&'static str> {
        let mut words = Vec::new();
        for word in ALL.iter().filter_map(|kind| kind.word(key)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    fn is_chosen_by(self, place: usize, word: &str) -> bool {
        let selection = self.selection().get(place);
        selection.is_some_and(|selection| selection.word.eq_ignore_ascii_case(word))
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

/// The words that can stand at a place of the selection, each once, in order.
fn options(kinds: &[Kind], place: usize) -> Vec<&'static str> {
    let mut options: Vec<&'static str> = Vec::new();
    for selection in kinds.iter().filter_map(|kind| kind.selection().get(place)) {
        if !options.contains(&selection.word) {
            options.push(selection.word);
        }
    }
    options
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
/// An address that [`validate`](super::validate()) refuses gives no requirement.
pub fn hosts(channel: &Channel) -> Vec<HostRequirement> {
    let mut hosts: Vec<HostRequirement> = Vec::new();
    for host in channel.kind.variant().hosts {
        let Some(host) = host.of(channel) else {
            continue;
        };
        if hosts.iter().all(|there| there.endpoint != host.endpoint) {
            hosts.push(host);
        }
    }
    hosts
}

impl Host {
    fn of(&self, channel: &Channel) -> Option<HostRequirement> {
        match *self {
            Self::Fixed { name, why } => Some(HostRequirement {
                endpoint: Endpoint::new(name, 443),
                why,
            }),
            Self::BaseUrl { why } => {
                let field = channel.kind.field(Section::Info, "base_url")?;
                let text = channel.values.text(Section::Info, field.key)?;
                let refused = field.form.judge(text);
                if refused.is_some_and(|fault| fault.severity == Severity::Critical) {
                    return None;
                }
                let url = url::https(text).ok()?;
                Some(HostRequirement {
                    endpoint: Endpoint::new(url.host.to_ascii_lowercase(), url.port_or_default()),
                    why,
                })
            }
        }
    }
}

/// How a kind appears in TOML and JSON.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct KindWords {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
}

impl From<Kind> for KindWords {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.word(TYPE).unwrap_or_default(),
            provider: kind.word(PROVIDER),
            verification_method: kind.word(METHOD),
        }
    }
}
