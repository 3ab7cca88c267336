//! References to secrets. A specification says where a secret is, never what it is.
//!
//! AICC exports no password and no key (both documents, *Follow-up Procedure*), so the specification is the only full
//! record of a channel: it is copied, reviewed and packed, and must be harmless.

use std::fmt;

use serde::ser::{Error as _, Serialize, Serializer};

use super::url;

/// Where a secret can be found.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretRef {
    /// `env:NAME`: an environment variable.
    Env(String),
    /// `file:PATH`: the content of a file, without its last line end.
    File(String),
    /// `prompt`: a person is asked.
    Prompt,
    /// Something else was written, most likely the secret itself. The text is not kept, so nothing can repeat it.
    Inline,
}

impl SecretRef {
    /// Reads a reference; whatever is none becomes [`Inline`](Self::Inline) and is forgotten.
    ///
    /// The name after `env:` must be a variable name, so that a password that happens to start with `env:` is caught.
    pub fn parse(text: &str) -> Self {
        if let Some(name) = text.strip_prefix("env:")
            && is_variable_name(name)
        {
            return Self::Env(name.to_owned());
        }
        if let Some(path) = text.strip_prefix("file:")
            && !path.trim().is_empty()
            && !path.chars().any(char::is_control)
            && leak(path).is_none()
        {
            return Self::File(path.to_owned());
        }
        match text {
            "prompt" => Self::Prompt,
            _ => Self::Inline,
        }
    }

    /// Whether a literal stood in place of a reference.
    pub fn is_inline(&self) -> bool {
        matches!(self, Self::Inline)
    }
}

/// POSIX 8.1: letters, digits and underscores, not starting with a digit.
fn is_variable_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl fmt::Display for SecretRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "env:{name}"),
            Self::File(path) => write!(formatter, "file:{path}"),
            Self::Prompt => formatter.write_str("prompt"),
            Self::Inline => formatter.write_str("[literal secret elided]"),
        }
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretRef({self})")
    }
}

impl Serialize for SecretRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_inline() {
            return Err(S::Error::custom("a literal secret is never written"));
        }
        serializer.collect_str(self)
    }
}

/// Whether a text that is no secret by its field carries one all the same: user information in a URL, or
/// a Telegram bot token, which stands in the path of every Bot API URL (domain notes 8.4).
pub(crate) fn carries_credentials(text: &str) -> bool {
    has_user_information(text) || has_bot_token(text)
}

fn has_user_information(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("://") {
        let word = after.split(char::is_whitespace).next().unwrap_or_default();
        let authority = word.split(['/', '?', '#']).next().unwrap_or_default();
        // `u:p/w@host`: what looks like a port is the start of a password with a slash in it.
        let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
        let odd_port = !authority.contains('[') && !port.bytes().all(|byte| byte.is_ascii_digit());
        if authority.contains('@') || (odd_port && word.contains('@')) {
            return true;
        }
        rest = after;
    }
    false
}

/// What a text carries that it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leak {
    /// User information or a bot token.
    Credentials,
    /// A URL with a query or a fragment, in which keys and tokens travel.
    Query,
}

/// Why a text that is no secret by its field is not kept in the model: the rule for everything but text that
/// customers read, for which [`carries_credentials`] is enough.
pub(super) fn leak(text: &str) -> Option<Leak> {
    if carries_credentials(text) || has_user_and_password(text) {
        return Some(Leak::Credentials);
    }
    let (_, after) = text.split_once("://").unwrap_or_default();
    (after.contains(['?', '#']) || has_parameter(text)).then_some(Leak::Query)
}

/// `?token=` or `&key=`, also without a scheme.
fn has_parameter(text: &str) -> bool {
    text.split_once('?').is_some_and(|(_, query)| {
        query.split('&').any(|part| {
            let name = part.split_once('=').map_or("", |(name, _)| name);
            !name.is_empty() && !name.contains(char::is_whitespace)
        })
    })
}

/// `user:password@host` without a scheme; the colon of a drive, as in `C:/users/me@example`, is none.
fn has_user_and_password(text: &str) -> bool {
    let is_one = |word: &str| {
        let before = word.rsplit_once('@').map_or("", |(before, _)| before);
        let drive = before
            .get(1..3)
            .is_some_and(|next| matches!(next, ":/" | ":\\"));
        before[if drive { 2 } else { 0 }..].contains(':')
    };
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .any(is_one)
}

/// How every message names a text of the specification. Of a URL only scheme, host and port are repeated; other text
/// only when it is a plain word. Whatever else it is, it may be a secret under the wrong key.
pub(super) fn shown(text: &str) -> String {
    if leak(text).is_none()
        && let Ok(url) = url::https(text)
        && (url.host.contains('.') || url.is_ipv6())
    {
        let host = match url.is_ipv6() {
            true => format!("[{}]", url.host),
            false => url.host.to_owned(),
        };
        let port = url.port.map_or(String::new(), |port| format!(":{port}"));
        let rest = if url.path.len() > 1 || url.has_extra {
            "/…"
        } else {
            url.path
        };
        return format!("\"https://{host}{port}{rest}\"");
    }
    word(text).unwrap_or_else(|| "the value".to_owned())
}

/// A word from the file in quotes, when it can be nothing but a word: `telegram`, `LINE`, `cloud-api`.
pub(super) fn word(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = text.get(1..)?;
    let one_case =
        text == lower || text == text.to_ascii_uppercase() || rest == rest.to_ascii_lowercase();
    (one_case && text.len() <= 20 && is_plain_key(&lower)).then(|| format!("{text:?}"))
}

/// Whether a text looks like a key that a person wrote: short lower-case words without digits, as all known keys are.
/// What is generated, or mixed as passwords are, does not.
pub(super) fn is_plain_key(text: &str) -> bool {
    let is_word = |part: &str| {
        let mut consonants = 0;
        let speakable = part.bytes().all(|byte| {
            let vowel = matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
            consonants = if vowel { 0 } else { consonants + 1 };
            byte.is_ascii_lowercase() && consonants <= 5
        });
        speakable && part.len() <= 14
    };
    (1..=40).contains(&text.len()) && text.split(['_', '-']).all(is_word)
}

/// `^\d{6,}:[A-Za-z0-9_-]{35}$` is the observed form; 30 is the length from which it can be nothing else.
fn has_bot_token(text: &str) -> bool {
    text.match_indices(':').any(|(place, _)| {
        let digits = text[..place]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_digit)
            .count();
        let secret = text[place + 1..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        digits >= 6 && secret >= 30
    })
}

#[cfg(test)]
mod tests;
