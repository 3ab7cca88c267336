//! Decoded values as indented lines.

use crate::decode::Value;
use crate::record::{AttributeRecord, ExtensionRecord};
use crate::text::escape;

use super::line;

/// Longer values start on a line of their own.
const WIDTH: usize = 100;

/// So many hex digits a line.
const HEX_DIGITS: usize = 64;

/// Every extension, also those that are broken or not known: name, identifier, whether it is critical, what it says.
pub(super) fn extensions(page: &mut String, depth: usize, title: &str, all: &[ExtensionRecord]) {
    if all.is_empty() {
        return;
    }
    line(page, depth, title);
    for one in all {
        extension(page, depth + 1, one);
    }
}

/// One extension.
pub(super) fn extension(page: &mut String, depth: usize, one: &ExtensionRecord) {
    let critical = if one.critical { ", critical" } else { "" };
    let state = match (one.broken, one.decoded, one.name) {
        (true, ..) => ", broken",
        (false, false, None) => ", not known",
        _ => "",
    };
    let label = match one.name {
        Some(name) => format!("{name} ({}){critical}{state}", one.oid),
        None => format!("{}{critical}{state}", one.oid),
    };
    match &one.value {
        Some(value) => labelled(page, depth, &label, value),
        None => line(page, depth, &label),
    }
    if !one.decoded {
        bytes(page, depth + 1, "bytes", &one.der);
    }
}

/// One attribute; a password is told, not shown.
pub(super) fn attribute(page: &mut String, depth: usize, one: &AttributeRecord) {
    let label = match one.name {
        Some(name) => format!("{name} ({})", one.oid),
        None if one.oid.is_empty() => "unreadable attribute".to_owned(),
        None => one.oid.clone(),
    };
    match &one.value {
        Some(value) => labelled(page, depth, &label, value),
        None if one.is_password() => {
            line(
                page,
                depth,
                &format!("{label}: present, a password, not shown"),
            );
        }
        None => line(page, depth, &format!("{label}: unreadable")),
    }
}

/// A value with what it is: on one line where it fits, else in lines below.
fn labelled(page: &mut String, depth: usize, label: &str, value: &Value) {
    if let Some(text) = value
        .in_line()
        .filter(|text| text.len() + label.len() <= WIDTH)
    {
        let text = if text.is_empty() { "nothing" } else { &text };
        line(page, depth, &format!("{label}: {}", escape(text)));
        return;
    }
    match value {
        Value::Bytes(octets) => bytes(page, depth, label, &crate::cert::asn1::hex(octets)),
        _ => {
            line(page, depth, &format!("{label}:"));
            below(page, depth + 1, value);
        }
    }
}

fn below(page: &mut String, depth: usize, value: &Value) {
    match value {
        Value::Fields(fields) => {
            for (name, value) in fields {
                labelled(page, depth, &name.replace('_', " "), value);
            }
        }
        Value::List(values) => {
            for value in values {
                item(page, depth, value);
            }
        }
        other => {
            if let Some(text) = other.in_line() {
                line(page, depth, &escape(&text));
            }
        }
    }
}

/// One member of a list, marked by a dash.
fn item(page: &mut String, depth: usize, value: &Value) {
    let mut own = String::new();
    match value.in_line().filter(|text| text.len() <= WIDTH) {
        Some(text) => line(&mut own, 0, &escape(&text)),
        None => below(&mut own, 0, value),
    }
    for (place, text) in own.lines().enumerate() {
        let mark = if place == 0 { "- " } else { "  " };
        line(page, depth, &format!("{mark}{text}"));
    }
}

/// Hex, in lines of equal length when it does not fit beside its label.
pub(super) fn bytes(page: &mut String, depth: usize, label: &str, hex: &str) {
    if hex.len() <= HEX_DIGITS {
        line(page, depth, &format!("{label}: {hex}"));
        return;
    }
    line(page, depth, &format!("{label}:"));
    let mut rest = hex;
    while !rest.is_empty() {
        let (shown, next) = rest.split_at_checked(HEX_DIGITS).unwrap_or((rest, ""));
        line(page, depth + 1, shown);
        rest = next;
    }
}
