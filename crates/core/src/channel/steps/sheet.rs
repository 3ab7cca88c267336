//! Everything that is known of a channel, row by row.

use serde::Serialize;

use super::shown::{Absent, shown};
use crate::channel::field::{Secrecy, Section};
use crate::channel::model::Channel;
use crate::channel::rules::unreachable;
use crate::channel::value::Place;
use crate::facts::Facts;

/// The sheet of a channel.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Sheet {
    /// Its name, else its line.
    pub channel: String,
    /// Its kind, as the document writes it.
    pub kind: &'static str,
    /// Every row of the kind, in file order.
    pub rows: Vec<SheetRow>,
}

/// One row of a sheet.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SheetRow {
    /// The key with its tables.
    pub key: String,
    /// The table, by its heading.
    pub table: &'static str,
    /// The document's label.
    pub label: &'static str,
    /// The value; of a secret, where it is.
    pub value: String,
    /// Whether something stands in the specification, in its defaults or in a file that it includes.
    pub set: bool,
    /// Whether it must be there.
    pub need: String,
    /// Whether it is a secret or personal.
    pub secrecy: &'static str,
    /// Where it comes from.
    pub from: &'static str,
    /// Where it is entered, or who is told.
    pub to: &'static str,
    /// Where it stands, when it is set.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// The sheet of a channel. A value that the rules refuse is not shown, and no secret.
pub fn sheet(channel: &Channel, facts: &Facts) -> Sheet {
    let selection = channel.kind.selection().iter().map(|selection| SheetRow {
        key: selection.key.to_owned(),
        table: Section::Channel.heading(),
        label: selection.label,
        value: selection.option.to_owned(),
        set: true,
        need: "required".to_owned(),
        secrecy: Secrecy::Public.word(),
        from: "your choice",
        to: crate::channel::field::CHANNEL_CONFIGURATION,
        place: Some(channel.place),
    });
    let rows = channel.kind.fields().map(|field| {
        let path = field.path();
        let is_name = field.section == Section::Channel;
        let set = match is_name {
            true => !channel.name.is_empty(),
            false => channel.values.of_field(field).is_some(),
        };
        SheetRow {
            table: field.section.heading(),
            label: field.label,
            value: match is_name {
                true => channel.label(),
                false if unreachable(channel, field, facts).is_some() => {
                    Absent::NotValid.words().to_owned()
                }
                false if set => shown(channel, &path),
                false => default(channel, &path).unwrap_or_else(|| shown(channel, &path)),
            },
            set,
            need: field.need.words(),
            secrecy: field.secrecy.word(),
            from: field.from,
            to: field.to,
            place: set.then(|| channel.place_of(&path)),
            key: path,
        }
    });
    Sheet {
        channel: channel.label(),
        kind: channel.kind.title(),
        rows: selection.chain(rows).collect(),
    }
}

/// What counts where nothing stands there.
fn default(channel: &Channel, path: &str) -> Option<String> {
    let value = match path {
        "trust.name" if !channel.name.is_empty() => channel.trust_name(),
        "trust.container" => channel.container().label().to_lowercase(),
        "trust.policy" => "root+intermediates".to_owned(),
        "identity.name" if !channel.name.is_empty() => channel.identity_name(),
        _ => return None,
    };
    Some(format!("{value} (default)"))
}
