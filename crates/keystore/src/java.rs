//! What `java.io.DataInputStream` and `DataOutputStream` do: big-endian numbers and modified UTF-8.
//!
//! Nothing is allocated for a length before the input is known to have that many bytes.

pub(crate) mod certificate;
pub(crate) mod sealed;
mod serial;

use crate::{Error, Format};

/// Reads a container field by field and knows where it is.
#[derive(Clone, Debug)]
pub(crate) struct DataInput<'a> {
    format: Format,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> DataInput<'a> {
    pub(crate) fn new(format: Format, bytes: &'a [u8]) -> Self {
        Self {
            format,
            bytes,
            at: 0,
        }
    }

    /// Offset of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The next `length` bytes.
    pub(crate) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..length) else {
            return Err(Error::Truncated {
                format: self.format,
                at: self.bytes.len(),
                needed: length - rest.len(),
                what: what.to_owned(),
            });
        };
        self.at += length;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    /// What is wrong with the bytes at an offset.
    pub(crate) fn malformed(&self, at: usize, what: &str) -> Error {
        Error::Malformed {
            format: self.format,
            at,
            what: what.to_owned(),
        }
    }

    /// `readUnsignedByte`.
    pub(crate) fn u8(&mut self, what: &str) -> Result<u8, Error> {
        let [byte] = self.array(what)?;
        Ok(byte)
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// `readUnsignedShort`.
    pub(crate) fn u16(&mut self, what: &str) -> Result<u16, Error> {
        Ok(u16::from_be_bytes(self.array(what)?))
    }

    /// `readInt`, as the unsigned number that counts and lengths are.
    pub(crate) fn u32(&mut self, what: &str) -> Result<u32, Error> {
        Ok(u32::from_be_bytes(self.array(what)?))
    }

    /// `readLong`.
    pub(crate) fn i64(&mut self, what: &str) -> Result<i64, Error> {
        Ok(i64::from_be_bytes(self.array(what)?))
    }

    /// `readUTF`: a 16-bit byte count and modified UTF-8.
    pub(crate) fn utf(&mut self, what: &str) -> Result<Utf, Error> {
        let length = self.u16(what)?;
        Ok(decode_utf(self.take(usize::from(length), what)?))
    }

    /// A 32-bit length and that many bytes.
    pub(crate) fn blob(&mut self, what: &str) -> Result<&'a [u8], Error> {
        let length = self.u32(what)?;
        // A length beyond usize is beyond the input as well.
        self.take(usize::try_from(length).unwrap_or(usize::MAX), what)
    }
}

/// A decoded string and what was wrong with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Utf {
    pub(crate) text: String,
    pub(crate) flaw: Option<&'static str>,
}

