//! The ClientHello of the probe (RFC 5246 section 7.4.1.2).

use super::{Offer, suites};

/// How much a ClientHello carries. Old servers trip over what came after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extensions {
    /// Every suite, all that modern servers want to choose a certificate by.
    All,
    /// A few suites, and the server's name at most.
    Few,
    /// A few suites and none: as SSLv3 has it.
    None,
}

/// The whole record.
pub(super) fn client_hello(offer: &Offer) -> Vec<u8> {
    let mut body = offer.version.code().to_be_bytes().to_vec();
    body.extend(offer.random);
    // no session to resume
    body.push(0);
    body.extend(list16(&cipher_suites(offer)));
    // the null compression
    body.extend([1, 0]);
    let mut extensions = extensions(offer);
    if offer.extensions == Extensions::All {
        pad(&mut extensions, HEAD + body.len() + 2);
    }
    if !extensions.is_empty() {
        body.extend(list16(&extensions));
    }
    let message = [vec![CLIENT_HELLO], list24(&body)].concat();
    // The record says TLS 1.0 whatever is offered, for servers that look there (RFC 5246 appendix E.1).
    let record_version = offer.version.code().min(0x0301);
    let mut record = vec![HANDSHAKE];
    record.extend(record_version.to_be_bytes());
    record.extend(list16(&message));
    record
}

fn cipher_suites(offer: &Offer) -> Vec<u8> {
    let all = suites::SUITES.iter().map(|(code, _)| *code);
    let codes: Vec<u16> = match offer.extensions {
        Extensions::All => all.collect(),
        Extensions::Few | Extensions::None => suites::OLD.to_vec(),
    };
    let wanted = |code: &u16| match offer.certificate_type {
        Some(kind) => suites::name(*code).is_some_and(|name| kind.has_suite(name)),
        None => true,
    };
    let codes = codes.into_iter().filter(wanted);
    codes
        .chain([EMPTY_RENEGOTIATION_INFO])
        .flat_map(u16::to_be_bytes)
        .collect()
}

fn extensions(offer: &Offer) -> Vec<u8> {
    let mut all = Vec::new();
    if offer.extensions == Extensions::None {
        return all;
    }
    if let Some(name) = &offer.server_name {
        let entry = [vec![HOST_NAME], list16(name.as_bytes())].concat();
        all.extend(extension(SERVER_NAME, &list16(&entry)));
    }
    if offer.extensions == Extensions::Few {
        return all;
    }
    all.extend(extension(STATUS_REQUEST, &[1, 0, 0, 0, 0]));
    all.extend(extension(SUPPORTED_GROUPS, &list16(&numbers(GROUPS))));
    all.extend(extension(EC_POINT_FORMATS, &[3, 0, 1, 2]));
    let schemes: Vec<u16> = SCHEMES
        .iter()
        .copied()
        .filter(|scheme| {
            offer
                .certificate_type
                .is_none_or(|kind| kind.signs(*scheme))
        })
        .collect();
    all.extend(extension(SIGNATURE_ALGORITHMS, &list16(&numbers(&schemes))));
    if !offer.alpn.is_empty() {
        let named = |name: &Vec<u8>| Some([&[u8::try_from(name.len()).ok()?], &name[..]].concat());
        let names: Vec<u8> = offer.alpn.iter().filter_map(named).flatten().collect();
        all.extend(extension(ALPN, &list16(&names)));
    }
    all.extend(extension(SIGNED_CERTIFICATE_TIMESTAMP, &[]));
    all.extend(extension(EXTENDED_MASTER_SECRET, &[]));
    all
}

/// A hello of 256 to 511 bytes stops some load balancers, a longer one does not (RFC 7685).
fn pad(extensions: &mut Vec<u8>, before: usize) {
    let length = before + extensions.len();
    if (256..512).contains(&length) {
        let zeros = 512_usize.saturating_sub(length + 4);
        extensions.extend(extension(PADDING, &vec![0; zeros]));
    }
}

fn extension(kind: u16, value: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), list16(value)].concat()
}

fn numbers(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

/// Two octets of length, then the value; nothing here comes near 64 KiB.
fn list16(value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let value = value.get(..usize::from(length)).unwrap_or(value);
    [&length.to_be_bytes(), value].concat()
}

fn list24(value: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(value.len()).unwrap_or(0).to_be_bytes();
    [&length, value].concat()
}

/// Type and length of the message.
const HEAD: usize = 4;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const HOST_NAME: u8 = 0;

/// Stands for the empty renegotiation_info extension (RFC 5746 section 3.3).
const EMPTY_RENEGOTIATION_INFO: u16 = 0x00ff;

const SERVER_NAME: u16 = 0;
const STATUS_REQUEST: u16 = 5;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const SIGNED_CERTIFICATE_TIMESTAMP: u16 = 18;
const PADDING: u16 = 21;
const EXTENDED_MASTER_SECRET: u16 = 23;

/// x25519, P-256, x448, P-521, P-384; the brainpool and sect curves; the finite fields of RFC 7919.
const GROUPS: &[u16] = &[
    29, 23, 30, 25, 24, 28, 27, 26, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6,
    5, 4, 3, 2, 1, 31, 32, 33, 34, 256, 257, 258, 259, 260,
];

/// ECDSA, Edwards curves, RSA-PSS, RSA, brainpool, ML-DSA, SHA-224, DSA, SHA-1, MD5 and GOST (IANA, SignatureScheme).
const SCHEMES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
    0x0501, 0x0601, 0x081a, 0x081b, 0x081c, 0x0904, 0x0905, 0x0906, 0x0303, 0x0301, 0x0302, 0x0402,
    0x0502, 0x0602, 0x0203, 0x0201, 0x0202, 0x0101, 0x0840, 0x0841,
];
