//! Finds the blocks of a text, good and broken, with their lines.

use super::body::{self, Body, Flaw};
use super::marker::{Kind, Marker};
use crate::error::brief;

/// What stands in the text.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    Block(Block<'a>),
    /// A block that cannot be decoded.
    Broken {
        lines: Lines,
        label: String,
        why: String,
    },
    /// Something that is no block and perhaps was meant to be none.
    Remark {
        line: usize,
        message: String,
    },
}

/// A decoded block.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) lines: Lines,
    pub(crate) label: String,
    pub(crate) body: Body,
    /// Why the body ends before the END line.
    pub(crate) fault: Option<String>,
    /// What is odd about its frame.
    pub(crate) oddities: Vec<String>,
    /// The text between the block before and this one.
    pub(crate) preamble: &'a [u8],
}

/// First and last line, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// Whether there is any BEGIN or END line.
pub(crate) fn has_marker(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(marker) = Marker::find(text, at) {
        if marker.kind != Kind::Stray {
            return true;
        }
        at = marker.end;
    }
    false
}

/// Goes through a text once. Whatever is wrong with a block, the next BEGIN starts afresh.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    /// Everything before is done with.
    at: usize,
    /// End of the last block, where the preamble of the next one starts.
    block_end: usize,
    /// A BEGIN line that was found while looking for the END line of the block before.
    pending: Option<Marker<'a>>,
    lines: LineCounter<'a>,
}

impl<'a> Scanner<'a> {
    /// `lines_before` counts the lines of the text before this one, of which it is a part.
    pub(crate) fn after(text: &'a [u8], lines_before: usize) -> Self {
        Self {
            text,
            at: 0,
            block_end: 0,
            pending: None,
            lines: LineCounter {
                text,
                at: 0,
                line: 1 + lines_before,
            },
        }
    }

    /// The block that `begin` opens.
    fn block(&mut self, begin: Marker<'a>) -> Item<'a> {
        let preamble = self.slice(self.block_end, begin.start);
        let mut end = self.marker(begin.end);
        while let Some(stray) = end.filter(|marker| marker.kind == Kind::Stray) {
            end = self.marker(stray.end);
        }
        let body = self.slice(
            begin.end,
            end.map_or(self.text.len(), |marker| marker.start),
        );
        let first = self.lines.line_of(begin.start);
        let label = brief(&text_of(begin.label));
        let Some(end) = end.filter(|marker| marker.kind == Kind::End) else {
            self.pending = end;
            self.block_end = begin.end + body.len();
            self.at = self.block_end;
            let last_byte = begin.end + body.trim_ascii_end().len();
            let last = self.lines.line_of(last_byte);
            return Item::Broken {
                lines: Lines { first, last },
                label,
                why: "no END line".to_owned(),
            };
        };
        self.block_end = end.end;
        self.at = end.end;

        let prefix = self.line_prefix(begin.start);
        let prefix = match self.line_prefix(end.start) {
            other if other == prefix => prefix,
            _ => &[],
        };
        match body::decode(body, prefix) {
            Ok(mut body) => {
                let fault = body.flaw.take();
                let fault = fault.map(|flaw| self.describe(begin.end, flaw));
                let last = self.lines.line_of(end.end);
                Item::Block(Block {
                    lines: Lines { first, last },
                    oddities: frame_oddities(begin, end),
                    label,
                    body,
                    fault,
                    preamble,
                })
            }
            Err(flaw) => {
                let why = self.describe(begin.end, flaw);
                let last = self.lines.line_of(end.end);
                Item::Broken {
                    lines: Lines { first, last },
                    label,
                    why,
                }
            }
        }
    }

    /// A BEGIN line that the end of the text cuts off before its first word is whole.
    fn cut_marker(&mut self) -> Option<Item<'a>> {
        let rest = self.slice(self.at, self.text.len());
        self.at = self.text.len();
        let last_line = rest
            .rsplit(|byte| matches!(byte, b'\n' | b'\r'))
            .next()
            .filter(|line| !line.is_empty() && BEGIN.starts_with(line))?;
        Some(Item::Remark {
            line: self.lines.line_of(self.text.len() - last_line.len()),
            message: "the text ends within what may be a BEGIN line".to_owned(),
        })
    }

    /// A flaw with its line, in a body that starts at `start`.
    fn describe(&mut self, start: usize, flaw: Flaw) -> String {
        match flaw.at {
            None => flaw.why,
            Some(at) => format!("{} (line {})", flaw.why, self.lines.line_of(start + at)),
        }
    }

    fn marker(&self, from: usize) -> Option<Marker<'a>> {
        Marker::find(self.text, from)
    }

    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// What stands on the line before `at`; nothing where that is too long for a quote sign.
    fn line_prefix(&self, at: usize) -> &'a [u8] {
        let window = self.slice(at.saturating_sub(MAX_PREFIX), at);
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        match window.iter().rposition(is_end) {
            Some(end) => window.get(end + 1..).unwrap_or_default(),
            None if window.len() == at => window,
            None => &[],
        }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let Some(marker) = self.pending.take().or_else(|| self.marker(self.at)) else {
            return self.cut_marker();
        };
        match marker.kind {
            Kind::Begin => Some(self.block(marker)),
            Kind::End => {
                let line = self.lines.line_of(marker.start);
                self.at = marker.end;
                self.block_end = marker.end;
                Some(Item::Broken {
                    lines: Lines {
                        first: line,
                        last: line,
                    },
                    label: brief(&text_of(marker.label)),
                    why: "no BEGIN line before this END line".to_owned(),
                })
            }
            Kind::Stray => {
                self.at = marker.end;
                Some(Item::Remark {
                    line: self.lines.line_of(marker.start),
                    message: "\"-----BEGIN\" without closing dashes taken as text".to_owned(),
                })
            }
        }
    }
}

fn frame_oddities(begin: Marker<'_>, end: Marker<'_>) -> Vec<String> {
    let mut oddities = Vec::new();
    if begin.is_damaged {
        oddities.push("dashes are missing in the BEGIN line".to_owned());
    }
    if end.label != begin.label {
        let label = brief(&text_of(end.label));
        oddities.push(format!("the END line says {label:?}"));
    } else if end.is_damaged {
        oddities.push("dashes are missing in the END line".to_owned());
    }
    oddities
}

/// Printable, whatever the bytes are.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Latin-1 has the characters of Unicode in the same places.
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Line numbers of growing offsets; LF, CRLF and CR end a line.
#[derive(Debug)]
struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl LineCounter<'_> {
    fn line_of(&mut self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        let passed = self.text.get(self.at..end).unwrap_or_default();
        for at in memchr::memchr2_iter(b'\n', b'\r', passed) {
            let is_pair =
                passed.get(at) == Some(&b'\r') && self.text.get(self.at + at + 1) == Some(&b'\n');
            self.line += usize::from(!is_pair);
        }
        self.at = self.at.max(end);
        self.line
    }
}

/// Longer than any indentation and quote sign.
const MAX_PREFIX: usize = 64;

const BEGIN: &[u8] = b"-----BEGIN ";

#[cfg(test)]
mod tests;
