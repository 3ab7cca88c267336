//! Writing: version 2, strict about what Java would refuse or lose.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::{KEY, SECRET_KEY, TRUSTED, X509, magic_of, store_digest};
use crate::java::{DataOutput, sealed};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::Carried;
use crate::protect::{self, jce};
use crate::{
    At, Entry, EntryKind, Error, Format, KeyStore, Password, SealedKey, Timestamp, WriteOptions,
    Written, chain,
};

/// Writes version 2 of JKS or JCEKS, entries in the order of the store, aliases in lower case as Java does unless told to
/// keep them.
pub(crate) fn write(
    store: &KeyStore,
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Written, Error> {
    let Some(password) = options.password else {
        return Err(password_unfit(format, "the file needs one"));
    };
    let count = u32::try_from(store.len())
        .ok()
        .filter(|_| store.len() <= MAX_ENTRIES);
    let Some(count) = count else {
        return Err(Error::OverLimit {
            format,
            what: "entry count".to_owned(),
            found: store.len() as u64,
            limit: MAX_ENTRIES as u64,
        });
    };

    let mut writer = Writer {
        format,
        options,
        password,
        output: DataOutput::default(),
        notes: Notes::default(),
        carried: Carried::new(),
    };
    writer.note_password();
    writer.output.raw(&magic_of(format));
    writer.output.u32(2);
    writer.output.u32(count);
    let keeps_case = options.keep_alias_case && format == Format::Jks;
    let mut folded = HashMap::new();
    for entry in store.entries() {
        let alias = if keeps_case {
            entry.alias.to_string()
        } else {
            entry.alias.folded()
        };
        if let Some(first) = folded.insert(alias.clone(), entry.alias.as_str()) {
            return Err(Error::AliasCollision {
                format,
                first: first.to_owned(),
                second: entry.alias.to_string(),
            });
        }
        writer.note_changes(entry, &alias);
        writer.entry(entry, &alias)?;
    }
    let has_upper = |entry: &Entry| entry.alias.folded() != entry.alias.as_str();
    if keeps_case && store.entries().iter().any(has_upper) {
        let message = "aliases keep their case: keytool needs -storetype CaseExactJKS to find them";
        writer.notes.oddity(At::Input, message);
    }
    let Writer {
        mut output, notes, ..
    } = writer;
    let digest = store_digest(password, output.bytes());
    output.raw(&digest);
    Ok(Written {
        bytes: Zeroizing::new(output.into_bytes()),
        notes: notes.into_list(),
    })
}

struct Writer<'o> {
    format: Format,
    options: &'o WriteOptions<'o>,
    password: &'o Password,
    output: DataOutput,
    notes: Notes,
    carried: Carried,
}

impl<'o> Writer<'o> {
    /// keytool and Portecle ask for six characters, counted as Java counts them, when they make a store; they open and
    /// change it with fewer.
    fn note_password(&mut self) {
        if self.password.expose_secret().encode_utf16().count() < MIN_PASSWORD {
            let message = "the password has fewer than 6 characters: keytool opens such a store, and makes none itself";
            self.notes.warning(At::Input, message);
        }
    }

