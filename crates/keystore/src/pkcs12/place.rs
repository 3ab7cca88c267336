//! Where in a PKCS#12 something stands, whose layers are encrypted or in chunks.

use crate::ber::Tlv;

/// Where a layer's offsets count from.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The input.
    Input(usize),
    /// The start of a part that was decrypted, or put together from chunks.
    Part(&'static str),
}

impl Place {
    /// Of an octet string that stands in the input.
    pub(super) fn of(tlv: &Tlv<'_>) -> Self {
        if tlv.is_constructed() {
            Self::Part("the joined content")
        } else {
            Self::Input(tlv.at + tlv.header)
        }
    }

    /// Of an octet string that stands in this place.
    pub(super) fn within(self, tlv: &Tlv<'_>) -> Self {
        match self {
            Self::Input(_) => Self::of(tlv),
            Self::Part(_) => self,
        }
    }

    /// What is added to offsets in this place.
    pub(super) const fn base(self) -> usize {
        match self {
            Self::Input(at) => at,
            Self::Part(_) => 0,
        }
    }
}
