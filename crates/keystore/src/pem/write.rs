//! Writing: 64 columns, LF, one block per key and certificate (RFC 7468).

use ::pem::{EncodeConfig, LineEnding, Pem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::note_lost_aliases;
use crate::note::Notes;
use crate::{Entry, EntryKind, Error, Format, KeyStore, Request, SealedKey, WriteOptions, Written};

/// Writes every entry in order, a key before its chain, then what stands beside them. Keys stay as they are: in the
/// clear, or encrypted.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let mut blocks = Vec::new();
    for entry in store.entries() {
        match &entry.kind {
            EntryKind::PrivateKey { key, .. } => blocks.push(key_block(key, entry, options)?),
            EntryKind::SecretKey(_) => {
                return Err(Error::EntryUnfit {
                    format: Format::Pem,
                    alias: entry.alias.to_string(),
                    what: "the secret key",
                });
            }
            EntryKind::TrustedCertificate(_) => (),
        }
        let certificates = entry.certificates().iter();
        blocks.extend(certificates.map(|certificate| block("CERTIFICATE", certificate)));
    }
    if let Some(others) = options.others {
        blocks.extend(others.requests.iter().filter_map(|request| match request {
            Request::Pkcs10(der) => Some(block("CERTIFICATE REQUEST", der)),
            Request::Spkac(_) => None,
        }));
        blocks.extend(others.crls.iter().map(|der| block("X509 CRL", der)));
        blocks.extend(
            others
                .public_keys
                .iter()
                .map(|der| block("PUBLIC KEY", der)),
        );
    }
    if blocks.is_empty() {
        return Err(Error::NothingToWrite {
            format: Format::Pem,
        });
    }
    let mut notes = Notes::default();
    note_lost_aliases(store, Format::Pem, &mut notes);
    Ok(Written {
        bytes: joined(&blocks),
        notes: notes.into_list(),
    })
}

fn key_block(
    key: &SealedKey,
    entry: &Entry,
    options: &WriteOptions<'_>,
) -> Result<Zeroizing<String>, Error> {
    if !key.is_sealed() {
        let clear = key.unlock(None)?;
        if options.traditional_keys {
            let (label, der) = clear.to_traditional()?;
            return Ok(clear_block(label, &der));
        }
        return Ok(clear_block("PRIVATE KEY", clear.secret_pkcs8()));
    }
    if let Some((label, dek_info, body)) = key.as_traditional() {
        return Ok(locked_block(label, &dek_info, body));
    }
    // Nothing but Java opens a key under Sun's protector, and Java takes no such PEM file.
    let sealed = key.as_encrypted_pkcs8().ok_or_else(|| Error::KeySealed {
        format: Format::Pem,
        alias: entry.alias.to_string(),
    })?;
    Ok(block("ENCRYPTED PRIVATE KEY", sealed))
}

/// With the headers of RFC 1421, section 4.6.1.
fn locked_block(label: &str, dek_info: &str, body: &[u8]) -> Zeroizing<String> {
    let body = block(label, body);
    let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: {dek_info}\n\n");
    let (begin, rest) = body.split_once('\n').unwrap_or((&body, ""));
    Zeroizing::new(format!("{begin}\n{headers}{rest}"))
}

/// One block; of what is no secret.
pub(crate) fn block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let config = EncodeConfig::new()
        .set_line_ending(LineEnding::LF)
        .set_line_wrap(COLUMNS);
    Zeroizing::new(::pem::encode_config(&Pem::new(label, der), config))
}

