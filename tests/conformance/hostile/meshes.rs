//! CAs in layers, each certified by every CA of the next layer: as many paths as there are combinations.

use std::sync::Arc;

use crate::matrix::cells::HOST;
use crate::matrix::extensions::{AUTHORITY_KEY, SUBJECT_KEY};
use crate::matrix::keys::Key;
use crate::matrix::pki::{Certified, Draft, authority, leaf, root};

use super::shape::Shape;

pub(super) fn shapes() -> Vec<Shape> {
    let stranger = root("Stranger", &|_| {});
    let mut shapes = Vec::new();
    for (layers, width) in [(3, 3), (5, 4), (6, 10), (9, 30)] {
        let mesh = Mesh::new(layers, width, true);
        let presented = mesh.presented();
        let store: Vec<&Certified> = mesh.links.iter().collect();
        let with_root: Vec<&Certified> = store.iter().copied().chain([&mesh.root]).collect();
        let name = |what: &str| format!("mesh of {layers} layers of {width}, {what}");
        // the JDK reads ten certificates; others may give up, or find each way closed
        let few = presented.len() <= 10;
        let closed = if few { "nnnnn" } else { "nnnn." };
        let open = if few { "yyyyy" } else { "nn..." };
        shapes.extend([
            Shape::new(
                &name("which leads nowhere"),
                closed,
                &[&stranger],
                &presented,
            ),
            Shape::new(
                &name("which leads to the root"),
                open,
                &[&mesh.root],
                &presented,
            ),
            Shape::new(
                &name("all in the store"),
                "yy.yy",
                &with_root,
                &[&mesh.leaf],
            ),
            Shape::new(
                &name("in the store, without a root"),
                "yynyy",
                &store,
                &presented[..1],
            ),
        ]);
    }
    // one name and no identifiers: every certificate may be the issuer of every other one
    let mesh = Mesh::new(1, 300, false);
    let all: Vec<&Certified> = mesh.links.iter().collect();
    shapes.extend([
        Shape::new(
            "300 CAs of one name that certify themselves, presented",
            "nnnn.",
            &[&stranger],
            &mesh.presented(),
        ),
        Shape::new(
            "300 CAs of one name that certify themselves, in the store",
            "yynnn",
            &all,
            &[&mesh.leaf],
        ),
    ]);
    shapes
}

struct Mesh {
    links: Vec<Certified>,
    leaf: Certified,
    root: Certified,
}

impl Mesh {
    /// The CAs of a layer have one name. With `layered` names each has a key of its own, certified by a CA of the next
    /// layer, and every CA of the layer below carries the signature of each; else all of one layer issue one another.
    fn new(layers: usize, width: usize, layered: bool) -> Self {
        let top = root("Layer 0", &bare);
        let mut links = Vec::new();
        let mut above = vec![top.clone()];
        for layer in 1..=layers {
            let name = format!("Layer {layer}");
            let key = Arc::new(Key::p256());
            let layer: Vec<Certified> = (0..width)
                .map(|at| {
                    // one key for the layer: each link fits each
                    let issuer = match layered {
                        true => above[at % above.len()].clone(),
                        false => Certified {
                            subject: crate::matrix::der::name(&name),
                            ..root(&name, &bare)
                        },
                    };
                    let key = if layered {
                        key.clone()
                    } else {
                        Arc::new(Key::p256())
                    };
                    authority(&name, key, Some(&issuer), &|draft| {
                        bare(draft);
                        draft.serial = vec![1 + (at >> 8) as u8, at as u8];
                    })
                })
                .collect();
            links.extend(layer.iter().cloned());
            above = layer;
        }
        let leaf = leaf(&[HOST], above.last(), &bare);
        Self {
            links,
            leaf,
            root: top,
        }
    }

    fn presented(&self) -> Vec<&Certified> {
        [&self.leaf].into_iter().chain(&self.links).collect()
    }
}

/// Without what tells keys apart.
fn bare(draft: &mut Draft) {
    draft.remove(SUBJECT_KEY);
    draft.remove(AUTHORITY_KEY);
}
