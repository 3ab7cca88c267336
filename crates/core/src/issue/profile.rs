//! What a CA gives out, by a word or by a file.

use serde::Deserialize;

use super::alt_name::GeneralName;
use super::error::IssueError;
use super::request::Requested;
use super::template::{Constraints, Locations, Template, new};
use super::usage::{KeyUsage, extension_oid, purpose_oid};
use crate::extension::Extension;
use crate::text::{cut, toml_error};

/// What a CA gives out to everybody who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What the certificates are for.
    pub template: Template,
    /// How long they last, unless that is said otherwise.
    pub days: Option<u32>,
    /// What is taken of a request.
    pub requested: Requested,
    /// More extensions to be taken, dotted.
    pub copy: Vec<String>,
}

/// Why a file is no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A value means nothing.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// It is no TOML, or has keys that nobody knows.
    #[error("{why}")]
    Toml {
        /// What the parser says, with the line.
        why: String,
    },
    /// A value that the flag of the same name would refuse.
    #[error("{key}: {why}")]
    Value {
        /// The key in the file.
        key: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// The file, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    ca: bool,
    path_length: Option<u32>,
    key_usage: Option<Vec<String>>,
    extended_key_usage: Vec<String>,
    must_staple: bool,
    permit: Vec<String>,
    exclude: Vec<String>,
    crl_url: Vec<String>,
    ocsp_url: Vec<String>,
    issuer_url: Vec<String>,
    days: Option<u32>,
    requested: Requested,
    copy: Vec<String>,
    extension: Vec<FileExtension>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileExtension {
    oid: String,
    #[serde(default)]
    critical: bool,
    /// DER, hex.
    value: String,
}

impl Profile {
    /// The words of those that need no file.
    pub const WORDS: [&'static str; 4] = ["server", "client", "mutual", "ca"];

    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        let purposes: &[&str] = match word {
            "server" => &[SERVER_AUTH],
            "client" => &[CLIENT_AUTH],
            "mutual" => &[SERVER_AUTH, CLIENT_AUTH],
            "ca" => &[],
            _ => return None,
        };
        let template = Template {
            authority: (word == "ca").then_some(None),
            extended_key_usage: purposes.iter().map(|oid| (*oid).to_owned()).collect(),
            ..Template::default()
        };
        Some(Self {
            template,
            ..Self::default()
        })
    }

    /// From TOML.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let file: File = toml::from_str(text).map_err(|error| ProfileError::Toml {
            why: toml_error(text, &error),
        })?;
        file.require_sense()?;
        Ok(Self {
            template: Template {
                authority: file.ca.then_some(file.path_length),
                key_usage: file
                    .key_usage
                    .map(|names| KeyUsage::named(names.iter().map(String::as_str)))
                    .transpose()?,
                extended_key_usage: all(&file.extended_key_usage, purpose_oid)?,
                must_staple: file.must_staple,
                constraints: Constraints {
                    permitted: all(&file.permit, constraint)?,
                    excluded: all(&file.exclude, constraint)?,
                },
                locations: Locations {
                    crl: file.crl_url,
                    issuer: file.issuer_url,
                    ocsp: file.ocsp_url,
                },
                extensions: file
                    .extension
                    .iter()
                    .map(FileExtension::read)
                    .collect::<Result<_, _>>()?,
                ..Template::default()
            },
            days: file.days,
            requested: file.requested,
            copy: all(&file.copy, copyable)?,
        })
    }
}

impl File {
    /// What the flags of the same names refuse.
    fn require_sense(&self) -> Result<(), ProfileError> {
        let wrong = |key, why: &str| {
            Err(ProfileError::Value {
                key,
                why: why.to_owned(),
            })
        };
        if self.days == Some(0) {
            return wrong("days", "it is valid for one day at least");
        }
        if !self.ca {
            let of_a_ca = [
                ("path-length", self.path_length.is_some()),
                ("permit", !self.permit.is_empty()),
                ("exclude", !self.exclude.is_empty()),
            ];
            if let Some((key, _)) = of_a_ca.into_iter().find(|(_, is_there)| *is_there) {
                return wrong(key, "only a CA has it, and ca = true is not said");
            }
        }
        for (key, urls) in [
            ("crl-url", &self.crl_url),
            ("ocsp-url", &self.ocsp_url),
            ("issuer-url", &self.issuer_url),
        ] {
            for url in urls {
                Locations::require_url(url).map_err(|error| ProfileError::Value {
                    key,
                    why: error.to_string(),
                })?;
            }
        }
        let mut seen = Vec::new();
        for extension in &self.extension {
            let oid = extension_oid(&extension.oid)?;
            if seen.contains(&oid) {
                return wrong("extension", &format!("{oid} is said twice"));
            }
            seen.push(oid);
        }
        Ok(())
    }
}

impl FileExtension {
    fn read(&self) -> Result<Extension, IssueError> {
        let value = Extension::value_from_hex(&self.value).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| IssueError::Unknown {
            kind: "the hex",
            word: cut(&self.value, SHOWN).into_owned(),
        })?;
        Ok(new(&extension_oid(&self.oid)?, self.critical, value))
    }
}

fn copyable(word: &str) -> Result<String, IssueError> {
    let oid = extension_oid(word)?;
    Requested::require_copyable(&oid)?;
    Ok(oid)
}

fn constraint(text: &str) -> Result<GeneralName, IssueError> {
    Ok(GeneralName::parse_constraint(text)?)
}

fn all<T>(
    words: &[String],
    read: impl Fn(&str) -> Result<T, IssueError>,
) -> Result<Vec<T>, IssueError> {
    words.iter().map(|word| read(word)).collect()
}

/// Of what is wrong so many characters are repeated.
const SHOWN: usize = 100;
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH: &str = super::usage::CLIENT_AUTH;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_a_profile() {
        for word in Profile::WORDS {
            let profile = Profile::named(word).unwrap();
            assert_eq!(profile.template.authority.is_some(), word == "ca");
        }
        assert_eq!(Profile::named("other"), None);
    }

    #[test]
    fn a_file_is_read_and_a_wrong_one_says_where() {
        let profile = Profile::from_toml(
            "ca = true\npath-length = 0\nkey-usage = ['keyCertSign']\npermit = ['dns:example.com']\ndays = 90\n\
             requested = 'copy'\ncopy = ['must-staple']\n[[extension]]\noid = '1.2.3'\nvalue = '0500'\n",
        )
        .unwrap();
        assert_eq!(profile.template.authority, Some(Some(0)));
        assert_eq!(profile.days, Some(90));
        assert_eq!(profile.requested, Requested::Copy);
        assert_eq!(profile.template.extensions[0].value, [5, 0]);
        for wrong in [
            "nonsense = 1",
            "key-usage = ['x']",
            "extended-key-usage = ['x']",
            "permit = ['x']",
            "days = -1",
            "requested = 'x'",
            "extension = [{oid = '1.2.3', value = 'xx'}]",
            "extension = [{oid = '1.2.3', value = ''}]",
            "extension = [{oid = '1.2.3', value = '0500'}, {oid = '1.2.3', value = '0500'}]",
            "days = 0",
            "path-length = 0",
            "permit = ['dns:example.com']",
            "exclude = ['dns:example.com']",
            "crl-url = ['pki.example.com/ca.crl']",
            "ocsp-url = ['http://[::1/']",
            "issuer-url = ['http://h/ü']",
            "copy = ['basicConstraints']",
            "=",
        ] {
            assert!(Profile::from_toml(wrong).is_err(), "{wrong}");
        }
    }
}
