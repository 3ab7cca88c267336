//! Containers of certificates and keys. What stands before the input leads past magic numbers, MACs and encryption.

use trustpack_core::issue::SigningKey;
use trustpack_core::key::KeyFacts;
use trustpack_core::keystore::{Contents, Format, Password, ReadOptions, SealedKey, read};

use super::super::input::Input;

/// What a dear derivation costs is judged by tests; here it would only be slow.
const MAX_ITERATIONS: u64 = 2_500;

/// Reads without a password, looks at every key, and asks what must hold of whatever was read.
fn read_all(bytes: &[u8]) -> Option<Contents> {
    let contents = read(bytes, &ReadOptions::default()).ok()?;
    for entry in contents.store.entries() {
        // a taken name is another one
        let found = contents.store.find(entry.alias.as_str());
        assert_eq!(found, Some(entry), "an alias leads to another entry");
        if let Some(key) = entry.key() {
            look_at(key);
        }
    }
    for note in &contents.notes {
        let _ = note.to_string();
    }
    Some(contents)
}

fn look_at(key: &SealedKey) {
    let (protection, password) = (key.protection(), Password::new("changeit"));
    let numbers = protection
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|number| !number.is_empty());
    let is_cheap = numbers
        .map(|number| number.parse().unwrap_or(u64::MAX))
        .all(|number| number <= MAX_ITERATIONS);
    let unlocked = match is_cheap {
        true => key.unlock(None).or_else(|_| key.unlock(Some(&password))),
        false => key.unlock(None),
    };
    if let Ok(clear) = unlocked {
        let pkcs8 = clear.secret_pkcs8();
        let _ = (KeyFacts::from_pkcs8(pkcs8), SigningKey::from_pkcs8(pkcs8));
        let _ = key.unlock_secret(Some(&password));
    }
}

/// Any bytes, as whatever they are by content: detection knows what reading finds.
pub(super) fn detect(bytes: &[u8]) {
    let detected = Format::detect(bytes);
    let read = read(bytes, &ReadOptions::default());
    match (detected, &read) {
        // blocks are not opened by detection
        (Some(Format::Pem), Ok(contents)) if contents.format == Format::Pkcs7 => (),
        (Some(format), Ok(contents)) => assert_eq!(format, contents.format),
        (None, Ok(contents)) => panic!("read as {}, and not detected", contents.format),
        (_, Err(error)) => {
            let _ = error.to_string();
        }
    }
}

/// Any text, and any text inside a block.
pub(super) fn pem(bytes: &[u8]) {
    read_all(bytes);
    for label in ["CERTIFICATE", "RSA PRIVATE KEY"] {
        let [begin, end] = ["BEGIN", "END"].map(|word| format!("-----{word} {label}-----\n"));
        read_all(&[begin.as_bytes(), bytes, b"\n", end.as_bytes()].concat());
    }
}

/// Any objects inside a SEQUENCE, and behind it.
pub(super) fn der(bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    read_all(&[b"\x30\x84", &length[..], bytes, bytes].concat());
    read_all(bytes);
}

/// DER and the same in BER, with open lengths, long lengths and strings in pieces: what is read is the same.
pub(super) fn ber(bytes: &[u8]) {
    let mut input = Input(bytes);
    let choices = input.octets(16);
    let Some(der) = read_all(input.0) else {
        return;
    };
    // of single objects every octet counts, and DER is asked for
    if !matches!(der.format, Format::Pkcs12 | Format::Pkcs7) {
        return;
    }
    let Some(other) = as_ber(input.0, &mut choices.iter().copied().cycle(), 4) else {
        return;
    };
    let ber = read(&other, &ReadOptions::default());
    let ber = ber.unwrap_or_else(|error| panic!("{error}: {other:02x?}"));
    assert_eq!((&ber.store, &ber.others), (&der.store, &der.others));
}

/// The first so many levels of some definite encoding, each as the choices say; `None` when it is none.
fn as_ber(mut bytes: &[u8], choices: &mut dyn Iterator<Item = u8>, levels: u8) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    while let Some((&tag, rest)) = bytes.split_first() {
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let fold = |sum, octet: &u8| sum << 8 | usize::from(*octet);
                (length.iter().fold(0, fold), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        bytes = rest;
        let choice = choices.next()?;
        let is_string = tag == 0x04;
        let content = match tag & 0x20 != 0 && levels > 1 {
            true => as_ber(content, choices, levels - 1)?,
            false if is_string && choice & 4 != 0 => {
                let pieces = content.chunks(1 + usize::from(choice >> 3));
                pieces
                    .flat_map(|piece| with_length(0x04, piece, choice & 2))
                    .collect()
            }
            false => content.to_vec(),
        };
        let tag = tag | u8::from(is_string && choice & 4 != 0) << 5;
        // an open length is found by what is inside, so that has to be encoded well
        let is_open = tag & 0x20 != 0 && choice & 1 != 0 && (levels > 1 || is_string);
        match is_open {
            true => written.extend([&[tag, 0x80], &content[..], &[0, 0]].concat()),
            false => written.extend(with_length(tag, &content, choice & 2)),
        }
    }
    Some(written)
}

