//! A borrowing reader for DER (X.690): just tags, lengths and values, no copies, no panics.

use std::ops::Range;

pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// One element: its tag, its contents, and the whole of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

/// Reads one element after the other; `None` at the end and at the first broken one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Enters the contents of the first element of `bytes`, which must have this tag.
    pub(crate) fn inside(bytes: &'a [u8], tag: u8) -> Option<Self> {
        Some(Self::new(Self::new(bytes).expect_tag(tag)?.value))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next element when it has this tag; otherwise nothing is consumed.
    pub(crate) fn expect_tag(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let bytes = self.0;
        let (&tag, after_tag) = bytes.split_first()?;
        // high tag numbers occur in no structure that is read here
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, mut rest) = after_tag.split_first()?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            // 0x80 is BER's indefinite length; four octets hold 4 GiB
            if count == 0 || count > 4 {
                return None;
            }
            let (octets, after) = rest.split_at_checked(count)?;
            rest = after;
            octets
                .iter()
                .fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet))
        };
        let (value, rest) = rest.split_at_checked(length)?;
        let raw = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some(Element { tag, value, raw })
    }
}

/// `SIGNED{} ::= SEQUENCE { ToBeSigned, AlgorithmIdentifier, BIT STRING }`
pub(crate) struct SignedParts<'a> {
    pub(crate) signed: &'a [u8],
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// `None` also when bytes follow.
pub(crate) fn signed_parts(der: &[u8]) -> Option<SignedParts<'_>> {
    let mut whole = Reader::new(der);
    let mut outer = Reader::new(whole.expect_tag(SEQUENCE)?.value);
    let signed = outer.expect_tag(SEQUENCE)?.raw;
    let algorithm = outer.expect_tag(SEQUENCE)?.raw;
    // the first octet counts unused bits, none in a signature
    let signature = outer.expect_tag(BIT_STRING)?.value.split_first()?.1;
    (outer.is_empty() && whole.is_empty()).then_some(SignedParts {
        signed,
        algorithm,
        signature,
    })
}

/// An object identifier's contents in dotted form; `None` when it is cut short or an arc exceeds 64 bits.
pub(crate) fn dotted_oid(contents: &[u8]) -> Option<String> {
    if contents.last()? & 0x80 != 0 {
        return None;
    }
    // an octet adds at most three digits and a dot, the first one more
    let mut text = Vec::with_capacity(4 * contents.len() + 1);
    let mut arc: u64 = 0;
    for octet in contents {
        arc = arc.checked_mul(128)?.checked_add(u64::from(octet & 0x7f))?;
        if octet & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            // X.690 8.19.4: the first octet string joins two arcs
            let root = (arc / 40).min(2);
            push_decimal(&mut text, root);
            arc -= root * 40;
        }
        text.push(b'.');
        push_decimal(&mut text, arc);
        arc = 0;
    }
    String::from_utf8(text).ok()
}

/// Without the machinery of `format!`: judging a chain reads dozens of object identifiers.
fn push_decimal(text: &mut Vec<u8>, mut number: u64) {
    let start = text.len();
    loop {
        text.push(b'0' + u8::try_from(number % 10).unwrap_or_default());
        number /= 10;
        if number == 0 {
            break;
        }
    }
    // the last digit came first
    text.get_mut(start..).unwrap_or_default().reverse();
}

/// Whether two INTEGERs have the same value; some writers put needless octets before it, which X.690 section 8.3.2
/// forbids and readers take.
pub(crate) fn same_integer(one: &[u8], other: &[u8]) -> bool {
    shortest_integer(one) == shortest_integer(other)
}

/// The contents of an INTEGER without the octets that only repeat the sign.
pub(crate) fn shortest_integer(mut contents: &[u8]) -> &[u8] {
    while let Some((sign @ (0 | 0xff), rest)) = contents.split_first()
        && let Some(next) = rest.first()
        && (next & 0x80 != 0) == (*sign == 0xff)
    {
        contents = rest;
    }
    contents
}

/// One element in DER, definite length in the fewest octets (X.690 section 10.1).
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let octets = length.to_be_bytes();
    let needless = octets.iter().take_while(|octet| **octet == 0).count();
    let mut der = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => der.push(short),
        _ => {
            let octets = octets.iter().skip(needless);
            // a usize has eight octets at most
            der.push(0x80 | octets.len().to_le_bytes()[0]);
            der.extend(octets);
        }
    }
    parts.iter().for_each(|part| der.extend_from_slice(part));
    der
}

/// Where a part of the bytes lies in them.
pub(crate) fn place_in(der: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(der.as_ptr().addr());
    start..start + part.len()
}

/// Lower-case hex without separators.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| match half {
        0..10 => b'0' + half,
        _ => b'a' + half - 10,
    };
    let mut text = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 0x0f)]);
    }
    // all of them are ASCII
    String::from_utf8(text).unwrap_or_default()
}

/// The 32 octets of a digest in hex; letters of both cases, perhaps with colons between the octets.
pub(crate) fn read_hex(text: &str) -> Option<[u8; 32]> {
    let octets: Vec<&str> = match text.contains(':') {
        true => text.split(':').collect(),
        false => {
            let mut rest = text;
            std::iter::from_fn(|| {
                let (octet, after) = rest.split_at_checked(2)?;
                rest = after;
                Some(octet)
            })
            .chain((text.len() % 2 == 1).then_some(""))
            .collect()
        }
    };
    let octets: Option<Vec<u8>> = octets.into_iter().map(read_octet).collect();
    octets?.try_into().ok()
}

fn read_octet(text: &str) -> Option<u8> {
    let is_hex = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // from_str_radix alone takes a sign too
    is_hex.then(|| u8::from_str_radix(text, 16).ok()).flatten()
}

/// The octets that hex digits stand for, in either case and with nothing between them.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16));
    let digits = digits.collect::<Option<Vec<u32>>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lengths_end_the_reading() {
        for bytes in [
            &[0x30_u8][..],
            &[0x30, 0x05, 1],
            &[0x30, 0x80, 0, 0],
            &[0x1f, 1, 0],
        ] {
            assert!(Reader::new(bytes).next().is_none());
        }
        assert!(
            Reader::new(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0])
                .next()
                .is_none()
        );
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let contents = vec![7; length];
            let der = element(
                OCTET_STRING,
                &[&contents[..length / 2], &contents[length / 2..]],
            );
            let read = Reader::inside(&der, OCTET_STRING).unwrap();
            assert_eq!(read.rest(), contents);
        }
        assert_eq!(element(SEQUENCE, &[&[0; 0x80]])[..4], [0x30, 0x81, 0x80, 0]);
    }

    #[test]
    fn object_identifiers_are_dotted() {
        assert_eq!(dotted_oid(&[0x55, 0x04, 0x03]).as_deref(), Some("2.5.4.3"));
        assert_eq!(
            dotted_oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]).as_deref(),
            Some("1.2.840.113549.1.1.11")
        );
        assert_eq!(dotted_oid(&[0x88, 0x37, 0x03]).as_deref(), Some("2.999.3"));
        // 2.25 and the greatest number of 63 bits
        let greatest = [0x69, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        let text = format!("2.25.{}", i64::MAX);
        assert_eq!(dotted_oid(&greatest), Some(text));
        assert_eq!(dotted_oid(&[0x55, 0x84]), None);
        assert_eq!(dotted_oid(&[]), None);
    }
}
