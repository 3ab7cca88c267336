//! What can be wrong with a CA, and how long a path may be.

use super::Defect;
use crate::matrix::cells::HOST;
use crate::matrix::extensions::{
    ANY_PURPOSE, AUTHORITY_KEY, BASIC, CERT_SIGN, CLIENT_AUTH, CODE_SIGNING, CRL_SIGN, Extension,
    KEY_USAGE, SERVER_AUTH, SUBJECT_KEY, alt_names, authority_key, basic, key_usage, purposes,
    subject_key, unknown,
};
use crate::matrix::pki::{Certified, Change, FUTURE, PAST, authority, issuing, leaf, root};

pub(super) fn defects() -> Vec<Defect> {
    let changes = usage().into_iter().chain(form());
    let mut defects = Vec::new();
    for (part, change) in changes {
        let spoilt = root("Root", change);
        let sound = root("Root", &|_| {});
        for (place, top, middle) in [
            ("intermediate", &sound, issuing("Issuing", &sound, change)),
            ("root", &spoilt, issuing("Issuing", &spoilt, &|_| {})),
        ] {
            let name = format!("{place} {part}");
            defects.push(Defect::new(
                name,
                &[&leaf(&[HOST], Some(&middle), &|_| {}), &middle],
                top,
            ));
        }
    }
    defects.extend(depths());
    defects
}

/// Validity, basic constraints, key usage, purposes.
fn usage() -> Vec<(&'static str, Change<'static>)> {
    vec![
        ("expired", &|draft| (draft.from, draft.until) = PAST),
        ("not yet valid", &|draft| (draft.from, draft.until) = FUTURE),
        ("that is no CA", &|draft| draft.set(basic(false, None))),
        ("that is no CA and signs nothing", &|draft| {
            draft.set(basic(false, None));
            draft.remove(KEY_USAGE);
        }),
        ("without basic constraints", &|draft| draft.remove(BASIC)),
        ("without basic constraints and key usage", &|draft| {
            draft.remove(BASIC);
            draft.remove(KEY_USAGE);
        }),
        ("with basic constraints not critical", &|draft| {
            draft.set_critical(BASIC, false)
        }),
        ("with path length 0", &|draft| {
            draft.set(basic(true, Some(0)))
        }),
        ("without key usage", &|draft| draft.remove(KEY_USAGE)),
        ("that signs no certificates", &|draft| {
            draft.set(key_usage(CRL_SIGN))
        }),
        ("that signs only certificates", &|draft| {
            draft.set(key_usage(CERT_SIGN))
        }),
        ("for clients", &|draft| draft.set(purposes(&[CLIENT_AUTH]))),
        ("for code", &|draft| draft.set(purposes(&[CODE_SIGNING]))),
        ("for servers", &|draft| draft.set(purposes(&[SERVER_AUTH]))),
        ("for any purpose", &|draft| {
            draft.set(purposes(&[ANY_PURPOSE]))
        }),
        ("for Netscape's step-up", &|draft| {
            draft.set(purposes(&["2.16.840.1.113730.4.1"]));
        }),
    ]
}

/// Versions, extensions, identifiers, the signature.
fn form() -> Vec<(&'static str, Change<'static>)> {
    vec![
        ("of version 1", &|draft| draft.version_1()),
        ("with a negative number", &|draft| {
            draft.serial = vec![0x80, 1]
        }),
        ("with a number of 21 octets", &|draft| {
            draft.serial = vec![0x55; 21]
        }),
        ("with a padded number", &|draft| {
            draft.serial = vec![0, 0, 1]
        }),
        ("with an extension twice", &|draft| {
            let again = draft.extensions[0].clone();
            draft.extensions.push(again);
        }),
        ("with a negative path length", &|draft| {
            draft.set(Extension::new(
                BASIC,
                true,
                vec![0x30, 6, 1, 1, 0xff, 2, 1, 0xff],
            ));
        }),
        ("with a broken signature", &|draft| draft.broken = true),
        ("with an unknown critical extension", &|draft| {
            draft.set(unknown(true))
        }),
        ("with an unknown extension", &|draft| {
            draft.set(unknown(false))
        }),
        ("without subject key", &|draft| draft.remove(SUBJECT_KEY)),
        ("with another subject key", &|draft| {
            draft.set(subject_key(&[7; 20]))
        }),
        ("with a critical subject key", &|draft| {
            draft.set_critical(SUBJECT_KEY, true)
        }),
        ("without authority key", &|draft| {
            draft.remove(AUTHORITY_KEY)
        }),
        ("with another authority key", &|draft| {
            draft.set(authority_key(&[7; 20]))
        }),
        ("with names", &|draft| draft.set(alt_names(&["ca.test"]))),
        ("that demands policies", &|draft| {
            // requireExplicitPolicy at once
            draft.set(Extension::new("2.5.29.36", true, vec![0x30, 3, 0x80, 1, 0]));
        }),
        ("that inhibits any policy", &|draft| {
            draft.set(Extension::new("2.5.29.54", true, vec![2, 1, 0]));
        }),
    ]
}

/// Long paths, path lengths, and rings.
fn depths() -> Vec<Defect> {
    let root = root("Root", &|_| {});
    let mut line = vec![root.clone()];
    for place in 1..=9 {
        let next = issuing(&format!("Issuing {place}"), &line[place - 1], &|_| {});
        line.push(next);
    }
    let chain = |middle: &[Certified], name| {
        let end = leaf(&[HOST], middle.last(), &|_| {});
        let chain: Vec<&Certified> = [&end].into_iter().chain(middle.iter().rev()).collect();
        Defect::new(name, &chain, &root)
    };
    let mut defects: Vec<Defect> = [
        (2, "2 intermediates"),
        (4, "4 intermediates"),
        (5, "5 intermediates"),
        (6, "6 intermediates"),
        (7, "7 intermediates"),
        (9, "9 intermediates"),
    ]
    .into_iter()
    .map(|(count, name)| chain(&line[1..=count], name))
    .collect();

    let last = issuing("Last", &root, &|draft| draft.set(basic(true, Some(0))));
    let below = issuing("Below", &last, &|_| {});
    let renewed = authority("Last", below.key.clone(), Some(&last), &|_| {});
    let next_to_last = issuing("Next to last", &root, &|draft| {
        draft.set(basic(true, Some(1)))
    });
    let wider = issuing("Wider", &next_to_last, &|draft| {
        draft.set(basic(true, Some(3)))
    });
    let too_wide = issuing("Too wide", &wider, &|_| {});
    let first = authority("Ring A", last.key.clone(), Some(&below), &|_| {});
    let second = authority("Below", below.key.clone(), Some(&first), &|_| {});
    defects.extend([
        chain(&[last.clone(), below], "path length 0 broken"),
        chain(&[last, renewed], "path length 0 with a self-issued CA"),
        chain(&[next_to_last.clone(), wider.clone()], "path length 1 kept"),
        chain(
            &[next_to_last, wider, too_wide],
            "path length 1 broken, widened below",
        ),
        chain(&[first, second], "a ring"),
    ]);
    defects
}
