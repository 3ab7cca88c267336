//! Numbers, versions, dates, keys and names that no CA would write.

use time::macros::datetime;

use crate::matrix::cells::HOST;
use crate::matrix::der::{bits, integer, name_in, oid, sequence, tlv};
use crate::matrix::extensions::{ALT_NAMES, Extension, alt_names, directory};
use crate::matrix::keys::Key;
use crate::matrix::pki::{authority, leaf, leaf_with, root};

use super::shape::{Plain, Shape};

pub(super) fn shapes() -> Vec<Shape> {
    let plain = Plain::new();
    let mut shapes = numbers(&plain);
    shapes.extend(dates(&plain));
    shapes.extend(keys(&plain));
    shapes.extend(names(&plain));
    shapes
}

/// Serial numbers and versions.
fn numbers(plain: &Plain) -> Vec<Shape> {
    vec![
        plain.with_leaf("a negative serial number", "yyyyy", &|draft| {
            draft.serial = vec![0x80, 1]
        }),
        plain.with_issuing("a CA with a negative serial number", "yyyyy", &|draft| {
            draft.serial = vec![0xff]
        }),
        plain.with_leaf("serial number 0", "yyyyy", &|draft| draft.serial = vec![0]),
        plain.with_leaf("a serial number of 10,000 octets", "yyyyy", &|draft| {
            draft.serial = vec![0x7f; 10_000]
        }),
        plain.with_leaf("a serial number without octets", "nnnn.", &|draft| {
            draft.serial.clear()
        }),
        plain.with_leaf("a serial number with needless octets", "yynn.", &|draft| {
            draft.serial = vec![0, 0, 0, 1]
        }),
        // its alternative names are gone with the extensions
        plain.with_leaf("version 1 at the end", "yyyyn", &|draft| draft.version_1()),
        plain.with_issuing("version 1 in the middle", "nnnnn", &|draft| {
            draft.version_1()
        }),
        Plain::with_root("version 1 at the root", "yyyyy", &|draft| draft.version_1()),
        plain.with_leaf("version 1 with extensions", "nnyyn", &|draft| {
            draft.version = None
        }),
        plain.with_leaf("version 2 with extensions", "nnyyn", &|draft| {
            draft.version = Some(2)
        }),
        plain.with_leaf("version 4", "nnyyn", &|draft| draft.version = Some(4)),
        plain.with_leaf("version 128", "nnyyn", &|draft| draft.version = Some(128)),
    ]
}

/// Before 1970, after 9999, and no dates at all.
fn dates(plain: &Plain) -> Vec<Shape> {
    let spans: [(&str, &str, &'static str, &'static str); 9] = [
        (
            "valid since 1950",
            "yyyyn",
            "19500101000000Z",
            "20400101000000Z",
        ),
        (
            "valid from 1950 to 1969",
            "nnnnn",
            "19500101000000Z",
            "19691231235959Z",
        ),
        (
            "valid since the year 0",
            ".....",
            "00000101000000Z",
            "20400101000000Z",
        ),
        (
            "valid to the end of 9999",
            "yyyyy",
            "20200101000000Z",
            "99991231235959Z",
        ),
        (
            "valid after 9999 only",
            "nnnnn",
            "99991231235959Z",
            "99991231235959Z",
        ),
        (
            "valid to a year of five digits",
            "nnnnn",
            "20200101000000Z",
            "100000101000000Z",
        ),
        (
            "valid to the 31st of February",
            "nnnnn",
            "20200101000000Z",
            "20500231000000Z",
        ),
        ("valid to nonsense", "nnnnn", "20200101000000Z", "never"),
        (
            "over before it begins",
            "nnnnn",
            "20300101000000Z",
            "20200101000000Z",
        ),
    ];
    let mut shapes = Vec::new();
    for (what, expected, from, until) in spans {
        shapes.push(
            plain.with_leaf(&format!("a leaf {what}"), expected, &|draft| {
                (draft.from, draft.until) = (from, until);
            }),
        );
        // to browsers an anchor has no dates
        let expected = match expected {
            "yyyyy" | "yyyyn" => "yyyyy",
            _ => ".....",
        };
        shapes.push(Plain::with_root(
            &format!("a root {what}"),
            expected,
            &|draft| {
                (draft.from, draft.until) = (from, until);
            },
        ));
    }
    for at in [
        datetime!(-9999-01-01 00:00 UTC),
        datetime!(0000-01-01 00:00 UTC),
        datetime!(1969-12-31 23:59:59 UTC),
        datetime!(9999-12-31 23:59:59 UTC),
    ] {
        let mut shape = plain.with_leaf(&format!("asked in {}", at.year()), "nnnnn", &|_| {});
        shape.cell.at = at;
        shapes.push(shape);
    }
    // the very last second; OpenSSL holds that a certificate ends before it
    let mut last = leaf_for_ever(plain);
    last.cell.at = datetime!(9999-12-31 23:59:59 UTC);
    shapes.push(last);
    shapes
}

