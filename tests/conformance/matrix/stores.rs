//! Stores × servers × dates, with nothing wrong in the leaf.

use time::OffsetDateTime;
use time::macros::datetime;

use super::cells::{Cell, GOOD, HOST};
use super::extensions::{basic, host_constraints};
use super::pki::{Certified, LONG, PAST, authority, issuing, leaf, leaf_with, root};

const DATES: [(&str, OffsetDateTime); 5] = [
    ("before the leaf", datetime!(2021-03-01 00:00 UTC)),
    ("valid", GOOD),
    ("after a leaf of one year", datetime!(2025-06-01 00:00 UTC)),
    ("after the intermediate", datetime!(2028-06-01 00:00 UTC)),
    ("after the root", datetime!(2033-06-01 00:00 UTC)),
];

pub(crate) fn cells() -> Vec<Cell> {
    let parts = Parts::new();
    let stores = parts.stores();
    let mut cells = Vec::new();
    for (lifetime, end_entity) in [("short", &parts.short), ("long", &parts.long)] {
        for (server, chain) in parts.servers(end_entity) {
            for (date, at) in DATES {
                // every server on a good day; on the other days those where the day can matter
                let dated = ["full", "bare", "with the cross-signed root"].contains(&server);
                let wanted = match lifetime {
                    "long" => at == GOOD || dated,
                    _ => server == "full",
                };
                if !wanted {
                    continue;
                }
                for (store, trusted) in &stores {
                    let trusted: Vec<&Certified> = trusted
                        .iter()
                        .map(|name| {
                            if *name == "leaf" {
                                end_entity
                            } else {
                                parts.get(name)
                            }
                        })
                        .collect();
                    let name = format!("store {store} / {lifetime} leaf, server {server} / {date}");
                    cells.push(Cell::new(name, &trusted, &chain).at(at));
                }
            }
        }
    }
    cells
}

struct Parts {
    named: Vec<(&'static str, Certified)>,
    short: Certified,
    long: Certified,
}

impl Parts {
    fn new() -> Self {
        let nothing = &|_: &mut _| {};
        let first = root("Root", nothing);
        let second = root("Second root", nothing);
        let same = |change| authority("Root", first.key.clone(), None, change);
        let middle = issuing("Issuing", &first, nothing);
        let twin = |issuer: &Certified, change| {
            authority("Issuing", middle.key.clone(), Some(issuer), change)
        };
        let short = leaf(&[HOST], Some(&middle), nothing);
        let long = leaf_with(short.key.clone(), &[HOST], Some(&middle), &|draft| {
            (draft.from, draft.until) = LONG;
        });
        let named = vec![
            ("namesake", root("Root", nothing)),
            ("stranger", root("Stranger", nothing)),
            (
                "cross",
                authority("Root", first.key.clone(), Some(&second), nothing),
            ),
            ("second issuing", twin(&second, nothing)),
            (
                "expired root",
                same(&|draft| (draft.from, draft.until) = PAST),
            ),
            (
                "expired issuing",
                twin(&first, &|draft| (draft.from, draft.until) = PAST),
            ),
            (
                "permitting root",
                same(&|draft| draft.set(host_constraints(&["trustpack.test"], &[]))),
            ),
            (
                "excluding root",
                same(&|draft| draft.set(host_constraints(&[], &["trustpack.test"]))),
            ),
            ("non-CA root", same(&|draft| draft.set(basic(false, None)))),
            ("short root", same(&|draft| draft.set(basic(true, Some(0))))),
            ("version 1 root", same(&|draft| draft.version_1())),
            ("root", first),
            ("second", second),
            ("issuing", middle),
        ];
        Self { named, short, long }
    }

    fn get(&self, name: &str) -> &Certified {
        let found = self.named.iter().find(|(known, _)| *known == name);
        &found
            .unwrap_or_else(|| panic!("no part is called {name}"))
            .1
    }

    /// What is trusted, by the names of the parts; `leaf` is the one that the server has.
    fn stores(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            ("root", vec!["root"]),
            ("intermediate", vec!["issuing"]),
            ("root and intermediate", vec!["root", "issuing"]),
            ("leaf", vec!["leaf"]),
            ("leaf and stranger", vec!["stranger", "leaf"]),
            ("stranger", vec!["stranger"]),
            ("namesake", vec!["namesake"]),
            ("namesake and root", vec!["namesake", "root"]),
            ("second root", vec!["second"]),
            ("both roots", vec!["second", "root"]),
            ("cross-signed root", vec!["cross"]),
            ("cross-signed root and second", vec!["cross", "second"]),
            ("expired root", vec!["expired root"]),
            ("expired root and root", vec!["expired root", "root"]),
            ("expired intermediate", vec!["expired issuing"]),
            (
                "expired intermediate and root",
                vec!["expired issuing", "root"],
            ),
            ("permitting root", vec!["permitting root"]),
            ("excluding root", vec!["excluding root"]),
            ("excluding root and root", vec!["excluding root", "root"]),
            ("root that is no CA", vec!["non-CA root"]),
            ("root that is no CA and root", vec!["non-CA root", "root"]),
            ("root with path length 0", vec!["short root"]),
            ("version 1 root", vec!["version 1 root"]),
        ]
    }

    /// What is presented.
    fn servers<'a>(&'a self, leaf: &'a Certified) -> Vec<(&'static str, Vec<&'a Certified>)> {
        let chain = |names: &[&str]| -> Vec<&'a Certified> {
            let part = |name: &&str| {
                if *name == "leaf" {
                    leaf
                } else {
                    self.get(name)
                }
            };
            names.iter().map(part).collect()
        };
        let chains: [(&str, &[&str]); 17] = [
            ("full", &["leaf", "issuing"]),
            ("bare", &["leaf"]),
            ("with its root", &["leaf", "issuing", "root"]),
            ("wrong order", &["leaf", "root", "issuing"]),
            ("an extra after", &["leaf", "issuing", "stranger"]),
            ("an extra before", &["leaf", "stranger", "issuing"]),
            ("intermediate twice", &["leaf", "issuing", "issuing"]),
            ("leaf twice", &["leaf", "leaf", "issuing"]),
            ("with the cross-signed root", &["leaf", "issuing", "cross"]),
            ("cross-signed root first", &["leaf", "cross", "issuing"]),
            (
                "cross-signed root and its issuer",
                &["leaf", "issuing", "cross", "second"],
            ),
            ("expired intermediate only", &["leaf", "expired issuing"]),
            (
                "expired intermediate first",
                &["leaf", "expired issuing", "issuing"],
            ),
            (
                "expired intermediate last",
                &["leaf", "issuing", "expired issuing"],
            ),
            ("root without intermediate", &["leaf", "root"]),
            (
                "intermediate of the second root",
                &["leaf", "second issuing"],
            ),
            ("both intermediates", &["leaf", "second issuing", "issuing"]),
        ];
        chains.map(|(name, names)| (name, chain(names))).into()
    }
}
