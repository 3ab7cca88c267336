//! What the server has said and nobody has read yet, with its budget; and what can be wrong with it.

use super::{Protocol, StarttlsError};
use crate::text::one_line;

/// The server's bytes, taken from the front.
///
/// Keeps all of them: the budget is small, and so nothing has to be moved about.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    /// Where the unread part begins.
    start: usize,
    /// Up to where there is no end of line, so that a line in small pieces is searched once.
    searched: usize,
}

impl Input {
    /// Adds what came; refuses more than a talk can need.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let total = self.bytes.len() + bytes.len();
        if total > MAX_TALK {
            return Err(Fault::TooMuch(total));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Takes `count` bytes, once they are there.
    pub(super) fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let taken = self.rest().get(..count)?.to_vec();
        self.start += count;
        Some(taken)
    }

    /// Takes one line, once it is complete, without its end: CR LF, or LF from servers that forget the CR.
    pub(super) fn line(&mut self) -> Result<Option<String>, Fault> {
        let from = self.searched.max(self.start);
        let fresh = self.bytes.get(from..).unwrap_or_default();
        let end = fresh.iter().position(|&byte| byte == b'\n');
        let end = end.map(|at| from + at);
        let line = self.bytes.get(self.start..end.unwrap_or(self.bytes.len()));
        let line = line.unwrap_or_default();
        if line.len() > MAX_LINE {
            return Err(Fault::TooMuch(line.len()));
        }
        // No text protocol has a NUL; TLS and most binary protocols send one early, and no line after it.
        if line.contains(&0) {
            return Err(Fault::Unexpected(shown(line)));
        }
        let Some(end) = end else {
            self.searched = self.bytes.len();
            return Ok(None);
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = String::from_utf8_lossy(line).into_owned();
        self.start = end + 1;
        Ok(Some(line))
    }
}

/// [`StarttlsError`] as a dialogue knows it: without the protocol, with the words as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// More bytes than were asked for.
    Injected(usize),
    /// No TLS here.
    NotOffered(String),
    /// No.
    Refused(String),
    /// More than the budget.
    TooMuch(usize),
    /// Another protocol.
    Unexpected(String),
}

impl Fault {
    /// The error for the caller; the server's words fit for a terminal.
    pub(super) fn of(self, protocol: Protocol) -> StarttlsError {
        match self {
            Self::Injected(bytes) => StarttlsError::Injected { protocol, bytes },
            Self::NotOffered(answer) => StarttlsError::NotOffered {
                protocol,
                answer: words(&answer),
            },
            Self::Refused(answer) => StarttlsError::Refused {
                protocol,
                answer: words(&answer),
            },
            Self::TooMuch(bytes) => StarttlsError::TooMuch { protocol, bytes },
            Self::Unexpected(answer) => StarttlsError::Unexpected {
                protocol,
                answer: words(&answer),
            },
        }
    }
}

/// Bytes of which nobody knows what they are: the first line if it is text, else the first bytes in hexadecimal.
pub(super) fn shown(bytes: &[u8]) -> String {
    let line = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line
        .iter()
        .all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
    {
        return words(&String::from_utf8_lossy(line));
    }
    let hex: Vec<String> = bytes
        .iter()
        .take(SHOWN_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.join(" ")
}

/// The first line that says anything, without characters that could steer a terminal, not too long.
fn words(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = one_line(line.unwrap_or_default());
    match line.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// No talk before TLS comes near: the longest are XMPP's features with a few KiB.
pub(super) const MAX_TALK: usize = 64 * 1024;
/// The longest lines that a standard allows: IMAP's and Sieve's, with 8 KiB (RFC 9051 section 4).
pub(super) const MAX_LINE: usize = 8 * 1024;
const MAX_WORDS: usize = 120;
const SHOWN_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: &[u8]) -> Input {
        let mut input = Input::default();
        input.push(bytes).unwrap();
        input
    }

    #[test]
    fn lines_end_with_and_without_carriage_return() {
        let mut input = input(b"one\r\ntwo\n\r\nthree");
        for line in ["one", "two", ""] {
            assert_eq!(input.line(), Ok(Some(line.to_owned())));
        }
        assert_eq!(input.line(), Ok(None));
        assert_eq!(input.line(), Ok(None));
        input.push(b"\n4\n").unwrap();
        assert_eq!(input.line(), Ok(Some("three".to_owned())));
        assert_eq!(input.take(2), Some(b"4\n".to_vec()));
        assert_eq!(input.take(1), None);
        assert_eq!(input.line(), Ok(None));
    }

    #[test]
    fn budgets_hold() {
        assert_eq!(input(&[b'a'; MAX_LINE]).line(), Ok(None));
        let long = [b'a'; MAX_LINE + 1];
        assert_eq!(input(&long).line(), Err(Fault::TooMuch(MAX_LINE + 1)));
        let mut full = input(&[b'\n'; MAX_TALK]);
        assert_eq!(full.push(b"."), Err(Fault::TooMuch(MAX_TALK + 1)));
    }

    #[test]
    fn a_nul_is_no_text() {
        let fault = input(b"\x15\x03\x01\x00\x02").line().unwrap_err();
        assert_eq!(fault, Fault::Unexpected("15 03 01 00 02".to_owned()));
    }

    #[test]
    fn words_are_fit_for_a_terminal() {
        assert_eq!(words("\r\n  550 no\x1b[2J \nmore"), "550 no [2J");
        assert_eq!(words(""), "");
        assert_eq!(words(&"ä".repeat(120)), "ä".repeat(120));
        assert_eq!(words(&"ä".repeat(121)), format!("{}…", "ä".repeat(120)));
        assert_eq!(shown(b"HTTP/1.1 400\r\nx"), "HTTP/1.1 400");
        assert_eq!(shown(b"\x1bx"), "1b 78");
    }
}
