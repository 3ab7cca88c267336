//! What does not hold, and why: `path<TAB>fact<TAB>reason`.

use std::collections::BTreeMap;

use crate::facts::{FACTS, Findings};

/// Each exception's reason and whether it was needed, by path and fact.
pub(crate) struct Exceptions(BTreeMap<(&'static str, &'static str), (&'static str, bool)>);

impl Exceptions {
    pub(crate) fn load() -> Self {
        let lines = include_str!("exceptions.tsv").lines();
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parsed = lines.map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [path, fact, reason] = columns[..] else {
                panic!("{line}: not path, tab, fact, tab, reason");
            };
            assert!(FACTS.contains(&fact), "{line}: {fact} is no name of a fact");
            ((path, fact), (reason, false))
        });
        Self(parsed.collect())
    }

    /// What is wrong and no exception.
    pub(crate) fn sift(&mut self, path: &str, findings: Findings) -> Vec<String> {
        let mut left = Vec::new();
        for (fact, why) in findings.wrong {
            let known = self.0.iter_mut().find(|(key, _)| **key == (path, fact));
            match known {
                Some((_, (_, used))) => *used = true,
                None => left.push(format!("{path}: {fact}: {why}")),
            }
        }
        left
    }

    /// Exceptions that hold after all, or whose file is gone.
    pub(crate) fn unused(&self) -> Vec<String> {
        let unused = self.0.iter().filter(|(_, (_, used))| !used);
        unused
            .map(|((path, fact), (reason, _))| {
                format!("{path}: {fact}: holds, but is an exception ({reason})")
            })
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
