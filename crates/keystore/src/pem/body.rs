//! What stands between BEGIN and END: RFC 1421 headers and base64, however it was quoted, escaped or wrapped.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// A decoded body.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// The header of OpenSSL's traditional encryption (RFC 1421, section 4.6.1.3).
    pub(crate) dek_info: Option<String>,
    pub(crate) oddities: Vec<&'static str>,
    /// What ends the body early; whoever knows how long its content should be can tell whether that matters.
    pub(crate) flaw: Option<Flaw>,
}

/// Why a body cannot be decoded, and at which offset, unless that is true of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: Option<usize>,
    pub(crate) why: String,
}

/// Decodes a body.
///
/// `prefix` is what stands before the BEGIN line and before the END line, as in a quoted mail or a patch.
pub(crate) fn decode(body: &[u8], prefix: &[u8]) -> Result<Body, Flaw> {
    if prefix.is_empty()
        && let Some(bytes) = decode_plain(body)
    {
        return Ok(Body {
            bytes,
            ..Body::default()
        });
    }
    let mut collector = Collector {
        base64: Zeroizing::new(Vec::with_capacity(body.len())),
        ..Collector::default()
    };
    let mut flaw = None;
    let mut at = 0;
    for line in body.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let place = Place {
            is_first: at == 0,
            is_last: at + line.len() == body.len(),
        };
        let before = collector.base64.len();
        let content = unquote(line, prefix, place);
        // Offsets are those of the line; what stands before its content is short.
        if let Err(why) = collector.line(content) {
            flaw = Some(Flaw { at: Some(at), why });
            collector.base64.truncate(before);
            break;
        }
        at += line.len() + 1;
    }
    match (collector.finish(), flaw) {
        (Ok(body), flaw) => Ok(Body { flaw, ..body }),
        (Err(_), Some(flaw)) => Err(flaw),
        (Err(why), None) => Err(Flaw { at: None, why }),
    }
}

/// What nearly every body of every file is: lines of base64 with its padding, and nothing else. Taking them as they are
/// makes long files several times as fast.
fn decode_plain(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', body).chain([body.len()]);
    for end in ends {
        let line = body.get(start..end)?;
        base64.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        start = end + 1;
    }
    let bytes = PADDED.decode(&*base64).ok().map(Zeroizing::new)?;
    (!bytes.is_empty()).then_some(bytes)
}

#[derive(Clone, Copy, Debug)]
struct Place {
    is_first: bool,
    is_last: bool,
}

/// Takes off indentation, mail quotes, comment signs, and the quotes of a string in source code.
fn unquote<'a>(line: &'a [u8], prefix: &[u8], place: Place) -> &'a [u8] {
    let line = match line.strip_prefix(prefix) {
        Some(rest) if !place.is_first => rest,
        _ => line,
    };
    let start = line.iter().position(|byte| !QUOTING.contains(byte));
    let line = line.get(start.unwrap_or(line.len())..).unwrap_or_default();

    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    let Some(first) = line.iter().position(is_quote) else {
        return line;
    };
    let last = line.iter().rposition(is_quote).unwrap_or(first);
    let before = line.get(..first).unwrap_or_default();
    let after = line.get(last + 1..).unwrap_or_default();
    if first < last {
        return line.get(first + 1..last).unwrap_or_default();
    }
    match place {
        // `-----BEGIN X-----\n" +`
        Place {
            is_first: true,
            is_last: false,
        } => before,
        // `+ "-----END X-----"`
        Place {
            is_first: false,
            is_last: true,
        } => after,
        // `> "MII…` or `MII…"`
        _ if before.trim_ascii().len() < after.trim_ascii().len() => after,
        _ => before,
    }
}

#[derive(Debug, Default)]
struct Collector {
    base64: Zeroizing<Vec<u8>>,
    padding: usize,
    dek_info: Option<String>,
    has_other_headers: bool,
}

