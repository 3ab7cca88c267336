//! What is to be looked at, in its order: the inputs, and what is in those that are folders.

use std::path::PathBuf;

use trustpack_core::source::Reference;

use crate::input::Input;
use crate::platform::Identity;
use crate::walk::{Filter, Step, Walk};

/// What is to be looked at.
pub(super) enum Item {
    Stdin,
    /// Meant to hold certificates.
    Named(PathBuf),
    /// Met in a folder, where keys and requests lie beside certificates.
    Met(Step),
    /// Named by a specification in this folder.
    Referenced(PathBuf, Box<Reference>),
}

impl Item {
    /// What decides which run checks it.
    pub(super) fn name(&self) -> &[u8] {
        let path = match self {
            Self::Stdin => return b"-",
            Self::Named(path) | Self::Met(Step::File(path)) => path,
            Self::Referenced(_, reference) => return reference.name.as_bytes(),
            Self::Met(Step::Failed { path, .. } | Step::Skipped { path, .. }) => path,
        };
        path.as_os_str().as_encoded_bytes()
    }
}

/// The inputs in their order, then what only links in folders lead to.
pub(super) struct Items<'a> {
    inputs: std::slice::Iter<'a, Input>,
    walk: Walk,
}

impl<'a> Items<'a> {
    pub(super) fn new(inputs: &'a [Input], filter: &Filter) -> Self {
        let mut walk = Walk::new(filter.clone());
        for input in inputs {
            // A file that is named is not met in a folder too.
            if let Input::Path(path) = input
                && !path.is_dir()
                && let Some(identity) = Identity::of(path)
            {
                walk.leave_out(identity);
            }
        }
        Self {
            inputs: inputs.iter(),
            walk,
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(step) = self.walk.next() {
                return Some(Item::Met(step));
            }
            match self.inputs.next() {
                Some(Input::Endpoint(_)) => {}
                Some(Input::Stdin) => return Some(Item::Stdin),
                Some(Input::Path(path)) if path.is_dir() => self.walk.enter(path),
                Some(Input::Path(path)) => return Some(Item::Named(path.clone())),
                None => {
                    self.walk.follow_links();
                    return self.walk.next().map(Item::Met);
                }
            }
        }
    }
}
