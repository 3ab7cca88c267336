//! Whose ACME server is asked about a certificate.

use std::sync::LazyLock;

use glob::{MatchOptions, Pattern};
use serde::Deserialize;

use crate::Certificate;

/// The directories that the user names, then those of public CAs that are known to give renewal information.
#[derive(Clone, Debug, Default)]
pub struct AcmeDirectories {
    named: Vec<NamedDirectory>,
}

/// A directory that the user names.
#[derive(Clone, Debug)]
pub struct NamedDirectory {
    /// Of issuers whose name (RFC 4514) fits, whatever its case; without it, of all that no other directory is for.
    pub issuer: Option<Pattern>,
    /// Where it is.
    pub url: String,
}

/// One line of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    organization: String,
    url: String,
    #[allow(
        dead_code,
        reason = "for who reads the list; a test wants it to be there"
    )]
    source: String,
}

#[derive(Debug, Default, Deserialize)]
struct List {
    directory: Vec<Known>,
}

/// The list with its sources; a test reads it, so that it is never empty for want of being read.
static LIST: LazyLock<List> =
    LazyLock::new(|| toml::from_str(include_str!("directories.toml")).unwrap_or_default());

impl AcmeDirectories {
    /// Those that the user names go first, in their order.
    pub fn new(named: Vec<NamedDirectory>) -> Self {
        Self { named }
    }

    /// The directory of the issuer of a certificate.
    pub fn of(&self, certificate: &Certificate) -> Option<&str> {
        let issuer = certificate.issuer();
        let mut fitting = self.named.iter().filter(|named| named.issuer.is_some());
        if fitting.clone().next().is_some() {
            let name = issuer.to_string();
            let fits = |named: &&NamedDirectory| {
                let pattern = named.issuer.as_ref();
                pattern.is_some_and(|pattern| pattern.matches_with(&name, AS_POLICIES_DO))
            };
            if let Some(named) = fitting.find(fits) {
                return Some(&named.url);
            }
        }
        let organization = issuer.attributes().find(|one| one.kind() == "O");
        let organization = organization.map(|one| one.value());
        let known = LIST
            .directory
            .iter()
            .find(|known| organization.as_ref() == Some(&known.organization));
        if let Some(known) = known {
            return Some(&known.url);
        }
        let mut others = self.named.iter().filter(|named| named.issuer.is_none());
        others.next().map(|named| named.url.as_str())
    }
}

const AS_POLICIES_DO: MatchOptions = MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{self, DAY};

    #[test]
    fn every_line_of_the_list_is_whole() {
        let list: List = toml::from_str(include_str!("directories.toml")).unwrap();
        assert!(list.directory.len() >= 2);
        for known in &list.directory {
            assert!(known.url.starts_with("https://"), "{}", known.url);
            assert!(known.source.starts_with("https://"), "{}", known.source);
        }
    }

    #[test]
    fn what_the_user_names_goes_first_and_what_is_for_all_goes_last() {
        let named = |issuer: Option<&str>, url: &str| NamedDirectory {
            issuer: issuer.map(|issuer| Pattern::new(issuer).unwrap()),
            url: url.to_owned(),
        };
        let ours = testing::issued("leaf", "Ours CA", false, 0, DAY);
        assert_eq!(AcmeDirectories::default().of(&ours), None);
        let directories = AcmeDirectories::new(vec![
            named(None, "https://all"),
            named(Some("cn=ours*"), "https://ours"),
            named(Some("*"), "https://later"),
        ]);
        assert_eq!(directories.of(&ours), Some("https://ours"));
        let directories = AcmeDirectories::new(vec![
            named(Some("cn=theirs*"), "https://theirs"),
            named(None, "https://all"),
        ]);
        assert_eq!(directories.of(&ours), Some("https://all"));
    }
}