/// Decodes modified UTF-8 as `DataInputStream.readUTF` does, and goes on where that gives up.
///
/// NUL is `C0 80`, a character above U+FFFF is a pair of three-byte surrogates. Some writers that are not Java put plain
/// UTF-8 there; the four-byte form is read and named. What fits nothing becomes U+FFFD.
pub(crate) fn decode_utf(bytes: &[u8]) -> Utf {
    // Nearly all of them; the same in either encoding, and many times faster.
    if let Ok(ascii) = std::str::from_utf8(bytes)
        && ascii.is_ascii()
    {
        return Utf {
            text: ascii.to_owned(),
            flaw: None,
        };
    }
    let mut text = String::with_capacity(bytes.len());
    let mut flaw = None;
    let mut high: Option<u16> = None; // a high surrogate that waits for its low one
    let mut rest = bytes;
    while let Some((character, length)) = decode_unit(rest) {
        rest = rest.get(length..).unwrap_or_default();
        let scalar = match character {
            Decoded::Unit(unit) => match (high.take(), unit) {
                (Some(first), 0xdc00..=0xdfff) => {
                    let pair = (u32::from(first) - 0xd800) * 0x400 + (u32::from(unit) - 0xdc00);
                    char::from_u32(0x1_0000 + pair)
                }
                (waiting, unit) => {
                    if waiting.is_some() {
                        text.push(char::REPLACEMENT_CHARACTER);
                        flaw = Some(MALFORMED);
                    }
                    if (0xd800..=0xdbff).contains(&unit) {
                        high = Some(unit);
                        continue;
                    }
                    char::from_u32(u32::from(unit))
                }
            },
            Decoded::Plain(scalar) => {
                if high.take().is_some() {
                    text.push(char::REPLACEMENT_CHARACTER);
                    flaw = Some(MALFORMED);
                }
                flaw = flaw.or(Some(PLAIN));
                Some(scalar)
            }
            Decoded::Malformed => {
                if high.take().is_some() {
                    text.push(char::REPLACEMENT_CHARACTER);
                }
                None
            }
        };
        if scalar.is_none() {
            flaw = Some(MALFORMED);
        }
        text.push(scalar.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if high.is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
        flaw = Some(MALFORMED);
    }
    Utf { text, flaw }
}

const PLAIN: &str = "is plain UTF-8, which Java refuses";
const MALFORMED: &str = "is no valid modified UTF-8";

enum Decoded {
    /// A UTF-16 code unit, perhaps half of a surrogate pair.
    Unit(u16),
    /// A four-byte sequence of plain UTF-8.
    Plain(char),
    Malformed,
}

/// The first character of `bytes` and how many bytes it takes; `None` at the end.
fn decode_unit(bytes: &[u8]) -> Option<(Decoded, usize)> {
    let tail = |byte: u8| (byte & 0xc0 == 0x80).then_some(u16::from(byte & 0x3f));
    let first = *bytes.first()?;
    let decoded = match *bytes {
        [0..=0x7f, ..] => Some((Decoded::Unit(u16::from(first)), 1)),
        [0xc0..=0xdf, second, ..] => {
            tail(second).map(|second| (Decoded::Unit(u16::from(first & 0x1f) << 6 | second), 2))
        }
        [0xe0..=0xef, second, third, ..] => tail(second).zip(tail(third)).map(|(second, third)| {
            let unit = u16::from(first & 0x0f) << 12 | second << 6 | third;
            (Decoded::Unit(unit), 3)
        }),
        [0xf0..=0xf4, ..] => bytes
            .get(..4)
            .and_then(|four| std::str::from_utf8(four).ok())
            .and_then(|text| text.chars().next())
            .map(|scalar| (Decoded::Plain(scalar), 4)),
        _ => None,
    };
    Some(decoded.unwrap_or((Decoded::Malformed, 1)))
}

/// Modified UTF-8 as `DataOutputStream.writeUTF` writes it, without the length.
pub(crate) fn encode_utf(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let [high, low] = unit.to_be_bytes();
        let middle = (high << 2 | low >> 6) & 0x3f;
        let last = 0x80 | low & 0x3f;
        match unit {
            0x01..=0x7f => bytes.push(low),
            0 | 0x80..=0x7ff => bytes.extend([0xc0 | middle, last]),
            _ => bytes.extend([0xe0 | high >> 4, 0x80 | middle, last]),
        }
    }
    bytes
}

/// Writes a container field by field.
#[derive(Debug, Default)]
pub(crate) struct DataOutput {
    bytes: Vec<u8>,
}

impl DataOutput {
    /// With room for that many bytes.
    pub(crate) fn with_capacity(room: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(room),
        }
    }

    pub(crate) fn u32(&mut self, number: u32) {
        self.raw(&number.to_be_bytes());
    }

    pub(crate) fn i64(&mut self, number: i64) {
        self.raw(&number.to_be_bytes());
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// `writeUTF`; `None` when the text takes more than 65535 bytes.
    pub(crate) fn utf(&mut self, text: &str) -> Option<()> {
        let encoded = encode_utf(text);
        let length = u16::try_from(encoded.len()).ok()?;
        self.raw(&length.to_be_bytes());
        self.raw(&encoded);
        Some(())
    }

    /// A 32-bit length and the bytes; `None` when there are more than that can say.
    pub(crate) fn blob(&mut self, bytes: &[u8]) -> Option<()> {
        self.u32(u32::try_from(bytes.len()).ok()?);
        self.raw(bytes);
        Some(())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests;
