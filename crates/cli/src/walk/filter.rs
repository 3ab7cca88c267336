//! Which files of a folder are meant.

use anyhow::Result;
use glob::{MatchOptions, Pattern};

use crate::hint::Hinted;

/// Which files of a folder are meant, by patterns (`*`, `?`, `[…]`, `**` for any folders) over the path below the folder, or
/// over the name alone. Without patterns all are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Filter {
    /// Any pattern of `include` takes a file in, any of `exclude` leaves it out, or a folder with all that is in it.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        Ok(Self {
            include: patterns(include)?,
            exclude: patterns(exclude)?,
        })
    }

    pub(super) fn includes(&self, relative: &str, name: &str) -> bool {
        self.include.is_empty() || fits(&self.include, relative, name)
    }

    pub(super) fn excludes(&self, relative: &str, name: &str) -> bool {
        fits(&self.exclude, relative, name)
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>> {
    let pattern = |text: &String| {
        let bare = text.strip_prefix("./").unwrap_or(text);
        Pattern::new(bare.trim_end_matches('/')).map_err(|error| {
            let message = format!("{text:?} is no pattern: {}", error.msg);
            Hinted::new(message, "write `*`, `?`, `[a-z]`, or `**` between slashes").into()
        })
    };
    texts.iter().map(pattern).collect()
}

fn fits(patterns: &[Pattern], relative: &str, name: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: false,
    };
    patterns.iter().any(|pattern| {
        pattern.matches_with(relative, options) || pattern.matches_with(name, options)
    })
}
