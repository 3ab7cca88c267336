//! BER, read leniently (X.690), and the little DER that is written.
//!
//! Firefox, BouncyCastle and Windows write PKCS#12 and PKCS#7 in BER: indefinite lengths, strings in chunks, lengths
//! with leading zeros. Nothing is copied but a string that comes in chunks, so that no input allocates more than its size.
//!
//! [`Tlv`] and [`Reader`] go through whole values; [`Outline`] looks at the outside of one that may be cut off.

mod der;
mod outline;

use std::borrow::Cow;

use crate::{Error, Format};

pub(crate) use der::{encode, to_der, unsigned};
pub(crate) use outline::Outline;

/// One encoded value: identifier octet, content, and where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tlv<'a> {
    /// The identifier octet: class, constructed bit and number together. Numbers above 30 are skipped over, and show as 31.
    pub(crate) tag: u8,
    /// Offset of the identifier octet.
    pub(crate) at: usize,
    /// Octets before the content.
    pub(crate) header: usize,
    /// The content octets, without the end-of-contents mark.
    pub(crate) content: &'a [u8],
    /// The whole encoding, header and end-of-contents mark included.
    pub(crate) whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The value at the start of `bytes`; what follows it is left alone.
    pub(crate) fn first(bytes: &'a [u8]) -> Result<Self, Fault> {
        read(bytes, 0, 0)
    }

    /// The value that fills `bytes` to the last octet, with this identifier octet.
    pub(crate) fn exactly(bytes: &'a [u8], tag: u8) -> Option<Self> {
        let tlv = Self::first(bytes).ok()?;
        (tlv.tag == tag && tlv.whole.len() == bytes.len()).then_some(tlv)
    }

    /// Whether the content is values, not octets.
    pub(crate) const fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }

    /// The values inside.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader {
            rest: self.content,
            at: self.at + self.header,
        }
    }

    /// The octets of an OCTET STRING, also an implicitly tagged one: as they stand, or put together from chunks
    /// (X.690, 8.7.3).
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, Fault> {
        if !self.is_constructed() {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut joined = Vec::new();
        let at = self.at + self.header;
        join(self.content, Some(self.content.len()), at, 0, &mut joined)?;
        Ok(Cow::Owned(joined))
    }

    /// A non-negative INTEGER; one too large for the type is the largest, which every limit refuses.
    pub(crate) fn unsigned(&self) -> Result<u64, Fault> {
        let Some(&first) = self.content.first() else {
            return Err(self.fault("an integer without octets"));
        };
        if first & 0x80 != 0 {
            return Err(self.fault("a negative number"));
        }
        Ok(self.content.iter().fold(0_u64, |number, octet| {
            number
                .checked_mul(256)
                .map_or(u64::MAX, |shifted| shifted | u64::from(*octet))
        }))
    }

    /// What is wrong with this value.
    pub(crate) fn fault(&self, what: &'static str) -> Fault {
        Fault {
            at: self.at,
            kind: FaultKind::Wrong,
            what,
        }
    }

    /// What was expected in place of this value, or in it.
    pub(crate) fn expected(&self, what: &'static str) -> Fault {
        Fault {
            at: self.at,
            kind: FaultKind::Expected,
            what,
        }
    }
}

/// The values in a stretch of bytes, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Over `bytes`, which start at offset `at` of the input.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    /// The next value, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Tlv<'a>>, Fault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tlv = read(self.rest, self.at, 0)?;
        self.rest = self.rest.get(tlv.whole.len()..).unwrap_or_default();
        self.at += tlv.whole.len();
        Ok(Some(tlv))
    }

    /// The next value, which must be there, whatever it is.
    pub(crate) fn any(&mut self, what: &'static str) -> Result<Tlv<'a>, Fault> {
        let at = self.at;
        self.next()?.ok_or(Fault {
            at,
            kind: FaultKind::Expected,
            what,
        })
    }

    /// The next value, which must have this identifier octet.
    pub(crate) fn expect(&mut self, tag: u8, what: &'static str) -> Result<Tlv<'a>, Fault> {
        let tlv = self.any(what)?;
        if tlv.tag == tag {
            Ok(tlv)
        } else {
            Err(tlv.expected(what))
        }
    }

    /// The next value, when it has this identifier octet.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Fault> {
        if self.rest.first() == Some(&tag) {
            self.next()
        } else {
            Ok(None)
        }
    }

    /// The next value, when it has this number in the context class, primitive or constructed.
    pub(crate) fn optional_context(&mut self, number: u8) -> Result<Option<Tlv<'a>>, Fault> {
        match self.rest.first() {
            Some(tag) if tag & !CONSTRUCTED == context(number) & !CONSTRUCTED => self.next(),
            _ => Ok(None),
        }
    }
}

/// What is wrong with an encoding, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Offset of the value, or of the first missing octet.
    pub(crate) at: usize,
    pub(crate) kind: FaultKind,
    /// What was expected, what is missing, or what is wrong.
    pub(crate) what: &'static str,
}

/// In which way an encoding is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Something else stands there, or nothing.
    Expected,
    /// The input ends, and at least this many octets are missing.
    Missing(usize),
    /// It is what was expected, and cannot be.
    Wrong,
}

impl Fault {
    /// As an error of a whole container.
    pub(crate) fn of(self, format: Format) -> Error {
        let (at, what) = (self.at, self.what.to_owned());
        match self.kind {
            FaultKind::Expected => Error::Malformed {
                format,
                at,
                what: format!("{what} expected"),
            },
            FaultKind::Missing(needed) => Error::Truncated {
                format,
                at,
                needed,
                what,
            },
            FaultKind::Wrong => Error::Malformed { format, at, what },
        }
    }
}

