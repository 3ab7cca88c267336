//! Whether whoever calls a callback URL can get there at all: by the facts about the caller.

use super::Found;
use crate::channel::field::{Field, Section};
use crate::channel::form::{Fault, Form};
use crate::channel::model::Channel;
use crate::facts::Facts;

pub(super) fn judge(channel: &Channel, facts: &Facts) -> Vec<Found> {
    let fields = channel.kind.fields_of(Section::Outputs);
    let found = fields.filter_map(|field| {
        let fault = unreachable(channel, field, facts)?;
        Some(Found::fault(field.path(), fault))
    });
    found.collect()
}

/// Why the caller cannot get to the URL under a field; nothing when it can, or there is no URL.
pub(in crate::channel) fn unreachable(
    channel: &Channel,
    field: &Field,
    facts: &Facts,
) -> Option<Fault> {
    let Form::Callback(callback) = field.form else {
        return None;
    };
    callback.unreachable(channel.values.text(field.section, field.key)?, facts)
}
