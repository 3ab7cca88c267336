//! The file in which a small CA keeps what it issued. Whoever changes it holds the lock of its folder from reading to
//! writing, so that two processes at once lose nothing, and it is replaced as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::issue::Ledger;

use crate::hint::Hinted;
use crate::input;
use crate::output::{self, Existing, Guard, Privacy};
use crate::platform;

/// The file, held until it is dropped.
pub(super) struct State {
    path: PathBuf,
    guard: Guard,
    bytes: Option<Vec<u8>>,
    pub ledger: Ledger,
}

impl State {
    /// Reads the state of a CA, or begins one where there is no file yet. `held` is a lock that the caller holds already.
    pub(super) fn of(path: &Path, authority: &Certificate, held: Option<&Guard>) -> Result<Self> {
        let state = Self::open(path, held, || Some(Ledger::new(authority)))?;
        state.require_of(authority)?;
        Ok(state)
    }

    /// Reads the state of a CA, which must be there.
    pub(super) fn existing_of(path: &Path, authority: &Certificate) -> Result<Self> {
        let state = Self::existing(path)?;
        state.require_of(authority)?;
        Ok(state)
    }

    fn require_of(&self, authority: &Certificate) -> Result<()> {
        let hint = "name the state of this CA, or for sign and renew a new file";
        self.ledger
            .require_of(authority)
            .map_err(|error| Hinted::new(error.to_string(), hint))
            .with_context(|| self.path.display().to_string())
    }

    /// Reads a state that must be there.
    pub(super) fn existing(path: &Path) -> Result<Self> {
        Self::open(path, None, || None)
    }

    fn open(
        path: &Path,
        held: Option<&Guard>,
        new: impl FnOnce() -> Option<Ledger>,
    ) -> Result<Self> {
        let name = path.display().to_string();
        if output::is_stdout(path) || output::is_folder(path) || platform::is_device(path) {
            let message = format!("{name} is no file, and the state of a CA is one");
            return Err(Hinted::new(message, "name a file, such as ca.toml").into());
        }
        let guard = match held {
            Some(held) => held.beside(path)?,
            None => Guard::of(path)?,
        };
        if !path.exists()
            && let Some(ledger) = new()
        {
            return Ok(Self {
                path: path.to_owned(),
                guard,
                bytes: None,
                ledger,
            });
        }
        if !path.exists() {
            let message = format!("{name}: no such file, and it would be the state of a CA");
            let hint = "the first `trustpack sign --state FILE` makes it; check the path";
            return Err(Hinted::new(message, hint).into());
        }
        let bytes = input::read_file(path).with_context(|| name.clone())?;
        let ledger = match str::from_utf8(&bytes) {
            Ok(text) => Ledger::parse(text).map_err(|error| error.to_string()),
            Err(_) => Err("it is no text".to_owned()),
        };
        let ledger = ledger
            .map_err(|why| {
                let message = format!("not the state of a CA: {why}");
                let hint = "name the file, such as ca.toml, that `trustpack sign --state` made; the CA's key and certificate are named with --ca";
                Hinted::new(message, hint)
            })
            .with_context(|| name)?;
        Ok(Self {
            path: path.to_owned(),
            guard,
            bytes: Some(bytes),
            ledger,
        })
    }

    /// Whether there is no file yet.
    pub(super) fn is_new(&self) -> bool {
        self.bytes.is_none()
    }

    /// Refuses a key that somebody else may have. A renewal that is only tried asks here, too.
    pub(super) fn require_sound_key(&self, certificate: &Certificate) -> Result<()> {
        let hint = "make a new key: `trustpack renew --rekey --new-key FILE`, or `trustpack new csr` and `trustpack sign`";
        self.ledger
            .require_sound_key(certificate)
            .map_err(|error| Hinted::new(error.to_string(), hint))
            .with_context(|| self.path.display().to_string())
    }

    /// Writes it down; what stands there and did not change stays, comments too.
    pub(super) fn save(&self) -> Result<()> {
        let name = || self.path.display().to_string();
        // it is replaced as a whole, which the mode of the old file would not hinder
        let is_read_only = |metadata: fs::Metadata| metadata.permissions().readonly();
        if fs::metadata(&self.path).is_ok_and(is_read_only) {
            let message = format!("{} is read-only, and the state has changed", name());
            let hint = format!("let it be written: chmod u+w {}", name());
            return Err(Hinted::new(message, hint).into());
        }
        let before = self
            .bytes
            .as_deref()
            .and_then(|bytes| str::from_utf8(bytes).ok());
        let text = self.ledger.to_text(before).with_context(name)?;
        let existing = self.bytes.as_deref().map_or(Existing::Keep, Existing::Was);
        let bytes = text.as_bytes();
        output::save_under(&self.guard, &self.path, bytes, Privacy::Public, existing)?;
        Ok(())
    }

    /// One more certificate: written down before anybody gets it, so that none is forgotten. `held` is the lock that the
    /// caller holds already.
    pub(super) fn record(
        path: &Path,
        authority: &Certificate,
        issued: &Certificate,
        held: Option<&Guard>,
    ) -> Result<()> {
        let mut state = Self::of(path, authority, held)?;
        state.require_sound_key(issued)?;
        state
            .ledger
            .record(issued)
            .with_context(|| path.display().to_string())?;
        state.save()
    }
}
