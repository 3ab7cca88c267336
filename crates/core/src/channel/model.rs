//! The model of a specification, as both documents share it (*Table 2*, *Table 3*, *Managing a Certificate*).

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::field::{Section, Value, Values};
use super::rules::is_name;
use super::secret::{Leak, SecretRef};
use super::{HostRequirement, Kind, KindWords};

/// One specification file: one or more channels.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Spec {
    /// In file order.
    pub channels: Vec<Channel>,
}

/// One channel.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Channel {
    /// *Channel Selection* and *Business Solution Provider*.
    pub kind: Kind,
    /// *Channel Name*; empty when what stands there cannot be one, and is not kept.
    pub name: String,
    /// Whether something stood there that cannot be a Channel Name.
    pub(super) unfit_name: bool,
    /// The line of the file where it starts, from one.
    pub line: usize,
    /// What differs between kinds.
    pub values: Values,
    /// Keys that belong to another kind; their values are not kept.
    pub unused: Vec<Unused>,
    /// *Table 2 Basic configuration parameters*.
    pub basic: Basic,
    /// *Table 3 Robot configuration parameters*.
    pub robot: Robot,
    /// The trust (authentication) certificate.
    pub trust: Trust,
    /// The identity certificate of the current system.
    pub identity: Option<Identity>,
    /// Where texts stood that could carry a credential; they are not kept.
    pub(super) withheld: Vec<Withheld>,
}

/// A text that was left out of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Withheld {
    /// The key with its table.
    pub(super) path: String,
    pub(super) leak: Leak,
}

/// A key that another kind of channel has and this one has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The key with its table: `info.account_key`.
    pub path: String,
    /// The line of the file, from one.
    pub line: usize,
}

/// *Table 2 Basic configuration parameters*, without the name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Basic {
    /// *OU Configuration*.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ou: Option<String>,
    /// *Skill Queue*: a multimedia called route of the tenant space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill_queue: Option<String>,
    /// *Keyword for Transfer to Agent*.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transfer_keywords: Vec<String>,
    /// *Non-Working Time Notification*.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_working_time_notification: Option<String>,
    /// *Agent Work Time*.
    pub work_time: WorkTime,
    /// *More*.
    pub more: More,
}

/// *Agent Work Time*: up to four segments `HH:MM-HH:MM` each. `Debug` tells their number: what is no segment could be
/// anything.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkTime {
    /// *Workday*.
    pub workday: Vec<String>,
    /// *Non-workday*; which days these are is set under *Workbench Configuration > Service Time*.
    pub non_workday: Vec<String>,
}

/// The switches under *More*.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct More {
    /// *Last Agent Mode*.
    pub last_agent_mode: bool,
    /// *Session End Due to No Customer Reply*.
    pub session_end_no_customer_reply: bool,
    /// *Session Transfer Due to No Agent Reply*.
    pub session_transfer_no_agent_reply: bool,
    /// *Session Transfer*.
    pub session_transfer: bool,
    /// *Offline Messages*.
    pub offline_messages: bool,
}

/// *Table 3 Robot configuration parameters*.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Robot {
    /// *Connecting to the Intelligent Robot*.
    pub intelligent_robot: bool,
    /// *Access Robot Assistant*.
    pub robot_assistant: bool,
}

/// The trust certificate: what it shall hold and under which name it is uploaded. `Debug` shows no address: what is none
/// could be anything.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// The name in *Managing a Certificate*; default: the channel name with `_trust`. No name rule is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What file; default: what the document asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// The password of a JKS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
    /// The alias of the first entry, further ones get `-2`, …; default: each certificate's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Which certificates of the chain are trusted.
    pub policy: SelectPolicy,
    /// Where to connect instead of the BaseUrl host, as `host:port` (the NSLB, when it listens elsewhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// Certificate files that stand for fetching, by host: `api.infobip.com` or `host:port`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

/// The identity certificate: a file that is uploaded as it is and never packed, as it may hold a private key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// The name in *Managing a Certificate*; default: the channel name with `_identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its password, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
}

/// A file type that *Managing a Certificate* takes. PEM is on its list too, and is left out here: whether AICC reads
/// more than the first certificate of a PEM file is unknown, and Java's own tools do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Container {
    /// Exactly one certificate, `.cer`.
    Der,
    /// A Java key store with any number of certificates and a password.
    Jks,
}

impl Container {
    /// The name of the packed file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Der => "trust.cer",
            Self::Jks => "trust.jks",
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
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

impl fmt::Debug for WorkTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("WorkTime");
        debug.field("workday", &self.workday.len());
        debug.field("non_workday", &self.non_workday.len());
        debug.finish()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Trust");
        debug.field("name", &self.name);
        debug.field("container", &self.container);
        debug.field("password", &self.password);
        debug.field("alias", &self.alias);
        debug.field("policy", &self.policy);
        debug.field("connect", &self.connect.is_some());
        debug.field("files", &self.files.len());
        debug.finish()
    }
}

impl Channel {
    /// How messages and pages name the channel: by its name, else by its line.
    pub fn label(&self) -> String {
        if self.name.is_empty() || !is_name(&self.name) {
            format!("channel at line {}", self.line)
        } else {
            self.name.clone()
        }
    }

