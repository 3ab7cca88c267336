//! Very many certificates, none at all, and issuers in a circle.

use crate::matrix::cells::HOST;
use crate::matrix::extensions::{AUTHORITY_KEY, SUBJECT_KEY};
use crate::matrix::pki::{Certified, Draft, authority, issuing, leaf, root};

use super::shape::{Plain, Shape};

pub(super) fn shapes() -> Vec<Shape> {
    let plain = Plain::new();
    let Plain {
        root,
        issuing,
        leaf,
    } = &plain;
    let mut shapes = Vec::new();
    shapes.extend(ladders());
    shapes.extend(namesakes());
    shapes.extend(loops());
    let strangers: Vec<Certified> = (0..998).map(stranger).collect();
    let crowd: Vec<&Certified> = [leaf, issuing].into_iter().chain(&strangers).collect();
    shapes.extend([
        Shape::new(
            "998 strangers behind a good chain",
            "nnyyy",
            &[root],
            &crowd,
        ),
        Shape::new(
            "998 strangers and the root in the store",
            "yyyyy",
            &[&crowd[2..], &[root]].concat(),
            &crowd[..2],
        ),
        Shape::new(
            "the same leaf a thousand times",
            "nnnnn",
            &[root],
            &[leaf; 1000],
        ),
        Shape::new(
            "the intermediate 999 times",
            "nnyyy",
            &[root],
            &[&[leaf][..], &[issuing; 999]].concat(),
        ),
        Shape::new(
            "the root a thousand times in the store",
            "yyyyy",
            &[root; 1000],
            &[leaf, issuing],
        ),
        Shape::new("an empty store", "nnnnn", &[], &[leaf, issuing]),
    ]);
    let mut nothing = Shape::new("nothing presented", "nnnnn", &[root], &[leaf]);
    nothing.cell.chain.clear();
    let mut junk = Shape::new("a thousand times no certificate", "nnnnn", &[root], &[leaf]);
    junk.cell.chain = (0..1000_u32)
        .map(|one| one.to_be_bytes().to_vec().into())
        .collect();
    let mut junk_behind = Shape::new(
        "no certificate behind a good chain",
        "nnnny",
        &[root],
        &[leaf, issuing],
    );
    junk_behind.cell.chain.push(vec![0x30, 0x80].into());
    shapes.extend([nothing, junk, junk_behind]);
    shapes
}

/// A thousand CAs, each issued by the next one.
fn ladders() -> Vec<Shape> {
    let mut rungs = vec![root("Rung 0", &|_| {})];
    for number in 1..999 {
        let next = issuing(&format!("Rung {number}"), &rungs[number - 1], &|_| {});
        rungs.push(next);
    }
    let foot = leaf(&[HOST], rungs.last(), &|_| {});
    let down: Vec<&Certified> = [&foot].into_iter().chain(rungs.iter().rev()).collect();
    let up: Vec<&Certified> = [&foot].into_iter().chain(&rungs).collect();
    let top = down[999];
    vec![
        Shape::new("a ladder of a thousand", "nnnnn", &[top], &down),
        Shape::new("a ladder of a thousand, upside down", "nnnnn", &[top], &up),
        // Java and browsers, and OpenSSL when told to, stop at the first CA that is in the store
        Shape::new(
            "a ladder of 999 in the store",
            "yynyy",
            &down[1..],
            &[&foot],
        ),
        Shape::new(
            "a ladder of 999 in the store and a thousand presented",
            "nnnyy",
            &down[1..],
            &down,
        ),
        Shape::new("a ladder of 90", "nnnyn", &[down[90]], &down[..90]),
    ]
}

/// Roots of one name; nothing tells which of them has issued anything.
fn namesakes() -> Vec<Shape> {
    let bare = |draft: &mut Draft| {
        draft.remove(SUBJECT_KEY);
        draft.remove(AUTHORITY_KEY);
    };
    let roots: Vec<Certified> = (0..1000).map(|_| root("Root", &bare)).collect();
    let right = roots.last().unwrap();
    let middle = issuing("Issuing", right, &bare);
    let foot = leaf(&[HOST], Some(&middle), &bare);
    let all: Vec<&Certified> = roots.iter().collect();
    let few: Vec<&Certified> = roots[990..].iter().collect();
    let middles: Vec<Certified> = (0..1000)
        .map(|_| issuing("Issuing", right, &bare))
        .collect();
    let middles: Vec<&Certified> = [&foot]
        .into_iter()
        .chain(&middles)
        .chain([&middle])
        .collect();
    vec![
        // OpenSSL takes the first, and looks at signatures when it is too late
        Shape::new("ten roots of one name", "yynny", &few, &[&foot, &middle]),
        Shape::new(
            "a thousand roots of one name",
            "??nnn",
            &all,
            &[&foot, &middle],
        ),
        Shape::new(
            "a thousand intermediates of one name in the store",
            "??nnn",
            &middles[1..],
            &[&foot],
        ),
        Shape::new(
            "a thousand intermediates of one name presented",
            "nnnnn",
            &[right],
            &middles,
        ),
        Shape::new(
            "a thousand roots and intermediates of one name",
            "nnnnn",
            &all,
            &middles,
        ),
    ]
}

/// CAs that issue one another.
fn loops() -> Vec<Shape> {
    [1, 2, 9, 500]
        .into_iter()
        .flat_map(|length| {
            let keys: Vec<Certified> = (0..length).map(|at| root(&link(at), &|_| {})).collect();
            let links: Vec<Certified> = (0..length)
                .map(|at| {
                    let issuer = &keys[(at + 1) % length];
                    // a circle of one is a root unless its key is another one's
                    let key = if length == 1 {
                        root("", &|_| {}).key
                    } else {
                        keys[at].key.clone()
                    };
                    authority(&link(at), key, Some(issuer), &|_| {})
                })
                .collect();
            let foot = leaf(&[HOST], Some(&links[0]), &|_| {});
            let stranger = root("Stranger", &|_| {});
            let chain: Vec<&Certified> = [&foot].into_iter().chain(&links).collect();
            let store: Vec<&Certified> = links.iter().collect();
            // whoever takes any certificate for an anchor takes these
            let in_store = if length == 1 { "....." } else { "yynyy" };
            [
                Shape::new(
                    &format!("a circle of {length} presented"),
                    "nnnnn",
                    &[&stranger],
                    &chain,
                ),
                Shape::new(
                    &format!("a circle of {length} in the store"),
                    in_store,
                    &store,
                    &[&foot],
                ),
            ]
        })
        .collect()
}

fn link(at: usize) -> String {
    format!("Link {at}")
}

fn stranger(number: usize) -> Certified {
    root(&format!("Stranger {number}"), &|_| {})
}