impl Collector {
    /// One line of the text, in which `\n` and the like may separate further ones.
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let mut rest = line;
        while !rest.is_empty() {
            let (logical, next) = split_at_escape(rest);
            self.logical_line(logical)?;
            rest = next;
        }
        Ok(())
    }

    fn logical_line(&mut self, line: &[u8]) -> Result<(), String> {
        let mut line = line.trim_ascii();
        while self.base64.is_empty()
            && let Some(colon) = line.iter().position(|&byte| byte == b':')
        {
            line = self.header(line, colon);
        }
        self.characters(line)
    }

    /// Takes a header off the line and returns the rest: nothing, unless the whole block stands on one line.
    fn header<'a>(&mut self, line: &'a [u8], colon: usize) -> &'a [u8] {
        let name = line.get(..colon).unwrap_or_default().trim_ascii();
        let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
        let is_dek_info = name.eq_ignore_ascii_case(b"DEK-Info");
        if !is_dek_info && !name.eq_ignore_ascii_case(b"Proc-Type") {
            self.has_other_headers = true;
            return &[];
        }
        // Two parts with a comma between them, perhaps a blank after that.
        let is_end = |index: usize, byte: u8| {
            let previous = index.checked_sub(1).and_then(|before| value.get(before));
            byte.is_ascii_whitespace() && previous != Some(&b',')
        };
        let end = value
            .iter()
            .enumerate()
            .position(|(index, &byte)| is_end(index, byte));
        let (token, rest) = value
            .split_at_checked(end.unwrap_or(value.len()))
            .unwrap_or((value, &[]));
        if is_dek_info {
            let token: Vec<u8> = token
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            self.dek_info = Some(String::from_utf8_lossy(&token).into_owned());
        }
        rest.trim_ascii_start()
    }

    fn characters(&mut self, line: &[u8]) -> Result<(), String> {
        let mut rest = line;
        while let Some(&byte) = rest.first() {
            let (character, length) = match rest {
                [b'\\', b'u', digits @ ..] => (escaped(digits), 6),
                // A line that goes on (shell, C), or `\/` (JSON).
                [b'\\', ..] => (Some(b' '), 1),
                // No-break space in UTF-8 and Latin-1, zero width space, byte order mark.
                [0xc2, 0xa0, ..] => (Some(b' '), 2),
                [0xe2, 0x80, 0x8b, ..] | [0xef, 0xbb, 0xbf, ..] => (Some(b' '), 3),
                [0xa0, ..] => (Some(b' '), 1),
                _ => (Some(byte), 1),
            };
            match character.unwrap_or(byte) {
                b'=' => self.padding += 1,
                space if space.is_ascii_whitespace() => (),
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if self.padding > 0 => {
                    return Err("base64 goes on after the padding".to_owned());
                }
                character @ (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/') => {
                    self.base64.push(character);
                }
                other if other.is_ascii_graphic() => {
                    return Err(format!("'{}' is no base64 character", char::from(other)));
                }
                other => return Err(format!("byte 0x{other:02x} is no base64 character")),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }

    fn finish(self) -> Result<Body, String> {
        let length = self.base64.len();
        if length == 0 {
            return Err("the block is empty".to_owned());
        }
        let bytes = ENGINE.decode(&*self.base64).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| {
            format!("base64 of {length} characters: there is one too many, or some are missing")
        })?;
        let mut oddities = Vec::new();
        match (length.next_multiple_of(4) - length, self.padding) {
            (expected, found) if expected == found => (),
            (_, 0) => oddities.push("base64 without its padding"),
            _ => oddities.push("base64 with the wrong padding"),
        }
        if self.has_other_headers {
            oddities.push("headers ignored");
        }
        Ok(Body {
            bytes,
            dek_info: self.dek_info,
            oddities,
            flaw: None,
        })
    }
}

/// Splits at the first line end that is written out as `\n` or `\r`, however often the backslash was doubled.
fn split_at_escape(line: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(offset) = line
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| byte == b'\\'))
    {
        let start = at + offset;
        let rest = line.get(start..).unwrap_or_default();
        let backslashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
        at = start + backslashes;
        if let Some(b'n' | b'r' | b't') = line.get(at) {
            let before = line.get(..start).unwrap_or_default();
            return (before, line.get(at + 1..).unwrap_or_default());
        }
    }
    (line, &[])
}

/// The ASCII character of `\uXXXX`, as JSON writers that fear HTML put for `+`, `/` and `=`; line ends become blanks.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
    u8::from_str_radix(digits.strip_prefix("00")?, 16).ok()
}

/// White space, mail quotes, table and comment signs. None of them is base64.
const QUOTING: &[u8] = b" \t>|#*;";

/// As written by whoever keeps to RFC 4648 section 4.
const PADDED: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Of characters alone, collected from whatever stands around them.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests;
