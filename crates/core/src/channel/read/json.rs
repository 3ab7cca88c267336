//! JSON, with the place of everything: serde_json says where a value stands by lending it from the text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::error::{SpecError, SpecErrorKind, plain_key};
use super::top::{CHANNEL, Part, Parts, Piece};
use super::tree::{Key, Lines, Node, Tree};
use crate::channel::edit::EditError;

/// The channels of a file, and what else stands at its top.
pub(super) fn parts<'a>(text: &'a str, lines: &Lines<'_>) -> Result<Parts<'a>, SpecError> {
    let entries: Entries<'a> =
        serde_json::from_str(text).map_err(|error| syntax(&error, text, lines))?;
    let mut top = Vec::new();
    let mut channels: Vec<&'a RawValue> = Vec::new();
    for (key, value) in unique(entries, text, lines)? {
        if key.text == CHANNEL {
            channels = match serde_json::from_str(value.get()) {
                Ok(channels) => channels,
                Err(_) => {
                    let found = node(value, text, lines)?.tree.word();
                    return Err(SpecErrorKind::WrongType {
                        key: CHANNEL.to_owned(),
                        found,
                        expected: "a list of channels",
                    }
                    .at(lines, key.start));
                }
            };
        } else {
            top.push((key, node(value, text, lines)?));
        }
    }
    Ok(Parts {
        top,
        pieces: pieces(text, &channels),
    })
}

fn pieces<'a>(text: &'a str, channels: &[&'a RawValue]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut counted = 0;
    let (mut line, mut column) = (0, 0);
    for values in channels.chunks(AT_ONCE) {
        let (Some(first), Some(last)) = (values.first(), values.last()) else {
            continue;
        };
        let base = offset(text, first.get());
        let end = offset(text, last.get()) + last.get().len();
        let between = text.get(counted..base).unwrap_or_default();
        match between.rsplit_once('\n') {
            Some((lines, rest)) => {
                line += 1 + lines.bytes().filter(|byte| *byte == b'\n').count();
                column = rest.chars().count();
            }
            None => column += between.chars().count(),
        }
        counted = base;
        let part = Part {
            text: text.get(base..end).unwrap_or_default(),
            base,
            before: (line, column),
        };
        pieces.push(Piece::Json(values.to_vec(), part, text));
    }
    pieces
}

/// So many channels are read at a time.
const AT_ONCE: usize = 64;

/// Some channels of a file.
pub(super) fn piece<'a>(
    values: Vec<&'a RawValue>,
    text: &'a str,
    lines: &Lines<'_>,
) -> Result<Vec<Node<'a>>, SpecError> {
    let nodes = values.into_iter().map(|value| node(value, text, lines));
    nodes.collect()
}

/// The keys and values of an object, in order; a key may be there twice.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Deserialize<'a> for Entries<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'a> Visitor<'a> for EntriesVisitor {
    type Value = Entries<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Entries<'a>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Text(key), value)) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

/// A text that is lent where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn unique<'a>(
    entries: Entries<'a>,
    text: &'a str,
    lines: &Lines<'_>,
) -> Result<Vec<(Key<'a>, &'a RawValue)>, SpecError> {
    let mut read: Vec<(Key<'a>, &'a RawValue)> = Vec::new();
    for (key, value) in entries.0 {
        let start = match &key {
            Cow::Borrowed(key) => offset(text, key).saturating_sub(1),
            // A key with escapes is none of ours; its value is near enough.
            Cow::Owned(_) => offset(text, value.get()),
        };
        if read.iter().any(|(there, _)| there.text == key) {
            let key = plain_key(&key);
            return Err(SpecErrorKind::KeyTwice { key }.at(lines, start));
        }
        read.push((Key { start, text: key }, value));
    }
    Ok(read)
}

/// Where a part begins that was lent from a text.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

