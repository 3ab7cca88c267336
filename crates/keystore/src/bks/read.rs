//! Reading: every entry in file order; BKS without a password too, UBER never.

use rustls_pki_types::CertificateDer;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{BLOCK, CERTIFICATE, DIGEST, END, KEY, SEALED, SECRET, X509, mac};
use crate::ber::{Outline, Tlv};
use crate::der::Shape;
use crate::java::DataInput;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::bouncy::{self, Opened};
use crate::pkcs8::{is_encrypted_private_key_info, is_private_key_info};
use crate::protect::{Budget, Cipher, Hash, Scheme, bmp_forms};
use crate::secret;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Format, Integrity, Password, ReadOptions,
    SealedKey, Timestamp,
};

/// Reads a store of one of the two formats.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let mut input = DataInput::new(format, bytes);
    let version = input.u32("version")?;
    if version > 2 || (format == Format::Uber && version == 0) {
        return Err(Error::Unsupported {
            format,
            what: format!("version {version}"),
        });
    }
    let head = Head {
        format,
        version,
        salt: input.blob("salt")?,
        iterations: input.u32("iteration count")?,
    };
    if format == Format::Uber {
        read_uber(&head, &input, options)
    } else {
        read_bks(&head, &input, options)
    }
}

fn read_uber(
    head: &Head<'_>,
    input: &DataInput<'_>,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let mut budget = Budget::new();
    let Some(password) = options.password else {
        return Err(Error::PasswordRequired {
            format: Format::Uber,
            what: "the file".to_owned(),
        });
    };
    let clear = head.decrypt(input, password, &mut budget)?;
    let stream = DataInput::new(Format::Uber, &clear);
    let mut reader = Reader::new(Format::Uber, stream, options.password, budget);
    reader.entries().map_err(in_decrypted)?;
    if reader.input.remaining() > 0 {
        let message = format!(
            "{} decrypted byte(s) after the last entry ignored",
            reader.input.remaining()
        );
        reader.notes.oddity(At::Input, message);
    }
    Ok(reader.finish(Integrity::Verified))
}

fn read_bks(
    head: &Head<'_>,
    input: &DataInput<'_>,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let content = input.rest();
    let mut reader = Reader::new(Format::Bks, input.clone(), options.password, Budget::new());
    if head.version < 2 {
        let message = format!(
            "version {} has 16 bits of integrity (CVE-2018-5382): whoever changes the file can make it fit",
            head.version
        );
        reader.notes.warning(At::Input, message);
    }
    reader.entries()?;
    let length = content.len() - reader.input.remaining();
    let stream = content.get(..length).unwrap_or_default();
    let mac: [u8; DIGEST] = reader.input.array("MAC")?;
    let integrity = match options.password {
        None => {
            let message = "integrity not verified: no password";
            reader.notes.warning(At::Input, message);
            Integrity::NotVerified
        }
        Some(password) => {
            head.verify(stream, &mac, password, &mut reader.budget)?;
            Integrity::Verified
        }
    };
    if reader.input.remaining() > 0 {
        let message = format!("{} byte(s) after the MAC ignored", reader.input.remaining());
        let at = At::Byte(reader.input.at());
        reader.notes.oddity(at, message);
    }
    Ok(reader.finish(integrity))
}

/// What stands before the content.
struct Head<'a> {
    format: Format,
    version: u32,
    salt: &'a [u8],
    iterations: u32,
}

impl Head<'_> {
    /// Checks the MAC of BKS.
    fn verify(
        &self,
        stream: &[u8],
        expected: &[u8; DIGEST],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        let refused = |refusal: crate::protect::Refusal| refusal.of(self.format, "file");
        for form in bmp_forms(password) {
            budget.charge(self.iterations.into()).map_err(refused)?;
            let found = mac(self.version, &form, self.salt, self.iterations, stream);
            if bool::from(found.ct_eq(expected)) {
                return Ok(());
            }
        }
        Err(Error::WrongPassword {
            format: self.format,
            what: "file".to_owned(),
        })
    }

    /// The stream of UBER, without its digest.
    fn decrypt(
        &self,
        input: &DataInput<'_>,
        password: &Password,
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let encrypted = input.rest();
        // the end mark and the digest fill two blocks at least
        let whole = encrypted.len().next_multiple_of(BLOCK).max(2 * BLOCK);
        if encrypted.len() < whole {
            return Err(Error::Truncated {
                format: self.format,
                at: input.at() + encrypted.len(),
                needed: whole - encrypted.len(),
                what: "encrypted content".to_owned(),
            });
        }
        let scheme = Scheme::pkcs12(Cipher::Twofish, self.salt, self.iterations);
        let is_sound = |clear: &[u8]| {
            clear
                .split_last_chunk::<DIGEST>()
                .is_some_and(|(stream, digest)| {
                    bool::from(Hash::Sha1.digest(&[stream]).ct_eq(digest))
                })
        };
        let mut clear = scheme
            .decrypt(encrypted, password, budget, is_sound)
            .map_err(|refusal| refusal.of(self.format, "file"))?;
        let length = clear.len().saturating_sub(DIGEST);
        clear.truncate(length);
        Ok(clear)
    }
}

