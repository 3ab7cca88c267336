//! Paths as people write them, in the one spelling that patterns are compared in.

use std::borrow::Cow;

use glob::{MatchOptions, Pattern, PatternError};

/// The path without what changes nothing: `./`, doubled slashes, a slash at the end.
///
/// ```
/// use trustpack_core::path::plain;
/// assert_eq!(plain("./pki//old/"), "pki/old");
/// assert_eq!(plain("/./etc"), "/etc");
/// assert_eq!(plain("."), "");
/// ```
pub fn plain(path: &str) -> Cow<'_, str> {
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    if parts.all(|part| !matches!(part, "" | ".")) {
        return path.into();
    }
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.collect::<Vec<_>>().join("/")).into()
}

/// A pattern (`*`, `?`, `[…]`, `**`) over paths, which fits a path however the two are spelled.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    pattern: Pattern,
}

impl PathPattern {
    /// Reads it.
    ///
    /// # Errors
    /// When it is no pattern.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        Ok(Self {
            text: text.to_owned(),
            pattern: Pattern::new(&plain(text))?,
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fits the whole path.
    pub fn fits(&self, path: &str, options: MatchOptions) -> bool {
        self.pattern.matches_with(&plain(path), options)
    }

    /// Whether it fits the whole path, or the name at its end.
    pub fn fits_path_or_name(&self, path: &str, options: MatchOptions) -> bool {
        let path = plain(path);
        let name = path.rsplit('/').next().unwrap_or(&path);
        self.pattern.matches_with(&path, options) || self.pattern.matches_with(name, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_of_every_path() {
        for (path, expected) in [
            ("a.pem", "a.pem"),
            ("./a.pem", "a.pem"),
            ("././/a/./b//c/", "a/b/c"),
            ("/etc//ssl/.", "/etc/ssl"),
            ("../a", "../a"),
            (".a/b.", ".a/b."),
            ("/", "/"),
            (".", ""),
            ("", ""),
        ] {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_fits_every_spelling() {
        let options = MatchOptions::new();
        for text in ["pki/a.pem", "./pki/a.pem", "pki//*.pem"] {
            let pattern = PathPattern::new(text).unwrap();
            assert!(pattern.fits("pki/a.pem", options) && pattern.fits("./pki/a.pem", options));
            assert!(!pattern.fits("/pki/a.pem", options), "{text}");
            assert_eq!(pattern.as_str(), text);
        }
        let name = PathPattern::new("./a.*").unwrap();
        assert!(name.fits_path_or_name("./pki/a.pem", options));
        assert!(!name.fits(
            "./pki/a.pem",
            MatchOptions {
                require_literal_separator: true,
                ..options
            }
        ));
    }
}
