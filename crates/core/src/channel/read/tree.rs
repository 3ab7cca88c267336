//! What TOML and JSON have in common, with the place of everything.

use std::borrow::Cow;

use crate::channel::value::Place;

/// A value and where it begins, in bytes.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) start: usize,
    pub(super) tree: Tree<'a>,
}

/// No `Debug`: a secret may stand anywhere.
#[derive(Clone)]
pub(super) enum Tree<'a> {
    Text(Cow<'a, str>),
    Switch(bool),
    /// As written: a phone number without quotes is a number.
    Number(Cow<'a, str>),
    /// A day or time of TOML, as it is written in text.
    Moment(String),
    /// JSON's.
    Null,
    List(Vec<Node<'a>>),
    Table(Vec<(Key<'a>, Node<'a>)>),
}

/// A key and where it begins.
#[derive(Clone)]
pub(super) struct Key<'a> {
    pub(super) start: usize,
    pub(super) text: Cow<'a, str>,
}

impl Tree<'_> {
    /// What it is, with its article.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Switch(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Moment(_) => "a day or time",
            Self::Null => "null",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl<'a> Node<'a> {
    /// What stands under a key of a table.
    pub(super) fn entry(&mut self, key: &str) -> Option<&mut Self> {
        let Tree::Table(entries) = &mut self.tree else {
            return None;
        };
        let entry = entries.iter_mut().find(|(there, _)| there.text == key);
        entry.map(|(_, node)| node)
    }

    /// The same, put there first when there is nothing. Nothing for what is no table.
    pub(super) fn entry_or(&mut self, key: &str, tree: Tree<'a>) -> Option<&mut Self> {
        let Tree::Table(entries) = &mut self.tree else {
            return None;
        };
        let start = self.start;
        let place = entries.iter().position(|(there, _)| there.text == key);
        let place = place.unwrap_or_else(|| {
            let text = Cow::Owned(key.to_owned());
            entries.push((Key { start, text }, Self { start, tree }));
            entries.len() - 1
        });
        entries.get_mut(place).map(|(_, node)| node)
    }

    /// The same without the text that it was read from.
    pub(super) fn into_owned(self) -> Node<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let tree = match self.tree {
            Tree::Text(text) => Tree::Text(owned(text)),
            Tree::Switch(on) => Tree::Switch(on),
            Tree::Number(number) => Tree::Number(owned(number)),
            Tree::Moment(moment) => Tree::Moment(moment),
            Tree::Null => Tree::Null,
            Tree::List(items) => Tree::List(items.into_iter().map(Node::into_owned).collect()),
            Tree::Table(entries) => {
                let entries = entries.into_iter().map(|(key, node)| {
                    let text = owned(key.text);
                    let start = key.start;
                    (Key { start, text }, node.into_owned())
                });
                Tree::Table(entries.collect())
            }
        };
        Node {
            start: self.start,
            tree,
        }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(end, _)| end + 1));
        Self {
            text,
            starts: starts.collect(),
        }
    }

    /// Line and column of an offset, both from one.
    pub(super) fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line));
        let before = start.and_then(|start| self.text.get(*start..offset));
        let column = before.unwrap_or_default().chars().count() + 1;
        (narrow(line), narrow(column))
    }

    pub(super) fn place(&self, file: u32, offset: usize) -> Place {
        let (line, column) = self.line_and_column(offset);
        Place { file, line, column }
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters_from_one() {
        let lines = Lines::new("a\r\n\tü = 1\n");
        let places: Vec<_> = [0, 3, 4, 6].map(|at| lines.line_and_column(at)).to_vec();
        assert_eq!(places, [(1, 1), (2, 1), (2, 2), (2, 3)]);
    }
}
