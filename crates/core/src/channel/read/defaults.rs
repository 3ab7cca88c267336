//! `[defaults]`: what channels take that do not say it themselves.

use std::borrow::Cow;

use super::error::{SpecError, SpecErrorKind};
use super::resolve::{is_known, nearest_key, table, walk, wrong_type};
use super::tree::{Lines, Node, Tree};
use crate::channel::field::Section;
use crate::channel::kind::{Kind, SELECTORS};
use crate::channel::value::Place;

/// The defaults of one file.
pub(super) struct Defaults {
    /// The file.
    pub(super) name: String,
    /// What chooses the kind.
    words: Vec<(&'static str, String)>,
    /// What channels have; which row it is depends on their kind.
    values: Vec<DefaultValue>,
}

/// No `Debug`: a secret may stand anywhere.
pub(super) struct DefaultValue {
    pub(super) section: Section,
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) node: Node<'static>,
}

impl Defaults {
    pub(super) fn none(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            words: Vec::new(),
            values: Vec::new(),
        }
    }

    pub(super) fn new(
        node: Node<'_>,
        file: u32,
        name: &str,
        lines: &Lines<'_>,
    ) -> Result<Self, SpecError> {
        let mut defaults = Self::none(name);
        let entries = table(node, "defaults", lines)?;
        walk(
            Section::Channel,
            entries,
            lines,
            &mut |section, key, node| {
                if section == Section::Channel
                    && let Some(selector) = SELECTORS.iter().find(|word| **word == key.text)
                {
                    let Tree::Text(word) = node.tree else {
                        return Err(wrong_type(selector, &node, "a word").at(lines, node.start));
                    };
                    defaults.words.push((selector, word.into_owned()));
                    return Ok(());
                }
                let is_name = section == Section::Channel;
                if is_name
                    || !Kind::all()
                        .iter()
                        .any(|kind| is_known(*kind, section, &key.text))
                {
                    let keys = Kind::all().iter().flat_map(|kind| kind.fields_of(section));
                    let keys = keys.map(|field| field.key).filter(|_| !is_name);
                    let selectors = SELECTORS.iter().copied().filter(|_| is_name);
                    return Err(
                        nearest_key(&key, section, keys.chain(selectors)).at(lines, key.start)
                    );
                }
                defaults.values.push(DefaultValue {
                    section,
                    place: lines.place(file, key.start),
                    key: Cow::into_owned(key.text),
                    node: node.into_owned(),
                });
                Ok(())
            },
        )?;
        Ok(defaults)
    }

    /// The word for a key that chooses the kind.
    pub(super) fn word(&self, key: &str) -> Option<&str> {
        let word = self.words.iter().find(|(there, _)| *there == key);
        word.map(|(_, word)| word.as_str())
    }

    /// The values that a kind has a row for.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &DefaultValue> {
        self.values
            .iter()
            .filter(move |value| is_known(kind, value.section, &value.key))
    }

    /// An error about one of the values.
    pub(super) fn error(&self, place: Place, kind: SpecErrorKind) -> SpecError {
        SpecError::new(place.line, place.column, kind).in_file(&self.name)
    }
}
