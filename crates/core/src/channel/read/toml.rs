//! TOML, with the place of everything.

use std::borrow::Cow;

use memchr::memmem;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::error::{SpecError, SpecErrorKind};
use super::top::{CHANNEL, Part, Parts, Piece};
use super::tree::{Key, Lines, Node, Tree};
use crate::channel::secret::is_plain_key;

/// A file of this size is read at once; the tree of a larger one would take many times its size.
const AT_ONCE: usize = 1 << 20;

/// So much of a large file is read at a time.
const PIECE: usize = 1 << 16;

/// The channels of a file, and what else stands at its top.
pub(super) fn parts<'a>(text: &'a str, lines: &Lines<'_>) -> Result<Parts<'a>, SpecError> {
    let pieces = match text.len() > AT_ONCE {
        true => pieces(text),
        false => None,
    };
    let Some((head, pieces)) = pieces else {
        let mut top = table(text, 0, lines)?;
        let channels = channels(&mut top, lines)?;
        return Ok(Parts {
            top,
            pieces: vec![Piece::Read(channels)],
        });
    };
    let pieces = pieces.into_iter();
    Ok(Parts {
        top: table(head, 0, lines)?,
        pieces: pieces.map(Piece::Toml).collect(),
    })
}

/// The channels of a piece that begins somewhere in a file.
pub(super) fn piece<'a>(
    piece: &'a str,
    base: usize,
    lines: &Lines<'_>,
) -> Result<Vec<Node<'a>>, SpecError> {
    channels(&mut table(piece, base, lines)?, lines)
}

/// What stands before the first `[[channel]]` of a large file, and whole channels in pieces with their offsets; nothing
/// when it cannot be cut safely. What is cut is a header: a line that begins so can only be within a text of several lines
/// otherwise, and then nothing is cut; or within a list, which is an error either way.
fn pieces(text: &str) -> Option<(&str, Vec<Part<'_>>)> {
    const HEADER: &str = "[[channel]]";
    let bytes = text.as_bytes();
    let has = |quotes: &str| memmem::find(bytes, quotes.as_bytes()).is_some();
    if has("\"\"\"") || has("'''") {
        return None;
    }
    let mut cuts = Vec::new();
    let mut last = None;
    // the lines before a place that were counted already
    let (mut counted, mut before) = (0, 0);
    let starts = memchr::memchr_iter(b'[', bytes).filter(|place| begins_line(text, *place));
    for bracket in starts {
        let line = text.get(bracket..)?;
        if line.starts_with(HEADER) && is_at_margin(text, bracket) {
            if last.is_none_or(|last| bracket - last >= PIECE) {
                before += memchr::memchr_iter(b'\n', bytes.get(counted..bracket)?).count();
                counted = bracket;
                cuts.push((bracket, before));
                last = Some(bracket);
            }
        } else if last.is_some() && is_header_of_another(line) {
            return None;
        }
    }
    let (first, _) = *cuts.first()?;
    let ends = cuts.iter().skip(1).map(|(start, _)| *start);
    let pieces = cuts.iter().zip(ends.chain([text.len()]));
    let pieces = pieces.filter_map(|((base, before), end)| {
        Some(Part {
            text: text.get(*base..end)?,
            base: *base,
            before: (*before, 0),
        })
    });
    Some((text.get(..first)?, pieces.collect()))
}

/// Whether nothing stands before a place in its line.
fn is_at_margin(text: &str, place: usize) -> bool {
    let before = text.as_bytes().get(..place).unwrap_or_default();
    before.last().is_none_or(|byte| *byte == b'\n')
}

/// Whether nothing but blanks stands before a place in its line.
fn begins_line(text: &str, place: usize) -> bool {
    let before = text.get(..place).unwrap_or_default();
    let before = before.trim_end_matches(|letter: char| letter.is_whitespace() && letter != '\n');
    before.is_empty() || before.ends_with('\n')
}

/// Whether a line that begins with a bracket may open a table that belongs to no channel.
fn is_header_of_another(line: &str) -> bool {
    let name = line.trim_start_matches('[');
    !name.starts_with("channel.") && !name.starts_with("channel]")
}