    fn note_changes(&mut self, entry: &Entry, alias: &str) {
        let at = || At::Entry(entry.alias.to_string());
        if alias != entry.alias.as_str() {
            let message = format!("written as {alias:?}, Java keeps aliases in lower case");
            self.notes.oddity(at(), message);
        }
        if !entry.attributes.is_empty() {
            let message = format!("its attributes are not written, {} has none", self.format);
            self.notes.oddity(at(), message);
        }
        if let EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) = &entry.kind
            && key
                .as_java_protected(self.format)
                .or(key.as_java_object())
                .is_some()
        {
            let password = self.key_password(entry);
            self.carried.note(key, password, entry, &mut self.notes);
        }
    }

    fn entry(&mut self, entry: &Entry, alias: &str) -> Result<(), Error> {
        let format = self.format;
        let unfit = |what| Error::EntryUnfit {
            format,
            alias: entry.alias.to_string(),
            what,
        };
        let (tag, key) = match &entry.kind {
            EntryKind::PrivateKey { chain, .. } if chain.is_empty() => {
                return Err(unfit("a private key without its certificate:"));
            }
            EntryKind::PrivateKey { key, .. } => (KEY, Some(self.seal(key, entry)?)),
            EntryKind::SecretKey(key) if format == Format::Jceks => {
                (SECRET_KEY, Some(self.seal_secret(key, entry)?))
            }
            EntryKind::SecretKey(_) => return Err(unfit("the secret key")),
            EntryKind::TrustedCertificate(_) => (TRUSTED, None),
        };
        self.output.u32(tag);
        self.output.utf(alias).ok_or_else(|| Error::AliasUnfit {
            format,
            alias: entry.alias.to_string(),
            why: "it takes more than 65535 bytes".to_owned(),
        })?;
        self.output.i64(entry.created.map_or(0, Timestamp::millis));
        let certificates = chain::to_write(entry, &mut self.notes);
        match key {
            Some(stream) if tag == SECRET_KEY => self.output.raw(&stream),
            Some(key) => {
                let count = u32::try_from(certificates.len()).ok();
                self.output
                    .blob(&key)
                    .ok_or_else(|| unfit("the oversized private key"))?;
                self.output
                    .u32(count.ok_or_else(|| unfit("the endless chain of"))?);
            }
            None => (),
        }
        for certificate in certificates {
            self.output
                .utf(X509)
                .and_then(|()| self.output.blob(certificate))
                .ok_or_else(|| unfit("the oversized certificate of"))?;
        }
        Ok(())
    }

    /// The `EncryptedPrivateKeyInfo` of a key: as it is when the format takes its scheme, else sealed now.
    fn seal(&self, key: &SealedKey, entry: &Entry) -> Result<Vec<u8>, Error> {
        if key.is_sealed() {
            let protected = key.as_java_protected(self.format).map(<[u8]>::to_vec);
            return protected.ok_or_else(|| self.sealed_otherwise(entry));
        }
        let clear = key.unlock(None)?;
        if self.format == Format::Jceks {
            let (password, salt) = self.jce_material(entry)?;
            let (parameters, encrypted) = jce::encrypt(clear.secret_pkcs8(), password, salt);
            return Ok(jce::encrypted_private_key_info(&parameters, &encrypted));
        }
        let salt = self.salt()?;
        let password = self.key_password(entry);
        let octets = protect::java::protect(clear.secret_pkcs8(), password, salt);
        Ok(protect::java::encrypted_private_key_info(&octets))
    }

    /// The serialized object of a secret key: as it is, else sealed now.
    fn seal_secret(&self, key: &SealedKey, entry: &Entry) -> Result<Vec<u8>, Error> {
        if key.is_sealed() {
            let object = key.as_java_object().map(<[u8]>::to_vec);
            return object.ok_or_else(|| self.sealed_otherwise(entry));
        }
        let unfit = || Error::EntryUnfit {
            format: self.format,
            alias: entry.alias.to_string(),
            what: "the secret key",
        };
        let clear = key.unlock_secret(None).map_err(|_| unfit())?;
        // Java builds a SecretKeySpec of neither
        if clear.secret_octets().is_empty() || clear.algorithm().is_empty() {
            return Err(unfit());
        }
        let (password, salt) = self.jce_material(entry)?;
        sealed::seal(&clear, password, salt).ok_or_else(unfit)
    }

    /// Password and salt for JCEKS; Java refuses to build a key of other characters (`PBEKey`).
    fn jce_material(&self, entry: &Entry) -> Result<(&'o [u8], [u8; 8]), Error> {
        let password = self.key_password(entry).expose_secret().as_bytes();
        if !password.iter().all(|octet| (b' '..=b'~').contains(octet)) {
            let why = "Java seals keys of JCEKS under printable ASCII only";
            return Err(password_unfit(self.format, why));
        }
        Ok((password, self.salt()?))
    }

    fn key_password(&self, entry: &Entry) -> &'o Password {
        let own = self.options.password_of_key(&entry.alias);
        own.unwrap_or(self.password)
    }

    fn salt<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut salt = [0; N];
        self.options
            .random
            .ok_or(Error::NoRandomness)?
            .fill(&mut salt)?;
        Ok(salt)
    }

    fn sealed_otherwise(&self, entry: &Entry) -> Error {
        Error::KeySealed {
            format: self.format,
            alias: entry.alias.to_string(),
        }
    }
}

