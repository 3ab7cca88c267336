//! Certificates with very many names, constraints, policies or extensions.

use crate::matrix::cells::HOST;
use crate::matrix::der::{integer, name, octets, oid, sequence, tlv};
use crate::matrix::extensions::{
    Extension, PURPOSES, alt_names, basic, constraints, general_name, host_constraints, unknown,
};
use crate::matrix::pki::{Certified, issuing, leaf, root};

use super::shape::{Plain, Shape};

pub(super) fn shapes() -> Vec<Shape> {
    let plain = Plain::new();
    let names: Vec<String> = (0..20_000)
        .map(|one| format!("n{one}.trustpack.test"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain([HOST]).collect();
    let many_names = alt_names(&names);
    let other_names = alt_names(&names[..20_000]);
    let wildcards: Vec<String> = (0..20_000).map(|one| format!("*a*{one}*.*.test")).collect();
    let wildcards: Vec<&str> = wildcards.iter().map(String::as_str).collect();
    let mut shapes = vec![
        // webpki reads certificates of up to 64 KiB
        plain.with_leaf("2,000 names, the last one right", "yyyyy", &|draft| {
            draft.set(alt_names(&names[18_001..]));
        }),
        plain.with_leaf("20,000 names, the last one right", "yyyyn", &|draft| {
            draft.set(many_names.clone());
        }),
        plain.with_leaf("20,000 names, none right", "nnnnn", &|draft| {
            draft.set(other_names.clone());
        }),
        plain.with_leaf("20,000 wildcards", "nnnnn", &|draft| {
            draft.set(alt_names(&wildcards));
        }),
        plain.with_issuing("a CA with 20,000 names", "yyyyn", &|draft| {
            draft.set(many_names.clone());
        }),
        plain.with_leaf("a common name of 100,000 letters", "yyyyn", &|draft| {
            draft.subject = name(&"a".repeat(100_000));
        }),
        plain.with_leaf("a subject of 20,000 parts", "yyyyn", &|draft| {
            draft.subject = sequence(&[&draft.subject[..0], &parts(20_000)]);
        }),
    ];
    shapes.extend(constrained(&many_names, &names));
    shapes.extend(extended(&plain));
    shapes.extend(by_policies());
    shapes
}

/// Relative names of a subject.
fn parts(count: usize) -> Vec<u8> {
    let part = |at: usize| {
        let text = tlv(0x0c, &[format!("part {at}").as_bytes()]);
        tlv(0x31, &[&sequence(&[&oid("2.5.4.11"), &text])])
    };
    (0..count).flat_map(part).collect()
}

/// Names times constraints.
fn constrained(many_names: &Extension, names: &[&str]) -> Vec<Shape> {
    let inside = ["trustpack.test"];
    let permitted: Vec<String> = (0..5_000).map(|one| format!("p{one}.other.test")).collect();
    let permitted: Vec<&str> = permitted.iter().map(String::as_str).collect();
    let and_ours: Vec<&str> = permitted.iter().copied().chain(inside).collect();
    let directories: Vec<Vec<u8>> = (0..5_000)
        .map(|one| tlv(0xa4, &[&name(&format!("Directory {one}"))]))
        .collect();
    let with = |what: &str, expected, issuers: usize, constraint: &Extension, names: &Extension| {
        let mut chain = vec![root("Root", &|_| {})];
        for at in 0..issuers {
            let next = issuing(&format!("Issuing {at}"), &chain[at], &|draft| {
                draft.set(constraint.clone())
            });
            chain.push(next);
        }
        let foot = leaf(&[HOST], chain.last(), &|draft| draft.set(names.clone()));
        let presented: Vec<&Certified> =
            [&foot].into_iter().chain(chain[1..].iter().rev()).collect();
        Shape::new(what, expected, &[&chain[0]], &presented)
    };
    let few = alt_names(&[HOST]);
    let one = host_constraints(&inside, &[]);
    let many = host_constraints(&and_ours, &[]);
    let others = host_constraints(&[], &permitted);
    let by_directory = constraints(&directories, &[]);
    let half = alt_names(&names[names.len() - 200..]);
    vec![
        with("one name, one constraint", "yyyyy", 1, &one, &few),
        with(
            "one name, 1,000 constraints",
            "yyyyy",
            1,
            &host_constraints(&and_ours[4_001..], &[]),
            &few,
        ),
        with("20,000 names, one constraint", "yyyyn", 1, &one, many_names),
        with("one name, 5,000 constraints", "yyyyn", 1, &many, &few),
        with("200 names, 5,000 constraints", "yyyyn", 1, &many, &half),
        // OpenSSL and webpki count the comparisons and refuse
        with(
            "20,000 names, 5,000 constraints",
            "??nnn",
            1,
            &many,
            many_names,
        ),
        with(
            "20,000 names, 5,000 exclusions",
            "??nnn",
            1,
            &others,
            many_names,
        ),
        with(
            "20,000 names, five times 5,000 constraints",
            "??nnn",
            5,
            &many,
            many_names,
        ),
        with(
            "20,000 names, 5,000 directories",
            "??nnn",
            1,
            &by_directory,
            many_names,
        ),
        namesakes_with(&many, many_names),
    ]
}

/// As often as there are roots that might be the one.
fn namesakes_with(constraint: &Extension, names: &Extension) -> Shape {
    let bare = |draft: &mut crate::matrix::pki::Draft| {
        draft.remove(crate::matrix::extensions::SUBJECT_KEY);
        draft.remove(crate::matrix::extensions::AUTHORITY_KEY);
    };
    let roots: Vec<Certified> = (0..200).map(|_| root("Root", &bare)).collect();
    let middle = issuing("Issuing", &roots[199], &|draft| {
        bare(draft);
        draft.set(constraint.clone());
    });
    let foot = leaf(&[HOST], Some(&middle), &|draft| {
        bare(draft);
        draft.set(names.clone());
    });
    let store: Vec<&Certified> = roots.iter().collect();
    Shape::new(
        "20,000 names, 5,000 constraints, 200 roots",
        "??nnn",
        &store,
        &[&foot, &middle],
    )
}

/// Extensions by the thousand.
fn extended(plain: &Plain) -> Vec<Shape> {
    // identifiers live as long as the program, as those that are written here
    let strange = |at: usize| -> &'static str { format!("1.3.6.1.4.1.55555.{at}").leak() };
    let each: Vec<Extension> = (10..10_010)
        .map(|at| Extension::new(strange(at), false, vec![5, 0]))
        .collect();
    let critical: Vec<Extension> = each
        .iter()
        .map(|one| Extension {
            critical: true,
            ..one.clone()
        })
        .chain(vec![basic(false, None); 10_000])
        .collect();
    let purposes: Vec<u8> = (0..20_000)
        .flat_map(|at| oid(&format!("1.3.6.1.4.1.55555.{at}")))
        .collect();
    vec![
        plain.with_leaf("10,000 different extensions", "yyyyn", &|draft| {
            draft.extensions.extend(each.clone());
        }),
        plain.with_issuing("10,000 different extensions of a CA", "yyyyn", &|draft| {
            draft.extensions.extend(each.clone());
        }),
        Plain::with_root("10,000 different extensions of a root", "yyyyn", &|draft| {
            draft.extensions.extend(each.clone());
        }),
        plain.with_leaf(
            "10,000 critical extensions, known and unknown",
            "nnnnn",
            &|draft| {
                draft.extensions.extend(critical.clone());
            },
        ),
        plain.with_issuing("10,000 critical extensions of a CA", "nnnnn", &|draft| {
            draft.extensions.extend(critical.clone());
        }),
        // JDK 17 and later, OpenSSL: refused by the parser, or held for invalid
        plain.with_leaf("an extension of no meaning twice", "nnyyy", &|draft| {
            draft.extensions.extend([unknown(false), unknown(false)]);
        }),
        plain.with_leaf("alternative names twice", "nnnnn", &|draft| {
            draft.extensions.push(alt_names(&["evil.test"]));
        }),
        plain.with_issuing("basic constraints twice", "nnnnn", &|draft| {
            draft.extensions.push(basic(true, None));
        }),
        plain.with_leaf("20,000 purposes without the right one", "nnnnn", &|draft| {
            draft.set(Extension::new(PURPOSES, false, sequence(&[&purposes])));
        }),
    ]
}

/// Mappings that double the nodes of a policy tree at each step (CVE-2023-0464).
fn by_policies() -> Vec<Shape> {
    let policy = |at: usize| oid(&format!("1.3.6.1.4.1.55555.1.{at}"));
    let build = |what: &str, expected, count: usize, depth: usize| {
        let listed: Vec<u8> = (0..count).flat_map(|at| sequence(&[&policy(at)])).collect();
        let pair = |from: usize, to: usize| sequence(&[&policy(from), &policy(to)]);
        let mapped: Vec<u8> = (0..count)
            .flat_map(|from| (0..2).flat_map(move |step| pair(from, (from + step) % count)))
            .collect();
        let policies = Extension::new("2.5.29.32", false, sequence(&[&listed]));
        let mappings = Extension::new("2.5.29.33", false, sequence(&[&mapped]));
        let explicit = Extension::new("2.5.29.36", true, sequence(&[&tlv(0x80, &[&[0]])]));
        let mut chain = vec![root("Root", &|_| {})];
        for at in 0..depth {
            let next = issuing(&format!("Issuing {at}"), &chain[at], &|draft| {
                draft.set(policies.clone());
                draft.set(mappings.clone());
                draft.set(explicit.clone());
            });
            chain.push(next);
        }
        let foot = leaf(&[HOST], chain.last(), &|draft| draft.set(policies.clone()));
        let presented: Vec<&Certified> =
            [&foot].into_iter().chain(chain[1..].iter().rev()).collect();
        Shape::new(what, expected, &[&chain[0]], &presented)
    };
    let mut shapes = vec![
        // critical policy constraints are nothing that webpki knows
        build("policies that multiply", "yyyyn", 2, 8),
        build("5,000 policies that multiply", "yyyyn", 5_000, 4),
    ];
    let skip = tlv(0x80, &[&octets(&[0x7f; 100])]);
    let huge = Extension::new("2.5.29.54", true, integer(&[0x7f; 100]));
    let plain = Plain::new();
    shapes.push(plain.with_issuing(
        "anyPolicy inhibited after a number of 800 bits",
        "nnyyn",
        &|draft| {
            draft.set(huge.clone());
        },
    ));
    shapes.push(
        plain.with_issuing("policy constraints of nonsense", "nnyyn", &|draft| {
            draft.set(Extension::new("2.5.29.36", true, sequence(&[&skip])));
        }),
    );
    let everyone: Vec<u8> = (0..20_000).flat_map(|_| general_name(HOST)).collect();
    shapes.push(plain.with_leaf("one name 20,000 times", "yyyyn", &|draft| {
        draft.set(Extension::new("2.5.29.17", false, sequence(&[&everyone])));
    }));
    shapes
}
