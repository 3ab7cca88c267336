//! Which files of a folder are meant.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use glob::MatchOptions;
use trustpack_core::path::PathPattern;

use crate::hint::Hinted;
use crate::input::name_of;

/// Which files of a folder are meant, by patterns (`*`, `?`, `[…]`, `**` for any folders) over the path below the folder, over
/// the path with that of the folder, or over the name alone. Without patterns all are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    include: Vec<Include>,
    exclude: Vec<PathPattern>,
}

/// A pattern that takes files in.
#[derive(Clone, Debug)]
struct Include {
    pattern: PathPattern,
    /// Whether it has fitted a file; all copies of a filter count together.
    is_used: Arc<AtomicBool>,
}

impl Filter {
    /// Any pattern of `include` takes a file in, any of `exclude` leaves it out, or a folder with all that is in it.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        Ok(Self {
            include: patterns(include)?
                .into_iter()
                .map(|pattern| Include {
                    pattern,
                    is_used: Arc::default(),
                })
                .collect(),
            exclude: patterns(exclude)?,
        })
    }

    /// Whether a file below a folder is meant.
    pub(super) fn includes(&self, folder: &Path, path: &Path) -> bool {
        if self.include.is_empty() {
            return true;
        }
        let names = Names::new(folder, path);
        let mut fits = false;
        // None hides another one.
        for include in self.include.iter().filter(|one| names.fit(&one.pattern)) {
            include.is_used.store(true, Ordering::Relaxed);
            fits = true;
        }
        fits
    }

    /// The patterns of `include` that have fitted no file.
    pub(crate) fn idle(&self) -> impl Iterator<Item = &str> {
        let idle = |one: &&Include| !one.is_used.load(Ordering::Relaxed);
        self.include
            .iter()
            .filter(idle)
            .map(|one| one.pattern.as_str())
    }

    /// Whether a file or folder below a folder is left out.
    pub(super) fn excludes(&self, folder: &Path, path: &Path) -> bool {
        if self.exclude.is_empty() {
            return false;
        }
        let names = Names::new(folder, path);
        self.exclude.iter().any(|pattern| names.fit(pattern))
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

/// What a file below a folder is called.
struct Names {
    below: String,
    whole: String,
}

impl Names {
    fn new(folder: &Path, path: &Path) -> Self {
        Self {
            below: name_of(path.strip_prefix(folder).unwrap_or(path)),
            whole: name_of(path),
        }
    }

    fn fit(&self, pattern: &PathPattern) -> bool {
        pattern.fits_path_or_name(&self.below, OPTIONS) || pattern.fits(&self.whole, OPTIONS)
    }
}
