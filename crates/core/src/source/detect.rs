//! Which kind of source some bytes are: by content; the extension only breaks ties.

use super::archive::Packing;
use super::text::decode;

/// A layer that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Json,
    Packed(Packing),
    Spec,
    Tar,
    Yaml,
    Zip,
}

pub(super) fn shape(name: &str, bytes: &[u8]) -> Option<Shape> {
    // by far the most frequent
    if bytes.starts_with(b"-----BEGIN ") {
        return None;
    }
    if is_zip(name, bytes) {
        return Some(Shape::Zip);
    }
    if let Some(packing) = Packing::detect(&extension(name), bytes) {
        return Some(Shape::Packed(packing));
    }
    if is_tar(name, bytes) {
        return Some(Shape::Tar);
    }
    if !may_be_text(bytes) {
        return None;
    }
    let text = decode(bytes);
    let text = text.as_ref();
    if is_spec(text) {
        return Some(Shape::Spec);
    }
    if !is_worth_it(text) {
        return None;
    }
    if begins_as_json(text) {
        return Some(Shape::Json);
    }
    is_yaml(name, text).then_some(Shape::Yaml)
}

/// The part of a file's name after its last dot, in lower case.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((_, extension)) => extension.to_ascii_lowercase(),
        None => String::new(),
    }
}

/// A local file header, an end of central directory, or a split archive's mark (APPNOTE.TXT 4.3.7, 4.3.16, 8.5.4). A launcher
/// may stand before the archive, so the extension lets the end decide.
fn is_zip(name: &str, bytes: &[u8]) -> bool {
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
        .iter()
        .any(|magic| bytes.starts_with(*magic))
    {
        return true;
    }
    // a comment of 65,535 bytes behind a record of 22
    const END: usize = 65_535 + 22;
    let tail = bytes.get(bytes.len().saturating_sub(END)..);
    let named = matches!(extension(name).as_str(), "zip" | "jar" | "war" | "ear");
    named && tail.is_some_and(|tail| tail.windows(4).any(|four| four == b"PK\x05\x06"))
}

/// POSIX and GNU headers say `ustar`; those before them only have a checksum.
pub(super) fn is_tar(name: &str, bytes: &[u8]) -> bool {
    let Some(block) = bytes.get(..512) else {
        return false;
    };
    let named = extension(name) == "tar" || block.get(257..262) == Some(b"ustar");
    if !named {
        return false;
    }
    let header = tar::Header::from_byte_slice(block);
    // The sum is taken with blanks in place of itself.
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(place, byte)| match place {
            148..156 => u32::from(b' '),
            _ => u32::from(*byte),
        })
        .sum();
    header.cksum().is_ok_and(|claimed| claimed == sum)
}

/// DER, key stores and programs have zeros at their beginning, or bytes that no text begins with.
fn may_be_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    utf16 || !head.contains(&0) && !matches!(head, [] | [0x30, (0x80..), ..] | [0xfe, ..])
}

/// A line `[[channel]]`, which TOML needs for every channel and nothing else has.
fn is_spec(text: &str) -> bool {
    text.contains("[[channel]]")
        && !text.trim_start().starts_with('{')
        && text.lines().any(|line| line.trim() == "[[channel]]")
}

/// Whether there can be a certificate in it: most YAML and JSON in the world has none, and is not parsed.
fn is_worth_it(text: &str) -> bool {
    text.contains("-----BEGIN ")
        || text.contains(BASE64_OF_PEM)
        || text.contains("apiVersion") && text.contains("kind")
}

/// Base64 of `-----BEGIN`, as far as it does not depend on what follows.
pub(super) const BASE64_OF_PEM: &str = "LS0tLS1CRUdJTi";

/// An object or array with something in it that JSON allows, which `[section]` of an INI file is not.
fn begins_as_json(text: &str) -> bool {
    let text = text.trim_start();
    let inner = text.trim_start_matches(|letter: char| letter == '[' || letter.is_whitespace());
    let is_array = inner.len() < text.len();
    match inner.chars().next() {
        Some('{') => matches!(
            inner[1..].trim_start().chars().next(),
            Some('"' | '}') | None
        ),
        Some('"') => is_array,
        _ => false,
    }
}

/// By its extension, or as an object of Kubernetes, which has `apiVersion` and `kind` at the beginning of a line.
fn is_yaml(name: &str, text: &str) -> bool {
    if matches!(extension(name).as_str(), "yaml" | "yml") {
        return true;
    }
    let begins = |word: &str| {
        text.lines()
            .any(|line| line.strip_prefix("- ").unwrap_or(line).starts_with(word))
    };
    begins("apiVersion:")
        && text
            .lines()
            .any(|line| line.trim_start().starts_with("kind:"))
}
