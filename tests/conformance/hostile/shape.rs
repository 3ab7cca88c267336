//! A chain, a store, and what each client makes of them.

use crate::matrix::cells::{Cell, HOST};
use crate::matrix::pki::{Certified, Change, issuing, leaf, root};

/// What is asked, and the answers.
pub(crate) struct Shape {
    pub cell: Cell,
    /// One letter for each of [`CLIENTS`](super::CLIENTS): `y`es, `n`o, `?` where this program cannot tell, `!` for
    /// either of these, `.` where anything will do.
    pub expected: &'static str,
}

impl Shape {
    pub(crate) fn new(
        name: &str,
        expected: &'static str,
        trusted: &[&Certified],
        chain: &[&Certified],
    ) -> Self {
        assert_eq!(expected.len(), super::CLIENTS.len(), "{name}");
        Self {
            cell: Cell::new(name.to_owned(), trusted, chain),
            expected,
        }
    }
}

/// Root, CA and server as they should be.
pub(crate) struct Plain {
    pub root: Certified,
    pub issuing: Certified,
    pub leaf: Certified,
}

impl Plain {
    pub(crate) fn new() -> Self {
        let root = root("Root", &|_| {});
        let issuing = issuing("Issuing", &root, &|_| {});
        let leaf = leaf(&[HOST], Some(&issuing), &|_| {});
        Self {
            root,
            issuing,
            leaf,
        }
    }

    /// The same with another leaf.
    pub(crate) fn with_leaf(
        &self,
        name: &str,
        expected: &'static str,
        change: Change<'_>,
    ) -> Shape {
        let leaf = leaf(&[HOST], Some(&self.issuing), change);
        Shape::new(name, expected, &[&self.root], &[&leaf, &self.issuing])
    }

    /// The same with another CA between.
    pub(crate) fn with_issuing(
        &self,
        name: &str,
        expected: &'static str,
        change: Change<'_>,
    ) -> Shape {
        let issuing = issuing("Issuing", &self.root, change);
        let leaf = leaf(&[HOST], Some(&issuing), &|_| {});
        Shape::new(name, expected, &[&self.root], &[&leaf, &issuing])
    }

    /// The same with another root.
    pub(crate) fn with_root(name: &str, expected: &'static str, change: Change<'_>) -> Shape {
        let root = root("Root", change);
        let issuing = issuing("Issuing", &root, &|_| {});
        let leaf = leaf(&[HOST], Some(&issuing), &|_| {});
        Shape::new(name, expected, &[&root], &[&leaf, &issuing])
    }
}
