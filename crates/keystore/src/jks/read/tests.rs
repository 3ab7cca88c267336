use proptest::prelude::*;

use super::*;
use crate::java::DataOutput;
use crate::jks::magic_of;
use crate::testing::{self, der};
use crate::{NoteKind, Password};

const PASSWORD: &str = "changeit";

/// A file built field by field, with a sound digest.
#[derive(Default)]
struct Build(DataOutput);

impl Build {
    fn new(version: u32, count: u32) -> Self {
        let mut build = Self::default();
        build.0.raw(&magic_of(Format::Jks));
        build.0.u32(version);
        build.0.u32(count);
        build
    }

    fn trusted(mut self, alias: &[u8], kind: Option<&str>) -> Self {
        self.0.u32(TRUSTED);
        self.alias(alias);
        self.certificate(kind);
        self
    }

    fn key(mut self, alias: &[u8], blob: &[u8], chain: u32, kind: Option<&str>) -> Self {
        self.0.u32(KEY);
        self.alias(alias);
        self.0.blob(blob).unwrap();
        self.0.u32(chain);
        for _ in 0..chain {
            self.certificate(kind);
        }
        self
    }

    fn alias(&mut self, alias: &[u8]) {
        self.0
            .raw(&u16::try_from(alias.len()).unwrap().to_be_bytes());
        self.0.raw(alias);
        self.0.i64(1_463_338_684_456);
    }

    fn certificate(&mut self, kind: Option<&str>) {
        if let Some(kind) = kind {
            self.0.utf(kind).unwrap();
        }
        self.0.blob(&der(testing::CERT_A)).unwrap();
    }

    fn signed(self) -> Vec<u8> {
        let digest = store_digest(&Password::new(PASSWORD), self.0.bytes());
        let mut bytes = self.0.into_bytes();
        bytes.extend(digest);
        bytes
    }
}

fn open(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
    let password = password.map(Password::new);
    let options = ReadOptions {
        password: password.as_ref(),
    };
    read(bytes, &options)
}

fn aliases(contents: &Contents) -> Vec<&str> {
    let entries = contents.store.entries().iter();
    entries.map(|entry| entry.alias.as_str()).collect()
}

fn messages(contents: &Contents) -> Vec<String> {
    contents.notes.iter().map(ToString::to_string).collect()
}

fn sample() -> Vec<u8> {
    let sealed = der(testing::ENCRYPTED_KEY);
    Build::new(2, 3)
        .trusted(b"one", Some("X.509"))
        .key(b"key", &sealed, 2, Some("X.509"))
        .trusted(b"two", Some("X.509"))
        .signed()
}

#[test]
fn known_answers_of_empty_stores() {
    for (password, digest) in [
        ("", "57bebc2762a21d70fff218dd5968011ffe423a69"),
        ("changeit", "e2686e45fb43dfa4d992dd41ceb6b21c6330d792"),
        ("secret", "80cf05e7754e9c65a3174c14ee3984156a70f85c"),
        ("ლ(ಠ益ಠლ)", "9dc0061b92f5ad16594f7d68f2c97e5e26ea035d"),
        ("\u{1f600}", "52a599f6b63f28fd18c219ff14f80262e8f0339a"),
    ] {
        let hex = format!("feedfeed0000000200000000{digest}");
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap())
            .collect();
        let contents = open(&bytes, Some(password)).unwrap();
        assert!(contents.store.is_empty());
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(contents.notes, []);
        assert!(open(&bytes, Some("other")).is_err());
    }
}

#[test]
fn entries_in_order_with_dates_and_chains() {
    let contents = open(&sample(), Some(PASSWORD)).unwrap();
    assert_eq!(aliases(&contents), ["one", "key", "two"]);
    let [one, key, _] = contents.store.entries() else {
        panic!()
    };
    assert_eq!(one.created, Some(Timestamp::from_millis(1_463_338_684_456)));
    assert_eq!(key.certificates().len(), 2);
    assert!(matches!(one.kind, EntryKind::TrustedCertificate(_)));
    assert_eq!(contents.notes, []);
}

#[test]
fn version_one_has_no_certificate_types() {
    let sealed = der(testing::ENCRYPTED_KEY);
    let bytes = Build::new(1, 2)
        .trusted(b"one", None)
        .key(b"key", &sealed, 1, None)
        .signed();
    let contents = open(&bytes, Some(PASSWORD)).unwrap();
    assert_eq!(aliases(&contents), ["one", "key"]);
    assert_eq!(contents.notes, []);
    let error = open(&Build::new(3, 0).signed(), None).unwrap_err();
    assert_eq!(error.to_string(), "JKS: version 3 is not supported");
}

#[test]
fn without_a_password_everything_is_read_and_nothing_verified() {
    let contents = open(&sample(), None).unwrap();
    assert_eq!(contents.integrity, Integrity::NotVerified);
    assert_eq!(messages(&contents), ["integrity not verified: no password"]);
    assert_eq!(contents.notes[0].kind, NoteKind::Warning);
    assert_eq!(contents.store.len(), 3);
}

#[test]
fn wrong_password_is_not_reported_as_damage() {
    for password in ["", "Changeit", "changeit "] {
        let error = open(&sample(), Some(password)).unwrap_err();
        assert!(matches!(error, Error::WrongPassword { .. }), "{error}");
    }
}