fn leaf_for_ever(plain: &Plain) -> Shape {
    let foot = leaf(&[HOST], None, &|draft| draft.until = "99991231235959Z");
    let mut shape = Shape::new(
        "the last second of the calendar",
        "yynn.",
        &[&foot],
        &[&foot],
    );
    shape.cell.chain.push(plain.issuing.der.clone());
    shape
}

/// Public keys that are none, of the leaf, of its CA, of the root.
fn keys(plain: &Plain) -> Vec<Shape> {
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        let numbers = sequence(&[&integer(modulus), &integer(exponent)]);
        sequence(&[
            &sequence(&[&oid("1.2.840.113549.1.1.1"), &[5, 0]]),
            &bits(&numbers),
        ])
    };
    let ec = |curve: &str, point: &[u8]| {
        let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid(curve)]);
        sequence(&[&algorithm, &bits(point)])
    };
    let plainly = |id: &str, key: &[u8]| sequence(&[&sequence(&[&oid(id)]), &bits(key)]);
    let p256 = "1.2.840.10045.3.1.7";
    let all: Vec<(&str, Vec<u8>)> = vec![
        ("no key at all", plainly("1.2.840.113549.1.1.1", &[])),
        (
            "garbage for RSA",
            plainly("1.2.840.113549.1.1.1", &[0xa5; 300]),
        ),
        ("an even RSA modulus", rsa(&[0x7e; 256], &[1, 0, 1])),
        (
            "RSA of 1,961 bits",
            rsa(&[&[1][..], &[0x7f; 245]].concat(), &[1, 0, 1]),
        ),
        (
            "RSA of 1,963 bits",
            rsa(&[&[7][..], &[0x7f; 245]].concat(), &[1, 0, 1]),
        ),
        ("an RSA modulus of 0", rsa(&[0], &[1, 0, 1])),
        ("a negative RSA modulus", rsa(&[0xff; 256], &[1, 0, 1])),
        ("RSA exponent 0", rsa(&[0x7f; 256], &[0])),
        ("RSA exponent 1", rsa(&[0x7f; 256], &[1])),
        (
            "an RSA exponent as long as the modulus",
            rsa(&[0x7f; 256], &[0x7f; 256]),
        ),
        (
            "RSA of 16,384 bits and an exponent of 64",
            rsa(&[0x7f; 2048], &[0x7f; 8]),
        ),
        ("RSA of 400,000 bits", rsa(&[0x7f; 50_000], &[0x7f; 50_000])),
        ("the point at infinity", ec(p256, &[0])),
        (
            "a point off the curve",
            ec(p256, &[&[4][..], &[1; 64]].concat()),
        ),
        ("a short point", ec(p256, &[4, 1])),
        (
            "an unknown curve",
            ec("1.3.6.1.4.1.55555.9", &[&[4][..], &[1; 64]].concat()),
        ),
        (
            "an Ed25519 key of a thousand octets",
            plainly("1.3.101.112", &[1; 1000]),
        ),
        ("an Ed448 key of garbage", plainly("1.3.101.113", &[1; 57])),
        (
            "an unknown algorithm",
            plainly("1.3.6.1.4.1.55555.8", &[1; 64]),
        ),
        ("a key of another shape", sequence(&[&integer(&[1])])),
    ];
    let mut shapes = Vec::new();
    for (what, spki) in all {
        let key = || Key::posing_as(spki.clone());
        let foot = leaf_with(key(), &[HOST], Some(&plain.issuing), &|_| {});
        let chain = [&foot, &plain.issuing];
        shapes.push(Shape::new(
            &format!("leaf: {what}"),
            ".....",
            &[&plain.root],
            &chain,
        ));
        // whatever is signed with such a key, no client can have checked it
        let middle = authority("Issuing", key(), Some(&plain.root), &|_| {});
        let foot = leaf(&[HOST], Some(&middle), &|_| {});
        shapes.push(never(
            &format!("CA: {what}"),
            &[&plain.root],
            &[&foot, &middle],
        ));
        let top = authority("Root", key(), None, &|_| {});
        let middle = authority("Issuing", Key::p256(), Some(&top), &|_| {});
        let foot = leaf(&[HOST], Some(&middle), &|_| {});
        shapes.push(never(&format!("root: {what}"), &[&top], &[&foot, &middle]));
    }
    shapes
}

