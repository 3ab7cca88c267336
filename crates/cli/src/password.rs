//! Where passwords come from. None, empty and a value are three different answers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use trustpack_core::channel::SecretRef;
use trustpack_core::keystore::Password;
use zeroize::Zeroizing;

use crate::hint::Hinted;
use crate::platform;
use crate::render::Talk;

/// A source as typed: `env:NAME`, `file:PATH`, `fd:N`, `prompt`, `none`, `empty`, `pass:LITERAL`.
#[derive(Clone, Debug)]
pub(crate) enum PasswordSource {
    Descriptor(u32),
    Empty,
    Environment(String),
    File(PathBuf),
    Literal(Password),
    None,
    Prompt,
}

/// More than any real password; a wrong file must not be read into memory.
const MAX_PASSWORD_BYTES: u64 = 64 * 1024;

impl PasswordSource {
    /// The file that it is read from, when it is.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }

    /// Asks the source. `purpose` completes "password of …" in prompts and errors; `new` asks twice.
    pub(crate) fn resolve(
        &self,
        purpose: &str,
        new: bool,
        talk: &Talk,
    ) -> Result<Option<Password>> {
        self.ask(&format!("password of {purpose}"), new, talk)
    }

    /// Asks the source for a secret that is no password of a store: `what` names it. One that is not there is an error.
    pub(crate) fn secret(&self, what: &str, talk: &Talk) -> Result<Password> {
        if let Self::Environment(name) = self
            && std::env::var_os(name).is_none()
        {
            let message = format!("{what}: the environment variable {name} is not set");
            return Err(Hinted::new(message, format!("export {name}")).into());
        }
        let found = self.ask(what, false, talk)?;
        found.filter(|secret| !secret.is_empty()).ok_or_else(|| {
            Hinted::new(
                format!("{what}: {} is empty", self.shown()),
                "name where it is: env:NAME, file:PATH, fd:N or prompt",
            )
            .into()
        })
    }

    /// As it is typed; of a literal only that it is one.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Descriptor(number) => format!("fd:{number}"),
            Self::Empty => "empty".to_owned(),
            Self::Environment(name) => format!("env:{name}"),
            Self::File(path) => format!("file:{}", path.display()),
            Self::Literal(_) => "pass:…".to_owned(),
            Self::None => "none".to_owned(),
            Self::Prompt => "prompt".to_owned(),
        }
    }

    /// `what` opens errors and prompts.
    fn ask(&self, what: &str, new: bool, talk: &Talk) -> Result<Option<Password>> {
        match self {
            Self::Literal(password) => {
                talk.warn("a password on the command line is visible to every user of this machine; use env:, file: or prompt");
                Ok(Some(password.clone()))
            }
            Self::Prompt => prompt(what, new).map(Some),
            stored => {
                let found = stored.look().with_context(|| what.to_owned())?;
                let is_empty = found.as_ref().is_some_and(Password::is_empty);
                // a variable that is there and empty is an accident more often than not
                if new && is_empty && !matches!(stored, Self::Empty) {
                    let message = format!("{what}: {} is empty", stored.shown());
                    let hint = "write `empty` in its place when the empty password is meant";
                    return Err(Hinted::new(message, hint).into());
                }
                Ok(found)
            }
        }
    }

    /// What is there, where nobody is to be asked; the errors say nothing of a purpose.
    pub(crate) fn look(&self) -> Result<Option<Password>> {
        match self {
            Self::Descriptor(number) => read_one(
                platform::descriptor(*number)?,
                "it is not open",
                "open it in the shell, as in `3<PATH` for fd:3",
            )
            .with_context(|| format!("file descriptor {number}"))
            .map(Some),
            Self::Empty => Ok(Some(Password::new(""))),
            Self::Environment(name) => match std::env::var(name) {
                Ok(value) => Ok(Some(Password::new(value))),
                Err(std::env::VarError::NotPresent) => Err(Hinted::new(
                    format!("the environment variable {name} is not set"),
                    format!(
                        "export {name}, or write `empty` in place of env:{name} when the empty password is meant"
                    ),
                )
                .into()),
                Err(std::env::VarError::NotUnicode(_)) => {
                    bail!("the environment variable {name} is not UTF-8")
                }
            },
            Self::File(path) => {
                read_one(path.clone(), "no such file", "check the path after file:")
                    .with_context(|| path.display().to_string())
                    .map(Some)
            }
            Self::Literal(password) => Ok(Some(password.clone())),
            Self::None | Self::Prompt => Ok(None),
        }
    }
}

