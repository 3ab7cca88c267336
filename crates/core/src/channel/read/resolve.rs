//! A node to a [`Channel`]: which kind it is, which row each key is, and which texts are not kept.

use std::rc::Rc;
use std::sync::Arc;

use super::defaults::Defaults;
use super::error::{SpecError, SpecErrorKind, plain_key};
use super::tree::{Key, Lines, Node, Tree};
use crate::channel::field::{Field, Section};
use crate::channel::form::{Form, NAME};
use crate::channel::kind::{Kind, METHOD, PROVIDER, SELECTORS, TYPE};
use crate::channel::model::{Channel, Unused, Withheld};
use crate::channel::nearest::nearest;
use crate::channel::secret::{self, Leak, SecretRef, carries_credentials, leak};
use crate::channel::value::{Entry, Place, Value};

/// Reads the channels of one file.
pub(super) struct Resolver<'a> {
    file: u32,
    /// The defaults that apply, the nearest first.
    layers: &'a [Arc<Defaults>],
    /// What the defaults are to the kinds that were met.
    known: Vec<(Kind, Rc<Given>)>,
}

/// Values before they belong to a channel.
#[derive(Default)]
struct Given {
    entries: Vec<Entry>,
    withheld: Vec<Withheld>,
}

/// What one key gave.
struct Read {
    value: Value,
    leak: Option<Leak>,
}

/// A value that cannot be read, and where.
struct Wrong {
    start: usize,
    kind: SpecErrorKind,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(file: u32, layers: &'a [Arc<Defaults>]) -> Self {
        Self {
            file,
            layers,
            known: Vec::new(),
        }
    }

    pub(super) fn channel(
        &mut self,
        node: Node<'_>,
        lines: &Lines<'_>,
    ) -> Result<Channel, SpecError> {
        let start = node.start;
        let mut entries = table(node, "channel", lines)?;
        let kind = self.kind(&mut entries, start, lines)?;
        let mut given = Given::default();
        let mut unused = Vec::new();
        let file = self.file;
        walk(
            Section::Channel,
            entries,
            lines,
            &mut |section, key, node| {
                let place = lines.place(file, key.start);
                match kind.field(section, &key.text) {
                    Some(field) => given
                        .take(field, node, place)
                        .map_err(|wrong| wrong.kind.at(lines, wrong.start)),
                    None if Kind::all()
                        .iter()
                        .any(|other| is_known(*other, section, &key.text)) =>
                    {
                        let steps = section.steps().iter().copied();
                        let path: Vec<&str> = steps.chain([&*key.text]).collect();
                        unused.push(Unused {
                            path: path.join("."),
                            place,
                        });
                        Ok(())
                    }
                    None => {
                        let keys = kind.fields_of(section).map(|field| field.key);
                        let selectors = SELECTORS.iter().copied();
                        let selectors = selectors.filter(|_| section == Section::Channel);
                        Err(nearest_key(&key, section, keys.chain(selectors)).at(lines, key.start))
                    }
                }
            },
        )?;
        given.fill(&*self.defaults(kind)?);
        // The order of the rows, whatever the order in the file.
        let rank = |field: &Field| kind.fields().position(|row| std::ptr::eq(row, field));
        given.entries.sort_by_cached_key(|entry| rank(entry.field));
        unused.sort_by_key(|unused| (unused.place.line, unused.place.column));
        let place = lines.place(file, start);
        Ok(Channel::new(
            kind,
            place,
            given.entries,
            unused,
            given.withheld,
        ))
    }

