//! Attribute values as text: the ASN.1 string types.

/// Decodes a string by its ASN.1 tag; `None` for other types and for invalid contents.
pub(crate) fn decode(tag: u8, value: &[u8]) -> Option<String> {
    match tag {
        // UTF8String, NumericString, PrintableString, IA5String, VisibleString. Deployed certificates hold
        // UTF-8, and sometimes Latin-1, in the ASCII-only types.
        0x0c => std::str::from_utf8(value).ok().map(str::to_owned),
        0x12 | 0x13 | 0x16 | 0x1a => {
            Some(std::str::from_utf8(value).map_or_else(|_| latin1(value), str::to_owned))
        }
        // TeletexString: everybody who uses it writes Latin-1 (as OpenSSL and Java read it)
        0x14 => Some(latin1(value)),
        // UniversalString is UCS-4, BMPString is UCS-2; surrogate pairs occur and are read
        0x1c => decode_units(value, 4, |unit| {
            char::from_u32(u32::from_be_bytes(unit.try_into().ok()?))
        }),
        0x1e => {
            if !value.len().is_multiple_of(2) {
                return None;
            }
            let units = value
                .chunks_exact(2)
                .filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}

fn latin1(value: &[u8]) -> String {
    value.iter().copied().map(char::from).collect()
}

fn decode_units(value: &[u8], size: usize, read: impl Fn(&[u8]) -> Option<char>) -> Option<String> {
    if !value.len().is_multiple_of(size) {
        return None;
    }
    value.chunks_exact(size).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_string_type_decodes() {
        assert_eq!(decode(0x0c, "Zoë".as_bytes()).as_deref(), Some("Zoë"));
        assert_eq!(decode(0x13, b"Acme").as_deref(), Some("Acme"));
        assert_eq!(decode(0x14, b"Z\xfcrich").as_deref(), Some("Zürich"));
        assert_eq!(decode(0x16, b"a@b").as_deref(), Some("a@b"));
        assert_eq!(decode(0x1e, b"\x00A\x20\xac").as_deref(), Some("A€"));
        assert_eq!(
            decode(0x1c, b"\x00\x00\x00A\x00\x01\xf6\x00").as_deref(),
            Some("A😀")
        );
        assert_eq!(decode(0x0c, b"\xff"), None);
        assert_eq!(decode(0x1e, b"\x00"), None);
        assert_eq!(decode(0x02, b"\x01"), None);
    }
}
