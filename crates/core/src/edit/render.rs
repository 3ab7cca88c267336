//! What verbs did and found, as tables.

use super::{Change, Match};
use crate::report::{Severity, Style, grid};
use crate::text;

type Cell = (String, Option<Severity>);

/// One line for each change; what is only rehearsed is headed so.
pub fn changes(changes: &[Change], is_rehearsal: bool, style: &Style) -> String {
    let row = |change: &Change| -> Vec<Cell> {
        let alias = change.alias.as_deref().unwrap_or("(the store)");
        let detail = change.detail.as_deref().unwrap_or_default();
        plain([alias, change.action.words(), detail])
    };
    grid(
        &[
            "entry",
            if is_rehearsal { "would be" } else { "change" },
            "detail",
        ],
        changes.iter().map(row),
        style,
    )
}

/// One line for each certificate that was found, with the file that holds it.
pub fn matches<'m>(found: impl IntoIterator<Item = (&'m str, &'m Match)>, style: &Style) -> String {
    let row = |(store, found): (&str, &Match)| -> Vec<Cell> {
        let alias = match found.place {
            0 => found.alias.clone(),
            place => format!("{} (chain, {})", found.alias, place + 1),
        };
        plain([
            store,
            &alias,
            &found.subject,
            &text::date(found.not_after),
            found.fingerprint.get(..16).unwrap_or_default(),
        ])
    };
    let header = ["store", "entry", "subject", "expires", "sha-256"];
    grid(&header, found.into_iter().map(row), style)
}

fn plain<const N: usize>(cells: [&str; N]) -> Vec<Cell> {
    cells.map(|cell| (cell.to_owned(), None)).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::testing::trusted_store;
    use crate::edit::{Action, Criteria, find};

    #[test]
    fn tables() {
        let done = [
            Change::of("a\u{1b}[31m", Action::Renamed).with("b"),
            Change {
                alias: None,
                action: Action::PasswordChanged,
                detail: None,
            },
        ];
        insta::assert_snapshot!(changes(&done, false, &Style::default()), @r"
        entry        change            detail
        a\u{1b}[31m  renamed           b
        (the store)  password changed
        ");
        let store = trusted_store(&["one"]);
        let found = find(
            &store,
            &Criteria {
                subject: Some("trusted".to_owned()),
                ..Criteria::default()
            },
        );
        let table = matches(
            found.iter().map(|one| ("trust.jks", one)),
            &Style::default(),
        );
        assert!(
            table.contains("trust.jks")
                && table.contains("CN=Trusted")
                && table.contains("2026-12-31"),
            "{table}"
        );
    }
}
