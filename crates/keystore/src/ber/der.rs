//! The little DER that is written.

use super::{
    CONSTRUCTED, Fault, HIGH_NUMBER, Header, INTEGER, OCTET_STRING, OCTET_STRING_IN_CHUNKS, Tlv,
    bounded, join, visit,
};

/// One DER value; the parts are its content, joined.
pub(crate) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut der = Vec::with_capacity(length + 10);
    der.push(tag);
    let octets = length.to_be_bytes();
    let significant = octets.iter().skip_while(|octet| **octet == 0).count();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            der.push(0x80 | u8::try_from(significant).unwrap_or_default());
            der.extend(octets.iter().skip(octets.len() - significant));
        }
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

/// A non-negative INTEGER in DER.
pub(crate) fn unsigned(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let mut content = vec![0];
    content.extend(octets.iter().skip(zeros));
    // a leading zero only where the sign bit would be set, or for zero itself
    let plain = content.get(1).is_some_and(|octet| octet & 0x80 == 0);
    encode(
        INTEGER,
        &[content.get(usize::from(plain)..).unwrap_or(&[0])],
    )
}

/// The same value in DER lengths and whole strings, when it is BER; else as it stands.
///
/// An `EncryptedPrivateKeyInfo` out of a BER file must be DER to go into a JKS, or Java refuses it. Implicitly tagged
/// strings in chunks are left alone: without the grammar they look like any constructed value.
pub(crate) fn to_der(tlv: &Tlv<'_>) -> Result<Vec<u8>, Fault> {
    let mut der = Vec::with_capacity(tlv.whole.len());
    normalise(tlv.whole, tlv.at, 0, &mut der)?;
    Ok(der)
}

/// Appends the value at the start of `bytes`; returns how many octets it takes there.
fn normalise(bytes: &[u8], at: usize, depth: usize, der: &mut Vec<u8>) -> Result<usize, Fault> {
    let header = Header::of(bytes, at)?;
    let after = bytes.get(header.len..).unwrap_or_default();
    let (tag, inside) = (header.tag, at + header.len);
    let mut content = Vec::new();
    let taken = if tag & HIGH_NUMBER == HIGH_NUMBER {
        let whole = Tlv::first(bytes)?.whole;
        der.extend_from_slice(whole);
        return Ok(whole.len());
    } else if tag == OCTET_STRING_IN_CHUNKS {
        join(after, header.length, inside, depth, &mut content)?
    } else if tag & CONSTRUCTED == 0 {
        let whole = bounded(after, header.length, inside)?;
        der.extend(encode(tag, &[whole]));
        return Ok(header.len + whole.len());
    } else {
        visit(after, header.length, inside, depth, &mut |rest, at| {
            normalise(rest, at, depth + 1, &mut content)
        })?
    };
    // a string that was in chunks is primitive from now on
    let tag = match tag {
        OCTET_STRING_IN_CHUNKS => OCTET_STRING,
        other => other,
    };
    der.extend(encode(tag, &[&content]));
    Ok(header.len + taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_short() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![1; length];
            let der = encode(OCTET_STRING, &[&content]);
            assert_eq!(Tlv::exactly(&der, OCTET_STRING).unwrap().content, content);
            let expected = match length {
                0..128 => 2,
                128..256 => 3,
                256..65_536 => 4,
                _ => 5,
            };
            assert_eq!(der.len() - length, expected);
        }
    }
}