fn node<'a>(value: &'a RawValue, text: &'a str, lines: &Lines<'_>) -> Result<Node<'a>, SpecError> {
    let raw = value.get();
    let start = offset(text, raw);
    let failed = |error: serde_json::Error| within(&error, start, lines);
    let tree = match raw.as_bytes().first() {
        Some(b'"') => {
            let Text(text) = serde_json::from_str(raw).map_err(failed)?;
            Tree::Text(text)
        }
        Some(b'{') => {
            let entries: Entries<'a> = serde_json::from_str(raw).map_err(failed)?;
            let entries = unique(entries, text, lines)?.into_iter();
            let entries = entries.map(|(key, value)| Ok((key, node(value, text, lines)?)));
            Tree::Table(entries.collect::<Result<_, SpecError>>()?)
        }
        Some(b'[') => {
            let items: Vec<&'a RawValue> = serde_json::from_str(raw).map_err(failed)?;
            let items = items.into_iter().map(|item| node(item, text, lines));
            Tree::List(items.collect::<Result<_, _>>()?)
        }
        Some(b't') => Tree::Switch(true),
        Some(b'f') => Tree::Switch(false),
        Some(b'n') => Tree::Null,
        _ => Tree::Number(raw.into()),
    };
    Ok(Node { start, tree })
}

/// serde_json's own words, which quote nothing; its line and column count bytes.
fn syntax(error: &serde_json::Error, text: &str, lines: &Lines<'_>) -> SpecError {
    let line = error.line().saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut at = text.len().min(before + error.column().saturating_sub(1));
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    message(error).at(lines, at)
}

/// An error within a part, such as a wrong escape: where the part begins is near enough.
fn within(error: &serde_json::Error, start: usize, lines: &Lines<'_>) -> SpecError {
    message(error).at(lines, start)
}

fn message(error: &serde_json::Error) -> SpecErrorKind {
    let words = match error.classify() {
        // Its words about data may repeat a value.
        serde_json::error::Category::Data => "an object is needed".to_owned(),
        _ => {
            let words = error.to_string();
            let end = words.find(" at line ").unwrap_or(words.len());
            words.get(..end).unwrap_or_default().to_owned()
        }
    };
    SpecErrorKind::Syntax(words)
}

/// A text with one value put into a channel, laid out anew.
pub(in crate::channel) fn with(
    text: &str,
    channel: &str,
    steps: &[&str],
    key: &str,
    new: &str,
) -> Result<String, EditError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines::new(text);
    let raw: &RawValue = serde_json::from_str(text).map_err(|_| EditError::Unreadable)?;
    let mut top = node(raw, text, &lines).map_err(|_| EditError::Unreadable)?;
    let missing = || EditError::NoChannel(channel.to_owned());
    let Some(Tree::List(channels)) = top.entry(CHANNEL).map(|node| &mut node.tree) else {
        return Err(missing());
    };
    let is_it = |node: &&mut Node<'_>| match &node.tree {
        Tree::Table(entries) => entries.iter().any(|(key, node)| {
            let is_name = key.text == "name";
            is_name && matches!(&node.tree, Tree::Text(name) if name == channel)
        }),
        _ => false,
    };
    let mut table = channels.iter_mut().find(is_it).ok_or_else(missing)?;
    for step in steps {
        table = table
            .entry_or(step, Tree::Table(Vec::new()))
            .ok_or_else(|| EditError::NoTable((*step).to_owned()))?;
    }
    let value = table
        .entry_or(key, Tree::Null)
        .ok_or_else(|| EditError::NoTable(steps.join(".")))?;
    value.tree = Tree::Text(new.to_owned().into());
    let mut written = serde_json::to_string_pretty(&top).map_err(|_| EditError::Unreadable)?;
    written.push('\n');
    Ok(written)
}

/// In the order in which it was read.
impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.tree {
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::Switch(on) => serializer.serialize_bool(*on),
            Tree::Number(number) => match RawValue::from_string(number.to_string()) {
                Ok(number) => number.serialize(serializer),
                Err(_) => serializer.serialize_str(number),
            },
            Tree::Moment(moment) => serializer.serialize_str(moment),
            Tree::Null => serializer.serialize_unit(),
            Tree::List(items) => serializer.collect_seq(items),
            Tree::Table(entries) => {
                serializer.collect_map(entries.iter().map(|(key, node)| (&*key.text, node)))
            }
        }
    }
}
