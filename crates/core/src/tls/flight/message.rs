//! The handshake messages of a first flight, each read from its body; `None` for one that breaks its own lengths.

use rustls_pki_types::CertificateDer;

use super::ServerHello;

/// Type, announced length and the rest of the first message (RFC 5246 section 7.4).
pub(super) fn head(bytes: &[u8]) -> Option<(u8, usize, &[u8])> {
    let [kind, a, b, c, rest @ ..] = bytes else {
        return None;
    };
    let length = u32::from_be_bytes([0, *a, *b, *c]);
    Some((*kind, usize::try_from(length).ok()?, rest))
}

/// RFC 5246 section 7.4.1.3. SSLv3 and old servers end after the compression method.
pub(super) fn server_hello(body: &[u8]) -> Option<ServerHello> {
    let (version, rest) = take_u16(body)?;
    let rest = rest.get(RANDOM..)?;
    let (&session_id, rest) = rest.split_first()?;
    let (cipher_suite, rest) = take_u16(rest.get(usize::from(session_id)..)?)?;
    let rest = rest.get(1..)?;
    let mut hello = ServerHello {
        version,
        cipher_suite,
        ..ServerHello::default()
    };
    let mut extensions = match rest {
        [] => rest,
        rest => take_list16(rest)?.0,
    };
    while !extensions.is_empty() {
        let (kind, rest) = take_u16(extensions)?;
        let (value, rest) = take_list16(rest)?;
        extensions = rest;
        match kind {
            ALPN => hello.alpn = selected_protocol(value),
            SIGNED_CERTIFICATE_TIMESTAMP => hello.sct_list = value.to_vec(),
            _ => {}
        }
    }
    Some(hello)
}

/// A list of certificates, each with its length (RFC 5246 section 7.4.2); what follows a lie about a length is
/// left out. The list itself must be where it says, and a list with nothing but a lie is none.
pub(super) fn certificate_list(body: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut chain = Vec::new();
    let (mut list, _) = take_u24(body)?;
    while let Some((der, rest)) = take_u24(list) {
        chain.push(CertificateDer::from(der.to_vec()));
        list = rest;
    }
    (list.is_empty() || !chain.is_empty()).then_some(chain)
}

/// RFC 6066 section 8: type 1 is OCSP.
pub(super) fn status_response(body: &[u8]) -> Option<Vec<u8>> {
    let rest = body.strip_prefix(&[1])?;
    Some(take_u24(rest)?.0.to_vec())
}

/// The names in a CertificateRequest, which has a list of signature algorithms since TLS 1.2 (RFC 5246 section 7.4.4).
pub(super) fn authorities(body: &[u8], version: u16) -> Option<Vec<Vec<u8>>> {
    let (&types, rest) = body.split_first()?;
    let mut rest = rest.get(usize::from(types)..)?;
    if version >= TLS12 {
        rest = take_list16(rest)?.1;
    }
    let (mut list, _) = take_list16(rest)?;
    let mut names = Vec::new();
    while !list.is_empty() {
        let (name, rest) = take_list16(list)?;
        names.push(name.to_vec());
        list = rest;
    }
    Some(names)
}

/// RFC 7301 section 3.1: a list of exactly one.
fn selected_protocol(value: &[u8]) -> Option<Vec<u8>> {
    let (list, _) = take_list16(value)?;
    let (&length, name) = list.split_first()?;
    (name.len() == usize::from(length)).then(|| name.to_vec())
}

fn take_u16(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let [high, low, rest @ ..] = bytes else {
        return None;
    };
    Some((u16::from_be_bytes([*high, *low]), rest))
}

/// Two octets of length, then as many octets.
fn take_list16(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = take_u16(bytes)?;
    rest.split_at_checked(usize::from(length))
}

/// Three octets of length, then as many octets.
fn take_u24(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [a, b, c, rest @ ..] = bytes else {
        return None;
    };
    rest.split_at_checked(usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).ok()?)
}

const RANDOM: usize = 32;
const TLS12: u16 = 0x0303;
const ALPN: u16 = 16;
const SIGNED_CERTIFICATE_TIMESTAMP: u16 = 18;
