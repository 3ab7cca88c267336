//! Texts with places for secrets.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::secrets::{Secrets, Unfit};

/// A text in which secrets have places. Whatever prints it prints references there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Secret(Slot),
}

/// The place of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it is, as a key of [`Secrets`]: the path of its field.
    pub name: String,
    /// Where it is: `env:BOT_TOKEN`.
    pub reference: String,
    /// How it is written there.
    pub encoding: Encoding,
}

/// How a secret is written in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As a header field has it: printable ASCII and blanks within (RFC 9110 section 5.5).
    Header,
    /// As a step of a path that needs no encoding (RFC 3986 section 3.3): letters, digits and `:_-.~`.
    Path,
    /// As a value of a form or a query (WHATWG URL, `application/x-www-form-urlencoded`).
    Form,
    /// As a JSON text, with its quotes (RFC 8259 section 7).
    Json,
    /// As a part of a multipart body: anything.
    Raw,
    /// After this user name and a colon, all of it Base64 (RFC 7617 section 2).
    Basic {
        /// The user name, without a colon.
        user: String,
    },
}

impl Slot {
    /// A place without a use yet; each use has an encoding of its own.
    pub fn new(name: impl Into<String>, reference: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            reference: reference.into(),
            encoding: Encoding::Raw,
        }
    }

    pub(super) fn in_a(&self, encoding: Encoding) -> Self {
        Self {
            encoding,
            ..self.clone()
        }
    }

    fn write(&self, secrets: &Secrets, text: &mut Zeroizing<String>) -> Result<(), Unfit> {
        let value = secrets
            .get(&self.name)
            .ok_or_else(|| self.unfit("nobody told it"))?;
        if value.is_empty() {
            return Err(self.unfit("it is empty"));
        }
        match &self.encoding {
            Encoding::Header => {
                let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                if !is_plain || value.trim() != value {
                    return Err(
                        self.unfit("a header takes printable ASCII only, without blanks around it")
                    );
                }
                text.push_str(value);
            }
            Encoding::Path => {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b":_-.~".contains(&byte);
                if !value.bytes().all(fits) {
                    return Err(self.unfit("it would change the path of the URL"));
                }
                text.push_str(value);
            }
            Encoding::Form => text.extend(form_urlencoded::byte_serialize(value.as_bytes())),
            Encoding::Json => text.push_str(&Zeroizing::new(json(value))),
            Encoding::Raw => text.push_str(value),
            Encoding::Basic { user } => text.push_str(&basic(user, value)),
        }
        Ok(())
    }

    fn unfit(&self, why: &'static str) -> Unfit {
        Unfit {
            name: self.name.clone(),
            reference: self.reference.clone(),
            why,
        }
    }
}

/// A text with its quotes.
pub(super) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The credentials of RFC 7617, without the word before them.
pub(super) fn basic(user: &str, password: &str) -> Zeroizing<String> {
    let both = Zeroizing::new(format!("{user}:{password}"));
    Zeroizing::new(BASE64_STANDARD.encode(both.as_bytes()))
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reference = &self.reference;
        match &self.encoding {
            Encoding::Json => write!(formatter, "\"<{reference}>\""),
            Encoding::Basic { user } => write!(formatter, "<base64 of {user}:<{reference}>>"),
            _ => write!(formatter, "<{reference}>"),
        }
    }
}

impl Template {
    /// A text without secrets.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    pub(super) fn secret(mut self, slot: &Slot, encoding: Encoding) -> Self {
        self.0.push(Piece::Secret(slot.in_a(encoding)));
        self
    }

    /// The places of secrets in it.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Secret(slot) => Some(slot),
            Piece::Text(_) => None,
        })
    }

    /// The text with the secrets in it.
    ///
    /// # Errors
    /// When a secret is not there, or cannot stand where it should.
    pub(crate) fn reveal(&self, secrets: &Secrets) -> Result<Zeroizing<String>, Unfit> {
        let mut text = Zeroizing::new(String::new());
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Secret(slot) => slot.write(secrets, &mut text)?,
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => formatter.write_str(text)?,
                Piece::Secret(slot) => slot.fmt(formatter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use trustpack_keystore::Password;

    use super::*;

    fn revealed(encoding: Encoding, value: &str) -> Result<String, Unfit> {
        let slot = Slot::new("x", "env:X");
        let template = Template::plain("a").secret(&slot, encoding).text("b");
        let mut secrets = Secrets::default();
        secrets.insert("x", Password::new(value));
        let shown = format!("{template} {template:?}");
        assert!(shown.contains("env:X") && !shown.contains(value), "{shown}");
        template.reveal(&secrets).map(|text| text.to_string())
    }

    #[test]
    fn secrets_are_written_as_their_place_asks() {
        let basic = Encoding::Basic { user: "u".into() };
        assert_eq!(revealed(Encoding::Header, "s!t").unwrap(), "as!tb");
        assert_eq!(revealed(Encoding::Path, "12:a_-").unwrap(), "a12:a_-b");
        assert_eq!(revealed(Encoding::Form, "s &t").unwrap(), "as+%26tb");
        assert_eq!(revealed(Encoding::Json, "s\"t").unwrap(), "a\"s\\\"t\"b");
        // RFC 7617 section 2 has another pair
        assert_eq!(revealed(basic, "sesame").unwrap(), "adTpzZXNhbWU=b");
    }

    #[test]
    fn what_cannot_stand_there_is_refused_and_not_repeated() {
        for (encoding, value) in [
            (Encoding::Header, "s\r\nx: y"),
            (Encoding::Header, "schlüssel"),
            (Encoding::Header, " hunter2"),
            (Encoding::Path, "hunter/2"),
            (Encoding::Path, "hunter?2"),
            (Encoding::Path, "hunter 2"),
        ] {
            let error = revealed(encoding, value).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(
                told.contains("env:X") && !told.contains(value.trim()),
                "{told}"
            );
        }
        let slot = Slot::new("x", "env:X");
        let template = Template::default().secret(&slot, Encoding::Raw);
        assert!(template.reveal(&Secrets::default()).is_err());
        let mut empty = Secrets::default();
        empty.insert("x", Password::new(""));
        assert!(template.reveal(&empty).is_err());
    }
}
