//! What TOML and JSON have in common, with the place of everything.

use std::borrow::Cow;
use std::sync::OnceLock;

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

/// Where the lines of a text, or of a part of it, begin; counted when somebody asks first.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Where the part begins, in bytes.
    base: usize,
    /// How many lines end before it, and how many characters of its first line stand before it.
    before: (usize, usize),
    marks: OnceLock<Vec<Mark>>,
}

/// A place whose line and column are known, both from zero.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    line: usize,
    column: usize,
}

/// Texts without line ends are marked at least so often, in bytes, so that nobody counts far.
const MARKED: usize = 256;

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::of_part(text, 0, (0, 0))
    }

    pub(super) fn of_part(text: &'a str, base: usize, before: (usize, usize)) -> Self {
        Self {
            text,
            base,
            before,
            marks: OnceLock::new(),
        }
    }

    /// Line and column of an offset in the whole, both from one.
    pub(super) fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let offset = offset.saturating_sub(self.base);
        let marks = self.marks.get_or_init(|| self.marks());
        let place = marks.partition_point(|mark| mark.at <= offset);
        let mark = place.checked_sub(1).and_then(|place| marks.get(place));
        let Some(mark) = mark else {
            return (1, 1);
        };
        let between = self.text.get(mark.at..offset).unwrap_or_default();
        let column = mark.column + between.chars().count();
        (narrow(mark.line + 1), narrow(column + 1))
    }

    fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut at = 0;
        let (mut line, mut column) = self.before;
        for text in self.text.split_inclusive('\n') {
            let end = at + text.len();
            while at < end || marks.is_empty() {
                marks.push(Mark { at, line, column });
                let mut next = end.min(at + MARKED);
                while !self.text.is_char_boundary(next) {
                    next += 1;
                }
                column += self.text.get(at..next).unwrap_or_default().chars().count();
                at = next;
            }
            if text.ends_with('\n') {
                (line, column) = (line + 1, 0);
            }
        }
        // what stands behind the last line end
        marks.push(Mark { at, line, column });
        marks
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
        let part = Lines::of_part("\tü = 1\n", 3, (1, 0));
        let places: Vec<_> = [3, 4, 6].map(|at| part.line_and_column(at)).to_vec();
        assert_eq!(places, [(2, 1), (2, 2), (2, 3)]);
        let part = Lines::of_part("ü = 1\na", 4, (1, 1));
        let places: Vec<_> = [4, 6, 11].map(|at| part.line_and_column(at)).to_vec();
        assert_eq!(places, [(2, 2), (2, 3), (3, 1)]);
    }

    #[test]
    fn long_lines_are_counted_as_short_ones() {
        let text = format!("{}\n{}x", "üa".repeat(1_000), "äöü".repeat(1_000));
        let lines = Lines::new(&text);
        for (place, (at, letter)) in text.char_indices().enumerate() {
            let expected = match place {
                0..=2_000 => (1, place + 1),
                _ => (2, place - 2_000),
            };
            let (line, column) = lines.line_and_column(at);
            assert_eq!((line, column as usize), expected, "{letter}");
        }
        assert_eq!(Lines::new("").line_and_column(0), (1, 1));
    }
}
