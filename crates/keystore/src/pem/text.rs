//! Bytes to text, as far as PEM needs it: ASCII in the right places, anything elsewhere.

use std::ops::Deref;

use zeroize::Zeroizing;

/// Text in some encoding that has ASCII as its lower half: UTF-8, Latin-1, …
pub(crate) struct Text<'a> {
    content: Content<'a>,
    /// What was unusual about the encoding.
    pub(crate) oddity: Option<&'static str>,
}

enum Content<'a> {
    AsIs(&'a [u8]),
    Converted(Zeroizing<String>),
}

impl<'a> Text<'a> {
    /// Removes a byte order mark and converts UTF-16, with or without one.
    pub(crate) fn decode(bytes: &'a [u8]) -> Self {
        let as_is = |content, oddity| Self {
            content: Content::AsIs(content),
            oddity,
        };
        match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => as_is(rest, Some("starts with a byte order mark")),
            [0xff, 0xfe, rest @ ..] => Self::utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Self::utf16(rest, u16::from_be_bytes),
            _ if is_wide(bytes, 1) => Self::utf16(bytes, u16::from_le_bytes),
            _ if is_wide(bytes, 0) => Self::utf16(bytes, u16::from_be_bytes),
            _ => as_is(bytes, None),
        }
    }

    fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, _) = bytes.as_chunks::<2>();
        // Three bytes of UTF-8 at most for each unit: no growing, which would leave copies of a key behind.
        let mut text = Zeroizing::new(String::with_capacity(3 * pairs.len()));
        text.extend(
            char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
                .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        Self {
            content: Content::Converted(text),
            oddity: Some("UTF-16 text"),
        }
    }
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.content {
            Content::AsIs(bytes) => bytes,
            Content::Converted(text) => text.as_bytes(),
        }
    }
}

/// Whether the start looks like ASCII in two bytes each, with the zeros at odd (1) or even (0) places.
fn is_wide(bytes: &[u8], zeros_at: usize) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    let sample = &pairs[..pairs.len().min(SAMPLE)];
    let wide = sample.iter().filter(|[even, odd]| match zeros_at {
        0 => *even == 0 && *odd != 0,
        _ => *odd == 0 && *even != 0,
    });
    // A few characters beyond Latin-1 may stand in text around the blocks.
    !sample.is_empty() && wide.count() * 10 >= sample.len() * 9
}

/// Pairs of bytes that decide about UTF-16 without a byte order mark.
const SAMPLE: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn utf16_with_and_without_byte_order_mark() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in [
                "-----BEGIN X-----\r\n",
                "\u{feff}MIIC äß 😀 and more text around",
            ] {
                let bytes = wide(text, order);
                let decoded = Text::decode(&bytes);
                assert_eq!(&*decoded, text.trim_start_matches('\u{feff}').as_bytes());
                assert!(decoded.oddity.is_some());
            }
        }
    }

    #[test]
    fn an_odd_byte_or_a_lone_surrogate_at_the_end_is_no_trouble() {
        assert_eq!(&*Text::decode(&[0xff, 0xfe, b'a', 0, b'b']), b"a");
        assert_eq!(
            &*Text::decode(&[0xff, 0xfe, 0x3d, 0xd8]),
            "\u{fffd}".as_bytes()
        );
        assert_eq!(&*Text::decode(&[0xff, 0xfe]), b"");
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        assert_eq!(&*Text::decode(b"\xef\xbb\xbfx"), b"x");
        for bytes in [
            &b""[..],
            b"a",
            b"f\xfcr",
            b"\0\0\0\x02\0\0\0\x14",
            b"\x30\x82",
        ] {
            assert_eq!(&*Text::decode(bytes), bytes);
        }
    }
}
