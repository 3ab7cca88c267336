//! Names in certificates × names that are asked for.

use super::cells::Cell;
use super::der::{name, sequence};
use super::extensions::{ALT_NAMES, alt_names};
use super::pki::{Certified, Change, Draft, issuing, leaf, root};

const ASKED: [&str; 12] = [
    "api.trustpack.test",
    "API.TrustPack.test",
    "api.trustpack.test.",
    "www.trustpack.test",
    "deep.api.trustpack.test",
    "trustpack.test",
    "xn--mnchen-3ya.test",
    "localhost",
    "127.0.0.1",
    "127.0.0.2",
    "::1",
    "api_1.trustpack.test",
];

pub(crate) fn cells() -> Vec<Cell> {
    let root = root("Root", &|_| {});
    let issuing = issuing("Issuing", &root, &|_| {});
    let mut cells = Vec::new();
    for (kind, certificate) in certificates(&issuing) {
        for host in ASKED {
            let name = format!("name {kind} / asked {host}");
            cells.push(Cell::new(name, &[&root], &[&certificate, &issuing]).host(host));
        }
    }
    cells
}

fn certificates(issuing: &Certified) -> Vec<(&'static str, Certified)> {
    let lists: [(&str, &[&str]); 19] = [
        ("exact", &["api.trustpack.test"]),
        ("upper case", &["API.TRUSTPACK.TEST"]),
        ("trailing dot", &["api.trustpack.test."]),
        ("leading dot", &[".trustpack.test"]),
        ("wildcard", &["*.trustpack.test"]),
        ("wildcard in the middle", &["api.*.test"]),
        ("wildcard at the end", &["api.trustpack.*"]),
        ("wildcard, two of them", &["*.*.test"]),
        ("wildcard after letters", &["a*.trustpack.test"]),
        ("wildcard before letters", &["*i.trustpack.test"]),
        ("wildcard of one label", &["*.test"]),
        ("wildcard alone", &["*"]),
        ("wildcard in an A-label", &["xn--*.test"]),
        ("A-label", &["xn--mnchen-3ya.test"]),
        ("underscore", &["api_1.trustpack.test"]),
        ("address", &["127.0.0.1"]),
        ("address of IPv6", &["::1"]),
        (
            "several",
            &["other.test", "127.0.0.2", "*.trustpack.test", "localhost"],
        ),
        ("a mail address only", &["@api.trustpack.test"]),
    ];
    let mut all: Vec<(&str, Certified)> = lists
        .into_iter()
        .map(|(kind, names)| {
            let neutral = |draft: &mut Draft| draft.subject = name("server");
            (kind, leaf(names, Some(issuing), &neutral))
        })
        .collect();
    let without = |draft: &mut Draft| draft.remove(ALT_NAMES);
    let changes: [(&str, &str, Change<'_>); 7] = [
        ("common name only", "api.trustpack.test", &without),
        (
            "wildcard in the common name only",
            "*.trustpack.test",
            &without,
        ),
        ("address in the common name only", "127.0.0.1", &without),
        (
            "common name, and an address beside it",
            "api.trustpack.test",
            &|draft| draft.set(alt_names(&["127.0.0.1"])),
        ),
        (
            "common name, and another name beside it",
            "api.trustpack.test",
            &|draft| draft.set(alt_names(&["other.test"])),
        ),
        ("address as a host name", "server", &|draft| {
            let mut names = alt_names(&["x"]);
            names.value = sequence(&[&[0x82, 9], b"127.0.0.1"]);
            draft.set(names);
        }),
        ("no name at all", "", &|draft| {
            draft.remove(ALT_NAMES);
        }),
    ];
    for (kind, common_name, change) in changes {
        let certificate = leaf(&[], Some(issuing), &|draft| {
            draft.subject = name(common_name);
            change(draft);
        });
        all.push((kind, certificate));
    }
    all
}
