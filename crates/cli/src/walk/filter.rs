//! Which files of a folder are meant.

use std::path::Path;

use anyhow::Result;
use glob::MatchOptions;
use trustpack_core::path::PathPattern;

use crate::hint::Hinted;
use crate::input::name_of;

/// Which files of a folder are meant, by patterns (`*`, `?`, `[…]`, `**` for any folders) over the path below the folder, over
/// the path with that of the folder, or over the name alone. Without patterns all are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    include: Vec<PathPattern>,
    exclude: Vec<PathPattern>,
}

impl Filter {
    /// Any pattern of `include` takes a file in, any of `exclude` leaves it out, or a folder with all that is in it.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        Ok(Self {
            include: patterns(include)?,
            exclude: patterns(exclude)?,
        })
    }

    /// Whether a file below a folder is meant.
    pub(super) fn includes(&self, folder: &Path, path: &Path) -> bool {
        self.include.is_empty() || fits(&self.include, folder, path)
    }

    /// Whether a file or folder below a folder is left out.
    pub(super) fn excludes(&self, folder: &Path, path: &Path) -> bool {
        !self.exclude.is_empty() && fits(&self.exclude, folder, path)
    }

    /// Whether a folder that is named is left out itself, by its path as it is named.
    pub(super) fn excludes_named(&self, folder: &Path) -> bool {
        let name = name_of(folder);
        self.exclude.iter().any(|one| one.fits(&name, OPTIONS))
    }
}

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

fn patterns(texts: &[String]) -> Result<Vec<PathPattern>> {
    let pattern = |text: &String| {
        PathPattern::new(text).map_err(|error| {
            let message = format!("{text:?} is no pattern: {}", error.msg);
            Hinted::new(message, "write `*`, `?`, `[a-z]`, or `**` between slashes").into()
        })
    };
    texts.iter().map(pattern).collect()
}

fn fits(patterns: &[PathPattern], folder: &Path, path: &Path) -> bool {
    let below = name_of(path.strip_prefix(folder).unwrap_or(path));
    let whole = name_of(path);
    patterns
        .iter()
        .any(|pattern| pattern.fits_path_or_name(&below, OPTIONS) || pattern.fits(&whole, OPTIONS))
}