/// The state of reading one stream.
struct Reader<'a> {
    format: Format,
    input: DataInput<'a>,
    password: Option<&'a Password>,
    budget: Budget,
    found: Vec<Found>,
    public_keys: Vec<Vec<u8>>,
    notes: Notes,
}

/// An entry, and whether it is a sealed key without a chain, which may be of any kind.
struct Found {
    entry: Entry,
    is_open: bool,
}

impl<'a> Reader<'a> {
    fn new(
        format: Format,
        input: DataInput<'a>,
        password: Option<&'a Password>,
        budget: Budget,
    ) -> Self {
        Self {
            format,
            input,
            password,
            budget,
            found: Vec::new(),
            public_keys: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Up to and with the end mark.
    fn entries(&mut self) -> Result<(), Error> {
        for number in 1.. {
            let at = self.input.at();
            let tag = self
                .input
                .u8("entry tag")
                .map_err(|error| before(error, number))?;
            match tag {
                END => break,
                CERTIFICATE..=SEALED => {
                    self.entry(tag).map_err(|error| before(error, number))?;
                }
                tag => {
                    let what = format!("unknown entry tag {tag}");
                    return Err(before(self.malformed(at, what), number));
                }
            }
            if number > MAX_ENTRIES {
                return Err(Error::OverLimit {
                    format: self.format,
                    what: "entry count".to_owned(),
                    found: number as u64,
                    limit: MAX_ENTRIES as u64,
                });
            }
        }
        Ok(())
    }

    fn entry(&mut self, tag: u8) -> Result<(), Error> {
        let at = self.input.at();
        let alias = self.input.utf("alias")?;
        if let Some(flaw) = alias.flaw {
            let message = format!("the alias {:?} {flaw}", alias.text);
            self.notes.warning(At::Byte(at), message);
        }
        let alias = alias.text;
        let created = Timestamp::from_millis(self.input.i64("creation date")?);
        let count = self.input.u32("certificate count")?;
        let mut chain = Vec::new();
        for _ in 0..count {
            chain.push(self.certificate(&alias)?);
        }
        let mut is_open = false;
        let kind = match tag {
            CERTIFICATE => {
                let certificate = self.certificate(&alias)?;
                self.lose_chain(&alias, &chain);
                Some(EntryKind::TrustedCertificate(certificate))
            }
            KEY => {
                let key = bouncy::Key::read(&mut self.input)?;
                self.plain_key(&alias, key, chain)
            }
            SECRET => {
                let bytes = self.input.blob("secret")?;
                Some(self.secret(&alias, bytes, chain))
            }
            _ => {
                let sealed = self.input.blob("sealed key")?;
                let key = SealedKey::from_bouncy(sealed.to_vec(), self.format);
                is_open = chain.is_empty();
                Some(if is_open {
                    EntryKind::SecretKey(key)
                } else {
                    EntryKind::PrivateKey { key, chain }
                })
            }
        };
        if let Some(kind) = kind {
            let entry = Entry {
                alias: Alias::new(alias),
                created: Some(created),
                kind,
                attributes: Vec::new(),
            };
            self.found.push(Found { entry, is_open });
        }
        Ok(())
    }

    fn certificate(&mut self, alias: &str) -> Result<CertificateDer<'static>, Error> {
        let kind = self.input.utf("certificate type")?.text;
        if kind != X509 {
            let message = format!("the certificate type is {kind:?}, not {X509:?}");
            self.notes.oddity(At::Entry(alias.to_owned()), message);
        }
        let der = self.input.blob("certificate")?;
        let is_whole = Outline::of(der).is_some_and(|outline| outline.missing == 0);
        if !is_whole || Shape::of(der) != Some(Shape::Certificate) {
            let message = "the content of a certificate field is no X.509 certificate";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        Ok(CertificateDer::from(der.to_vec()))
    }

    /// A key that is not sealed.
    fn plain_key(
        &mut self,
        alias: &str,
        key: bouncy::Key,
        chain: Vec<CertificateDer<'static>>,
    ) -> Option<EntryKind> {
        match key.open() {
            Ok(Opened::Private(pkcs8)) => Some(EntryKind::PrivateKey {
                key: SealedKey::from_pkcs8(pkcs8).within(self.format),
                chain,
            }),
            Ok(Opened::Secret(pkcs8)) => {
                self.lose_chain(alias, &chain);
                let key = SealedKey::from_pkcs8(pkcs8).within(self.format);
                Some(EntryKind::SecretKey(key))
            }
            Ok(Opened::Public(spki)) => {
                self.public_key(alias, spki);
                None
            }
            Err(why) => {
                self.notes.skipped(At::Entry(alias.to_owned()), why);
                None
            }
        }
    }

    /// Bytes that the program which stored them has sealed, or not; PKCS#8 with a chain shows what it is.
    fn secret(
        &mut self,
        alias: &str,
        bytes: &[u8],
        chain: Vec<CertificateDer<'static>>,
    ) -> EntryKind {
        if !chain.is_empty() {
            let key = if is_private_key_info(bytes) {
                Some(SealedKey::from_pkcs8(Zeroizing::new(bytes.to_vec())))
            } else {
                let whole = Tlv::first(bytes).ok();
                let whole = whole.filter(|tlv| tlv.whole.len() == bytes.len());
                whole
                    .filter(is_encrypted_private_key_info)
                    .map(|_| SealedKey::from_encrypted_pkcs8(bytes.to_vec()))
            };
            if let Some(key) = key {
                let key = key.within(self.format);
                return EntryKind::PrivateKey { key, chain };
            }
            self.lose_chain(alias, &chain);
        }
        let message = "secret bytes of no known kind, which stand in the store as they are";
        self.notes.oddity(At::Entry(alias.to_owned()), message);
        let key = SealedKey::from_pkcs8(secret::wrap("", bytes));
        EntryKind::SecretKey(key.within(self.format))
    }

    fn public_key(&mut self, alias: &str, spki: Vec<u8>) {
        let message = "a public key: it is among the public keys, without its name";
        self.notes.oddity(At::Entry(alias.to_owned()), message);
        self.public_keys.push(spki);
    }

    fn lose_chain(&mut self, alias: &str, chain: &[CertificateDer<'_>]) {
        if !chain.is_empty() {
            let message = format!(
                "its chain of {} certificate(s) belongs to no private key",
                chain.len()
            );
            self.notes.skipped(At::Entry(alias.to_owned()), message);
        }
    }

    /// Everything in its place; the password has proved right, or there is none.
    fn finish(mut self, integrity: Integrity) -> Contents {
        let mut contents = Contents {
            integrity,
            ..Contents::empty(self.format)
        };
        for Found { mut entry, is_open } in std::mem::take(&mut self.found) {
            if is_open {
                match self.settled(entry) {
                    Some(settled) => entry = settled,
                    None => continue,
                }
            }
            let wanted = entry.alias.clone();
            let given = contents.store.push_renamed(entry);
            if *given != wanted {
                let message = format!(
                    "the alias stands more than once: here called {:?}; BouncyCastle sees the last of them only",
                    given.as_str()
                );
                let at = At::Entry(wanted.as_str().to_owned());
                self.notes.warning(at, message);
            }
        }
        contents.others.public_keys = self.public_keys;
        contents.notes = self.notes.into_list();
        contents
    }

    /// A sealed key without a chain: what it is shows only when the store's password, or none, opens it.
    fn settled(&mut self, entry: Entry) -> Option<Entry> {
        let EntryKind::SecretKey(key) = &entry.kind else {
            return Some(entry);
        };
        let opened = self
            .password
            .zip(key.as_bouncy())
            .map(|(password, sealed)| {
                bouncy::open(sealed, self.format, password, &mut self.budget)
            });
        let kind = match opened {
            Some(Ok(opened)) => match opened.open() {
                Ok(Opened::Private(_)) => EntryKind::PrivateKey {
                    key: key.clone(),
                    chain: Vec::new(),
                },
                Ok(Opened::Public(spki)) => {
                    self.public_key(entry.alias.as_str(), spki);
                    return None;
                }
                Ok(Opened::Secret(_)) => return Some(entry),
                Err(why) => {
                    let at = At::Entry(entry.alias.to_string());
                    self.notes.warning(at, why);
                    return Some(entry);
                }
            },
            Some(Err(Error::WrongPassword { .. })) | None => {
                let message = "a locked key of unknown kind, taken for a secret key";
                self.notes
                    .oddity(At::Entry(entry.alias.to_string()), message);
                return Some(entry);
            }
            Some(Err(error)) => {
                let at = At::Entry(entry.alias.to_string());
                self.notes.warning(at, error.to_string());
                return Some(entry);
            }
        };
        Some(Entry { kind, ..entry })
    }

    fn malformed(&self, at: usize, what: String) -> Error {
        Error::Malformed {
            format: self.format,
            at,
            what,
        }
    }
}

/// Adds which entry an error is about.
fn before(error: Error, number: usize) -> Error {
    let read = number - 1;
    with_what(error, |what| {
        format!("{what} in entry {number} ({read} read before)")
    })
}

/// Says that places are those in the decrypted content.
fn in_decrypted(error: Error) -> Error {
    with_what(error, |what| format!("{what} of the decrypted content"))
}

fn with_what(error: Error, change: impl Fn(&str) -> String) -> Error {
    match error {
        Error::Truncated {
            format,
            at,
            needed,
            what,
        } => Error::Truncated {
            format,
            at,
            needed,
            what: change(&what),
        },
        Error::Malformed { format, at, what } => Error::Malformed {
            format,
            at,
            what: change(&what),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::java::DataOutput;
    use crate::protect::bouncy_form;
    use crate::testing::{self, der, unhex};

    const PASSWORD: &str = "changeit";

    fn open_as(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
        let password = password.map(Password::new);
        let options = ReadOptions {
            password: password.as_ref(),
        };
        crate::read(bytes, &options)
    }

    /// A BKS file of one version with a sound MAC around entries built field by field.
    fn signed(version: u32, build: impl Fn(&mut DataOutput)) -> Vec<u8> {
        let mut stream = DataOutput::default();
        build(&mut stream);
        stream.raw(&[END]);
        let mut file = DataOutput::default();
        file.u32(version);
        file.blob(&[7; 20]).unwrap();
        file.u32(1024);
        file.raw(stream.bytes());
        let form = bouncy_form(PASSWORD);
        file.raw(&mac(version, &form, &[7; 20], 1024, stream.bytes()));
        file.into_bytes()
    }

    fn head(stream: &mut DataOutput, tag: u8, alias: &str, chain: u32) {
        stream.raw(&[tag]);
        stream.utf(alias).unwrap();
        stream.i64(1_463_338_684_456);
        stream.u32(chain);
        for _ in 0..chain {
            certificate(stream);
        }
    }

    fn certificate(stream: &mut DataOutput) {
        stream.utf(X509).unwrap();
        stream.blob(&der(testing::CERT_A)).unwrap();
    }

    fn trusted(stream: &mut DataOutput, alias: &str) {
        head(stream, CERTIFICATE, alias, 0);
        certificate(stream);
    }

    fn key(stream: &mut DataOutput, kind: u8, encoding: &str, algorithm: &str, bytes: &[u8]) {
        stream.raw(&[kind]);
        stream.utf(encoding).unwrap();
        stream.utf(algorithm).unwrap();
        stream.blob(bytes).unwrap();
    }

    fn every_kind(stream: &mut DataOutput) {
        trusted(stream, "Root");
        head(stream, KEY, "plain", 1);
        key(stream, 0, "PKCS#8", "EC", &der(testing::KEY));
        head(stream, KEY, "public", 0);
        key(stream, 1, "X.509", "EC", &der(testing::PUBLIC_KEY));
        head(stream, KEY, "aes", 0);
        key(stream, 2, "RAW", "AES", &[9; 16]);
        head(stream, SECRET, "bytes", 0);
        stream.blob(b"secret").unwrap();
        head(stream, SECRET, "own", 1);
        stream.blob(&der(testing::ENCRYPTED_KEY)).unwrap();
        head(stream, SEALED, "locked", 0);
        stream.blob(&[0; 48]).unwrap();
        trusted(stream, "root");
    }

    fn aliases(contents: &Contents) -> Vec<&str> {
        let entries = contents.store.entries().iter();
        entries.map(|entry| entry.alias.as_str()).collect()
    }

    fn messages(contents: &Contents) -> Vec<String> {
        contents.notes.iter().map(ToString::to_string).collect()
    }

    /// Of pyjks, made by BouncyCastle 1.54 (tests/keystores/bks/empty.bksv1 and uber/empty.uber, MIT).
    #[test]
    fn known_answers_of_empty_stores() {
        let bks = unhex(
            "0000000100000014e3ceb1da73c8a5627b1f5ec3daa6f762ca2970ca00000472\
             00a078c8f23b2e61abc97f4dad29aa15e6f483ac1f",
        );
        let contents = open_as(&bks, Some("")).unwrap();
        assert_eq!(contents.format, Format::Bks);
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(
            messages(&contents),
            [
                "version 1 has 16 bits of integrity (CVE-2018-5382): whoever changes the file can make it fit"
            ]
        );
        let uber = unhex(
            "0000000100000014681f16974ed4d34fe246282e048f7c022a1d45ee00000555\
             9ecb700909fb2162b88a91132c5128410894f83bc7a17fcddff8dcd2fb5f7b60",
        );
        let contents = open_as(&uber, Some("")).unwrap();
        assert_eq!(contents.format, Format::Uber);
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(contents.notes, []);
        for bytes in [bks, uber] {
            let error = open_as(&bytes, Some("other")).unwrap_err();
            assert!(matches!(error, Error::WrongPassword { .. }), "{error}");
        }
    }

    /// Of BouncyCastle 1.72, with one AES key under the password "keypass".
    #[test]
    fn known_answers_of_a_sealed_key() {
        for (hex, format) in [(SEALED_BKS, Format::Bks), (SEALED_UBER, Format::Uber)] {
            let contents = open_as(&unhex(hex), Some(PASSWORD)).unwrap();
            assert_eq!(contents.format, format);
            assert_eq!(contents.integrity, Integrity::Verified);
            let EntryKind::SecretKey(key) = &contents.store.entries()[0].kind else {
                panic!()
            };
            let unlocked = key.unlock(Some(&Password::new("keypass"))).unwrap();
            let clear = secret::wrap("AES", b"sixteen octets..");
            assert_eq!(unlocked.secret_pkcs8(), *clear);
            let wrong = key.unlock(Some(&Password::new(PASSWORD)));
            assert!(matches!(wrong, Err(Error::WrongPassword { .. })));
        }
    }

    const SEALED_BKS: &str = "\
        0000000200000014549538237d50af58bf01f13f1c4a8b54a44f2554000007780400016b000001a1fdc4eb21000000000000003c0000\
        00143b010e14e26e2337d9a11eabebb1a3255214756c00000741648436d1343deb15c6f767238d9d74dad221e54af1bbbeeaf9b31e6a\
        26eebb9c004ae4e6062422e26b3196fca11d1d762a5a8ec7fe";

    const SEALED_UBER: &str = "\
        0000000100000014e8034e6866459b9dfce5f4d8a4e03298cc84727c0000063c8f3146297d345cb2b0d0d9516f7ff6d78345ca3f75d6\
        ee47a286d578e4b47631f65677fd365d26bba792c3364533198afefa6a6bb7807610469cf49b6c2c6e61bd8e1569bc9f6f4ba5c7dca0\
        ee85893206b66d63a4cfd24ba818094dea3fea5ecda03939764930674d97ca1fb3d62192";

    #[test]
    fn every_kind_of_entry() {
        let contents = open_as(&signed(2, every_kind), Some(PASSWORD)).unwrap();
        assert_eq!(
            aliases(&contents),
            ["Root", "plain", "aes", "bytes", "own", "locked", "root"]
        );
        assert_eq!(contents.others.public_keys, [der(testing::PUBLIC_KEY)]);
        assert_eq!(contents.integrity, Integrity::Verified);
        let created = Some(Timestamp::from_millis(1_463_338_684_456));
        let mut kinds = Vec::new();
        for entry in contents.store.entries() {
            assert_eq!(entry.created, created);
            kinds.push(match &entry.kind {
                EntryKind::PrivateKey { key, chain } => (2, key.is_sealed(), chain.len()),
                EntryKind::SecretKey(key) => (1, key.is_sealed(), 0),
                EntryKind::TrustedCertificate(_) => (0, false, 1),
            });
        }
        assert_eq!(
            kinds,
            [
                (0, false, 1),
                (2, false, 1),
                (1, false, 0),
                (1, false, 0),
                (2, true, 1),
                (1, true, 0),
                (0, false, 1)
            ]
        );
        let messages = messages(&contents);
        assert_eq!(messages.len(), 3, "{messages:?}");
    }

    #[test]
    fn without_a_password_all_but_uber_is_read() {
        let contents = open_as(&signed(2, every_kind), None).unwrap();
        assert_eq!(contents.integrity, Integrity::NotVerified);
        assert_eq!(contents.store.len(), 7);
        let error = open_as(
            &[&[0, 0, 0, 1, 0, 0, 0, 20][..], &[0x99; 56]].concat(),
            None,
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "UBER: a password is needed to read the file"
        );
    }

    #[test]
    fn old_versions_are_read_with_a_warning() {
        for version in [0, 1] {
            let contents = open_as(&signed(version, every_kind), Some(PASSWORD)).unwrap();
            assert_eq!(contents.store.len(), 7);
            assert!(messages(&contents)[0].contains("CVE-2018-5382"));
        }
    }

    #[test]
    fn a_bad_key_does_not_hide_its_neighbours() {
        let contents = open_as(
            &signed(2, |stream| {
                head(stream, KEY, "odd", 0);
                key(stream, 0, "PKCS#8", "RSA", b"nonsense");
                head(stream, KEY, "kind", 0);
                key(stream, 9, "RAW", "AES", b"");
                head(stream, SECRET, "chain", 2);
                stream.blob(b"secret").unwrap();
                trusted(stream, "a");
                trusted(stream, "a");
            }),
            Some(PASSWORD),
        )
        .unwrap();
        assert_eq!(aliases(&contents), ["chain", "a", "a-2"]);
        let messages = messages(&contents);
        assert_eq!(messages.len(), 5, "{messages:?}");
    }

    #[test]
    fn a_store_cut_at_any_byte_is_an_error() {
        let bytes = signed(2, every_kind);
        for end in 0..bytes.len() {
            for password in [None, Some(PASSWORD)] {
                assert!(open_as(&bytes[..end], password).is_err(), "{end}");
            }
        }
        let error = open_as(&bytes[..500], None).unwrap_err().to_string();
        assert!(
            error.starts_with("BKS: cut off at byte 500: certificate in entry 2 (1 read before)"),
            "{error}"
        );
    }

    #[test]
    fn counts_lengths_and_iterations_that_lie() {
        let lie = |at: usize, bytes: &[u8]| {
            let mut file = signed(2, every_kind);
            file[at..at + bytes.len()].copy_from_slice(bytes);
            open_as(&file, Some(PASSWORD)).unwrap_err().to_string()
        };
        assert_eq!(
            lie(28, &[0xff; 4]),
            "BKS: iteration count is 4294967295, the limit is 5000000"
        );
        // the certificate count of the first entry
        assert!(lie(47, &[0xff; 4]).starts_with("BKS: cut off"));
        assert!(lie(32, &[9]).contains("UBER"));
    }

    #[test]
    fn more_entries_than_any_file_has_are_refused() {
        let bytes = signed(2, |stream| {
            for _ in 0..=MAX_ENTRIES {
                head(stream, SECRET, "", 0);
                stream.blob(b"").unwrap();
            }
        });
        let error = open_as(&bytes, None).unwrap_err().to_string();
        assert_eq!(error, "BKS: entry count is 200001, the limit is 200000");
    }

    proptest::proptest! {
        #[test]
        fn a_changed_byte_never_goes_unnoticed(index in 0..4000_usize, bit in 0..8_u32) {
            let mut bytes = signed(2, every_kind);
            let index = index % bytes.len();
            bytes[index] ^= 1 << bit;
            // a version below 2 is no longer the same file
            proptest::prop_assert!(open_as(&bytes, Some(PASSWORD)).is_err());
        }

        #[test]
        fn any_bytes_never_panic(bytes in proptest::prelude::any::<Vec<u8>>()) {
            let head = [0, 0, 0, 2, 0, 0, 0, 1, 7, 0, 0, 0, 1];
            for format in [Format::Bks, Format::Uber] {
                let password = Password::new("x");
                for password in [None, Some(&password)] {
                    let options = ReadOptions { password };
                    let _ = read(&bytes, format, &options);
                    let _ = read(&[&head[..], &bytes].concat(), format, &options);
                }
            }
        }
    }
}
