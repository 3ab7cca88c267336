//! The cells on which `verify` says that it cannot tell, each with its reason: `judge<TAB>cell<TAB>reason`.

use std::collections::BTreeMap;

/// Whether each line was needed, by judge and cell.
pub(crate) struct Undecided(BTreeMap<(&'static str, &'static str), bool>);

impl Undecided {
    pub(crate) fn load() -> Self {
        let lines = include_str!("undecided.tsv").lines();
        let lines = lines.filter(|line| !line.starts_with('#'));
        let parsed = lines.map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [judge, cell, reason] if !reason.is_empty() => ((judge, cell), false),
            _ => panic!("{line}: not judge, tab, cell, tab, reason"),
        });
        Self(parsed.collect())
    }

    /// Whether this cell may be undecided.
    pub(crate) fn has(&mut self, judge: &str, cell: &str) -> bool {
        let line = self.0.iter_mut().find(|(key, _)| **key == (judge, cell));
        line.map(|(_, used)| *used = true).is_some()
    }

    /// Lines of this judge whose cell is decided after all, or gone.
    pub(crate) fn unused(&self, judge: &str) -> Vec<String> {
        let lines = self
            .0
            .iter()
            .filter(|((of, _), used)| *of == judge && !**used);
        lines
            .map(|((_, cell), _)| format!("{cell}: listed as undecided for {judge}, and is not"))
            .collect()
    }
}
