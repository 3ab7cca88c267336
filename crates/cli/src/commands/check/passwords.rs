//! Which password opens which file: by rule, by the general ones, by trying what is common when the user says so.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use glob::MatchOptions;
use trustpack_core::keystore::{self, Contents, Integrity, NoteKind, Password, ReadOptions};
use trustpack_core::path::PathPattern;

use crate::args::Sources;
use crate::input::Passwords;
use crate::password::PasswordSource;
use crate::render::Talk;

/// `GLOB=SOURCE`: the password of every file whose path, or name alone, fits.
#[derive(Clone, Debug)]
pub(crate) struct PasswordRule {
    pattern: PathPattern,
    source: PasswordSource,
}

impl PasswordRule {
    /// Where the password comes from.
    pub(crate) fn source(&self) -> &PasswordSource {
        &self.source
    }
}

impl FromStr for PasswordRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "it is written 'GLOB=SOURCE', such as '*.p12=file:store.pass'";
        // A glob may hold an equals sign, a source of a literal too: the first split that gives a source counts.
        let split = text.match_indices('=').find_map(|(at, _)| {
            let (pattern, source) = text.split_at(at);
            let source: PasswordSource = source.strip_prefix('=')?.parse().ok()?;
            Some((pattern, source))
        });
        let (pattern, source) = split
            .filter(|(pattern, _)| !pattern.is_empty())
            .ok_or(form)?;
        let pattern =
            PathPattern::new(pattern).map_err(|error| format!("{pattern:?}: {}", error.msg))?;
        Ok(Self { pattern, source })
    }
}

/// What Java's tools, guides and appliances use when nobody thinks of a password.
const COMMON: [&str; 2] = ["", "changeit"];

/// All that was said about passwords, with every source asked once.
pub(super) struct FilePasswords {
    general: Passwords,
    rules: Vec<Rule>,
    common: Vec<Password>,
}

/// The password of the files that fit a pattern.
struct Rule {
    pattern: PathPattern,
    passwords: Passwords,
    /// Whether it has fitted a file.
    is_used: AtomicBool,
}

/// A file that was read.
pub(super) struct Read {
    pub contents: Contents,
    /// The common password that opened it.
    pub common: Option<&'static str>,
    /// Why the passwords that were named were not taken, where it could be read without one.
    pub refused: Option<keystore::Error>,
}

impl FilePasswords {
    pub(super) fn resolve(sources: &Sources, talk: &Talk) -> Result<Self> {
        let rule = |rule: &PasswordRule| {
            let purpose = format!("the files {}", rule.pattern.as_str());
            let password = rule.source.resolve(&purpose, false, talk)?;
            Ok(Rule {
                pattern: rule.pattern.clone(),
                passwords: Passwords::named(password),
                is_used: AtomicBool::new(false),
            })
        };
        let common = match sources.try_common_passwords {
            true => COMMON.map(Password::new).to_vec(),
            false => Vec::new(),
        };
        Ok(Self {
            general: Passwords::resolve(&sources.input_password.input_password, None, talk)?,
            rules: sources
                .password_for
                .iter()
                .map(rule)
                .collect::<Result<_>>()?,
            common,
        })
    }

    /// Reads a file whose password another file names: with it, unless a rule fits; when it does not fit, as any other.
    pub(super) fn read_referenced(
        &self,
        name: &str,
        bytes: &[u8],
        password: &Password,
    ) -> Result<Read, keystore::Error> {
        if self.rule(name).is_some() {
            return self.read(name, bytes);
        }
        let options = ReadOptions {
            password: Some(password),
        };
        match keystore::read(bytes, &options) {
            Ok(contents) => Ok(Read {
                contents,
                common: None,
                refused: None,
            }),
            Err(refused @ keystore::Error::WrongPassword { .. }) => {
                let mut read = self.read(name, bytes).map_err(|_| refused.clone())?;
                if read.contents.integrity == Integrity::NotVerified {
                    read.refused.get_or_insert(refused);
                }
                Ok(read)
            }
            Err(error) => Err(error),
        }
    }

    fn rule(&self, name: &str) -> Option<&Passwords> {
        let mut rules = self.rules.iter();
        let rule = rules.find(|rule| rule.pattern.fits_path_or_name(name, OPTIONS))?;
        rule.is_used.store(true, Ordering::Relaxed);
        Some(&rule.passwords)
    }

