//! A look at the outside of a value: enough to tell what it is, at a cost that does not depend on what is inside.

use super::{HIGH_NUMBER, Header};

/// One value, as far as the input has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline<'a> {
    pub(crate) tag: u8,
    /// The content; all the rest of the input where the length is indefinite.
    pub(crate) content: &'a [u8],
    /// How many octets of the content the input does not have; none are missed where the length is indefinite.
    pub(crate) missing: usize,
    /// Whether an end-of-contents mark ends it, which nobody has looked for yet.
    pub(crate) is_indefinite: bool,
    /// The whole value with its header, as far as the input has it.
    pub(crate) whole: &'a [u8],
}

impl<'a> Outline<'a> {
    /// The value at the start of `bytes`; `None` when there is none, or its tag or length is beyond any certificate.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        if bytes.first()? & HIGH_NUMBER == HIGH_NUMBER {
            return None;
        }
        let header = Header::of(bytes, 0).ok()?;
        let rest = bytes.get(header.len..)?;
        let length = header.length.unwrap_or(rest.len());
        let content = rest.get(..length).unwrap_or(rest);
        Some(Self {
            tag: header.tag,
            content,
            missing: length.saturating_sub(rest.len()),
            is_indefinite: header.length.is_none(),
            whole: bytes.get(..header.len + content.len()).unwrap_or(bytes),
        })
    }

    /// The values inside; ends at an end-of-contents mark, or at the first value whose own end is not known.
    pub(crate) fn children(&self) -> impl Iterator<Item = Outline<'a>> + use<'a> {
        let mut rest = self.content;
        std::iter::from_fn(move || {
            let child = Outline::of(rest).filter(|_| !rest.starts_with(&[0, 0]))?;
            rest = rest.get(child.whole.len()..).unwrap_or_default();
            Some(child)
        })
    }

    /// The tags of the values inside, as many as there is room for.
    pub(crate) fn tags<'r>(&self, room: &'r mut [u8]) -> &'r [u8] {
        let mut count = 0;
        for (tag, child) in room.iter_mut().zip(self.children()) {
            *tag = child.tag;
            count += 1;
        }
        room.get(..count).unwrap_or_default()
    }

    /// The first value inside.
    pub(crate) fn first_child(&self) -> Option<Self> {
        self.children().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ber::{OCTET_STRING, encode};

    #[test]
    fn lengths_of_every_size() {
        for size in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let bytes = encode(OCTET_STRING, &[&vec![7; size]]);
            let outline = Outline::of(&bytes).unwrap();
            assert_eq!((outline.tag, outline.content.len()), (OCTET_STRING, size));
            assert_eq!((outline.whole.len(), outline.missing), (bytes.len(), 0));
        }
    }

    #[test]
    fn a_cut_value_says_how_much_is_missing() {
        let bytes = encode(OCTET_STRING, &[&[7; 300]]);
        assert_eq!(Outline::of(&bytes[..100]).unwrap().missing, 204);
        assert!(Outline::of(&[0x30, 0x84, 1]).is_none());
        let huge = [0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Outline::of(&huge).unwrap().missing, usize::MAX);
        assert!(Outline::of(&[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]).is_none());
    }

    #[test]
    fn an_indefinite_value_ends_at_its_mark() {
        let bytes = [0x30, 0x80, 2, 1, 7, 2, 1, 8, 0, 0, 2, 1, 9];
        let outline = Outline::of(&bytes).unwrap();
        assert!(outline.is_indefinite);
        assert_eq!(outline.children().count(), 2);
        assert_eq!(outline.tags(&mut [0; 3]), [2, 2]);
        assert_eq!(outline.tags(&mut [0; 1]), [2]);
        let nested = [0x30, 0x80].repeat(100_000);
        assert_eq!(Outline::of(&nested).unwrap().children().count(), 1);
    }
}
