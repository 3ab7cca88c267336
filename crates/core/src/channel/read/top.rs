//! The top of a file: `include`, `[defaults]`, and the channels.

use serde_json::value::RawValue;

use super::defaults::Defaults;
use super::error::{SpecError, SpecErrorKind, plain_key};
use super::tree::{Key, Lines, Node, Tree};
use super::{json, toml};
use crate::channel::nearest::nearest;
use crate::channel::value::Place;

/// The key of the channels.
pub(super) const CHANNEL: &str = "channel";

/// The keys at the top of a file. Editors look for a schema under the last one.
pub(super) const KEYS: &[&str] = &[CHANNEL, "defaults", "include", "$schema"];

/// A file, taken apart.
pub(super) struct Parts<'a> {
    /// Everything but the channels.
    pub(super) top: Vec<(Key<'a>, Node<'a>)>,
    /// The channels in order.
    pub(super) pieces: Vec<Piece<'a>>,
}

/// Some channels of a file. Those of a large one are read when their turn comes: the tree of the whole would take many times
/// its size.
pub(super) enum Piece<'a> {
    Read(Vec<Node<'a>>),
    Toml(Part<'a>),
    /// With the whole text, from which they are lent.
    Json(Vec<&'a RawValue>, Part<'a>, &'a str),
}

/// A part of a text, and where it begins: in bytes, and in lines and the characters of its first line.
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    pub(super) base: usize,
    pub(super) before: (usize, usize),
}

impl<'a> Piece<'a> {
    /// The lines of its part; nothing when those of the whole serve as well.
    pub(super) fn lines(&self) -> Option<Lines<'a>> {
        match self {
            Self::Read(_) => None,
            Self::Toml(part) | Self::Json(_, part, _) => {
                Some(Lines::of_part(part.text, part.base, part.before))
            }
        }
    }

    pub(super) fn nodes(self, lines: &Lines<'_>) -> Result<Vec<Node<'a>>, SpecError> {
        match self {
            Self::Read(nodes) => Ok(nodes),
            Self::Toml(part) => toml::piece(part.text, part.base, lines),
            Self::Json(values, _, text) => json::piece(values, text, lines),
        }
    }
}

/// What stands at the top of a file, apart from its channels.
pub(super) struct Top {
    pub(super) defaults: Defaults,
    pub(super) includes: Vec<(Place, String)>,
}

impl Top {
    pub(super) fn new(
        entries: Vec<(Key<'_>, Node<'_>)>,
        file: u32,
        name: &str,
        lines: &Lines<'_>,
    ) -> Result<Self, SpecError> {
        let mut top = Self {
            defaults: Defaults::none(name),
            includes: Vec::new(),
        };
        for (key, node) in entries {
            match &*key.text {
                "defaults" => top.defaults = Defaults::new(node, file, name, lines)?,
                "include" => top.includes = includes(node, file, lines)?,
                "$schema" => {}
                other => {
                    let nearest = nearest(other, KEYS.iter().copied()).unwrap_or(CHANNEL);
                    return Err(SpecErrorKind::UnknownKey {
                        key: plain_key(other),
                        nearest: nearest.to_owned(),
                    }
                    .at(lines, key.start));
                }
            }
        }
        Ok(top)
    }
}

/// One file or a list of files.
fn includes(
    node: Node<'_>,
    file: u32,
    lines: &Lines<'_>,
) -> Result<Vec<(Place, String)>, SpecError> {
    let nodes = match node.tree {
        Tree::List(nodes) => nodes,
        _ => vec![node],
    };
    let included = nodes.into_iter().map(|node| match node.tree {
        Tree::Text(text) => Ok((lines.place(file, node.start), text.into_owned())),
        other => Err(SpecErrorKind::WrongType {
            key: "include".to_owned(),
            found: other.word(),
            expected: "a file or a list of files",
        }
        .at(lines, node.start)),
    });
    included.collect()
}
