//! Which entries are meant: by alias, by pattern, or all.

use glob::{MatchOptions, Pattern};
use trustpack_keystore::KeyStore;

use super::EditError;

/// The places of the entries that the patterns name, in the order of the store, each once.
///
/// A pattern is an alias, as spelled or else without case as Java compares them, or a glob (`*`, `?`, `[…]`) that fits any
/// number of aliases, without case too.
///
/// # Errors
/// [`EditError::NoSuchAlias`] with the nearest ones, [`EditError::NothingFits`] for a glob.
pub fn pick(store: &KeyStore, patterns: &[String], all: bool) -> Result<Vec<usize>, EditError> {
    if all {
        return Ok((0..store.len()).collect());
    }
    let mut picked = vec![false; store.len()];
    for pattern in patterns {
        for place in places(store, pattern)? {
            picked[place] = true;
        }
    }
    let places = picked.iter().enumerate();
    Ok(places
        .filter_map(|(place, picked)| picked.then_some(place))
        .collect())
}

/// The place of the one entry that is named.
///
/// # Errors
/// As [`pick`], and [`EditError::NotOne`] for a glob that fits several.
pub fn pick_one(store: &KeyStore, alias: &str) -> Result<usize, EditError> {
    match places(store, alias)?.as_slice() {
        [place] => Ok(*place),
        places => Err(EditError::NotOne {
            found: places.len(),
        }),
    }
}

fn places(store: &KeyStore, pattern: &str) -> Result<Vec<usize>, EditError> {
    // an alias that looks like a glob is still an alias
    if let Some(place) = store.position(pattern) {
        return Ok(vec![place]);
    }
    let glob = pattern
        .contains(['*', '?', '['])
        .then(|| Pattern::new(pattern).ok())
        .flatten();
    let Some(glob) = glob else {
        return Err(EditError::NoSuchAlias {
            alias: pattern.to_owned(),
            nearest: nearest(store, pattern),
        });
    };
    let options = MatchOptions {
        case_sensitive: false,
        ..MatchOptions::new()
    };
    let fitting: Vec<usize> = (0..)
        .zip(store.entries())
        .filter(|(_, entry)| glob.matches_with(entry.alias.as_str(), options))
        .map(|(place, _)| place)
        .collect();
    if fitting.is_empty() {
        return Err(EditError::NothingFits {
            pattern: pattern.to_owned(),
        });
    }
    Ok(fitting)
}

/// Aliases that a person may have meant: those that hold the text, then those that look like it.
fn nearest(store: &KeyStore, wanted: &str) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let score = |alias: &str| {
        let folded = alias.to_lowercase();
        if !wanted.is_empty() && (folded.contains(&wanted) || wanted.contains(&folded)) {
            return 1.0;
        }
        strsim::jaro_winkler(&wanted, &folded)
    };
    let mut scored: Vec<(f64, &str)> = store
        .entries()
        .iter()
        .map(|entry| entry.alias.as_str())
        .filter(|alias| !alias.is_empty())
        .map(|alias| (score(alias), alias))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let named = scored.into_iter().take(MAX_NEAREST);
    named.map(|(_, alias)| alias.to_owned()).collect()
}

/// Jaro and Winkler's measure from which two words look like one mistyped.
const ALIKE: f64 = 0.8;
/// More would be a list, and there is a command for that.
const MAX_NEAREST: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::testing::trusted_store;

    fn picked(patterns: &[&str]) -> Result<Vec<usize>, EditError> {
        let store = trusted_store(&["api-prod", "api-test", "Root", "a*b"]);
        let patterns: Vec<String> = patterns.iter().map(|&one| one.to_owned()).collect();
        pick(&store, &patterns, false)
    }

    #[test]
    fn by_alias_without_case_and_by_glob() {
        assert_eq!(picked(&["root"]), Ok(vec![2]));
        assert_eq!(picked(&["API-*"]), Ok(vec![0, 1]));
        assert_eq!(picked(&["root", "api-*", "Root"]), Ok(vec![0, 1, 2]));
        // as spelled first
        assert_eq!(picked(&["a*b"]), Ok(vec![3]));
        assert_eq!(picked(&[]), Ok(vec![]));
        let store = trusted_store(&["x", "y"]);
        assert_eq!(pick(&store, &[], true), Ok(vec![0, 1]));
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is_near() {
        let Err(EditError::NoSuchAlias { nearest, .. }) = picked(&["api-prd"]) else {
            panic!()
        };
        assert_eq!(nearest, ["api-prod"]);
        let error = picked(&["quite another"]).unwrap_err();
        assert!(error.hint().contains("inspect"), "{error:?}");
        let pattern = "z*".to_owned();
        assert_eq!(picked(&["z*"]), Err(EditError::NothingFits { pattern }));
        let store = trusted_store(&["api-prod", "api-test"]);
        let found = 2;
        assert_eq!(pick_one(&store, "api*"), Err(EditError::NotOne { found }));
    }
}