/// `[number]`, constructed.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const UTC_TIME: u8 = 0x17;

const OCTET_STRING_IN_CHUNKS: u8 = OCTET_STRING | CONSTRUCTED;
const CONSTRUCTED: u8 = 0x20;
const HIGH_NUMBER: u8 = 0x1f;
/// No real certificate, key or store nests half as deep; keeps the stack small.
const MAX_DEPTH: usize = 48;

/// Identifier and length octets.
#[derive(Clone, Copy, Debug)]
struct Header {
    tag: u8,
    /// How many octets the header has.
    len: usize,
    /// Octets of content; `None` where an end-of-contents mark ends it.
    length: Option<usize>,
}

impl Header {
    /// At the start of `bytes`, which stand at offset `at`.
    fn of(bytes: &[u8], at: usize) -> Result<Self, Fault> {
        let wrong = |what| Fault {
            at,
            kind: FaultKind::Wrong,
            what,
        };
        let mut len = 0;
        let mut next = |needed, what| {
            let octet = bytes.get(len).copied().ok_or(Fault {
                at: at + len,
                kind: FaultKind::Missing(needed),
                what,
            })?;
            len += 1;
            Ok(octet)
        };
        let tag: u8 = next(2, "a value")?;
        if tag & HIGH_NUMBER == HIGH_NUMBER {
            while next(1, "a tag")? & 0x80 != 0 {}
        }
        let length = match next(1, "a length")? {
            short @ 0..0x80 => Some(usize::from(short)),
            0x80 if tag & CONSTRUCTED == 0 => {
                return Err(wrong("an indefinite length on a primitive value"));
            }
            0x80 => None,
            long => {
                let mut length = 0_usize;
                for _ in 0..long & 0x7f {
                    length = length
                        .checked_mul(256)
                        .map(|shifted| Ok(shifted | usize::from(next(1, "a length")?)))
                        .ok_or_else(|| wrong("a length beyond all memory"))??;
                }
                Some(length)
            }
        };
        Ok(Self { tag, len, length })
    }
}

fn read(bytes: &[u8], at: usize, depth: usize) -> Result<Tlv<'_>, Fault> {
    let Header { tag, len, length } = Header::of(bytes, at)?;
    let (content, end) = match length {
        None => (indefinite(bytes, at, len, depth)?, MARK),
        Some(_) => {
            let after = bytes.get(len..).unwrap_or_default();
            (bounded(after, length, at + len)?, 0)
        }
    };
    Ok(Tlv {
        tag,
        at,
        header: len,
        content,
        whole: bytes.get(..len + content.len() + end).unwrap_or(bytes),
    })
}

/// The content of a value of indefinite length: everything before its end-of-contents mark (X.690, 8.1.3.6).
fn indefinite(bytes: &[u8], at: usize, header: usize, depth: usize) -> Result<&[u8], Fault> {
    let content = bytes.get(header..).unwrap_or_default();
    let end = visit(content, None, at + header, depth, &mut |rest, at| {
        Ok(read(rest, at, depth + 1)?.whole.len())
    })?;
    Ok(content.get(..end - MARK).unwrap_or_default())
}

/// Puts together the chunks in the content of an octet string; returns how many octets that content takes.
fn join(
    content: &[u8],
    length: Option<usize>,
    at: usize,
    depth: usize,
    joined: &mut Vec<u8>,
) -> Result<usize, Fault> {
    visit(content, length, at, depth, &mut |rest, at| {
        let header = Header::of(rest, at)?;
        let after = rest.get(header.len..).unwrap_or_default();
        let inside = at + header.len;
        let taken = match header.tag {
            OCTET_STRING => {
                let chunk = bounded(after, header.length, inside)?;
                joined.extend_from_slice(chunk);
                chunk.len()
            }
            OCTET_STRING_IN_CHUNKS => join(after, header.length, inside, depth + 1, joined)?,
            _ => {
                return Err(Fault {
                    at,
                    kind: FaultKind::Wrong,
                    what: "an octet string holds something else",
                });
            }
        };
        Ok(header.len + taken)
    })
}

/// Takes one value off the start of the bytes, which stand at this offset; returns how many octets it has.
type Each<'e> = dyn FnMut(&[u8], usize) -> Result<usize, Fault> + 'e;

/// Goes through the values of a content once: `each` gets the bytes from one value on, and returns how many are its own.
///
/// The content takes `length` octets, or as many as come before an end-of-contents mark; returns how many, with the mark.
fn visit(
    content: &[u8],
    length: Option<usize>,
    at: usize,
    depth: usize,
    each: &mut Each<'_>,
) -> Result<usize, Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault {
            at,
            kind: FaultKind::Wrong,
            what: "values nested too deeply",
        });
    }
    let content = bounded(content, length, at)?;
    let mut end = 0;
    loop {
        let rest = content.get(end..).unwrap_or_default();
        match (length, rest) {
            (Some(_), []) => return Ok(end),
            (None, [0, 0, ..]) => return Ok(end + MARK),
            (None, [] | [_]) => {
                return Err(Fault {
                    at: at + content.len(),
                    kind: FaultKind::Missing(MARK - rest.len()),
                    what: "an end-of-contents mark",
                });
            }
            _ => end += each(rest, at + end)?,
        }
    }
}

/// As many octets as a definite length says, all of them else.
fn bounded(content: &[u8], length: Option<usize>, at: usize) -> Result<&[u8], Fault> {
    let length = length.unwrap_or(content.len());
    content.get(..length).ok_or_else(|| Fault {
        at: at + content.len(),
        kind: FaultKind::Missing(length.saturating_sub(content.len())),
        what: "a value",
    })
}

/// Octets of an end-of-contents mark.
const MARK: usize = 2;

#[cfg(test)]
mod tests;