/// A key in the clear; the pem crate would leave copies of it in memory.
fn clear_block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(
        base64.len() + base64.len() / COLUMNS + 2 * label.len() + 40,
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

fn joined(blocks: &[Zeroizing<String>]) -> Zeroizing<Vec<u8>> {
    let length = blocks.iter().map(|block| block.len()).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    for block in blocks {
        bytes.extend_from_slice(block.as_bytes());
    }
    bytes
}

const COLUMNS: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{self, der};
    use crate::{Alias, CertificateDer, pem};

    fn trusted(alias: Alias, block: &str) -> Entry {
        Entry::trusted(alias, CertificateDer::from(der(block)))
    }

    fn with_key(alias: Alias, key: SealedKey) -> Entry {
        let chain = vec![CertificateDer::from(der(testing::CERT_A))];
        Entry {
            kind: EntryKind::PrivateKey { key, chain },
            ..trusted(alias, testing::CERT_A)
        }
    }

    fn written(entries: impl IntoIterator<Item = Entry>) -> Result<Written, Error> {
        let mut store = KeyStore::new();
        for entry in entries {
            store.push(entry).unwrap();
        }
        write(&store, &WriteOptions::default())
    }

    fn text(written: &Written) -> &str {
        std::str::from_utf8(&written.bytes).unwrap()
    }

    #[test]
    fn blocks_are_those_that_openssl_writes() {
        let key = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
        let locked = SealedKey::from_encrypted_pkcs8(der(testing::ENCRYPTED_KEY));
        let output = written([
            with_key(Alias::positional(1), key),
            trusted(Alias::positional(2), testing::CERT_B),
            with_key(Alias::positional(3), locked),
        ])
        .unwrap();
        let [a, b] = [testing::CERT_A, testing::CERT_B];
        assert_eq!(
            text(&output),
            [testing::KEY, a, b, testing::ENCRYPTED_KEY, a].concat()
        );
        assert_eq!(output.notes, []);
    }

    /// As `openssl rsa -traditional` and `openssl ec` write them, in the clear and locked.
    #[test]
    fn keys_in_the_older_forms_come_back() {
        let options = WriteOptions {
            traditional_keys: true,
            ..WriteOptions::default()
        };
        let password = crate::Password::new("changeit");
        for (block, label) in [(testing::RSA_KEY, "RSA"), (testing::SEC1_KEY, "EC")] {
            let key = testing::open(block.as_bytes(), None).unwrap().store;
            let output = write(&key, &options).unwrap();
            assert_eq!(text(&output), block);
            let EntryKind::PrivateKey { key, .. } = &key.entries()[0].kind else {
                panic!()
            };
            let clear = key.unlock(None).unwrap();
            let locked = SealedKey::seal_traditional(&clear, &password, &testing::Sevens).unwrap();
            let output = written([with_key(Alias::positional(1), locked)]).unwrap();
            let start = format!(
                "-----BEGIN {label} PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0707"
            );
            assert!(text(&output).starts_with(&start), "{}", text(&output));
            let contents = pem::read(&output.bytes).unwrap();
            let EntryKind::PrivateKey { key, .. } = &contents.store.entries()[0].kind else {
                panic!()
            };
            assert_eq!(key.unlock(Some(&password)).unwrap(), clear);
        }
        let dsa = testing::open(testing::DSA_KEY.as_bytes(), None)
            .unwrap()
            .store;
        let error = write(&dsa, &options).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }

    #[test]
    fn names_that_are_lost_are_counted() {
        let output = written([trusted(Alias::new("a"), testing::CERT_A)]).unwrap();
        assert_eq!(
            output.notes[0].to_string(),
            "PEM has no aliases: 1 of them not written"
        );
    }

    #[test]
    fn no_empty_file_and_no_key_that_nobody_opens() {
        let format = Format::Pem;
        assert_eq!(written([]).unwrap_err(), Error::NothingToWrite { format });

        let sun = crate::protect::java::encrypted_private_key_info(&[]);
        let sun = with_key(Alias::new("k"), SealedKey::from_encrypted_pkcs8(sun));
        let error = written([sun]).unwrap_err();
        assert!(matches!(error, Error::KeySealed { .. }));

        let secret = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
        let secret = Entry {
            kind: EntryKind::SecretKey(secret),
            ..trusted(Alias::new("s"), testing::CERT_A)
        };
        let error = written([secret]).unwrap_err();
        assert!(matches!(error, Error::EntryUnfit { .. }));
    }

    proptest! {
        #[test]
        fn a_key_of_any_length_is_written_as_the_pem_crate_writes_it(
            bytes in prop::collection::vec(any::<u8>(), 1..200),
        ) {
            prop_assert_eq!(clear_block("PRIVATE KEY", &bytes), block("PRIVATE KEY", &bytes));
        }

        #[test]
        fn what_is_written_is_read_back(kinds in prop::collection::vec(0..3_u8, 1..12)) {
            let entries = kinds.iter().enumerate().map(|(index, kind)| {
                let alias = Alias::positional(index + 1);
                match kind {
                    0 => trusted(alias, testing::CERT_A),
                    1 => trusted(alias, testing::CERT_B),
                    _ => {
                        let key = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
                        let kind = EntryKind::PrivateKey { key, chain: Vec::new() };
                        Entry { kind, ..trusted(alias, testing::CERT_A) }
                    }
                }
            });
            let entries: Vec<Entry> = entries.collect();
            let output = written(entries.clone()).unwrap();
            let contents = pem::read(&output.bytes).unwrap();
            prop_assert_eq!(contents.store.entries(), entries);
            prop_assert_eq!(contents.notes, []);
        }
    }
}