impl PasswordSource {
    /// Where a channel specification says that a password is; its files are relative to its folder. `None` when a literal
    /// stood there, which is a finding of its own.
    pub(crate) fn of_specification(secret: &SecretRef, folder: &Path) -> Option<Self> {
        match secret {
            SecretRef::Env(name) => Some(Self::Environment(name.clone())),
            SecretRef::File(path) => Some(Self::File(folder.join(path))),
            _ => None,
        }
    }

    /// Whether it says the same when it is asked once more, and asks nobody.
    pub(crate) fn is_stored(&self) -> bool {
        !matches!(self, Self::Descriptor(_) | Self::Prompt)
    }
}

impl FromStr for PasswordSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("fd", number)) => number
                .parse()
                .map(Self::Descriptor)
                .map_err(|_| "fd: takes a number".to_owned()),
            Some(("pass", literal)) => Ok(Self::Literal(Password::new(literal))),
            None if text == "prompt" => Ok(Self::Prompt),
            None if text == "none" => Ok(Self::None),
            None if text == "empty" => Ok(Self::Empty),
            // The text may be the password itself, so it is not repeated.
            _ => Err("expected env:NAME, file:PATH, fd:N, prompt, none or empty; put the password itself into a variable, and name that: env:NAME".to_owned()),
        }
    }
}

/// Where the password of keys comes from: of one key, or of all that have none of their own.
#[derive(Clone, Debug)]
pub(crate) struct KeyPasswordSource {
    alias: Option<String>,
    source: PasswordSource,
}

impl FromStr for KeyPasswordSource {
    type Err = String;

    /// `SOURCE` or `ALIAS=SOURCE`; an alias may hold an equals sign itself.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = text.parse();
        let split = text.match_indices('=').find_map(|(at, _)| {
            let (alias, rest) = text.split_at(at);
            let source = rest.strip_prefix('=')?.parse().ok()?;
            Some((alias.to_owned(), source))
        });
        match (whole, split) {
            (Ok(source), _) => Ok(Self {
                alias: None,
                source,
            }),
            (Err(_), Some((alias, source))) if !alias.is_empty() => Ok(Self {
                alias: Some(alias),
                source,
            }),
            (Err(why), _) => Err(format!("{why}, for one key ALIAS= before it")),
        }
    }
}

/// The passwords of keys, once asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyPasswords {
    /// Of all keys without one of their own: not told, none at all, or a value.
    pub all: Option<Option<Password>>,
    /// Of single keys, by alias.
    pub own: BTreeMap<String, Password>,
}

impl KeyPasswords {
    /// Asks each source once. `purpose` completes "password of …".
    pub(crate) fn resolve(
        sources: &[KeyPasswordSource],
        purpose: &str,
        talk: &Talk,
    ) -> Result<Self> {
        let mut passwords = Self::default();
        for KeyPasswordSource { alias, source } in sources {
            let purpose = match alias {
                Some(alias) => format!("the key {alias:?}"),
                None => purpose.to_owned(),
            };
            let password = source.resolve(&purpose, alias.is_none(), talk)?;
            match (alias, password) {
                (None, password) => passwords.all = Some(password),
                (Some(alias), Some(password)) => {
                    passwords.own.insert(alias.clone(), password);
                }
                (Some(_), None) => {}
            }
        }
        Ok(passwords)
    }