/// Refused, or nobody can tell; but never accepted.
fn never(
    name: &str,
    trusted: &[&crate::matrix::pki::Certified],
    chain: &[&crate::matrix::pki::Certified],
) -> Shape {
    Shape::new(name, "!!!!!", trusted, chain)
}

/// NUL, escapes, text that runs backwards, and other things that look like something else.
fn names(plain: &Plain) -> Vec<Shape> {
    let hosts: [(&str, &str, &str); 8] = [
        (
            "NUL and another name behind",
            "nnnnn",
            "api.trustpack.test\0.evil.test",
        ),
        ("NUL behind", "nnnnn", "api.trustpack.test\0"),
        ("NUL in front", "nnnnn", "\0api.trustpack.test"),
        (
            "an override of direction",
            "nnnnn",
            "api.\u{202e}tset.kcaptsurt",
        ),
        ("a mark of direction", "nnnnn", "api.trustpack.test\u{200f}"),
        ("an escape sequence", "nnnnn", "\u{1b}[2Kapi.trustpack.test"),
        (
            "letters of another alphabet",
            "nnnnn",
            "\u{0430}pi.trustpack.test",
        ),
        ("a line feed", "nnnnn", "evil.test\napi.trustpack.test"),
    ];
    let mut shapes = Vec::new();
    for (what, expected, host) in hosts {
        shapes.push(plain.with_leaf(
            &format!("alternative name with {what}"),
            expected,
            &|draft| {
                draft.set(alt_names(&[host]));
            },
        ));
        for tag in [0x0c, 0x13, 0x16, 0x1e] {
            let what = format!("common name with {what}, string {tag:#x}");
            shapes.push(plain.with_leaf(&what, "nnnnn", &|draft| {
                draft.subject = name_in(tag, host);
                draft.remove(ALT_NAMES);
            }));
        }
        // the name of an issuer is compared, and does not have to make sense
        let top = root(host, &|_| {});
        let foot = leaf(&[HOST], Some(&top), &|_| {});
        let what = format!("issuer with {what}");
        shapes.push(Shape::new(&what, "yyyyy", &[&top], &[&foot]));
    }
    let values: [(&str, Vec<u8>); 6] = [
        ("of no names", sequence(&[])),
        ("that are no list", integer(&[1])),
        ("that are cut off", vec![0x30, 0x7f, 0x82]),
        (
            "of bytes that are no text",
            sequence(&[&tlv(0x82, &[&[0xff, 0xfe, 0x80]])]),
        ),
        (
            "with an address of three octets",
            sequence(&[&tlv(0x87, &[&[1, 2, 3]])]),
        ),
        (
            "with a directory of garbage",
            sequence(&[&directory(&[0x31, 0x7f])]),
        ),
    ];
    for (what, value) in values {
        shapes.push(
            plain.with_leaf(&format!("alternative names {what}"), "!!!!!", &|draft| {
                draft.set(Extension::new(ALT_NAMES, false, value.clone()));
                draft.subject = name_in(0x0c, "nobody");
            }),
        );
    }
    shapes
}
