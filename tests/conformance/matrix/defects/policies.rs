//! Policies that CAs demand, map and inhibit (RFC 5280 section 6.1), on a path of two CAs and a leaf.

use super::Defect;
use crate::matrix::cells::HOST;
use crate::matrix::der::{integer, oid, sequence, tlv};
use crate::matrix::extensions::Extension;
use crate::matrix::pki::{Draft, issuing, leaf, root};

/// What the upper CA, the lower CA and the leaf say of policies.
type Case = (&'static str, [Vec<Extension>; 3]);

pub(super) fn defects() -> Vec<Defect> {
    cases().into_iter().map(defect).collect()
}

fn defect((name, [upper, lower, end]): Case) -> Defect {
    let with = |extensions: Vec<Extension>| {
        move |draft: &mut Draft| extensions.iter().cloned().for_each(|one| draft.set(one))
    };
    let root = root("Root", &|_| {});
    let upper = issuing("Upper", &root, &with(upper));
    let lower = issuing("Lower", &upper, &with(lower));
    let end = leaf(&[HOST], Some(&lower), &with(end));
    Defect::new(format!("policies: {name}"), &[&end, &lower, &upper], &root)
}

fn cases() -> Vec<Case> {
    let a = || listed(&[A], false);
    let b = || listed(&[B], false);
    let any = || listed(&[ANY], false);
    let none = Vec::new;
    vec![
        (
            "the same everywhere, demanded at once",
            [vec![a(), demand(0)], vec![a()], vec![a()]],
        ),
        (
            "missing in the leaf, demanded at once",
            [vec![a(), demand(0)], vec![a()], none()],
        ),
        (
            "missing in the middle, demanded at once",
            [vec![a(), demand(0)], none(), vec![a()]],
        ),
        (
            "missing at the top, demanded at once",
            [vec![demand(0)], vec![a()], vec![a()]],
        ),
        (
            "missing, demanded one below",
            [vec![a(), demand(1)], vec![a()], none()],
        ),
        (
            "missing, demanded two below",
            [vec![a(), demand(2)], vec![a()], none()],
        ),
        (
            "missing, demanded three below",
            [vec![a(), demand(3)], vec![a()], none()],
        ),
        (
            "missing, demanded by the lower",
            [vec![a()], vec![a(), demand(0)], none()],
        ),
        (
            "missing, demanded by the lower for later",
            [vec![a()], vec![a(), demand(1)], none()],
        ),
        (
            "missing, demanded by the leaf",
            [none(), none(), vec![demand(0)]],
        ),
        (
            "missing, demanded by the leaf for later",
            [none(), none(), vec![demand(1)]],
        ),
        (
            "another in the leaf",
            [vec![a(), demand(0)], vec![a()], vec![b()]],
        ),
        (
            "another in the leaf, not demanded",
            [vec![a()], vec![a()], vec![b()]],
        ),
        (
            "any at the top",
            [vec![any(), demand(0)], vec![a()], vec![a()]],
        ),
        (
            "any everywhere",
            [vec![any(), demand(0)], vec![any()], vec![any()]],
        ),
        (
            "any, inhibited",
            [
                vec![any(), demand(0), inhibit_any(0)],
                vec![any()],
                vec![a()],
            ],
        ),
        (
            "any, inhibited one below",
            [
                vec![any(), demand(0), inhibit_any(1)],
                vec![any()],
                vec![any()],
            ],
        ),
        (
            "any in the leaf, inhibited",
            [vec![a(), demand(0), inhibit_any(1)], vec![a()], vec![any()]],
        ),
        (
            "any in the leaf",
            [vec![a(), demand(0)], vec![a()], vec![any()]],
        ),
        (
            "two of them, one goes on",
            [
                vec![listed(&[A, B], false), demand(0)],
                vec![b()],
                vec![listed(&[B, C], false)],
            ],
        ),
        (
            "mapped",
            [
                vec![a(), demand(0), mapped(&[(A, B)])],
                vec![b()],
                vec![b()],
            ],
        ),
        (
            "mapped, the old one used",
            [
                vec![a(), demand(0), mapped(&[(A, B)])],
                vec![a()],
                vec![a()],
            ],
        ),
        (
            "mapped to two",
            [
                vec![a(), demand(0), mapped(&[(A, B), (A, C)])],
                vec![b()],
                vec![b()],
            ],
        ),
        (
            "mapped to itself and another",
            [
                vec![a(), demand(0), mapped(&[(A, A), (A, B)])],
                vec![a()],
                vec![a()],
            ],
        ),
        (
            "mapped from any",
            [
                vec![any(), demand(0), mapped(&[(A, B)])],
                vec![b()],
                vec![b()],
            ],
        ),
        (
            "mapped twice",
            [
                vec![a(), demand(0), mapped(&[(A, B)])],
                vec![b(), mapped(&[(B, C)])],
                vec![listed(&[C], false)],
            ],
        ),
        (
            "mapping inhibited",
            [
                vec![a(), limits(Some(0), Some(0))],
                vec![a(), mapped(&[(A, B)])],
                vec![b()],
            ],
        ),
        (
            "mapping inhibited one below",
            [
                vec![a(), limits(Some(0), Some(1))],
                vec![a(), mapped(&[(A, B)])],
                vec![b()],
            ],
        ),
        (
            "mapped from any policy",
            [vec![any(), mapped(&[(ANY, A)])], vec![a()], vec![a()]],
        ),
        (
            "mapped to any policy",
            [vec![a(), mapped(&[(A, ANY)])], vec![a()], vec![a()]],
        ),
        (
            "mapped without any listed",
            [vec![mapped(&[(ANY, A)])], none(), none()],
        ),
        ("qualifiers", [vec![a()], vec![a()], vec![qualified(false)]]),
        (
            "critical",
            [
                vec![listed(&[A], true)],
                vec![listed(&[A], true)],
                vec![listed(&[A], true)],
            ],
        ),
        (
            "critical qualifiers",
            [vec![a()], vec![a()], vec![qualified(true)]],
        ),
        (
            "critical qualifiers when nothing is left",
            [none(), none(), vec![qualified(true)]],
        ),
    ]
}

const ANY: &str = "2.5.29.32.0";
const A: &str = "1.2.3.4.1";
const B: &str = "1.2.3.4.2";
const C: &str = "1.2.3.4.3";

fn listed(policies: &[&str], critical: bool) -> Extension {
    let list: Vec<u8> = policies
        .iter()
        .flat_map(|one| sequence(&[&oid(one)]))
        .collect();
    Extension::new("2.5.29.32", critical, sequence(&[&list]))
}

/// A, with the address of a practice statement.
fn qualified(critical: bool) -> Extension {
    let address = tlv(0x16, &[b"http://trustpack.test/cps"]);
    let qualifier = sequence(&[&oid("1.3.6.1.5.5.7.2.1"), &address]);
    let information = sequence(&[&oid(A), &sequence(&[&qualifier])]);
    Extension::new("2.5.29.32", critical, sequence(&[&information]))
}

fn mapped(pairs: &[(&str, &str)]) -> Extension {
    let pair = |(from, to): &(&str, &str)| sequence(&[&oid(from), &oid(to)]);
    let list: Vec<u8> = pairs.iter().flat_map(pair).collect();
    Extension::new("2.5.29.33", true, sequence(&[&list]))
}

fn demand(skip: u8) -> Extension {
    limits(Some(skip), None)
}

/// policyConstraints: requireExplicitPolicy and inhibitPolicyMapping.
fn limits(explicit: Option<u8>, mapping: Option<u8>) -> Extension {
    let field = |tag, value: Option<u8>| value.map_or_else(Vec::new, |value| tlv(tag, &[&[value]]));
    let value = sequence(&[&field(0x80, explicit), &field(0x81, mapping)]);
    Extension::new("2.5.29.36", true, value)
}

fn inhibit_any(skip: u8) -> Extension {
    Extension::new("2.5.29.54", true, integer(&[skip]))
}
