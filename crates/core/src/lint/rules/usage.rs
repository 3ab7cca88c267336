//! What the key may be used for.

use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Reader};
use crate::key::{DSA, EC, ED448, ED25519, RSA};
use crate::lint::view::{
    ANY_USAGE, BASIC_CONSTRAINTS, CLIENT_AUTH, CODE_SIGNING, EMAIL_PROTECTION, EXTENDED_KEY_USAGE,
    KEY_USAGE, OCSP_SIGNING, SERVER_AUTH, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const PAGE: &str = "LINT-KEY-USAGE";
const EXTENDED: &str = "LINT-EXTENDED-USAGE";
const USAGE: &str = "RFC 5280 section 4.2.1.3";

const DIGITAL_SIGNATURE: u16 = 1;
const KEY_ENCIPHERMENT: u16 = 1 << 2;
const DATA_ENCIPHERMENT: u16 = 1 << 3;
const KEY_AGREEMENT: u16 = 1 << 4;
const KEY_CERT_SIGN: u16 = 1 << 5;
const CRL_SIGN: u16 = 1 << 6;
const ENCIPHER_ONLY: u16 = 1 << 7;
const DECIPHER_ONLY: u16 = 1 << 8;

pub(super) const RULES: &[Rule] = &[
    Rule::new(PAGE, "key-usage-empty", Critical, USAGE, |view| {
        when(view.key_usage()? == 0, "keyUsage allows nothing")
    }),
    Rule::new(PAGE, "key-usage-encoding", Critical, "X.690 section 11.2.2", |view| {
        let (unused, octets) = bits(view)?;
        let Some(last) = octets.last() else {
            return when(unused != 0, "keyUsage counts unused bits, and has none");
        };
        let is_short = last & 1_u8.checked_shl(u32::from(unused))? != 0;
        when(!is_short, "keyUsage has zeros at its end, which DER leaves out")
    }),
    Rule::new(PAGE, "key-usage-too-long", Critical, USAGE, |view| {
        let (unused, octets) = bits(view)?;
        let length = (8 * octets.len()).saturating_sub(usize::from(unused.min(7)));
        when(length > 9, "keyUsage has more than its nine bits")
    }),
    Rule::new(PAGE, "key-usage-not-critical", Warning, USAGE, |view| {
        when(view.has(KEY_USAGE) && !view.is_critical(KEY_USAGE), "keyUsage is not critical")
    }),
    Rule::new(PAGE, "key-usage-sign-without-authority", Critical, USAGE, |view| {
        when(
            view.key_usage()? & KEY_CERT_SIGN != 0 && !view.is_authority(),
            "keyUsage has keyCertSign, and it is no CA",
        )
    }),
    Rule::new(PAGE, "key-usage-missing", Critical, USAGE, |view| {
        when(!view.has(KEY_USAGE), "a CA without keyUsage")
    })
    .of(Of::Authority),
    Rule::new(PAGE, "key-usage-without-cert-sign", Critical, USAGE, |view| {
        when(
            view.key_usage()? & KEY_CERT_SIGN == 0,
            "keyUsage of a CA has no keyCertSign: no client accepts what it issued",
        )
    })
    .of(Of::Authority),
    Rule::new(PAGE, "key-usage-without-crl-sign", Critical, "Baseline Requirements section 7.1.2.10.7", |view| {
        when(view.key_usage()? & CRL_SIGN == 0, "keyUsage of a CA has no cRLSign")
    })
    .public()
    .of(Of::Authority),
    Rule::new(PAGE, "key-usage-without-digital-signature", Note, "Baseline Requirements section 7.1.2.10.7", |view| {
        when(
            view.key_usage()? & DIGITAL_SIGNATURE == 0,
            "keyUsage of a CA has no digitalSignature, so the CA cannot sign OCSP responses itself",
        )
    })
    .public()
    .of(Of::Authority),
    Rule::new(PAGE, "key-usage-with-crl-sign", Critical, "Baseline Requirements section 7.1.2.7.11", |view| {
        when(view.key_usage()? & CRL_SIGN != 0, "keyUsage has cRLSign, and it is no CA")
    })
    .public()
    .of(Of::EndEntity),
    Rule::new(PAGE, "key-usage-of-rsa", Critical, "RFC 3279 section 2.3.1", |view| {
        let wrong = KEY_AGREEMENT | ENCIPHER_ONLY | DECIPHER_ONLY;
        let is_rsa = view.public_key()?.oid == RSA;
        when(
            is_rsa && view.key_usage()? & wrong != 0,
            "keyUsage allows key agreement, which an RSA key cannot do",
        )
    }),
    Rule::new(PAGE, "key-usage-of-ec", Critical, "RFC 5480 section 3, RFC 8813 section 3", |view| {
        let wrong = KEY_ENCIPHERMENT | DATA_ENCIPHERMENT;
        let oid = view.public_key()?.oid;
        let signs_only = matches!(oid.as_str(), EC | ED25519 | ED448 | DSA);
        when(
            signs_only && view.key_usage()? & wrong != 0,
            "keyUsage allows encipherment, which a key of an elliptic curve cannot do",
        )
    }).from(date!(2020 - 08 - 01)),
    Rule::new(PAGE, "key-usage-unfit-for-purpose", Critical, "RFC 5280 section 4.2.1.12", |view| {
        let usage = view.key_usage()?;
        let usages = view.usages()?;
        let wrong = NEEDS.iter().find(|(purpose, fits)| {
            let is_only = usages.iter().all(|one| one == purpose);
            is_only && !usages.is_empty() && usage & fits == 0
        });
        let (wrong, _) = wrong?;
        let purpose = crate::decode::name(wrong).unwrap_or(wrong);
        Some(format!("keyUsage allows nothing that {purpose} needs"))
    }),
    Rule::new(EXTENDED, "extended-usage-missing", Critical, "Baseline Requirements section 7.1.2.7.10", |view| {
        when(!view.has(EXTENDED_KEY_USAGE), "there is no extendedKeyUsage")
    })
    .public()
    .of(Of::Server),
    Rule::new(EXTENDED, "extended-usage-empty", Critical, "RFC 5280 section 4.2.1.12", |view| {
        when(
            view.has(EXTENDED_KEY_USAGE) && view.elements(EXTENDED_KEY_USAGE).is_empty(),
            "extendedKeyUsage names nothing",
        )
    }),
    Rule::new(EXTENDED, "extended-usage-any", Critical, "Baseline Requirements section 7.1.2.7.10", |view| {
        when(names(view, ANY_USAGE), "extendedKeyUsage has anyExtendedKeyUsage")
    })
    .public()
    .of(Of::Server)
    .from(date!(2023 - 09 - 15)),
    Rule::new(EXTENDED, "extended-usage-other", Critical, "Baseline Requirements section 7.1.2.7.10", |view| {
        let forbidden = [CODE_SIGNING, EMAIL_PROTECTION, OCSP_SIGNING, TIME_STAMPING, PRECERTIFICATE];
        let wrong = view.usages()?.iter().find(|usage| forbidden.contains(&usage.as_str()))?;
        let purpose = crate::decode::name(wrong).unwrap_or(wrong);
        Some(format!("extendedKeyUsage of a server certificate has {purpose}"))
    })
    .public()
    .of(Of::Server)
    .from(date!(2023 - 09 - 15)),
    Rule::new(EXTENDED, "extended-usage-client", Critical, "Chrome Root Program Policy 1.8 section 1.3.2", |view| {
        let (end, _) = view.facts.end_of_client_auth()?;
            let is_late = view.certificate.not_before().date() >= end;
            when(
                is_late && names(view, SERVER_AUTH) && names(view, CLIENT_AUTH),
            "extendedKeyUsage has clientAuth beside serverAuth; public CAs issue for servers only",
        )
    })
    .public()
    .of(Of::Server),
    Rule::new(EXTENDED, "extended-usage-any-critical", Warning, "RFC 5280 section 4.2.1.12", |view| {
        when(
            names(view, ANY_USAGE) && view.is_critical(EXTENDED_KEY_USAGE),
            "extendedKeyUsage is critical and allows everything",
        )
    }),
    Rule::new(EXTENDED, "extended-usage-critical", Critical, "Baseline Requirements section 7.1.2.7.6", |view| {
        when(view.is_critical(EXTENDED_KEY_USAGE), "extendedKeyUsage is critical")
    })
    .public()
    .of(Of::EndEntity)
    .from(date!(2023 - 09 - 15)),
    Rule::new(EXTENDED, "root-extended-usage", Critical, "Baseline Requirements section 7.1.2.1.2", |view| {
        when(view.has(EXTENDED_KEY_USAGE), "a root has extendedKeyUsage")
    })
    .public()
    .of(Of::Root),
    Rule::new(EXTENDED, "authority-extended-usage-mixed", Critical, "Baseline Requirements section 7.1.2.10.6", |view| {
        let usages = view.usages()?;
        let is_server = usages.iter().any(|usage| usage == SERVER_AUTH);
        let others = [CODE_SIGNING, EMAIL_PROTECTION, OCSP_SIGNING, TIME_STAMPING, ANY_USAGE];
        let has_other = usages.iter().any(|usage| others.contains(&usage.as_str()));
 when(is_server && has_other || names(view, ANY_USAGE) && usages.len() > 1,
            "a CA for servers is good for other purposes too",
        )
    })
    .public()
    .of(Of::Subordinate)
    .from(date!(2020 - 08 - 20)),
    Rule::new(EXTENDED, "authority-extended-usage-missing", Note, "Baseline Requirements section 7.1.2.10.6", |view| {
        when(
            view.has(BASIC_CONSTRAINTS) && !view.has(EXTENDED_KEY_USAGE),
            "a CA below a root has no extendedKeyUsage, so it may issue for every purpose",
        )
    })
    .public()
    .of(Of::Subordinate)
    .from(date!(2012 - 07 - 01)),
];

const NON_REPUDIATION: u16 = 1 << 1;

/// Of which usages each purpose needs one (RFC 5280 section 4.2.1.12).
const NEEDS: [(&str, u16); 5] = [
    (
        SERVER_AUTH,
        DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT,
    ),
    (CLIENT_AUTH, DIGITAL_SIGNATURE | KEY_AGREEMENT),
    (CODE_SIGNING, DIGITAL_SIGNATURE),
    (
        EMAIL_PROTECTION,
        DIGITAL_SIGNATURE | NON_REPUDIATION | KEY_ENCIPHERMENT | KEY_AGREEMENT,
    ),
    (OCSP_SIGNING, DIGITAL_SIGNATURE | NON_REPUDIATION),
];
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// Of the certificate that signs precertificates (RFC 6962 section 3.1).
const PRECERTIFICATE: &str = "1.3.6.1.4.1.11129.2.4.4";

fn names(view: &View<'_>, purpose: &str) -> bool {
    view.usages()
        .is_some_and(|usages| usages.iter().any(|usage| usage == purpose))
}

/// How many bits of the last octet of keyUsage do not count, and the octets.
fn bits<'a>(view: &View<'a>) -> Option<(u8, &'a [u8])> {
    let extension = view.extension(KEY_USAGE)?;
    let string = Reader::new(extension.value).expect_tag(asn1::BIT_STRING)?;
    let (unused, octets) = string.value.split_first()?;
    Some((*unused, octets))
}