    /// Takes the words out that choose the kind.
    fn kind(
        &self,
        entries: &mut Vec<(Key<'_>, Node<'_>)>,
        start: usize,
        lines: &Lines<'_>,
    ) -> Result<Kind, SpecError> {
        let mut words: [Option<String>; 3] = [None, None, None];
        let mut starts = [start; 3];
        for ((selector, word), at) in SELECTORS.iter().zip(&mut words).zip(&mut starts) {
            let Some(place) = entries.iter().position(|(key, _)| key.text == *selector) else {
                continue;
            };
            let (_, node) = entries.remove(place);
            let Tree::Text(text) = node.tree else {
                return Err(wrong_type(selector, &node, "a word").at(lines, node.start));
            };
            *at = node.start;
            *word = Some(text.into_owned());
        }
        let default = |key: &str| self.layers.iter().find_map(|layer| layer.word(key));
        let [kind, mut provider, mut method] = words;
        let kind = kind.or_else(|| default(TYPE).map(str::to_owned));
        let Some(kind) = kind else {
            let options = SpecErrorKind::WordMissing {
                key: TYPE,
                options: Kind::words(TYPE),
            };
            return Err(options.at(lines, start));
        };
        loop {
            let chosen = Kind::from_words(&kind, provider.as_deref(), method.as_deref());
            let error = match chosen {
                Ok(kind) => return Ok(kind),
                Err(error) => error,
            };
            // A default fills in where a word is missing, and is no mistake where there is no place for it.
            if let SpecErrorKind::WordMissing { key, .. } = &error
                && let Some(word) = default(key)
            {
                let word = Some(word.to_owned());
                match *key {
                    PROVIDER => provider = word,
                    _ => method = word,
                }
                continue;
            }
            let [at_type, at_provider, at_method] = starts;
            let at = match error.selector() {
                Some(PROVIDER) => at_provider,
                Some(METHOD) => at_method,
                _ => at_type,
            };
            return Err(error.at(lines, at));
        }
    }

    /// What the defaults are to a kind.
    fn defaults(&mut self, kind: Kind) -> Result<Rc<Given>, SpecError> {
        if let Some((_, given)) = self.known.iter().find(|(known, _)| *known == kind) {
            return Ok(Rc::clone(given));
        }
        let mut all = Given::default();
        for layer in self.layers {
            let mut given = Given::default();
            for value in layer.of(kind) {
                if let Some(field) = kind.field(value.section, &value.key) {
                    given
                        .take(field, value.node.clone(), value.place)
                        .map_err(|wrong| layer.error(value.place, wrong.kind))?;
                }
            }
            all.fill(&given);
        }
        let given = Rc::new(all);
        self.known.push((kind, Rc::clone(&given)));
        Ok(given)
    }
}

impl Given {
    fn take(&mut self, field: &'static Field, node: Node<'_>, place: Place) -> Result<(), Wrong> {
        let Read { value, leak } = read(field, node)?;
        self.withheld
            .extend(leak.map(|leak| Withheld { field, leak }));
        self.entries.push(Entry {
            field,
            value,
            place,
        });
        Ok(())
    }

    /// Takes over what is not there yet.
    fn fill(&mut self, outer: &Self) {
        let own = self.entries.len();
        for entry in &outer.entries {
            let is_there = |there: &Entry| std::ptr::eq(there.field, entry.field);
            if !self.entries.iter().take(own).any(is_there) {
                self.entries.push(entry.clone());
                let leaks = outer.withheld.iter();
                let leaks = leaks.filter(|leak| std::ptr::eq(leak.field, entry.field));
                self.withheld.extend(leaks.cloned());
            }
        }
    }
}

/// Whether a kind has a row under a key.
pub(super) fn is_known(kind: Kind, section: Section, key: &str) -> bool {
    kind.field(section, key).is_some()
}

/// What a handler of [`walk`] is told: a table, a key in it that opens no table of its own, and what stands there.
type Visit<'v> = dyn FnMut(Section, Key<'_>, Node<'_>) -> Result<(), SpecError> + 'v;

/// Goes through a table and those within it.
pub(super) fn walk(
    section: Section,
    entries: Vec<(Key<'_>, Node<'_>)>,
    lines: &Lines<'_>,
    visit: &mut Visit<'_>,
) -> Result<(), SpecError> {
    for (key, node) in entries {
        match section.child(&key.text) {
            Some(child) => {
                let name = child.steps().join(".");
                walk(child, table(node, &name, lines)?, lines, visit)?;
            }
            None => visit(section, key, node)?,
        }
    }
    Ok(())
}

/// The entries of a node that must be a table.
pub(super) fn table<'a>(
    node: Node<'a>,
    name: &str,
    lines: &Lines<'_>,
) -> Result<Vec<(Key<'a>, Node<'a>)>, SpecError> {
    let start = node.start;
    match node.tree {
        Tree::Table(entries) => Ok(entries),
        _ => Err(wrong_type(name, &node, "a table").at(lines, start)),
    }
}

