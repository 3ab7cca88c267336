//! The model of a specification: channels, each with its kind and its values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::{Field, Section};
use super::form::is_name;
use super::kind::{HostRequirement, Kind};
use super::secret::{Leak, SecretRef};
use super::value::{Entry, Place, Value, Values};

/// One specification: one or more channels, of one or more files.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Spec {
    /// In file order; included files where they are named, after the channels of their own file.
    pub channels: Vec<Channel>,
    /// The files that it was read from, the one that was asked for first.
    pub files: Vec<String>,
    /// Files that it includes and that were not read.
    pub includes: Vec<String>,
}

/// One channel.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Channel {
    /// *Channel Selection* and what the form asks next.
    pub kind: Kind,
    /// *Channel Name*; empty when what stands there cannot be one, and is not kept.
    pub name: String,
    /// Whether something stood there that cannot be a Channel Name.
    pub(super) unfit_name: bool,
    /// Where the name stands.
    name_place: Option<Place>,
    /// Where it starts.
    pub place: Place,
    /// Everything else, by the rows of its kind.
    pub values: Values,
    /// Keys that belong to another kind; their values are not kept.
    pub unused: Vec<Unused>,
    /// Where texts stood that could carry a credential; they are not kept.
    pub(super) withheld: Vec<Withheld>,
}

/// A text that was left out of the model.
#[derive(Clone, Debug)]
pub(super) struct Withheld {
    pub(super) field: &'static Field,
    pub(super) leak: Leak,
}

/// A key that another kind of channel has and this one has not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unused {
    /// The key with its tables: `info.account_key`.
    pub path: String,
    /// Where it stands.
    pub place: Place,
}

/// A file type that *Managing a Certificate* takes. PEM is on its list too, and is left out here: whether AICC reads
/// more than the first certificate of a PEM file is unknown, and Java's own tools do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Container {
    /// Exactly one certificate, `.cer` or `.der`.
    Der,
    /// A Java key store with any number of certificates and a password.
    Jks,
}

impl Container {
    /// The words in a specification.
    pub const WORDS: &[&str] = &["der", "jks"];

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "der" => Some(Self::Der),
            "jks" => Some(Self::Jks),
            _ => None,
        }
    }

    /// What to choose as the type on the upload form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Der => "DER",
            Self::Jks => "JKS",
        }
    }
}

/// Which certificates of a chain become anchors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SelectPolicy {
    /// The server's own certificate only; breaks at the next renewal.
    #[serde(rename = "leaf")]
    Leaf,
    /// The root, or the topmost certificate that is known.
    #[serde(rename = "root")]
    Root,
    /// Root and intermediates: survives a renewal, and a server that forgets to send an intermediate.
    #[default]
    #[serde(rename = "root+intermediates")]
    RootAndIntermediates,
}

impl SelectPolicy {
    /// The words in a specification.
    pub const WORDS: &[&str] = &["leaf", "root", "root+intermediates"];

    fn from_word(word: &str) -> Self {
        match word {
            "leaf" => Self::Leaf,
            "root" => Self::Root,
            _ => Self::RootAndIntermediates,
        }
    }
}

impl Spec {
    /// Only this channel.
    pub fn of(channel: Channel) -> Self {
        Self {
            channels: vec![channel],
            ..Self::default()
        }
    }

    /// The name of the file of a place; nothing for text that has no name.
    pub fn file_of(&self, place: Place) -> Option<&str> {
        let file = self.files.get(place.file as usize)?;
        (!file.is_empty()).then_some(file)
    }
}

impl Channel {
    pub(super) fn new(
        kind: Kind,
        place: Place,
        mut entries: Vec<Entry>,
        unused: Vec<Unused>,
        withheld: Vec<Withheld>,
    ) -> Self {
        let is_name = |entry: &Entry| entry.field.section == Section::Channel;
        let name = entries
            .iter()
            .position(is_name)
            .map(|at| entries.remove(at));
        let name_place = name.as_ref().map(|entry| entry.place);
        let (name, unfit_name) = match name.map(|entry| entry.value) {
            Some(Value::Text(name)) => (name, false),
            Some(_) => (String::new(), true),
            None => (String::new(), false),
        };
        Self {
            kind,
            name,
            unfit_name,
            name_place,
            place,
            values: Values::new(entries),
            unused,
            withheld,
        }
    }

