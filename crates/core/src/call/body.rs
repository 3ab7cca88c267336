//! What is sent with a call.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::secrets::{Secrets, Unfit};
use super::template::Template;

/// What is sent with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// A text of a media type.
    Text {
        /// Its media type, with its parameters.
        media_type: &'static str,
        /// The text.
        text: Template,
    },
    /// Fields and files (RFC 7578).
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: &'static str,
    /// What the file is called, when it is one.
    pub file: Option<&'static str>,
    /// What is in it.
    pub content: Template,
}

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

impl Body {
    pub(super) fn json(text: Template) -> Self {
        Self::Text {
            media_type: JSON,
            text,
        }
    }

    /// The media type, as the header has it.
    pub fn media_type(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text { media_type, .. } => Some((*media_type).to_owned()),
            Self::Multipart(parts) => {
                Some(format!("multipart/form-data; boundary={}", boundary(parts)))
            }
        }
    }

    pub(super) fn templates(&self) -> Vec<&Template> {
        match self {
            Self::None => Vec::new(),
            Self::Text { text, .. } => vec![text],
            Self::Multipart(parts) => parts.iter().map(|part| &part.content).collect(),
        }
    }

    /// As it is sent, with references in place of secrets.
    pub fn shown(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text { text, .. } => text.to_string(),
            Self::Multipart(parts) => {
                let contents = parts.iter().map(|part| part.content.to_string());
                // on paper a line end is one character
                join(parts, contents).replace("\r\n", "\n")
            }
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// When a secret is not there, or cannot stand where it should.
    pub(crate) fn reveal(&self, secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, Unfit> {
        let text = match self {
            Self::None => Zeroizing::new(String::new()),
            Self::Text { text, .. } => text.reveal(secrets)?,
            Self::Multipart(parts) => {
                let contents = parts.iter().map(|part| part.content.reveal(secrets));
                let contents = contents.collect::<Result<Vec<_>, _>>()?;
                Zeroizing::new(join(parts, contents))
            }
        };
        Ok(Zeroizing::new(text.as_bytes().to_vec()))
    }
}

fn join(parts: &[Part], contents: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let boundary = boundary(parts);
    let mut body = String::new();
    for (part, content) in parts.iter().zip(contents) {
        let _ = write!(
            body,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            part.name
        );
        if let Some(file) = part.file {
            // nobody is told what the file is called here
            let _ = write!(
                body,
                "; filename=\"{file}\"\r\nContent-Type: application/x-pem-file"
            );
        }
        let _ = write!(body, "\r\n\r\n{}\r\n", content.as_ref());
    }
    let _ = write!(body, "--{boundary}--\r\n");
    body
}

/// The same for the same parts, so that what is shown is what is sent; a hash of what it parts is not found in it (RFC 2046
/// section 5.1.1 asks for no more).
fn boundary(parts: &[Part]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.name);
        hash.update([0]);
        hash.update(part.content.to_string());
        hash.update([0]);
    }
    let digest = hash.finalize();
    let mut boundary = "trustpack-".to_owned();
    for octet in digest.iter().take(16) {
        let _ = write!(boundary, "{octet:02x}");
    }
    boundary
}

#[cfg(test)]
mod tests {
    use trustpack_keystore::Password;

    use super::*;
    use crate::call::template::{Encoding, Slot};

    #[test]
    fn what_is_shown_is_what_is_sent_but_for_secrets() {
        let secret = Template::default().secret(&Slot::new("s", "env:S"), Encoding::Raw);
        let part = |name, file, content| Part {
            name,
            file,
            content,
        };
        let body = Body::Multipart(vec![
            part("url", None, Template::plain("https://a.example/")),
            part("certificate", Some("webhook.pem"), Template::plain("PEM\n")),
            part("secret_token", None, secret),
        ]);
        let mut secrets = Secrets::default();
        secrets.insert("s", Password::new("hunter2"));
        let sent = body.reveal(&secrets).unwrap();
        let sent = String::from_utf8(sent.to_vec()).unwrap();
        assert_eq!(
            sent.replace("\r\n", "\n").replace("hunter2", "<env:S>"),
            body.shown()
        );
        let boundary = body.media_type().unwrap();
        let boundary = boundary.rsplit('=').next().unwrap();
        assert_eq!(sent.matches(boundary).count(), 4);
        assert!(sent.ends_with(&format!("--{boundary}--\r\n")));
        insta::assert_snapshot!(body.shown().replace(boundary, "BOUNDARY"), @r#"
        --BOUNDARY
        Content-Disposition: form-data; name="url"

        https://a.example/
        --BOUNDARY
        Content-Disposition: form-data; name="certificate"; filename="webhook.pem"
        Content-Type: application/x-pem-file

        PEM

        --BOUNDARY
        Content-Disposition: form-data; name="secret_token"

        <env:S>
        --BOUNDARY--
        "#);
    }
}
