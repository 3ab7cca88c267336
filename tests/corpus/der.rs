//! Just enough DER to find a field in an object that was read, and to put one together.

/// The encoding of one value: tag, length, the parts as content.
pub(crate) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut der = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let skip = length.iter().take_while(|byte| **byte == 0).count();
            der.push(0x80 | u8::try_from(length.len() - skip).unwrap());
            der.extend(&length[skip..]);
        }
    }
    der.extend(content);
    der
}

/// The content of the first value, when it has this tag.
pub(crate) fn content(der: &[u8], tag: u8) -> Option<&[u8]> {
    let (first, _) = split(der)?;
    let (header, length) = header(first)?;
    (first.first() == Some(&tag)).then(|| &first[header..header + length])
}

/// The values inside the first value, each with its header.
pub(crate) fn children(der: &[u8]) -> Option<Vec<&[u8]>> {
    let (first, _) = split(der)?;
    let (at, _) = header(first)?;
    let mut rest = &first[at..];
    let mut children = Vec::new();
    while !rest.is_empty() {
        let (child, after) = split(rest)?;
        children.push(child);
        rest = after;
    }
    Some(children)
}

/// The dotted form of an object identifier.
pub(crate) fn dotted(oid: &[u8]) -> Option<String> {
    let content = content(oid, OBJECT_IDENTIFIER)?;
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc = 0;
    for byte in content {
        arc = arc << 7 | u128::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let first = arcs.first_mut()?;
    let root = (*first / 40).min(2);
    *first -= 40 * root;
    let arcs: Vec<String> = arcs.iter().map(u128::to_string).collect();
    Some(format!("{root}.{}", arcs.join(".")))
}

fn split(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, length) = header(der)?;
    der.split_at_checked(header.checked_add(length)?)
}

/// The sizes of header and content; lengths are definite in what is looked at here.
fn header(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let more = der.get(2..2 + (first & 0x7f))?;
    let length = more
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte));
    Some((2 + more.len(), length))
}

pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