    /// How messages and pages name the channel: by its name, else by its line.
    pub fn label(&self) -> String {
        if self.name.is_empty() || !is_name(&self.name) {
            format!("channel at line {}", self.place.line)
        } else {
            self.name.clone()
        }
    }

    /// Where the key at a path stands, or the channel when it is not there.
    pub fn place_of(&self, path: &str) -> Place {
        let entry = self.values.iter().find(|entry| entry.field.is_at(path));
        let unused = self.unused.iter().find(|unused| unused.path == path);
        match path {
            "name" => self.name_place,
            _ => entry
                .map(|entry| entry.place)
                .or_else(|| unused.map(|unused| unused.place)),
        }
        .unwrap_or(self.place)
    }

    /// The container of the trust certificate: as asked, else as the document says.
    pub fn container(&self) -> Container {
        let word = self.values.text(Section::Trust, "container");
        word.and_then(Container::from_word)
            .unwrap_or_else(|| self.kind.container())
    }

    /// The name of the packed trust file: with the ending that the document names, when it is of the document's type.
    pub fn trust_file_name(&self) -> &'static str {
        match self.container() {
            container if container == self.kind.container() => self.kind.variant().trust_file,
            Container::Der => "trust.cer",
            Container::Jks => "trust.jks",
        }
    }

    /// Which certificates of a chain are trusted.
    pub fn policy(&self) -> SelectPolicy {
        let word = self.values.text(Section::Trust, "policy");
        word.map(SelectPolicy::from_word).unwrap_or_default()
    }

    /// The alias of the first entry of a trust store, when one is asked for.
    pub fn trust_alias(&self) -> Option<&str> {
        self.values.text(Section::Trust, "alias")
    }

    /// The password of the trust store.
    pub fn trust_password(&self) -> Option<&SecretRef> {
        self.values.secret(Section::Trust, "password")
    }

    /// Where to connect instead of the host that must be covered, as `host:port`.
    pub fn connect(&self) -> Option<&str> {
        self.values.text(Section::Trust, "connect")
    }

    /// Certificate files that stand for fetching, by host: `api.infobip.com` or `host:port`.
    pub fn files(&self) -> Option<&BTreeMap<String, String>> {
        match self.values.get(Section::Trust, "files") {
            Some(Value::Files(files)) => Some(files),
            _ => None,
        }
    }

    /// The file with the identity certificate.
    pub fn identity_file(&self) -> Option<&str> {
        let file = self.values.text(Section::Identity, "file");
        file.filter(|file| !file.trim().is_empty())
    }

    /// The password of that file.
    pub fn identity_password(&self) -> Option<&SecretRef> {
        self.values.secret(Section::Identity, "password")
    }

    /// The name of the trust certificate in *Managing a Certificate*.
    pub fn trust_name(&self) -> String {
        let named = self.values.text(Section::Trust, "name");
        named.map_or_else(|| format!("{}_trust", self.name), str::to_owned)
    }

    /// The name of the identity certificate in *Managing a Certificate*.
    pub fn identity_name(&self) -> String {
        let named = self.values.text(Section::Identity, "name");
        named.map_or_else(|| format!("{}_identity", self.name), str::to_owned)
    }

    /// The certificate file that stands for fetching a host: `host:port` before `host`.
    pub fn given_file(&self, host: &HostRequirement) -> Option<&str> {
        let files = || self.files().into_iter().flatten();
        let mut named = files().filter(|(key, _)| host.is_named(key));
        let exact = named.clone().find(|(key, _)| key.contains(':'));
        let (_, file) = exact.or_else(|| named.next())?;
        Some(file)
    }

    /// Every secret reference with its row, in file order.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static Field, &SecretRef)> {
        self.values.iter().filter_map(|entry| match &entry.value {
            Value::Secret(secret) => Some((entry.field, secret)),
            _ => None,
        })
    }

    /// Puts a value in place of another, as if it had been read. For tests and for what is recorded later.
    ///
    /// Nothing is done when the kind has no such field.
    pub fn put(&mut self, path: &str, value: Value) {
        if let Some(field) = self.kind.field_at(path) {
            let place = self.place_of(path);
            self.values.put(Entry {
                field,
                value,
                place,
            });
        }
    }
}
