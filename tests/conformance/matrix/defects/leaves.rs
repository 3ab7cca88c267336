//! What can be wrong with a server's own certificate.

use super::Defect;
use crate::matrix::cells::HOST;
use crate::matrix::der::{name, name_in, sequence};
use crate::matrix::extensions::{
    ALT_NAMES, ANY_PURPOSE, AUTHORITY_KEY, BASIC, CERT_SIGN, CLIENT_AUTH, CODE_SIGNING,
    DIGITAL_SIGNATURE, Extension, KEY_AGREEMENT, KEY_ENCIPHERMENT, KEY_USAGE, PURPOSES,
    SERVER_AUTH, SUBJECT_KEY, authority_certificate, authority_key, basic, key_usage, purposes,
    unknown,
};
use crate::matrix::keys::Signature;
use crate::matrix::pki::{Change, Draft, FUTURE, PAST, issuing, leaf, root};

pub(super) fn defects() -> Vec<Defect> {
    let root = root("Root", &|_| {});
    let issuing = issuing("Issuing", &root, &|_| {});
    let dates: [(&str, Change<'_>); 5] = [
        ("leaf without one", &|_| {}),
        ("leaf expired", &|draft| (draft.from, draft.until) = PAST),
        ("leaf not yet valid", &|draft| {
            (draft.from, draft.until) = FUTURE
        }),
        ("leaf that ends before it begins", &|draft| {
            (draft.from, draft.until) = (FUTURE.0, PAST.1);
        }),
        ("leaf valid to the year 9999", &|draft| {
            draft.until = "99991231235959Z"
        }),
    ];
    let all = dates
        .into_iter()
        .chain(usage())
        .chain(form())
        .chain(identity());
    let mut defects: Vec<Defect> = all
        .map(|(name, change)| {
            Defect::new(
                name,
                &[&leaf(&[HOST], Some(&issuing), change), &issuing],
                &root,
            )
        })
        .collect();
    defects.extend(alone());
    defects
}

/// Purposes, key usage, basic constraints.
fn usage() -> Vec<(&'static str, Change<'static>)> {
    vec![
        ("leaf for clients", &|draft| {
            draft.set(purposes(&[CLIENT_AUTH]))
        }),
        ("leaf for code", &|draft| {
            draft.set(purposes(&[CODE_SIGNING]))
        }),
        ("leaf for any purpose", &|draft| {
            draft.set(purposes(&[ANY_PURPOSE]))
        }),
        ("leaf for servers and clients", &|draft| {
            draft.set(purposes(&[CLIENT_AUTH, SERVER_AUTH]));
        }),
        ("leaf for Microsoft's SGC", &|draft| {
            draft.set(purposes(&["1.3.6.1.4.1.311.10.3.3"]));
        }),
        ("leaf for Netscape's step-up", &|draft| {
            draft.set(purposes(&["2.16.840.1.113730.4.1"]));
        }),
        ("leaf without purposes", &|draft| draft.remove(PURPOSES)),
        ("leaf with an empty list of purposes", &|draft| {
            draft.set(purposes(&[]))
        }),
        ("leaf with critical purposes", &|draft| {
            draft.set_critical(PURPOSES, true)
        }),
        ("leaf without key usage", &|draft| draft.remove(KEY_USAGE)),
        ("leaf for key agreement", &|draft| {
            draft.set(key_usage(KEY_AGREEMENT))
        }),
        ("leaf for key encipherment", &|draft| {
            draft.set(key_usage(KEY_ENCIPHERMENT))
        }),
        ("leaf for signing certificates", &|draft| {
            draft.set(key_usage(CERT_SIGN))
        }),
        ("leaf for signing certificates and all", &|draft| {
            draft.set(key_usage(CERT_SIGN | DIGITAL_SIGNATURE));
        }),
        ("leaf without basic constraints", &|draft| {
            draft.remove(BASIC)
        }),
        ("leaf that is a CA", &|draft| draft.set(basic(true, None))),
        ("leaf that is a CA and signs", &|draft| {
            draft.set(basic(true, None));
            draft.set(key_usage(CERT_SIGN | DIGITAL_SIGNATURE));
        }),
        ("leaf with a path length", &|draft| {
            draft.set(basic(false, Some(0)))
        }),
        ("leaf for clients after Netscape", &|draft| {
            draft.set(netscape(0x80))
        }),
        ("leaf for servers after Netscape", &|draft| {
            draft.set(netscape(0x40))
        }),
    ]
}

/// Versions, numbers, extensions, the signature.
fn form() -> Vec<(&'static str, Change<'static>)> {
    vec![
        ("leaf of version 1", &|draft| draft.version_1()),
        ("leaf of version 1 with extensions", &|draft| {
            draft.version = None
        }),
        ("leaf of version 2 with extensions", &|draft| {
            draft.version = Some(2)
        }),
        ("leaf of version 4", &|draft| draft.version = Some(4)),
        ("leaf with a negative number", &|draft| {
            draft.serial = vec![0x80, 1]
        }),
        ("leaf with number 0", &|draft| draft.serial = vec![0]),
        ("leaf with a number of 21 octets", &|draft| {
            draft.serial = vec![0x55; 21]
        }),
        ("leaf with a padded number", &|draft| {
            draft.serial = vec![0, 0, 1]
        }),
        ("leaf with a broken signature", &|draft| draft.broken = true),
        ("leaf with two words for its signature", &|draft| {
            draft.inner_signature = Some(Signature::ecdsa_sha384());
        }),
        ("leaf with an unknown critical extension", &|draft| {
            draft.set(unknown(true))
        }),
        ("leaf with an unknown extension", &|draft| {
            draft.set(unknown(false))
        }),
        ("leaf with an extension twice", &|draft| {
            let again = draft.extensions[0].clone();
            draft.extensions.push(again);
        }),
        ("leaf with an unknown extension twice", &|draft| {
            draft.extensions.push(unknown(false).clone());
            draft.extensions.push(unknown(false).clone());
        }),
        ("leaf with an empty key usage", &|draft| {
            draft.set(Extension::new(KEY_USAGE, true, vec![3, 2, 7, 0]));
        }),
        ("leaf with broken distribution points", &|draft| {
            draft.set(Extension::new("2.5.29.31", false, vec![4, 1, 0]));
        }),
        ("leaf with a broken subject key", &|draft| {
            draft.set(Extension::new("2.5.29.14", false, vec![5, 0]));
        }),
        ("leaf with critical policies", &|draft| {
            draft.set(policies(true))
        }),
        ("leaf with policies", &|draft| draft.set(policies(false))),
        ("leaf with OCSP must-staple", &|draft| {
            draft.set(Extension::new(
                "1.3.6.1.5.5.7.1.24",
                false,
                vec![0x30, 3, 2, 1, 5],
            ));
        }),
        ("leaf with critical authority information", &|draft| {
            let url = sequence(&[
                &[6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 1],
                &[0x86, 9],
                b"http://a/",
            ]);
            draft.set(Extension::new("1.3.6.1.5.5.7.1.1", true, sequence(&[&url])));
        }),
    ]
}

/// Names and key identifiers.
fn identity() -> Vec<(&'static str, Change<'static>)> {
    vec![
        ("leaf with a wrong authority key", &|draft| {
            draft.set(authority_key(&[7; 20]))
        }),
        ("leaf with a wrong authority certificate", &|draft| {
            draft.set(authority_certificate(&name("Root"), &[9]));
        }),
        ("leaf without authority key", &|draft| {
            draft.remove(AUTHORITY_KEY)
        }),
        ("leaf with a critical authority key", &|draft| {
            draft.set_critical(AUTHORITY_KEY, true);
        }),
        ("leaf with a critical subject key", &|draft| {
            draft.set_critical(SUBJECT_KEY, true)
        }),
        ("leaf without subject, names critical", &|draft| {
            draft.subject = sequence(&[]);
            draft.set_critical(ALT_NAMES, true);
        }),
        ("leaf without subject, names not critical", &|draft| {
            draft.subject = sequence(&[])
        }),
        ("leaf with critical names", &|draft| {
            draft.set_critical(ALT_NAMES, true)
        }),
        ("leaf with an empty list of names", &|draft| {
            draft.set(Extension::new(ALT_NAMES, false, sequence(&[])));
        }),
        ("leaf with common name only", &|draft| {
            draft.remove(ALT_NAMES)
        }),
        ("leaf whose issuer is written in another string", &|draft| {
            draft.issuer = name_in(0x13, "Issuing");
        }),
        ("leaf whose issuer is in other case", &|draft| {
            draft.issuer = name("ISSUING")
        }),
        ("leaf whose issuer has more spaces", &|draft| {
            draft.issuer = name(" Issuing ")
        }),
        ("leaf without issuer", &|draft| draft.issuer = sequence(&[])),
    ]
}

/// Leaves that nobody else signed; the root is there only to have been trusted in vain.
fn alone() -> Vec<Defect> {
    let root = root("Root", &|_| {});
    let changes: [(&str, Change<'_>); 5] = [
        ("leaf self-signed", &|_| {}),
        ("leaf self-signed that signs", &|draft| {
            draft.set(key_usage(CERT_SIGN | DIGITAL_SIGNATURE));
        }),
        ("leaf self-signed that is a CA", &|draft| {
            draft.set(basic(true, None));
            draft.set(key_usage(CERT_SIGN | DIGITAL_SIGNATURE));
        }),
        ("leaf self-signed and expired", &|draft: &mut Draft| {
            (draft.from, draft.until) = PAST;
        }),
        ("leaf self-signed for clients", &|draft| {
            draft.set(purposes(&[CLIENT_AUTH]))
        }),
    ];
    let defect = |(name, change)| Defect::new(name, &[&leaf(&[HOST], None, change)], &root);
    changes.into_iter().map(defect).collect()
}

fn netscape(types: u8) -> Extension {
    Extension::new("2.16.840.1.113730.1.1", false, vec![3, 2, 0, types])
}

fn policies(critical: bool) -> Extension {
    let any = [0x30, 8, 0x30, 6, 6, 4, 0x2a, 3, 4, 5];
    Extension::new("2.5.29.32", critical, any.to_vec())
}
