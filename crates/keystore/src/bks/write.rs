//! Writing: BKS version 2 and UBER version 1, as BouncyCastle does since 2012; keys in the clear are sealed.

use zeroize::Zeroizing;

use super::{CERTIFICATE, DIGEST, END, SEALED, SECRET, X509, mac};
use crate::java::DataOutput;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::Carried;
use crate::pkcs8::bouncy::{self, ITERATIONS};
use crate::protect::{Cipher, Hash, Scheme, bouncy_form};
use crate::{
    At, Entry, EntryKind, Error, Format, KeyStore, Password, RandomSource, SealedKey, Timestamp,
    WriteOptions, Written, chain, secret,
};

/// Writes a store of one of the two formats, entries in the order of the store, aliases as spelled.
pub(crate) fn write(
    store: &KeyStore,
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Written, Error> {
    let Some(password) = options.password else {
        return Err(Error::PasswordUnfit {
            format,
            why: "the file needs one".to_owned(),
        });
    };
    if store.len() > MAX_ENTRIES {
        return Err(Error::OverLimit {
            format,
            what: "entry count".to_owned(),
            found: store.len() as u64,
            limit: MAX_ENTRIES as u64,
        });
    }
    let mut writer = Writer {
        format,
        options,
        password,
        random: options.random.ok_or(Error::NoRandomness)?,
        carried: Carried::new(),
        notes: Notes::default(),
    };
    if format == Format::Bks && password.is_empty() {
        let message =
            "BouncyCastle does not check the integrity of a store with the empty password";
        writer.notes.warning(At::Input, message);
    }
    let mut stream = DataOutput::default();
    for entry in store.entries() {
        writer.entry(entry, &mut stream)?;
    }
    stream.raw(&[END]);
    let stream = Zeroizing::new(stream.into_bytes());

    let mut salt = [0; DIGEST];
    writer.random.fill(&mut salt)?;
    let form = bouncy_form(password.expose_secret());
    let (version, content) = if format == Format::Uber {
        let digest = Hash::Sha1.digest(&[&stream]);
        let clear = Zeroizing::new([&stream[..], &digest[..]].concat());
        let scheme = Scheme::pkcs12(Cipher::Twofish, &salt, ITERATIONS);
        let encrypted = scheme.encrypt(&form, &clear);
        (1, Zeroizing::new(encrypted.unwrap_or_default()))
    } else {
        let mac = mac(2, &form, &salt, ITERATIONS, &stream);
        (2, Zeroizing::new([&stream[..], &mac].concat()))
    };
    let mut file = DataOutput::with_capacity(content.len() + 2 * DIGEST);
    file.u32(version);
    // both lengths fit: they are written above
    file.u32(20);
    file.raw(&salt);
    file.u32(ITERATIONS);
    file.raw(&content);
    Ok(Written {
        bytes: Zeroizing::new(file.into_bytes()),
        notes: writer.notes.into_list(),
    })
}

struct Writer<'o> {
    format: Format,
    options: &'o WriteOptions<'o>,
    password: &'o Password,
    random: &'o dyn RandomSource,
    carried: Carried,
    notes: Notes,
}

impl Writer<'_> {
    fn entry(&mut self, entry: &Entry, stream: &mut DataOutput) -> Result<(), Error> {
        let format = self.format;
        let unfit = |what| Error::EntryUnfit {
            format,
            alias: entry.alias.to_string(),
            what,
        };
        if !entry.attributes.is_empty() {
            let message = format!("its attributes are not written, {format} has none");
            self.notes
                .oddity(At::Entry(entry.alias.to_string()), message);
        }
        let certificates = chain::to_write(entry, self.format, &mut self.notes);
        let (tag, chained, body) = match &entry.kind {
            EntryKind::TrustedCertificate(_) => (CERTIFICATE, 0, None),
            EntryKind::PrivateKey { key, .. } => {
                if certificates.is_empty() {
                    let message = "a private key without its certificate, which Java cannot use";
                    self.notes
                        .warning(At::Entry(entry.alias.to_string()), message);
                }
                let sealed = self.seal(key, entry, bouncy::private)?;
                (SEALED, certificates.len(), Some(sealed))
            }
            EntryKind::SecretKey(key) => {
                let (tag, body) = self.secret(key, entry)?;
                (tag, 0, Some(body))
            }
        };
        stream.raw(&[tag]);
        stream
            .utf(entry.alias.as_str())
            .ok_or_else(|| Error::AliasUnfit {
                format,
                alias: entry.alias.to_string(),
                why: "it takes more than 65535 bytes".to_owned(),
            })?;
        stream.i64(entry.created.map_or(0, Timestamp::millis));
        let count = u32::try_from(chained).ok();
        stream.u32(count.ok_or_else(|| unfit("the endless chain of"))?);
        for certificate in certificates {
            stream
                .utf(X509)
                .and_then(|()| stream.blob(certificate))
                .ok_or_else(|| unfit("the oversized certificate of"))?;
        }
        if let Some(body) = body {
            stream
                .blob(&body)
                .ok_or_else(|| unfit("the oversized key"))?;
        }
        Ok(())
    }

    /// Tag and body of a secret key: sealed, or as it is where it is no key that Java knows.
    fn secret(
        &mut self,
        key: &SealedKey,
        entry: &Entry,
    ) -> Result<(u8, Zeroizing<Vec<u8>>), Error> {
        if !key.is_sealed() {
            let clear = key.unlock(None)?;
            let parts = secret::unwrap(clear.secret_pkcs8());
            if let Some(bytes) = parts.filter(|parts| parts.algorithm().is_empty()) {
                let message = format!(
                    "its bytes are no known kind of key: {} keeps them as they are, unsealed",
                    self.format
                );
                self.notes
                    .warning(At::Entry(entry.alias.to_string()), message);
                return Ok((SECRET, Zeroizing::new(bytes.secret_octets().to_vec())));
            }
        }
        let encode = |pkcs8: &[u8]| {
            let parts = secret::unwrap(pkcs8)?;
            bouncy::secret(parts.algorithm(), parts.secret_octets())
        };
        Ok((SEALED, self.seal(key, entry, encode)?))
    }

    /// The sealed key: as it is when it came out of BKS or UBER, else sealed now.
    fn seal(
        &mut self,
        key: &SealedKey,
        entry: &Entry,
        encode: impl Fn(&[u8]) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let own = self.options.password_of_key(&entry.alias);
        let password = own.unwrap_or(self.password);
        if let Some(sealed) = key.as_bouncy() {
            self.carried.note(key, password, entry, &mut self.notes);
            return Ok(Zeroizing::new(sealed.to_vec()));
        }
        if key.is_sealed() {
            return Err(Error::KeySealed {
                format: self.format,
                alias: entry.alias.to_string(),
            });
        }
        let clear = key.unlock(None)?;
        let encoded = encode(clear.secret_pkcs8());
        let sealed = match encoded {
            Some(encoded) => bouncy::seal(&encoded, password, self.random)?,
            None => None,
        };
        sealed.map(Zeroizing::new).ok_or_else(|| Error::EntryUnfit {
            format: self.format,
            alias: entry.alias.to_string(),
            what: "the odd or oversized key",
        })
    }
}

#[cfg(test)]
mod tests;
