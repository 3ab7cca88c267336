//! A small file of every format, each with every kind of entry that the format holds.

use crate::ber::Tlv;
use crate::testing::bks::{every_kind_sealed, signed, stream};
use crate::testing::pkcs12::{bag, cert_bag, data, friendly_name, info, pfx};
use crate::testing::stores::{clear_key, entry, secret_key, store, trusted, with_key};
use crate::testing::{self, PASSWORD, Sevens, bcfks, der, octets, open, sequence};
use crate::{EntryKind, Error, Format, Password, Profile, WriteOptions, ber, oid, write};

/// A file, and what is known about it.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// How far apart the places are that are worth damaging, after the start and before the end: of octets that are
    /// encrypted one is as good as the other, and what differs in its head only is tried elsewhere.
    pub(super) step: usize,
    /// Whether it is objects behind each other that nothing counts, so that a part of it can be a file as well.
    pub(super) is_loose: bool,
}

impl Sample {
    /// Whether a password makes a difference.
    pub(super) fn has_password(&self) -> bool {
        Format::detect(&self.bytes).is_some_and(Format::has_password)
    }

    pub(super) fn is_text(&self) -> bool {
        self.bytes.is_ascii()
    }
}

/// Every format and profile as written here, and what others write or the grammars allow.
pub(super) fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for format in Format::ALL {
        if *format != Format::Pkcs12 {
            samples.push(written(*format, Profile::Modern));
        }
    }
    for profile in Profile::ALL {
        samples.push(written(Format::Pkcs12, *profile));
    }
    let ber: Vec<Sample> = samples
        .iter()
        .filter(|sample| sample.name.starts_with("PKCS#7") || sample.name.starts_with("PKCS#12"))
        .map(|sample| Sample {
            name: format!("{} in BER", sample.name),
            bytes: open_ended(&sample.bytes),
            ..*sample
        })
        .collect();
    samples.extend(ber);
    samples.extend(built());
    samples
}

/// What is not written here, and what is, at a low price.
pub(super) fn built() -> Vec<Sample> {
    let cheap = |name: &str, bytes| Sample {
        name: name.to_owned(),
        bytes,
        step: match name {
            "BKS of every kind" | "BCFKS in the clear" | "PKCS#12 in the clear" => 1,
            "UBER of every kind" => 64,
            _ => 16,
        },
        is_loose: false,
    };
    let pbkdf2 = |length| bcfks::pbkdf2(16, length);
    let scrypt = |length| bcfks::scrypt(&[1; 8], [16, 2, 1], length);
    let blocks = [
        testing::RSA_LOCKED_KEY,
        testing::ENCRYPTED_KEY,
        testing::TRUSTED,
        testing::PKCS7,
        testing::PUBLIC_KEY,
    ];
    let objects = [testing::CERT_A, testing::KEY, testing::CERT_B].map(der);
    let mut samples = vec![
        cheap("PKCS#12 in the clear", pfx(&[&data(&[&bags()])], &[])),
        cheap("BKS of every kind", signed(2, every_kind_sealed)),
        cheap("BKS version 1", signed(1, every_kind_sealed)),
        cheap("BKS version 0", signed(0, every_kind_sealed)),
        cheap("UBER of every kind", {
            let stream = stream(every_kind_sealed);
            testing::bks::encrypted(&stream, &stream)
        }),
        cheap("BCFKS in the clear", {
            bcfks::signed(&pbkdf2(64), &bcfks::every_kind(pbkdf2))
        }),
        cheap("BCFKS under PBKDF2", bcfks::whole(pbkdf2)),
        cheap("BCFKS under scrypt", bcfks::whole(scrypt)),
        cheap("PkiPath of two", {
            sequence(&[&der(testing::CERT_B), &der(testing::CERT_A)])
        }),
        cheap("DER of an encrypted key", der(testing::ENCRYPTED_KEY)),
        cheap("base64 without armour", {
            let lines = testing::PKCS7.lines().filter(|line| !line.contains('-'));
            lines.collect::<String>().into_bytes()
        }),
    ];
    samples.push(Sample {
        is_loose: true,
        ..cheap("PEM of other blocks", blocks.concat().into_bytes())
    });
    samples.push(Sample {
        is_loose: true,
        ..cheap("DER objects behind each other", objects.concat())
    });
    samples
}