fn password_unfit(format: Format, why: &str) -> Error {
    Error::PasswordUnfit {
        format,
        why: why.to_owned(),
    }
}

const MIN_PASSWORD: usize = 6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{self, Sevens, der};
    use crate::{Alias, Attribute, CertificateDer, Integrity, ReadOptions, jks};

    fn trusted(alias: &str) -> Entry {
        let certificate = CertificateDer::from(der(testing::CERT_A));
        Entry::trusted(Alias::new(alias), certificate)
    }

    fn with_key(alias: &str, key: SealedKey) -> Entry {
        let chain = vec![CertificateDer::from(der(testing::CERT_A))];
        Entry {
            kind: EntryKind::PrivateKey { key, chain },
            ..trusted(alias)
        }
    }

    fn clear_key() -> SealedKey {
        SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)))
    }

    fn store(entries: impl IntoIterator<Item = Entry>) -> KeyStore {
        let mut store = KeyStore::new();
        for entry in entries {
            store.push(entry).unwrap();
        }
        store
    }

    fn written(store: &KeyStore) -> Result<Written, Error> {
        written_as(Format::Jks, store)
    }

    fn written_as(format: Format, store: &KeyStore) -> Result<Written, Error> {
        let password = Password::new("changeit");
        let options = WriteOptions {
            password: Some(&password),
            random: Some(&Sevens),
            ..WriteOptions::default()
        };
        write(store, format, &options)
    }

    fn reread(bytes: &[u8]) -> KeyStore {
        let password = Password::new("changeit");
        let options = ReadOptions {
            password: Some(&password),
        };
        let contents = jks::read(bytes, &options).unwrap();
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(contents.notes, []);
        contents.store
    }

    #[test]
    fn an_empty_store_is_the_known_answer() {
        let bytes = written(&KeyStore::new()).unwrap().bytes;
        let known = "feedfeed0000000200000000e2686e45fb43dfa4d992dd41ceb6b21c6330d792";
        assert_eq!(*bytes, testing::unhex(known));
    }

    #[test]
    fn a_key_says_in_which_container_it_did_not_open() {
        let bytes = written(&store([with_key("k", clear_key())])).unwrap().bytes;
        let entries = reread(&bytes).into_entries();
        let EntryKind::PrivateKey { key, .. } = &entries[0].kind else {
            panic!("no key");
        };
        let message = |password: Option<&str>| {
            let password = password.map(Password::new);
            key.unlock(password.as_ref()).unwrap_err().to_string()
        };
        assert_eq!(message(None), "JKS: a password is needed to read the key");
        assert_eq!(
            message(Some("changeIt")),
            "JKS: wrong password or damaged key"
        );
        assert_eq!(message(Some("")), "JKS: wrong password or damaged key");
        assert!(key.unlock(Some(&Password::new("changeit"))).is_ok());
    }

    #[test]
    fn aliases_become_lower_case_with_a_note() {
        let Written { bytes, notes } = written(&store([trusted("Root"), trusted("b")])).unwrap();
        let back = reread(&bytes);
        assert_eq!(back.entries()[0].alias.as_str(), "root");
        assert_eq!(notes.len(), 1);
        assert_eq!(
            notes[0].to_string(),
            "entry \"Root\": written as \"root\", Java keeps aliases in lower case"
        );
    }

    #[test]
    fn aliases_that_differ_only_in_case_are_refused() {
        assert_eq!(
            written(&store([trusted("Root"), trusted("rOOt")])).unwrap_err(),
            Error::AliasCollision {
                format: Format::Jks,
                first: "Root".to_owned(),
                second: "rOOt".to_owned(),
            }
        );
    }

    #[test]
    fn case_exact_jks_keeps_aliases_apart() {
        let password = Password::new("changeit");
        let options = WriteOptions {
            password: Some(&password),
            keep_alias_case: true,
            ..WriteOptions::default()
        };
        let before = store([trusted("Root"), trusted("rOOt"), trusted("root")]);
        let Written { bytes, notes } = write(&before, Format::Jks, &options).unwrap();
        assert_eq!(
            notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["aliases keep their case: keytool needs -storetype CaseExactJKS to find them"]
        );
        let read_options = ReadOptions {
            password: Some(&password),
        };
        let back = jks::read(&bytes, &read_options).unwrap().store;
        let aliases = |store: &KeyStore| -> Vec<String> {
            let entries = store.entries().iter();
            entries.map(|entry| entry.alias.to_string()).collect()
        };
        assert_eq!(aliases(&back), aliases(&before));
        // nothing to say where nothing depends on it
        let lower = write(&store([trusted("root")]), Format::Jks, &options).unwrap();
        assert_eq!(lower.notes, []);
        // JCEKS has no such type
        let error = write(&before, Format::Jceks, &options).unwrap_err();
        assert!(matches!(error, Error::AliasCollision { .. }));
    }

    #[test]
    fn an_alias_of_65535_bytes_is_the_longest() {
        assert!(written(&store([trusted(&"a".repeat(65535))])).is_ok());
        for long in ["a".repeat(65536), "\0".repeat(32768), "😀".repeat(10923)] {
            let error = written(&store([trusted(&long)])).unwrap_err();
            assert!(matches!(error, Error::AliasUnfit { .. }));
        }
    }

    #[test]
    fn keys_in_the_clear_are_sealed() {
        let bytes = written(&store([with_key("k", clear_key())])).unwrap().bytes;
        let back = reread(&bytes);
        let EntryKind::PrivateKey { key, chain } = &back.entries()[0].kind else {
            panic!()
        };
        assert_eq!(chain.len(), 1);
        let password = Password::new("changeit");
        let unlocked = key.unlock(Some(&password)).unwrap();
        assert_eq!(unlocked.secret_pkcs8(), der(testing::KEY));
        // And once sealed, carried byte for byte, without randomness and under any password.
        let other = Password::new("another");
        let options = WriteOptions {
            password: Some(&other),
            ..WriteOptions::default()
        };
        let again = write(&back, Format::Jks, &options).unwrap();
        let end = bytes.len() - 20;
        assert_eq!(again.bytes[..end], bytes[..end]);
        assert_eq!(
            again.notes[0].to_string(),
            "entry \"k\": its key keeps the password it is sealed with, which is another"
        );
        assert_eq!(written(&back).unwrap().notes, []);
    }

    #[test]
    fn the_key_password_may_be_another() {
        let (password, key_password) = (Password::new("changeit"), Password::new("keypass"));
        let options = WriteOptions {
            password: Some(&password),
            key_password: Some(&key_password),
            random: Some(&Sevens),
            ..WriteOptions::default()
        };
        let keys = store([with_key("k", clear_key())]);
        let back = reread(&write(&keys, Format::Jks, &options).unwrap().bytes);
        let EntryKind::PrivateKey { key, .. } = &back.entries()[0].kind else {
            panic!()
        };
        assert!(key.unlock(Some(&password)).is_err());
        assert!(key.unlock(Some(&key_password)).is_ok());

        let no_randomness = WriteOptions {
            random: None,
            ..options
        };
        assert_eq!(
            write(&keys, Format::Jks, &no_randomness),
            Err(Error::NoRandomness)
        );
    }

    #[test]
    fn each_key_may_have_its_own_password() {
        let (password, others) = (Password::new("changeit"), Password::new("others"));
        let own = HashMap::from([("b".to_owned(), Password::new("own of b"))]);
        let options = WriteOptions {
            password: Some(&password),
            key_password: Some(&others),
            key_passwords: Some(&own),
            random: Some(&Sevens),
            ..WriteOptions::default()
        };
        let keys = store(["a", "b"].map(|alias| with_key(alias, clear_key())));
        let back = reread(&write(&keys, Format::Jks, &options).unwrap().bytes);
        for (entry, own) in back.entries().iter().zip(["others", "own of b"]) {
            let EntryKind::PrivateKey { key, .. } = &entry.kind else {
                panic!()
            };
            assert!(key.unlock(Some(&Password::new(own))).is_ok());
        }
        let notes = write(&back, Format::Jks, &options).unwrap().notes;
        assert_eq!(notes, [], "each was tried with its own");
    }

    #[test]
    fn what_jks_cannot_hold_is_refused() {
        let foreign = SealedKey::from_encrypted_pkcs8(der(testing::ENCRYPTED_KEY));
        let error = written(&store([with_key("k", foreign)])).unwrap_err();
        assert_eq!(error.to_string(), "JKS: the key \"k\" is still locked");

        let secret = Entry {
            kind: EntryKind::SecretKey(clear_key()),
            ..trusted("s")
        };
        let error = written(&store([secret])).unwrap_err();
        assert_eq!(error.to_string(), "JKS cannot hold the secret key \"s\"");

        let bare = Entry {
            kind: EntryKind::PrivateKey {
                key: clear_key(),
                chain: Vec::new(),
            },
            ..trusted("k")
        };
        let error = written(&store([bare])).unwrap_err();
        assert!(matches!(error, Error::EntryUnfit { .. }));
    }

    #[test]
    fn attributes_are_left_out_with_a_note() {
        let attribute = Attribute {
            oid: "1.2.3".to_owned(),
            values: Vec::new(),
        };
        let entry = Entry {
            attributes: vec![attribute],
            ..trusted("a")
        };
        assert_eq!(written(&store([entry])).unwrap().notes.len(), 1);
    }

    #[test]
    fn no_password_is_refused_and_a_short_one_is_told() {
        let write = |password: Option<&Password>| {
            let options = WriteOptions {
                password,
                ..WriteOptions::default()
            };
            write(&KeyStore::new(), Format::Jks, &options)
        };
        assert!(matches!(write(None), Err(Error::PasswordUnfit { .. })));
        for (password, is_short) in [
            ("", true),
            ("12345", true),
            ("😀😀", true),
            ("123456", false),
        ] {
            let output = write(Some(&Password::new(password))).unwrap();
            let told = output
                .notes
                .iter()
                .any(|note| note.message.contains("fewer than 6"));
            assert_eq!(told, is_short, "{password}");
            let contents = testing::open(&output.bytes, Some(password)).unwrap();
            assert_eq!(contents.integrity, Integrity::Verified);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            entries in prop::collection::hash_map(any::<String>(), any::<(i64, bool)>(), 0..8),
        ) {
            let entries = entries.into_iter().map(|(alias, (created, is_key))| Entry {
                created: Some(Timestamp::from_millis(created)),
                ..if is_key { with_key(&alias, clear_key()) } else { trusted(&alias) }
            });
            let before = store(entries);
            match written(&before) {
                Err(Error::AliasCollision { .. }) => (),
                other => {
                    let after = reread(&other.unwrap().bytes);
                    prop_assert_eq!(before.len(), after.len());
                    for (before, after) in before.entries().iter().zip(after.entries()) {
                        prop_assert_eq!(before.alias.folded(), after.alias.as_str());
                        prop_assert_eq!(before.created, after.created);
                        prop_assert_eq!(before.certificates(), after.certificates());
                    }
                }
            }
        }
    }
}