/// Takes the channels out of a table.
fn channels<'a>(
    top: &mut Vec<(Key<'a>, Node<'a>)>,
    lines: &Lines<'_>,
) -> Result<Vec<Node<'a>>, SpecError> {
    let Some(place) = top.iter().position(|(key, _)| key.text == CHANNEL) else {
        return Ok(Vec::new());
    };
    let (key, node) = top.remove(place);
    match node.tree {
        Tree::List(channels) => Ok(channels),
        other => Err(SpecErrorKind::WrongType {
            key: CHANNEL.to_owned(),
            found: other.word(),
            expected: "[[channel]] with two brackets",
        }
        .at(lines, key.start)),
    }
}

fn table<'a>(
    text: &'a str,
    base: usize,
    lines: &Lines<'_>,
) -> Result<Vec<(Key<'a>, Node<'a>)>, SpecError> {
    match DeTable::parse(text) {
        Ok(table) => Ok(entries(table.into_inner(), base)),
        Err(error) => Err(syntax(&error, base, lines)),
    }
}

fn entries(table: DeTable<'_>, base: usize) -> Vec<(Key<'_>, Node<'_>)> {
    let entries = table.into_iter();
    entries
        .map(|(key, value)| (self::key(key, base), node(value, base)))
        .collect()
}

fn key(key: Spanned<Cow<'_, str>>, base: usize) -> Key<'_> {
    Key {
        start: base + key.span().start,
        text: key.into_inner(),
    }
}

fn node(value: Spanned<DeValue<'_>>, base: usize) -> Node<'_> {
    let start = base + value.span().start;
    let tree = match value.into_inner() {
        DeValue::String(text) => Tree::Text(text),
        DeValue::Integer(number) => Tree::Number(match number.radix() {
            10 => number.as_str().to_owned().into(),
            // Whatever it counts, it is no phone number.
            _ => "".into(),
        }),
        DeValue::Float(number) => Tree::Number(number.as_str().to_owned().into()),
        DeValue::Boolean(on) => Tree::Switch(on),
        DeValue::Datetime(moment) => Tree::Moment(moment.to_string()),
        DeValue::Array(items) => {
            Tree::List(items.into_iter().map(|item| node(item, base)).collect())
        }
        DeValue::Table(table) => Tree::Table(entries(table, base)),
    };
    Node { start, tree }
}

/// What the parser says, without what it met: a secret may stand anywhere.
fn syntax(error: &Error, base: usize, lines: &Lines<'_>) -> SpecError {
    let start = error.span().map_or(0, |span| span.start);
    let message = error.message().lines().next().unwrap_or_default();
    SpecErrorKind::Syntax(without_quotes(message)).at(lines, base + start)
}

/// Leaves out what stands in quotes, unless it is a plain word or punctuation: a parser quotes what it met.
fn without_quotes(message: &str) -> String {
    // What the parser expected may itself be a quote; that is no text of the user's.
    const QUOTES: [(&str, &str); 2] = [("`\"`", "a double quote"), ("`'`", "a single quote")];
    let mut message = message.to_owned();
    for (quote, words) in QUOTES {
        message = message.replace(quote, words);
    }
    let mut safe = String::new();
    for (place, part) in message.split(['`', '"', '\'']).enumerate() {
        let punctuation = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_punctuation());
        let plain = place % 2 == 0 || punctuation || is_plain_key(part);
        if place > 0 {
            safe.push('`');
        }
        safe.push_str(if plain { part } else { "…" });
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_files_are_cut_at_channels_only() {
        let channel = "[[channel]]\ntype = \"telegram\"\n[channel.basic]\nou = \"[[channel]]\"\n";
        let head = "include = []\n[defaults.basic]\nou = \"a\"\n";
        let text = format!("{head}{}", channel.repeat(3_000));
        let (before, parts) = pieces(&text).unwrap();
        assert_eq!(before, head);
        assert!(parts.len() > 1);
        let joined: String = parts.iter().map(|part| part.text).collect();
        assert_eq!(format!("{head}{joined}"), text);
        for part in &parts {
            assert!(text[part.base..].starts_with(part.text));
            assert_eq!(text[..part.base].matches('\n').count(), part.before.0);
        }
        assert!(pieces(&format!("{text}[defaults]\n")).is_none());
        assert!(pieces(&format!("{text} \t[defaults]\n")).is_none());
        assert!(pieces(&format!("{text}a = 1 # [defaults]\n")).is_some());
        assert!(pieces(&format!("{text}a = '''\n[[channel]]\n'''\n")).is_none());
        assert!(pieces("a = 1\n").is_none());
    }
}
