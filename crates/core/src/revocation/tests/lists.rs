//! Lists that rcgen does not make, written by hand.

use super::*;
use crate::cert::asn1::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, element};

/// `AlgorithmIdentifier` of ecdsa-with-SHA256.
const ECDSA: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const REASON: [u8; 3] = [0x55, 0x1d, 21];
const DELTA: [u8; 3] = [0x55, 0x1d, 27];
const ISSUING_POINT: [u8; 3] = [0x55, 0x1d, 28];
const CERTIFICATE_ISSUER: [u8; 3] = [0x55, 0x1d, 29];
/// 1.2.3.4, which is nobody's.
const STRANGE: [u8; 3] = [0x2a, 3, 4];

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = match critical {
        true => &[1, 1, 0xff],
        false => &[],
    };
    let oid = element(OBJECT_IDENTIFIER, &[oid]);
    element(
        SEQUENCE,
        &[&oid, critical, &element(OCTET_STRING, &[value])],
    )
}

/// An entry from 2026-05-01 on.
fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let serial = element(INTEGER, &[serial]);
    let at = element(0x17, &[b"260501000000Z"]);
    let extensions = match extensions {
        [] => Vec::new(),
        some => element(SEQUENCE, &[&some.concat()]),
    };
    element(SEQUENCE, &[&serial, &at, &extensions])
}

fn entry_of(made: &Made, reason: u8) -> Vec<u8> {
    let reason = extension(&REASON, false, &[10, 1, reason]);
    entry(made.certificate.serial().octets(), &[reason])
}

/// A list in force in May and June of 2026.
fn list(issuer: &Made, entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let entries = match entries {
        [] => Vec::new(),
        some => element(SEQUENCE, &[&some.concat()]),
    };
    let extensions = match extensions {
        [] => Vec::new(),
        some => element(0xa0, &[&element(SEQUENCE, &[&some.concat()])]),
    };
    let parts: [&[u8]; 7] = [
        &[2, 1, 1],
        &ECDSA,
        issuer.certificate.subject().der(),
        &element(0x17, &[b"260501000000Z"]),
        &element(0x17, &[b"260630000000Z"]),
        &entries,
        &extensions,
    ];
    let signed = element(SEQUENCE, &parts);
    let signature = issuer.key.sign(&signed).unwrap();
    let signature = element(BIT_STRING, &[&[0], &signature]);
    element(SEQUENCE, &[&signed, &ECDSA, &signature])
}

/// What such a list says of a server that is on it when `is_listed`.
fn said(is_listed: bool, extensions: &[Vec<u8>]) -> String {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let entries = match is_listed {
        true => vec![entry_of(&server, 1)],
        false => Vec::new(),
    };
    let evidence = with_list(&list(&root, &entries, extensions));
    word(&ask(&server, &root, &evidence, NOW))
}

#[test]
fn a_plain_list_by_hand_counts() {
    assert_eq!(said(false, &[]), "good");
    assert_eq!(said(true, &[]), "revoked");
}

#[test]
fn a_delta_says_nothing_alone() {
    let delta = [extension(&DELTA, true, &[2, 1, 5])];
    let why = "ca.crl: it is a delta, which only adds to another list";
    assert_eq!(said(false, &delta), why);
    assert_eq!(said(true, &delta), why);
}

#[test]
fn an_indirect_list_is_not_used() {
    // indirectCRL [4] TRUE
    let indirect = extension(&ISSUING_POINT, true, &[0x30, 3, 0x84, 1, 0xff]);
    let why = "ca.crl: it is an indirect list, which is not supported";
    assert_eq!(said(false, std::slice::from_ref(&indirect)), why);
    assert_eq!(said(true, &[indirect]), why);
    let attributes = extension(&ISSUING_POINT, true, &[0x30, 3, 0x85, 1, 0xff]);
    let why = "ca.crl: it covers attribute certificates only";
    assert_eq!(said(false, &[attributes]), why);
    let broken = extension(&ISSUING_POINT, true, &[0x30, 9, 0x84]);
    let why = "ca.crl: its issuingDistributionPoint is not readable";
    assert_eq!(said(false, &[broken]), why);
}