#[test]
fn a_store_cut_at_any_byte_is_an_error() {
    let bytes = sample();
    for end in 0..bytes.len() {
        for password in [None, Some(PASSWORD)] {
            let error = open(&bytes[..end], password).unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "{end}: {error}");
        }
    }
    let error = open(&bytes[..500], None).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "JKS: cut off at byte 500: private key in entry 2 of 3 (1 read before) needs"
        ),
        "{error}"
    );
    let error = open(&bytes[..bytes.len() - 1], None).unwrap_err();
    assert!(error.to_string().contains("digest (3 entries read before)"));
}

#[test]
fn bytes_after_the_digest_are_ignored_with_a_note() {
    let mut bytes = sample();
    let end = bytes.len();
    bytes.extend(b"xyz");
    let contents = open(&bytes, Some(PASSWORD)).unwrap();
    assert_eq!(
        messages(&contents),
        [format!("byte {end}: 3 byte(s) after the digest ignored")]
    );
}

#[test]
fn duplicate_and_mixed_case_aliases_are_kept() {
    let bytes = Build::new(2, 4)
        .trusted(b"a", Some("X.509"))
        .trusted(b"a", Some("X.509"))
        .trusted(b"Server1", Some("X.509"))
        .trusted(b"", Some("X.509"))
        .signed();
    let contents = open(&bytes, Some(PASSWORD)).unwrap();
    assert_eq!(aliases(&contents), ["a", "a-2", "Server1", ""]);
    let messages = messages(&contents);
    assert_eq!(messages.len(), 2);
    assert!(messages[0].starts_with("entry \"a\": the alias stands more than once"));
    assert!(messages[1].starts_with("entry \"Server1\": the alias has upper-case letters"));
}

#[test]
fn aliases_beyond_ascii() {
    let bytes = Build::new(2, 4)
        .trusted(&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], Some("X.509"))
        .trusted(&[b'a', 0xc0, 0x80], Some("X.509"))
        .trusted("\u{1f601}".as_bytes(), Some("X.509"))
        .trusted(b"f\xfcr", Some("X.509"))
        .signed();
    let contents = open(&bytes, Some(PASSWORD)).unwrap();
    assert_eq!(
        aliases(&contents),
        ["\u{1f600}", "a\0", "\u{1f601}", "f\u{fffd}r"]
    );
    let messages = messages(&contents);
    assert!(messages[0].ends_with("is plain UTF-8, which Java refuses"));
    assert!(messages[1].ends_with("is no valid modified UTF-8"));
    assert_eq!(messages.len(), 2);
}

#[test]
fn odd_types_empty_chains_and_odd_content_are_noted() {
    let bytes = Build::new(2, 2)
        .trusted(b"a", Some("X509"))
        .key(b"k", b"nonsense", 0, None)
        .signed();
    let contents = open(&bytes, Some(PASSWORD)).unwrap();
    assert_eq!(
        messages(&contents),
        [
            "entry \"a\": the certificate type is \"X509\", not \"X.509\"",
            "entry \"k\": the private key is no EncryptedPrivateKeyInfo and will not open",
            "entry \"k\": the private key has no certificate",
        ]
    );
    assert_eq!(contents.store.len(), 2);
}

#[test]
fn unknown_tags_say_where() {
    let mut build = Build::new(2, 2).trusted(b"a", Some("X.509"));
    let at = build.0.bytes().len();
    build.0.u32(3);
    let what =
        "unknown entry tag 3 (a secret key; only JCEKS has those) in entry 2 of 2 (1 read before)";
    assert_eq!(
        open(&build.signed(), None).unwrap_err(),
        Error::Malformed {
            format: Format::Jks,
            at,
            what: what.to_owned(),
        }
    );
}

#[test]
fn counts_that_lie_end_at_the_input() {
    let error = open(&Build::new(2, u32::MAX).signed(), None).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");

    let mut bytes = Build::new(2, 1).key(b"k", b"", 0, None).signed();
    let chain_count = bytes.len() - 24;
    bytes[chain_count..chain_count + 4].fill(0xff);
    let error = open(&bytes, None).unwrap_err();
    assert!(matches!(error, Error::Truncated { .. }), "{error}");
}

#[test]
fn more_entries_than_any_file_has_are_refused() {
    let mut build = Build::new(1, u32::MAX);
    for _ in 0..=MAX_ENTRIES {
        build.0.u32(TRUSTED);
        build.0.raw(&[0; 14]);
    }
    let error = open(&build.signed(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "JKS: entry count is 4294967295, the limit is 200000"
    );
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = open(&bytes, Some(PASSWORD));
        let _ = open(&[&magic_of(Format::Jks)[..], &[0, 0, 0, 2, 0, 0, 0], &bytes].concat(), None);
    }

    #[test]
    fn a_changed_byte_never_goes_unnoticed(index in 0..4000_usize, bit in 0..8_u32) {
        let mut bytes = sample();
        let index = index % bytes.len();
        bytes[index] ^= 1 << bit;
        prop_assert!(open(&bytes, Some(PASSWORD)).is_err());
    }
}
