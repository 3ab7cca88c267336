//! YAML and JSON: PEM and base64 in their values, objects of Kubernetes, kubeconfig files.
//!
//! ```text
//! json, yaml   the text as events; neither builds a tree
//! tree         where in the document an event is
//! object       what an object says of itself, and the values of it that matter
//! value        decoding one value
//! ```

mod json;
mod object;
mod tree;
mod value;
mod yaml;

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::detect::{Shape, extension};
use super::{Kind, Opener, Place, SourceError};
use tree::Tree;

/// Bytes as text. Whatever is no text in it becomes U+FFFD: it can only harm the value that it stands in. Byte order marks
/// and UTF-16 are what Windows makes of output that is redirected to a file.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => utf16(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Reads a text. `None` when it is none of this language after all, and nothing was found before that showed.
pub(super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    name: &str,
    bytes: &[u8],
    shape: Shape,
    depth: usize,
) -> Result<Option<Kind>, SourceError> {
    let text = decode(bytes);
    let named = matches!(extension(name).as_str(), "json" | "yaml" | "yml");
    let mut tree = Tree::new(opener, place, depth);
    let broken = match shape {
        Shape::Json => json::read(&mut tree, &text)?,
        _ => yaml::read(&mut tree, &text)?,
    };
    let kind = match tree.has_objects() {
        true => Kind::Kubernetes,
        false => Kind::Text,
    };
    let is_one = named || kind == Kind::Kubernetes || tree.has_found();
    if !broken.is_empty() && !is_one {
        return Ok(None);
    }
    for Broken { error, rest } in broken {
        // What a template engine will fill in is no YAML yet.
        let is_template = rest.contains("{{");
        if !is_template {
            opener.problem(place.clone(), error)?;
        }
        if rest.contains("-----BEGIN ") {
            let bytes = Zeroizing::new(rest.as_bytes().to_vec());
            // Opened again it would be the same broken text.
            opener.plain(place.clone(), bytes, false);
        } else if is_template {
            opener.passed_over += 1;
        }
    }
    Ok(Some(kind))
}

/// A document that ends where it should not, and its rest, in which PEM blocks can still be found.
struct Broken<'t> {
    error: SourceError,
    rest: &'t str,
}
