//! Each case was put to `CertificateFactory` of JDK 17.0.15. Nothing is signed: parsing looks at no signature.

use super::*;

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    match value.len() {
        0..0x80 => [&[tag, length[1]], &value[..]].concat(),
        _ => [&[tag, 0x82], &length[..], &value].concat(),
    }
}

fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(asn1::SEQUENCE, parts)
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = seq(&[&tlv(2, &[&[0], modulus]), &tlv(2, &[exponent])]);
    let oid = tlv(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]]);
    seq(&[&seq(&[&oid, &[5, 0]]), &tlv(3, &[&[0], &key])])
}

fn ec(curve: &[u8], point: &[u8]) -> Vec<u8> {
    let oid = tlv(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]]);
    seq(&[&seq(&[&oid, &tlv(6, &[curve])]), &tlv(3, &[&[0], point])])
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&tlv(6, &[oid]), flag, &tlv(4, &[value])])
}

fn name(text: &str) -> Vec<u8> {
    let cn = seq(&[&[6, 3, 0x55, 4, 3], &tlv(0x0c, &[text.as_bytes()])]);
    seq(&[&tlv(0x31, &[&cn])])
}

struct Parts {
    version: &'static [u8],
    serial: &'static [u8],
    issuer: Vec<u8>,
    subject: Vec<u8>,
    key: Vec<u8>,
    extensions: Vec<Vec<u8>>,
    outer: Vec<u8>,
}

const P256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const SAN: [u8; 3] = [0x55, 0x1d, 0x11];
const BASIC: [u8; 3] = [0x55, 0x1d, 0x13];
const CA: [u8; 5] = [0x30, 3, 1, 1, 0xff];

fn algorithm(last: u8, null: &[u8]) -> Vec<u8> {
    let oid = tlv(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last]]);
    seq(&[&oid, null])
}

impl Parts {
    fn new() -> Self {
        Self {
            version: &[2],
            serial: &[7],
            issuer: name("x"),
            subject: name("x"),
            key: rsa(&[0x81; 128], &[1, 0, 1]),
            extensions: vec![extension(&BASIC, true, &CA)],
            outer: algorithm(2, &[]),
        }
    }

    fn refused(self) -> Option<String> {
        let version = match self.version {
            [] => Vec::new(),
            version => tlv(0xa0, &[&tlv(2, &[version])]),
        };
        let time = |text: &[u8]| tlv(0x17, &[text]);
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            list => tlv(0xa3, &[&seq(&[&list.concat()])]),
        };
        let tbs = seq(&[
            &version,
            &tlv(2, &[self.serial]),
            &algorithm(2, &[]),
            &self.issuer,
            &seq(&[&time(b"260101000000Z"), &time(b"490101000000Z")]),
            &self.subject,
            &self.key,
            &extensions,
        ]);
        let der = seq(&[&tbs, &self.outer, &[3, 2, 0, 0]]);
        // what our parser refuses as well has its own word
        match Certificate::from_der(der.into()) {
            Ok(certificate) => java_refuses(&certificate),
            Err(_) => Some("unreadable".to_owned()),
        }
    }
}

fn with(change: impl FnOnce(&mut Parts)) -> Option<String> {
    let mut parts = Parts::new();
    change(&mut parts);
    parts.refused()
}

