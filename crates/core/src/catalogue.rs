//! Every finding that any verb can give, each with a page: what it means, what happens, how to look closer, what to do.
//!
//! The pages are data, one file per family; `trustpack explain`, `docs/findings.md` and the rules of a SARIF report are
//! made from them. A test reads the sources: no finding lacks a page, no page lacks a finding.

mod bundles;
mod calls;
mod chains;
mod channels;
mod check;
mod dates;
mod fetching;
mod fitness;
mod lint;
mod markdown;
mod revocation;
mod stores;
mod text;
mod trust;

use std::sync::LazyLock;

use serde::Serialize;

use crate::report::Severity;

pub use markdown::document;
pub use text::{list, page};

pub(crate) use markdown::advice as markdown_advice;
pub(crate) use text::advice;

/// The page of a finding. Texts are paragraphs, parted by a blank line, in which a command stands between backticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Page {
    /// The finding's identifier, such as `CERT-LEAF-ONLY`.
    pub id: &'static str,
    /// What was found, in a few words, in lower case and without a period.
    pub title: &'static str,
    /// How bad it can be, and when: the worst first.
    pub severities: &'static [Level],
    /// What it means.
    pub meaning: &'static str,
    /// What happens to users and clients.
    pub consequence: &'static str,
    /// How to find out more.
    pub look: &'static [Step],
    /// What to do, in order.
    pub remedy: &'static [Step],
    /// Where it is written: RFCs, the Baseline Requirements, properties of Java, pages of makers.
    pub sources: &'static [&'static str],
    /// The verbs that give it.
    pub verbs: &'static [&'static str],
}

/// A severity that a finding can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Level {
    /// How bad it is.
    pub severity: Severity,
    /// In which case.
    pub when: &'static str,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// In words.
    pub text: &'static str,
    /// As commands for a POSIX shell; words in capitals stand for the reader's own.
    pub commands: &'static [&'static str],
}

/// All pages, by identifier.
pub fn pages() -> &'static [Page] {
    &PAGES
}

/// The page of a finding; case does not matter.
pub fn find(id: &str) -> Option<&'static Page> {
    let wanted = || id.trim().bytes().map(|byte| byte.to_ascii_uppercase());
    let order = |page: &Page| page.id.bytes().cmp(wanted());
    let place = PAGES.binary_search_by(order).ok()?;
    PAGES.get(place)
}

/// The identifiers that a person may have meant, at most three, the likeliest first: those that hold the text, then those
/// that look like it.
pub fn nearest(id: &str) -> Vec<&'static str> {
    // nothing that is longer is a slip of the hand, and the work grows with the length
    let wanted: String = id.trim().chars().take(64).collect();
    let wanted = wanted.to_ascii_uppercase().replace([' ', '_'], "-");
    let mut scored: Vec<(f64, &str)> = PAGES
        .iter()
        .map(
            |page| match !wanted.is_empty() && page.id.contains(&wanted) {
                true => (1.0, page.id),
                false => (strsim::jaro_winkler(&wanted, page.id), page.id),
            },
        )
        .filter(|(score, _)| *score >= LIKELY)
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored.iter().take(3).map(|(_, id)| *id).collect()
}

/// Below this two words have little in common.
const LIKELY: f64 = 0.8;

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let families = [
        bundles::PAGES,
        calls::PAGES,
        chains::PAGES,
        channels::PAGES,
        check::PAGES,
        dates::PAGES,
        fetching::PAGES,
        fitness::PAGES,
        lint::PAGES,
        revocation::PAGES,
        stores::PAGES,
        trust::PAGES,
    ];
    let mut pages = families.concat();
    pages.sort_by_key(|page| page.id);
    pages
});

const fn critical(when: &'static str) -> Level {
    Level {
        severity: Severity::Critical,
        when,
    }
}

const fn warning(when: &'static str) -> Level {
    Level {
        severity: Severity::Warning,
        when,
    }
}

const fn note(when: &'static str) -> Level {
    Level {
        severity: Severity::Note,
        when,
    }
}

/// One that needs no command.
const fn step(text: &'static str) -> Step {
    Step {
        text,
        commands: &[],
    }
}

const fn run(text: &'static str, commands: &'static [&'static str]) -> Step {
    Step { text, commands }
}

#[cfg(test)]
mod tests;