    /// The patterns that have fitted no file, or none that an earlier one did not fit.
    pub(super) fn idle(&self) -> impl Iterator<Item = &str> {
        let idle = |rule: &&Rule| !rule.is_used.load(Ordering::Relaxed);
        self.rules
            .iter()
            .filter(idle)
            .map(|rule| rule.pattern.as_str())
    }

    /// Reads with the password of the first rule that fits, else with the general ones, else with what is common.
    pub(super) fn read(&self, name: &str, bytes: &[u8]) -> Result<Read, keystore::Error> {
        let plain = |contents| Read {
            contents,
            common: None,
            refused: None,
        };
        if let Some(passwords) = self.rule(name) {
            return passwords.read(bytes).map(plain);
        }
        let mut refused = None;
        let mut read = self.general.read(bytes);
        // A password of other stores in the same run is no reason to miss what this one shows to everybody.
        if let Err(error @ keystore::Error::WrongPassword { .. }) = &read
            && let Ok(contents) = keystore::read(bytes, &ReadOptions::default())
            && has_certificates(&contents)
        {
            refused = Some(error.clone());
            read = Ok(contents);
        }
        let plain = |contents| Read {
            contents,
            common: None,
            refused: refused.clone(),
        };
        let read = read.and_then(refuse_locked);
        if self.common.is_empty() || !is_locked(&read) {
            return read.map(plain);
        }
        let tried = COMMON
            .iter()
            .zip(&self.common)
            .find_map(|(word, password)| {
                let options = ReadOptions {
                    password: Some(password),
                };
                let contents = keystore::read(bytes, &options).ok()?;
                Some(Read {
                    contents,
                    common: Some(word),
                    refused: None,
                })
            });
        tried.map_or_else(|| read.map(plain), Ok)
    }
}

/// A store that shows nothing without its password was not looked at.
fn refuse_locked(contents: Contents) -> Result<Contents, keystore::Error> {
    let is_skipped = |note: &keystore::Note| note.kind == NoteKind::Skipped;
    let is_locked =
        contents.integrity == Integrity::NotVerified && contents.notes.iter().any(is_skipped);
    if is_locked && !has_certificates(&contents) {
        return Err(keystore::Error::PasswordRequired {
            format: contents.format,
            what: "its certificates".to_owned(),
        });
    }
    Ok(contents)
}

fn has_certificates(contents: &Contents) -> bool {
    let mut entries = contents.store.entries().iter();
    entries.any(|entry| !entry.certificates().is_empty())
}

/// Whether a password is what is missing.
fn is_locked(read: &Result<Contents, keystore::Error>) -> bool {
    match read {
        Err(error) => matches!(
            error,
            keystore::Error::PasswordRequired { .. } | keystore::Error::WrongPassword { .. }
        ),
        // A JKS shows its certificates without one.
        Ok(contents) => contents
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::Skipped),
    }
}

/// A `*` goes across folders: whoever names a password for `/srv/*` means all that is there.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_pattern_and_a_source() {
        let rule = |text: &str| text.parse::<PasswordRule>();
        assert_eq!(
            rule("*.p12=file:store.pass").unwrap().pattern.as_str(),
            "*.p12"
        );
        let equals = rule("a=b/*=pass:x=y").unwrap();
        assert_eq!(equals.pattern.as_str(), "a=b/*");
        assert!(matches!(equals.source, PasswordSource::Literal(_)));
        for wrong in ["", "*.p12", "=empty", "*.p12=", "*.p12=secret", "[=empty"] {
            let why = rule(wrong).unwrap_err();
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn a_pattern_fits_the_path_or_the_name() {
        let pattern = |text: &str| PathPattern::new(text).unwrap();
        assert!(pattern("*.p12").fits_path_or_name("/srv/a/b.p12", OPTIONS));
        assert!(pattern("/srv/*").fits_path_or_name("/srv/a/b.p12", OPTIONS));
        assert!(pattern("b.*").fits_path_or_name("/srv/a/b.p12", OPTIONS));
        assert!(!pattern("a.*").fits_path_or_name("/srv/a/b.p12", OPTIONS));
    }
}