#[test]
fn a_list_of_some_reasons_tells_who_is_revoked_and_not_who_is_good() {
    // onlySomeReasons [3], keyCompromise
    let some = [extension(
        &ISSUING_POINT,
        true,
        &[0x30, 4, 0x83, 2, 6, 0x40],
    )];
    assert_eq!(said(true, &some), "revoked");
    let why = "ca.crl: it covers some reasons for revocation only";
    assert_eq!(said(false, &some), why);
}

#[test]
fn an_unknown_critical_extension_spoils_the_list() {
    let why = "ca.crl: it has a critical extension 1.2.3.4 that is not known here";
    assert_eq!(said(true, &[extension(&STRANGE, true, &[5, 0])]), why);
    assert_eq!(
        said(true, &[extension(&STRANGE, false, &[5, 0])]),
        "revoked"
    );
    // in the entry of another certificate too
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let asked = |oid: &[u8], critical| {
        let entries = [
            entry(&[7], &[extension(oid, critical, &[0x30, 0])]),
            entry_of(&server, 1),
        ];
        let evidence = with_list(&list(&root, &entries, &[]));
        word(&ask(&server, &root, &evidence, NOW))
    };
    assert_eq!(asked(&STRANGE, false), "revoked");
    assert_eq!(asked(&STRANGE, true), why);
    assert!(asked(&CERTIFICATE_ISSUER, true).contains("critical extension 2.5.29.29"));
}

#[test]
fn what_was_removed_is_good_unless_it_is_listed_otherwise() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let asked = |reasons: &[u8]| {
        let entries = reasons.iter().map(|reason| entry_of(&server, *reason));
        let evidence = with_list(&list(&root, &entries.collect::<Vec<_>>(), &[]));
        word(&ask(&server, &root, &evidence, NOW))
    };
    assert_eq!(asked(&[8]), "good");
    assert_eq!(asked(&[8, 1]), "revoked");
    assert_eq!(asked(&[6, 8]), "revoked");
}

#[test]
fn numbers_are_compared_by_value_and_entries_have_to_be_some() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let padded = [&[0, 0], server.certificate.serial().octets()].concat();
    let evidence = with_list(&list(&root, &[entry(&padded, &[])], &[]));
    assert_eq!(word(&ask(&server, &root, &evidence, NOW)), "revoked");
    for broken in [
        element(SEQUENCE, &[&[2, 1, 7]]),
        element(SEQUENCE, &[&[2, 1, 7], &[5, 0]]),
        [entry(&[7], &[]), vec![0x30]].concat(),
        vec![5, 0],
    ] {
        let list = list(&root, &[broken], &[]);
        assert!(Evidence::default().add_list("ca.crl", &list).is_err());
    }
}

#[test]
fn a_long_list_is_searched_and_takes_little_more_than_its_size() {
    let root = testing::root("root");
    let (first, last) = (
        testing::server("a.test", &root),
        testing::server("b.test", &root),
    );
    let other = testing::server("c.test", &root);
    let mut entries = vec![entry_of(&first, 1)];
    entries.extend((0..100_000_u32).map(|number| {
        let serial = [&[1], &number.reverse_bits().to_be_bytes()[..]].concat();
        entry(&serial, &[extension(&REASON, false, &[10, 1, 4])])
    }));
    entries.push(entry_of(&last, 4));
    let der = list(&root, &entries, &[]);
    let evidence = with_list(&der);
    let asked = |made: &Made| word(&ask(made, &root, &evidence, NOW));
    assert_eq!(asked(&first), "revoked");
    assert_eq!(asked(&last), "revoked");
    assert_eq!(asked(&other), "good");
    let (_, list) = &evidence.lists[0];
    assert!(list.size() < der.len() + der.len() / 4);
}

#[test]
fn every_flip_is_no_panic_and_no_good_word() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let scope = extension(&ISSUING_POINT, true, &[0x30, 3, 0x81, 1, 0xff]);
    let entries = [entry(&[7], &[]), entry_of(&server, 1)];
    let der = list(&root, &entries, &[scope]);
    for place in 0..der.len() {
        for flip in [1, 0x20, 0x80, 0xff] {
            let mut changed = der.clone();
            changed[place] ^= flip;
            let mut evidence = Evidence::default();
            if evidence.add_list("ca.crl", &changed).is_ok() {
                let said = word(&ask(&server, &root, &evidence, NOW));
                assert_ne!(said, "good", "{place} {flip}");
            }
        }
    }
}
