//! Reading: every entry in file order; BKS without a password too, UBER never.

mod entries;
mod settle;

use super::DIGEST;
use super::head::Head;
use crate::java::DataInput;
use crate::java::certificate::Certificates;
use crate::note::Notes;
use crate::protect::{Budget, Refusal};
use crate::{At, Contents, Entry, Error, Format, Integrity, Password, ReadOptions, SealedKey};

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
    Ok(Contents {
        facts: head.facts(),
        ..reader.finish(Integrity::Verified)
    })
}

/// Says that places are those in the decrypted content.
fn in_decrypted(error: Error) -> Error {
    error.map_what(|what| format!("{what} of the decrypted content"))
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
            let refused = |refusal: Refusal| refusal.of(Format::Bks, "file");
            let fits = head.verify(stream, &mac, password, &mut reader.budget);
            if !fits.map_err(refused)? {
                return Err(if reader.any_opens(password) {
                    Error::IntegrityFailed {
                        format: Format::Bks,
                        what: "MAC",
                    }
                } else {
                    refused(Refusal::WrongPassword)
                });
            }
            Integrity::Verified
        }
    };
    if reader.input.remaining() > 0 {
        let message = format!("{} byte(s) after the MAC ignored", reader.input.remaining());
        let at = At::Byte(reader.input.at());
        reader.notes.oddity(at, message);
    }
    Ok(Contents {
        facts: head.facts(),
        ..reader.finish(integrity)
    })
}

/// The state of reading one stream.
struct Reader<'a> {
    format: Format,
    input: DataInput<'a>,
    password: Option<&'a Password>,
    budget: Budget,
    certificates: Certificates,
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
            certificates: Certificates::default(),
            found: Vec::new(),
            public_keys: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Whether a password that does not fit the MAC opens one of the keys all the same.
    fn any_opens(&mut self, password: &Password) -> bool {
        let keys = self.found.iter().filter_map(|found| found.entry.kind.key());
        SealedKey::any_opens(keys, password, &mut self.budget)
    }
}

#[cfg(test)]
mod tests;