    /// Those that may open the key of this alias, the most particular first.
    pub(crate) fn for_alias(&self, alias: &str) -> impl Iterator<Item = &Password> {
        self.of(alias).into_iter().chain(self.all.iter().flatten())
    }

    /// That of one key: by its alias as spelled, else without case.
    pub(crate) fn of(&self, alias: &str) -> Option<&Password> {
        let folded = alias.to_lowercase();
        let alike = || {
            let mut own = self.own.iter();
            own.find(|(own, _)| own.to_lowercase() == folded)
                .map(|(_, password)| password)
        };
        self.own.get(alias).or_else(alike)
    }

    /// The key of one alias goes under another one, and keeps its password.
    pub(crate) fn follow(&mut self, from: &str, to: &str) {
        if let Some(password) = self.of(from).cloned() {
            self.own.entry(to.to_owned()).or_insert(password);
        }
    }

    /// That of all keys, where it was told and is one.
    pub(crate) fn of_all(&self) -> Option<&Password> {
        self.all.as_ref().and_then(Option::as_ref)
    }
}

/// The password of a store that is about to be written: from its source, else asked for on a terminal.
pub(crate) fn for_writing(
    source: Option<&PasswordSource>,
    purpose: &str,
    talk: &Talk,
) -> Result<Option<Password>> {
    named_by("--password", source, purpose, talk)
}

/// As [`for_writing`], of the password that a flag names.
pub(crate) fn named_by(
    flag: &str,
    source: Option<&PasswordSource>,
    purpose: &str,
    talk: &Talk,
) -> Result<Option<Password>> {
    match source {
        Some(source) => source.resolve(purpose, true, talk),
        None if io::stdin().is_terminal() => {
            prompt(&format!("password of {purpose}"), true).map(Some)
        }
        None => Err(Hinted::new(
            format!("no password for {purpose}"),
            format!("name one with {flag} env:NAME, file:PATH, fd:N or prompt"),
        )
        .into()),
    }
}

/// Reads a file up to its first line end; the line end is not part of the password.
fn read_one(path: PathBuf, missing: &str, advice: &str) -> Result<Password> {
    let mut bytes = Zeroizing::new(Vec::new());
    let file = match fs::File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Hinted::new(missing, advice).into());
        }
        opened => opened?,
    };
    if file.metadata()?.is_dir() {
        return Err(Hinted::new("it is a folder", "name a file with the password in it").into());
    }
    file.take(MAX_PASSWORD_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PASSWORD_BYTES {
        bail!("longer than {MAX_PASSWORD_BYTES} bytes, which is no password file");
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Hinted::new(
            "not UTF-8 text",
            "keep the password alone on the first and only line",
        )
    })?;
    // editors of Windows begin UTF-8 with it
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text
        .strip_suffix('\n')
        .map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.contains('\n') {
        return Err(Hinted::new(
            "more than one line, so it is not clear what the password is",
            "keep the password alone on the first and only line",
        )
        .into());
    }
    if line.contains(['\0', '\r']) {
        return Err(Hinted::new(
            "there is a NUL or a carriage return in it, which nobody types",
            "keep the password alone on the first and only line",
        )
        .into());
    }
    Ok(Password::new(line))
}

fn prompt(what: &str, new: bool) -> Result<Password> {
    let ask = |text: String| {
        rpassword::prompt_password(text)
            .map(Zeroizing::new)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    Hinted::new(format!("{what}: no answer"), "type it, and Enter")
                }
                _ => Hinted::new(
                    format!("{what}: no terminal to ask on"),
                    "use env:NAME, file:PATH or fd:N",
                ),
            })
    };
    let first = ask(format!("{what}: "))?;
    if new && *first != *ask(format!("again, {what}: "))? {
        bail!("{what}: the two answers differ");
    }
    Ok(Password::new(first.as_str()))
}

#[cfg(test)]
mod tests;
