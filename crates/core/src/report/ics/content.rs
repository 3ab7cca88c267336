//! Content lines (RFC 5545 section 3.1): a name, a value, folded where they are long.

use std::io::{self, Write};

/// Writes them.
pub(super) struct Lines<'a> {
    out: &'a mut dyn Write,
}

/// Octets of a line without its end.
const MAX_OCTETS: usize = 75;

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    /// A value of ours, with nothing in it to be escaped.
    pub(super) fn raw(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.out
            .write_all(folded(&format!("{name}:{value}")).as_bytes())
    }

    /// Text, which may have line feeds (section 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) -> io::Result<()> {
        let mut safe = String::with_capacity(value.len());
        for character in value.chars() {
            match character {
                '\\' | ';' | ',' => safe.extend(['\\', character]),
                '\n' => safe.push_str("\\n"),
                _ => safe.push(character),
            }
        }
        self.raw(name, &safe)
    }
}

/// No character is cut in two, though it might be.
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + line.len() / 32 + 2);
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > MAX_OCTETS {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(character);
        octets += character.len_utf8();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters() {
        assert_eq!(folded("A:b"), "A:b\r\n");
        let line = "ü".repeat(40);
        assert_eq!(
            folded(&line),
            format!("{}\r\n {}\r\n", "ü".repeat(37), "ü".repeat(3))
        );
        assert_eq!(folded(&"x".repeat(75)), format!("{}\r\n", "x".repeat(75)));
        assert_eq!(
            folded(&"x".repeat(76)),
            format!("{}\r\n x\r\n", "x".repeat(75))
        );
    }
}
