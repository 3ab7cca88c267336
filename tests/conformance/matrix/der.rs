//! Just enough DER to write certificates that no library would.

/// A tag, the length, the parts one after the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    match body.len() {
        length @ 0..=0x7f => out.push(length as u8),
        length @ 0x80..=0xff => out.extend([0x81, length as u8]),
        length @ 0x100..=0xffff => out.extend([0x82, (length >> 8) as u8, length as u8]),
        length => out.extend([
            0x83,
            (length >> 16) as u8,
            (length >> 8) as u8,
            length as u8,
        ]),
    }
    out.extend(body);
    out
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    tlv(2, &[bytes])
}

pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(4, &[bytes])
}

pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], bytes])
}

/// An object identifier in the usual dotted form.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut body = vec![(arcs[0] * 40 + arcs[1]) as u8];
    for &arc in &arcs[2..] {
        let groups = (0..5).rev().map(|group| (arc >> (7 * group)) & 0x7f);
        let mut groups: Vec<u8> = groups
            .skip_while(|&group| group == 0)
            .map(|group| group as u8 | 0x80)
            .collect();
        match groups.last_mut() {
            Some(last) => *last &= 0x7f,
            None => groups.push(0),
        }
        body.extend(groups);
    }
    tlv(6, &[&body])
}

/// A name of one organisation and, unless it is empty, one common name, in strings of this tag.
pub(crate) fn name_in(tag: u8, common_name: &str) -> Vec<u8> {
    let part = |id: &str, value: &str| {
        let string = tlv(tag, &[value.as_bytes()]);
        tlv(0x31, &[&sequence(&[&oid(id), &string])])
    };
    let organisation = part("2.5.4.10", "trustpack tests");
    match common_name {
        "" => sequence(&[&organisation]),
        name => sequence(&[&organisation, &part("2.5.4.3", name)]),
    }
}

/// As [`name_in`], in UTF-8.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    name_in(0x0c, common_name)
}

/// `YYYYMMDDhhmmssZ` as UTCTime up to 2049, as GeneralizedTime after (RFC 5280 section 4.1.2.5).
pub(crate) fn time(text: &str) -> Vec<u8> {
    match text < "2050" {
        true => tlv(0x17, &[&text.as_bytes()[2..]]),
        false => tlv(0x18, &[text.as_bytes()]),
    }
}
