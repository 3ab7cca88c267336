//! The words that choose a kind, read and written.

use serde::Serialize;

use super::{ALL, Kind};
use crate::channel::nearest::nearest;
use crate::channel::read::SpecErrorKind;
use crate::channel::secret;

pub(in crate::channel) const TYPE: &str = "type";
pub(in crate::channel) const PROVIDER: &str = "provider";
pub(in crate::channel) const METHOD: &str = "verification_method";

/// The keys that choose the kind.
pub(in crate::channel) const SELECTORS: &[&str] = &[TYPE, PROVIDER, METHOD];

/// Something that is chosen to get a kind of channel.
#[derive(Debug)]
#[non_exhaustive]
pub struct Selection {
    /// The key in the specification: `type`, `provider` or `verification_method`.
    pub key: &'static str,
    /// The document's word for the choice.
    pub label: &'static str,
    /// The word in the specification; case does not count.
    pub word: &'static str,
    /// The option as the form shows it.
    pub option: &'static str,
}

impl Selection {
    pub(in crate::channel) const fn new(
        key: &'static str,
        label: &'static str,
        word: &'static str,
        option: &'static str,
    ) -> Self {
        Self {
            key,
            label,
            word,
            option,
        }
    }
}

impl Kind {
    /// From the words for `type`, `provider` and `verification_method`, in any case: the options of the document are
    /// lower case while its headings are not (domain notes 7, A27).
    ///
    /// # Errors
    /// The variant of [`SpecErrorKind`] that says which word is unknown, missing or too many.
    pub fn from_words(
        kind: &str,
        provider: Option<&str>,
        method: Option<&str>,
    ) -> Result<Self, SpecErrorKind> {
        let mut left: Vec<Self> = ALL.to_vec();
        for (place, (key, word)) in SELECTORS
            .iter()
            .copied()
            .zip([Some(kind), provider, method])
            .enumerate()
        {
            let options = options(&left, place);
            match (word.map(str::trim), options.is_empty()) {
                (None, true) => {}
                (None, false) => return Err(SpecErrorKind::WordMissing { key, options }),
                (Some(_), true) => return Err(SpecErrorKind::WordUnused { key }),
                (Some(word), false) => {
                    left.retain(|kind| kind.is_chosen_by(place, word));
                    if left.is_empty() {
                        return Err(SpecErrorKind::WordUnknown {
                            key,
                            word: secret::word(word),
                            nearest: nearest(word, options.iter().copied()),
                            options,
                        });
                    }
                }
            }
        }
        // Each step left at least one, and the words of a kind are unique.
        left.first().copied().ok_or(SpecErrorKind::Empty)
    }

    /// All words for a key that chooses the kind.
    pub fn words(key: &str) -> Vec<&'static str> {
        let place = SELECTORS.iter().position(|selector| *selector == key);
        place.map_or_else(Vec::new, |place| options(ALL, place))
    }

    /// All words that any kind has for such a key, whatever stands under the others.
    pub(in crate::channel) fn words_anywhere(key: &str) -> Vec<&'static str> {
        let mut words = Vec::new();
        for word in ALL.iter().filter_map(|kind| kind.word(key)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    fn is_chosen_by(self, place: usize, word: &str) -> bool {
        let selection = self.selection().get(place);
        selection.is_some_and(|selection| selection.word.eq_ignore_ascii_case(word))
    }
}

/// The words that can stand at a place of the selection, each once, in order.
fn options(kinds: &[Kind], place: usize) -> Vec<&'static str> {
    let mut options: Vec<&'static str> = Vec::new();
    for selection in kinds.iter().filter_map(|kind| kind.selection().get(place)) {
        if !options.contains(&selection.word) {
            options.push(selection.word);
        }
    }
    options
}

/// How a kind appears in TOML and JSON.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct KindWords {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
}

impl From<Kind> for KindWords {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.word(TYPE).unwrap_or_default(),
            provider: kind.word(PROVIDER),
            verification_method: kind.word(METHOD),
        }
    }
}
