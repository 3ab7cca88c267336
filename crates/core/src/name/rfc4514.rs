//! Names as RFC 4514 writes them.

use super::attribute::{Attribute, Value};

/// RFC 4514 section 2: last relative name first, `,` between them, `+` within one. The order within a set is free; this
/// one is OpenSSL's (`-nameopt RFC2253`).
/// `push` writes one character of a value; `room` is about how long it will be.
pub(super) fn rfc4514(
    attributes: &[Attribute],
    room: usize,
    push: fn(&mut String, char),
) -> String {
    let mut shown = String::with_capacity(room);
    let mut previous = None;
    for attribute in attributes.iter().rev() {
        if let Some(rdn) = previous {
            shown.push(if rdn == attribute.rdn { '+' } else { ',' });
        }
        previous = Some(attribute.rdn);
        shown.push_str(attribute.kind());
        shown.push('=');
        match &attribute.value {
            Value::Hex(hex) => shown.push_str(hex),
            Value::Text(value) => push_value(&mut shown, value, push),
        }
    }
    shown
}

/// RFC 4514 section 2.4.
fn push_value(shown: &mut String, value: &str, push: fn(&mut String, char)) {
    // Letters, digits and what else needs no look: most values are no more than that.
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'\'' | b'/')
    };
    if value.bytes().all(|byte| is_plain(byte) || byte == b' ')
        && !value.starts_with(' ')
        && !value.ends_with(' ')
    {
        shown.push_str(value);
        return;
    }
    let last = value.chars().count().saturating_sub(1);
    for (place, character) in value.chars().enumerate() {
        let escaped = match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
            ' ' => place == 0 || place == last,
            '#' => place == 0,
            _ => false,
        };
        if escaped {
            shown.push('\\');
        }
        push(shown, character);
    }
}