#[test]
fn what_java_takes_is_not_refused() {
    let good = |change: fn(&mut Parts)| assert_eq!(with(change), None);
    good(|_| {});
    good(|parts| parts.outer = algorithm(2, &[5, 0]));
    good(|parts| parts.serial = &[0x80]);
    good(|parts| {
        parts.version = &[];
        parts.extensions.clear();
    });
    good(|parts| {
        parts.version = &[3];
        parts.extensions.clear();
    });
    good(|parts| {
        parts.subject = seq(&[]);
        parts.extensions = vec![extension(&SAN, true, &[0x30, 3, 0x82, 1, b'a'])];
    });
    // broken and not critical: set aside, even twice
    good(|parts| parts.extensions = vec![extension(&BASIC, false, &[5, 0]); 2]);
    good(|parts| parts.extensions = vec![extension(&SAN, false, &[0x30, 3, 0x87, 1, 1])]);
    good(|parts| parts.extensions = vec![extension(&SAN, true, &[0x30, 3, 0x82, 1, b' '])]);
    good(|parts| parts.extensions = vec![extension(&[0x2a, 3], true, &[5, 0])]);
    good(|parts| parts.key = rsa(&[0x81; 64], &[3]));
    good(|parts| parts.key = rsa(&[0x81; 384], &[1; 9]));
    good(|parts| parts.key = ec(&P256, &[&[4][..], &[1; 64]].concat()));
    // brainpoolP320r1
    let curve = [0x2b, 0x24, 3, 3, 2, 8, 1, 1, 9];
    assert_eq!(
        with(|parts| parts.key = ec(&curve, &[&[4][..], &[1; 80]].concat())),
        None
    );
}

#[test]
fn what_java_does_not_parse_is_refused_with_a_reason() {
    let bad = |expected: &str, change: fn(&mut Parts)| {
        assert_eq!(with(change).as_deref(), Some(expected));
    };
    bad("serial number without octets", |parts| parts.serial = &[]);
    bad("empty issuer", |parts| parts.issuer = seq(&[]));
    bad("empty issuer", |parts| parts.issuer = seq(&[&[0x31, 0]]));
    bad("empty subject without a critical subjectAltName", |parts| {
        parts.subject = seq(&[])
    });
    bad("extensions in a certificate of version 1", |parts| {
        parts.version = &[]
    });
    for version in [&[1][..], &[3]] {
        assert_eq!(
            with(|parts| parts.version = version).as_deref(),
            Some("extensions in a certificate that is not of version 3")
        );
    }
    bad("signature algorithm mismatch", |parts| {
        parts.outer = algorithm(3, &[]);
    });
    bad("duplicate extension", |parts| {
        parts.extensions = vec![extension(&BASIC, true, &CA); 2];
    });
    bad("duplicate extension", |parts| {
        parts.extensions = vec![extension(&[0x2a, 3], false, &[5, 0]); 2];
    });
    bad("RSA key of less than 512 bits", |parts| {
        parts.key = rsa(&[0x81; 63], &[1, 0, 1]);
    });
    bad("RSA exponent below 3", |parts| {
        parts.key = rsa(&[0x81; 64], &[1]);
    });
    bad("RSA exponent of more than 64 bits", |parts| {
        parts.key = rsa(&[0x81; 512], &[1; 9]);
    });
    bad("EC key on an unknown curve", |parts| {
        parts.key = ec(&[0x2a, 3], &[4; 65]);
    });
    bad(
        "EC key that is no uncompressed point of its curve",
        |parts| parts.key = ec(&P256, &[3; 33]),
    );
}

#[test]
fn broken_critical_extensions_are_refused() {
    for (oid, value) in [
        (&BASIC[..], &[5, 0][..]),
        (&BASIC, &[0x30, 10, 1, 1, 0xff, 2, 5, 1, 1, 1, 1, 1]),
        (&BASIC, &[]),
        (&SAN, &[0x30, 0]),
        (&SAN, &[0x30, 5, 0x87, 3, 1, 2, 3]),
        (&SAN, &[0x30, 2, 0x81, 0]),
        (&SAN, &[0x30, 3, 0x86, 1, b'a']),
        (&[0x55, 0x1d, 0x0f], &[3, 2, 1, 6, 5, 0]),
        (&[0x55, 0x1d, 0x25], &[0x30, 3, 2, 1, 1]),
        (&[0x55, 0x1d, 0x0e], &[5, 0]),
    ] {
        let refused = with(|parts| parts.extensions = vec![extension(oid, true, value)]);
        assert_eq!(
            refused.as_deref(),
            Some("broken critical extension"),
            "{value:?}"
        );
        let mut parts = Parts::new();
        parts.extensions = vec![extension(oid, false, value)];
        assert_eq!(parts.refused(), None, "{value:?}");
    }
}
