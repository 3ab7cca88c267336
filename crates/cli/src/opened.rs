//! A store that is read, changed and written back, or made anew.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::edit::{Action, Change};
use trustpack_core::keystore::{
    self, At, Contents, Format, Integrity, KeyStore, NoteKind, Password, Profile, ReadOptions,
};

use crate::hint::Hinted;
use crate::input;
use crate::output::{self, Existing, Guard, Saved};
use crate::password::{self, PasswordSource};
use crate::platform;
use crate::render::Talk;
use crate::store::{self, Protection, Target};

/// The file and what it holds.
pub(crate) struct StoreFile {
    path: PathBuf,
    /// What was read; nothing where there is no file yet.
    pub contents: Contents,
    /// The format to write.
    pub format: Format,
    /// The file as it was read; `None` when there is none yet.
    bytes: Option<Vec<u8>>,
    pub password: Option<Password>,
}

impl StoreFile {
    /// A store that is extended when it exists and made when it does not. `told` decides the format of a new one, and
    /// changes that of an old one.
    pub(crate) fn open_or_new(
        path: &Path,
        told: Option<Format>,
        source: Option<&PasswordSource>,
        talk: &Talk,
    ) -> Result<Self> {
        let name = path.display().to_string();
        refuse_folder(path)?;
        let password = match source {
            Some(source) => source.resolve(&name, !exists(path), talk)?,
            // what is in it must be known before anything is put beside it
            None if exists(path)
                && io::stdin().is_terminal()
                && needs_password(&input::read_file(path).with_context(|| name.clone())?) =>
            {
                PasswordSource::Prompt.resolve(&name, false, talk)?
            }
            None => None,
        };
        Self::under(path, told, password)
    }

    /// As [`open_or_new`](Self::open_or_new), with a password that is known already.
    pub(crate) fn under(
        path: &Path,
        told: Option<Format>,
        password: Option<Password>,
    ) -> Result<Self> {
        refuse_folder(path)?;
        let format = if exists(path) {
            Format::Pem
        } else {
            store::format_of(path, told, None)?
        };
        let mut opened = Self::new(path, format, password);
        opened.refresh(told)?;
        Ok(opened)
    }

    /// A store that must be there, with the password that it will be written with; asks for it on a terminal.
    pub(crate) fn open(path: &Path, source: Option<&PasswordSource>, talk: &Talk) -> Result<Self> {
        let name = path.display().to_string();
        refuse_folder(path)?;
        if output::is_stdout(path) {
            return Err(Hinted::new(
                "a store is changed where it lies, and stdin has no place",
                "name the file",
            )
            .into());
        }
        let password = source
            .map(|source| source.resolve(&name, false, talk))
            .transpose()?
            .flatten();
        let mut opened = Self::new(path, Format::Pem, password);
        let bytes = input::read_file(path).with_context(|| name.clone())?;
        // Without the password a part may lie hidden, and nothing can be written.
        if source.is_none() && needs_password(&bytes) {
            opened.password = if io::stdin().is_terminal() {
                PasswordSource::Prompt.resolve(&name, false, talk)?
            } else {
                password::for_writing(None, &name, talk)?
            };
        }
        opened.refresh(None)?;
        Ok(opened)
    }

    fn new(path: &Path, format: Format, password: Option<Password>) -> Self {
        Self {
            path: path.to_owned(),
            contents: Contents::empty(format),
            format,
            bytes: None,
            password,
        }
    }

    /// Whether the file is there.
    pub(crate) fn exists(&self) -> bool {
        self.bytes.is_some()
    }

    /// The file in messages.
    pub(crate) fn name(&self) -> String {
        output::name(&self.path)
    }

    /// Reads the file again when it is another one than before.
    pub(crate) fn refresh(&mut self, told: Option<Format>) -> Result<()> {
        if output::is_stdout(&self.path) {
            return Ok(());
        }
        let name = self.name();
        match fs::metadata(&self.path) {
            Ok(there) if there.is_file() => {}
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // it may well be there, and is not empty then
            Err(error) => return Err(error).with_context(|| name),
        }
        let bytes = input::read_file(&self.path).with_context(|| name.clone())?;
        if self.bytes.as_ref() == Some(&bytes) {
            return Ok(());
        }
        let options = ReadOptions {
            password: self.password.as_ref(),
        };
        let contents = keystore::read(&bytes, &options).with_context(|| name.clone())?;
        refuse_lossy(&contents, &name)?;
        self.format = told.unwrap_or(contents.format);
        self.contents = contents;
        self.bytes = Some(bytes);
        Ok(())
    }