    /// The container of the trust certificate: as asked, else as the document says.
    pub fn container(&self) -> Container {
        self.trust
            .container
            .unwrap_or_else(|| self.kind.container())
    }

    /// The name of the trust certificate in *Managing a Certificate*.
    pub fn trust_name(&self) -> String {
        let named = self.trust.name.clone();
        named.unwrap_or_else(|| format!("{}_trust", self.name))
    }

    /// The name of the identity certificate in *Managing a Certificate*.
    pub fn identity_name(&self) -> String {
        let named = self
            .identity
            .as_ref()
            .and_then(|identity| identity.name.clone());
        named.unwrap_or_else(|| format!("{}_identity", self.name))
    }

    /// The certificate file that stands for fetching a host: `host:port` before `host`.
    pub fn given_file(&self, host: &HostRequirement) -> Option<&str> {
        let files = || {
            self.trust
                .files
                .iter()
                .filter(|(key, _)| host.is_named(key))
        };
        let exact = files().find(|(key, _)| key.contains(':'));
        let (_, file) = exact.or_else(|| files().next())?;
        Some(file)
    }

    /// Every secret reference with the path of its key, in file order.
    pub fn secrets(&self) -> Vec<(String, &SecretRef)> {
        let mut secrets: Vec<(String, &SecretRef)> = Vec::new();
        for (field, value) in self.values.iter() {
            if let Value::Secret(secret) = value {
                secrets.push((format!("{}.{}", field.section.word(), field.key), secret));
            }
        }
        if let Some(secret) = &self.trust.password {
            secrets.push(("trust.password".to_owned(), secret));
        }
        let identity = self.identity.as_ref();
        if let Some(secret) = identity.and_then(|identity| identity.password.as_ref()) {
            secrets.push(("identity.password".to_owned(), secret));
        }
        secrets
    }

    /// Every free text with the path of its key, apart from the fields of the kind.
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let basic = &self.basic;
        let identity = self.identity.as_ref();
        let optional = [
            ("name", Some(&self.name)),
            ("basic.ou", basic.ou.as_ref()),
            ("basic.skill_queue", basic.skill_queue.as_ref()),
            (
                "basic.non_working_time_notification",
                basic.non_working_time_notification.as_ref(),
            ),
            ("trust.name", self.trust.name.as_ref()),
            ("trust.alias", self.trust.alias.as_ref()),
            ("trust.connect", self.trust.connect.as_ref()),
            (
                "identity.name",
                identity.and_then(|identity| identity.name.as_ref()),
            ),
            (
                "identity.file",
                identity.and_then(|identity| identity.file.as_ref()),
            ),
        ];
        let single = optional
            .into_iter()
            .filter_map(|(path, text)| Some((path, text?.as_str())));
        let lists = [
            ("basic.transfer_keywords", &basic.transfer_keywords),
            ("basic.work_time.workday", &basic.work_time.workday),
            ("basic.work_time.non_workday", &basic.work_time.non_workday),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(path, texts)| texts.iter().map(move |text| (path, text.as_str())));
        let files = self.trust.files.iter();
        let files =
            files.flat_map(|(host, file)| [("trust.files", host.as_str()), ("trust.files", file)]);
        single.chain(listed).chain(files).collect()
    }
}

impl Spec {
    /// Only this channel.
    pub fn of(channel: Channel) -> Self {
        Self {
            channels: vec![channel],
        }
    }

    /// The specification as TOML, comments lost. Secrets stay references; [`Spec::from_toml`] reads it back.
    ///
    /// # Errors
    /// A literal secret stood somewhere: the text of the error says so and not more.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(&SpecFile {
            channel: &self.channels,
        })
    }
}

#[derive(Serialize)]
struct SpecFile<'a> {
    channel: &'a [Channel],
}

/// Plain values first, tables after: TOML needs that order.
#[derive(Serialize)]
struct ChannelFile<'a> {
    #[serde(flatten)]
    kind: KindWords,
    name: &'a str,
    #[serde(skip_serializing_if = "SectionFile::is_empty")]
    info: SectionFile<'a>,
    basic: &'a Basic,
    robot: &'a Robot,
    trust: &'a Trust,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a Identity>,
    #[serde(skip_serializing_if = "SectionFile::is_empty")]
    outputs: SectionFile<'a>,
    #[serde(skip_serializing_if = "SectionFile::is_empty")]
    handover: SectionFile<'a>,
}

impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.unfit_name || !self.withheld.is_empty() {
            return Err(S::Error::custom("a literal secret is never written"));
        }
        let section = |section| SectionFile {
            values: &self.values,
            section,
        };
        let file = ChannelFile {
            kind: self.kind.into(),
            name: &self.name,
            info: section(Section::Info),
            basic: &self.basic,
            robot: &self.robot,
            trust: &self.trust,
            identity: self.identity.as_ref(),
            outputs: section(Section::Outputs),
            handover: section(Section::Handover),
        };
        file.serialize(serializer)
    }
}

struct SectionFile<'a> {
    values: &'a Values,
    section: Section,
}

impl SectionFile<'_> {
    fn entries(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let values = self.values.iter();
        values
            .filter(|(field, _)| field.section == self.section)
            .map(|(field, value)| (field.key, value))
    }

    fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }
}

impl Serialize for SectionFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Secret(secret) => secret.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Withheld => SecretRef::Inline.serialize(serializer),
        }
    }
}
