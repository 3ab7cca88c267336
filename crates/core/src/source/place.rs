//! How a part of a file is named.

use crate::report::Origin;

/// Where something lies, for messages and for the report.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) origin: Origin,
}

impl Place {
    pub(super) fn file(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            origin: Origin::File {
                path: name.to_owned(),
            },
        }
    }

    /// A part of it: a member of an archive, a value of a text. A part of an object of Kubernetes stays one of that object,
    /// with a longer key.
    pub(super) fn part(&self, part: &str) -> Self {
        let name = format!("{}: {part}", self.name);
        let mut origin = self.origin.clone();
        match &mut origin {
            Origin::Kubernetes { key, .. } => *key = format!("{key}: {part}"),
            _ => origin = Origin::File { path: name.clone() },
        }
        Self { name, origin }
    }
}