    /// Nothing was said about a password, and one is needed to write. A store that is there keeps its own.
    pub(crate) fn ask_password(&mut self, talk: &Talk) -> Result<()> {
        // it was asked for when the file was opened
        if self.exists() && self.password.is_some() {
            return Ok(());
        }
        let name = self.name();
        let Some(bytes) = self.bytes.as_ref().filter(|_| io::stdin().is_terminal()) else {
            self.password = password::for_writing(None, &name, talk)?;
            return Ok(());
        };
        let password = PasswordSource::Prompt.resolve(&name, false, talk)?;
        let options = ReadOptions {
            password: password.as_ref(),
        };
        keystore::read(bytes, &options).context(name)?;
        self.password = password;
        Ok(())
    }

    /// What writing changes beyond what was asked for: old openssl makes entries that Java does not see and ciphers that
    /// are not written here.
    pub(crate) fn tell_side_effects(
        &self,
        store: &KeyStore,
        told: &[Change],
        protection: &Protection,
        talk: &Talk,
    ) {
        if self.format != Format::Pkcs12 {
            return;
        }
        let name = self.name();
        let is_told = |alias: &str| {
            told.iter().any(|change| {
                change.action == Action::Repaired && change.alias.as_deref() == Some(alias)
            })
        };
        for note in &self.contents.notes {
            if let (NoteKind::Invisible, At::Entry(alias)) = (note.kind, &note.at)
                && store.find(alias).is_some()
                && !is_told(alias)
            {
                talk.say(format!("note: {name}: {alias:?} becomes visible to Java"));
            }
        }
        let mut old = self.contents.facts.encryption.iter();
        let rare = old.find(|scheme| scheme.starts_with("RC"));
        if let (Some(scheme), Profile::Legacy) = (rare, protection.profile) {
            talk.say(format!(
                "note: {name}: certificates are under 3DES now, they were under {scheme}; --profile modern is safer"
            ));
        }
    }

    /// Where the store is written: in the place of the file that was read.
    pub(crate) fn target<'a>(&'a self, guard: &'a Guard) -> Target<'a> {
        Target {
            // What is there was read and is in what is written, so replacing it loses nothing.
            existing: self.bytes.as_deref().map_or(Existing::Keep, Existing::Was),
            guard: Some(guard),
            ..Target::new(&self.path, self.format, false)
        }
    }

    /// Writes what the store is to be.
    pub(crate) fn save(
        &self,
        store: &KeyStore,
        target: &Target<'_>,
        protection: &Protection,
        talk: &Talk,
    ) -> Result<Saved> {
        store::save(store, &self.contents.others, target, protection, talk)
    }
}

fn exists(path: &Path) -> bool {
    path.exists() && !output::is_stdout(path) && !platform::is_device(path)
}

/// One file is meant.
pub(crate) fn refuse_folder(path: &Path) -> Result<()> {
    if platform::is_device(path) && !output::is_stdout(path) {
        let message = format!("{} is no file, and a store is meant", path.display());
        return Err(Hinted::new(message, "name a file").into());
    }
    if output::is_folder(path) && !output::is_stdout(path) {
        let message = format!("{} is a folder, and one store is meant", path.display());
        return Err(Hinted::new(message, "name a file in it").into());
    }
    Ok(())
}

/// Whether the file has an integrity check or hidden parts that want a password.
fn needs_password(bytes: &[u8]) -> bool {
    match keystore::read(bytes, &ReadOptions::default()) {
        Ok(contents) => contents.integrity == Integrity::NotVerified,
        Err(keystore::Error::PasswordRequired { .. }) => true,
        Err(_) => false,
    }
}

/// Rewriting a file of which a part could not be read would lose that part.
fn refuse_lossy(contents: &Contents, name: &str) -> Result<()> {
    let skipped = contents
        .notes
        .iter()
        .find(|note| note.kind == NoteKind::Skipped);
    match skipped {
        Some(_) if contents.integrity == Integrity::NotVerified => {
            let error = keystore::Error::PasswordRequired {
                format: contents.format,
                what: "all of it".to_owned(),
            };
            Err(anyhow::Error::from(error).context(name.to_owned()))
        }
        Some(note) => Err(Hinted::new(
            format!("{name}: a part of it cannot be read and would be lost: {note}"),
            "merge it into a new file: name it as an input and another file with -o",
        )
        .into()),
        None => Ok(()),
    }
}