fn with_length(tag: u8, content: &[u8], long: u8) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or_default();
    match u8::try_from(length) {
        Ok(length @ 0..0x80) if long == 0 => [&[tag, length], content].concat(),
        _ => [&[tag, 0x84], &length.to_be_bytes()[..], content].concat(),
    }
}

/// Any signed data behind a sound content type.
pub(super) fn pkcs7(bytes: &[u8]) {
    // `SEQUENCE { signedData, [0]` of open lengths
    const START: &[u8] = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80";
    read_all(&[START, bytes, &[0; 4]].concat());
}

/// Any bytes as a private key, sealed or not, of every kind that has a constructor.
pub(super) fn pkcs8(bytes: &[u8]) {
    look_at(&SealedKey::from_pkcs8(bytes.to_vec().into()));
    look_at(&SealedKey::from_encrypted_pkcs8(bytes.to_vec()));
    let traditional = [
        SealedKey::from_pkcs1(bytes),
        SealedKey::from_sec1(bytes),
        SealedKey::from_dsa(bytes),
        SealedKey::from_traditional(
            "EC PRIVATE KEY",
            "AES-128-CBC,00112233445566778899aabbccddeeff",
            bytes.to_vec(),
        ),
    ];
    for key in traditional.into_iter().flatten() {
        look_at(&key);
    }
    let mut input = Input(bytes);
    let (label, dek_info) = (input.text(), input.text());
    if let Ok(key) = SealedKey::from_traditional(&label, &dek_info, input.0.to_vec()) {
        look_at(&key);
    }
}

/// Any bags in the clear, so that what is tried gets past MAC and encryption.
pub(super) fn pkcs12(bytes: &[u8]) {
    // `SEQUENCE { 3, SEQUENCE { data, [0] { chunked OCTET STRING` up to the authenticated safe; every length is open
    const START: &[u8] =
        b"\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80";
    let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    read_all(&[START, b"\x04\x84", &length, bytes, &[0; 8]].concat());
}

/// Any entries behind a sound head of JKS or JCEKS; the first octet chooses.
pub(super) fn jks(bytes: &[u8]) {
    let mut input = Input(bytes);
    let magic = input.one_of(&[b"\xfe\xed\xfe\xed\0\0\0", b"\xce\xce\xce\xce\0\0\0"]);
    read_all(&[&magic[..], input.0].concat());
}

/// Any entries behind a sound BKS head, with and without a password: its MAC does not fit, so the sealed keys are tried. And
/// anything as the encrypted rest of an UBER.
pub(super) fn bks(bytes: &[u8]) {
    // version 2, a salt of 20 octets, one iteration
    const HEAD: &[u8] = b"\0\0\0\x02\0\0\0\x14saltsaltsaltsaltsalt\0\0\0\x01";
    // a last entry tag of zero and any MAC, so that what is tried gets to the end
    let file = [HEAD, bytes, &[0; 21]].concat();
    let contents = read_all(&file);
    for entry in contents
        .iter()
        .flat_map(|contents| contents.store.entries())
    {
        assert!(entry.alias.as_str().len() <= 3 * bytes.len() + 20);
    }
    let password = Password::new("changeit");
    for file in [file, [&[0, 0, 0, 1], &HEAD[4..], bytes].concat()] {
        let password = Some(&password);
        let _ = read(&file, &ReadOptions { password });
    }
}

/// Any entries of a BCFKS that is not encrypted, and any frame around them.
pub(super) fn bcfks(bytes: &[u8]) {
    // `SEQUENCE { 1, SEQUENCE {}, a date, a date, SEQUENCE {` of open lengths: the start of `ObjectStoreData`
    const STORE: &[u8] = b"\x30\x80\x02\x01\x01\x30\x00\
        \x18\x0f19700101000000Z\x18\x0f19700101000000Z\x30\x80";
    read_all(&[b"\x30\x80", STORE, bytes, &[0; 4], b"\x30\x00\0\0"].concat());
    read_all(&[b"\x30\x80\x30\x80", bytes, &[0; 4]].concat());
}