pub(super) fn wrong_type(key: &str, node: &Node<'_>, expected: &'static str) -> SpecErrorKind {
    SpecErrorKind::WrongType {
        key: key.to_owned(),
        found: node.tree.word(),
        expected,
    }
}

/// A key that nothing knows, with the nearest of those that could stand there.
pub(super) fn nearest_key(
    key: &Key<'_>,
    section: Section,
    known: impl Iterator<Item = &'static str>,
) -> SpecErrorKind {
    let known = known.chain(section.children());
    let nearest = nearest(&key.text, known).unwrap_or(TYPE);
    SpecErrorKind::UnknownKey {
        key: plain_key(&key.text),
        nearest: nearest.to_owned(),
    }
}

/// A value by its row. A text that could carry a credential is not kept, so that nothing can repeat it.
fn read(field: &'static Field, node: Node<'_>) -> Result<Read, Wrong> {
    let kept = |value| Ok(Read { value, leak: None });
    if field.is_secret() {
        return kept(Value::Secret(match node.tree {
            Tree::Text(text) => SecretRef::parse(&text),
            _ => SecretRef::Inline,
        }));
    }
    let wrong = |node: &Node<'_>, expected| Wrong {
        start: node.start,
        kind: wrong_type(&field.path(), node, expected),
    };
    match field.form {
        Form::Switch => match node.tree {
            Tree::Switch(on) => kept(Value::Switch(on)),
            _ => Err(wrong(&node, "true or false")),
        },
        Form::Keywords | Form::Segments => {
            let Tree::List(items) = node.tree else {
                return Err(wrong(&node, "a list of texts"));
            };
            let mut texts = Vec::with_capacity(items.len());
            let mut found = None;
            for item in items {
                let Tree::Text(text) = item.tree else {
                    return Err(wrong(&item, "a text in the list"));
                };
                match leak(&text) {
                    None => texts.push(text.into_owned()),
                    leak => found = leak,
                }
            }
            Ok(Read {
                value: Value::List(texts),
                leak: found,
            })
        }
        Form::Files => {
            let Tree::Table(entries) = node.tree else {
                return Err(wrong(&node, "a table of files by host"));
            };
            let mut files = std::collections::BTreeMap::new();
            let mut found = None;
            for (host, file) in entries {
                let Tree::Text(path) = file.tree else {
                    return Err(wrong(&file, "a file"));
                };
                match leak(&host.text).or_else(|| leak(&path)) {
                    None => {
                        files.insert(host.text.into_owned(), path.into_owned());
                    }
                    leak => found = leak,
                }
            }
            Ok(Read {
                value: Value::Files(files),
                leak: found,
            })
        }
        Form::Text | Form::Prose | Form::Shaped(_) | Form::Callback(_) | Form::Word(_) => {
            let text = match node.tree {
                Tree::Text(text) => text,
                // A phone number without quotes is a number, a day a day.
                Tree::Number(number) if !number.is_empty() => number,
                Tree::Moment(moment) => moment.into(),
                _ => return Err(wrong(&node, "a text")),
            };
            text_value(field, &text).map_err(|kind| Wrong {
                start: node.start,
                kind,
            })
        }
    }
}

fn text_value(field: &'static Field, text: &str) -> Result<Read, SpecErrorKind> {
    let leak = match field.form {
        // Customers read this: a link with a query is nothing unusual.
        Form::Prose => carries_credentials(text).then_some(Leak::Credentials),
        _ => leak(text),
    };
    if leak.is_some() {
        let value = Value::Withheld;
        return Ok(Read { value, leak });
    }
    let value = match field.form {
        Form::Word(words) => {
            let word = words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(text.trim()));
            match word {
                Some(word) => Value::Text((*word).to_owned()),
                None => {
                    return Err(SpecErrorKind::WordUnknown {
                        key: field.key,
                        word: secret::word(text),
                        nearest: nearest(text, words.iter().copied()),
                        options: words.to_vec(),
                    });
                }
            }
        }
        // What cannot be a name stands in no message, and so is not kept.
        Form::Shaped(shape) if std::ptr::eq(shape, &NAME) && !text.is_empty() => {
            match (shape.judge)(text) {
                None => Value::Text(text.to_owned()),
                Some(_) => Value::Withheld,
            }
        }
        _ => Value::Text(text.to_owned()),
    };
    Ok(Read { value, leak: None })
}