/// One bag of each kind, and bags in a bag.
fn bags() -> Vec<u8> {
    let crl = octets(&[0x30, 0]);
    let secret = octets(&der(testing::ENCRYPTED_KEY));
    let name = friendly_name("a");
    let nested = cert_bag(&der(testing::CERT_B), &[]);
    let bags = [
        cert_bag(&der(testing::CERT_A), &name),
        bag(&oid::KEY_BAG, &der(testing::KEY), &[]),
        bag(&oid::SHROUDED_KEY_BAG, &der(testing::ENCRYPTED_KEY), &[]),
        bag(
            &oid::SECRET_BAG,
            &info(&oid::SHROUDED_KEY_BAG, &secret),
            &name,
        ),
        bag(&oid::CRL_BAG, &info(&oid::X509_CRL, &crl), &[]),
        bag(&oid::SAFE_CONTENTS_BAG, &sequence(&[&nested]), &[]),
    ];
    bags.concat()
}

/// As written here, with as many kinds of entry as the format takes.
fn written(format: Format, profile: Profile) -> Sample {
    let password = Password::new(PASSWORD);
    let options = WriteOptions {
        password: (profile != Profile::Passwordless).then_some(&password),
        key_password: Some(&password),
        profile,
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    // what does not fit goes, the rarest first
    let secret = EntryKind::SecretKey(secret_key("AES"));
    let mut entries = vec![
        trusted("trusted"),
        with_key("private", clear_key()),
        entry("secret", secret),
    ];
    let bytes = loop {
        let store = store(entries.iter().cloned());
        match write(&store, format, &options) {
            Ok(written) => break written.bytes.to_vec(),
            Err(Error::EntryUnfit { .. } | Error::ExactlyOne { .. }) => entries.pop(),
            Err(error) => panic!("{format}: {error}"),
        };
    };
    Sample {
        name: format!("{format} {} of {}", profile.word(), entries.len()),
        bytes,
        step: match (format, profile) {
            (Format::Bcfks | Format::Uber, _) => 16,
            (Format::Pkcs12, Profile::Legacy | Profile::Modern | Profile::Pbmac1) => 16,
            _ => 1,
        },
        is_loose: format == Format::Pem,
    }
}

/// The same DER with indefinite lengths, and long strings in chunks, as BouncyCastle and Firefox write it.
pub(super) fn open_ended(der: &[u8]) -> Vec<u8> {
    let tlv = Tlv::first(der).unwrap();
    let inside = |parts: &[Vec<u8>], tag: u8| [&[tag, 0x80], &parts.concat()[..], &[0, 0]].concat();
    let implicit = ber::context(0) & !0x20;
    if tlv.is_constructed() {
        let mut values = tlv.inside();
        let mut parts = Vec::new();
        while let Some(value) = values.next().unwrap() {
            parts.push(open_ended(value.whole));
        }
        inside(&parts, tlv.tag)
    } else if [ber::OCTET_STRING, implicit].contains(&tlv.tag) && tlv.content.len() > 200 {
        let chunks = tlv.content.chunks(100);
        let chunks: Vec<Vec<u8>> = chunks
            .map(|chunk| ber::encode(ber::OCTET_STRING, &[chunk]))
            .collect();
        inside(&chunks, tlv.tag | 0x20)
    } else {
        tlv.whole.to_vec()
    }
}

#[test]
fn the_samples_are_sound() {
    let mut counts = Vec::new();
    for sample in samples() {
        let contents = open(&sample.bytes, Some(PASSWORD))
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        counts.push((sample.name, contents.format, contents.store.len()));
    }
    let most = |format: Format| {
        counts
            .iter()
            .filter(|count| count.1 == format)
            .map(|count| count.2)
            .max()
    };
    let most: Vec<_> = Format::ALL
        .iter()
        .map(|format| (format.word(), most(*format)))
        .collect();
    // PEM, JKS and PKCS#7 take no secret keys; DER, PKCS#7 and BKS are as many objects as were joined
    assert_eq!(
        most,
        [
            ("pem", Some(5)),
            ("der", Some(3)),
            ("p7b", Some(2)),
            ("pkipath", Some(2)),
            ("jks", Some(2)),
            ("jceks", Some(3)),
            ("pkcs12", Some(5)),
            ("bks", Some(9)),
            ("uber", Some(9)),
            ("bcfks", Some(3)),
        ],
        "{counts:#?}"
    );
}
