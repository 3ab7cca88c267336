//! What a store covers: a table of servers, a table of the entries that nothing uses, and the counts.

use crate::coverage::{CoverageRecord, CoveredRecord, EntryUseRecord};
use crate::report::{Severity, Style, grid};
use crate::text::{count, date, escape};

use super::whatif::turning;
use super::{finding_about, line};

/// What a store covers, for people.
pub fn coverage(record: &CoverageRecord, style: &Style) -> String {
    let mut page = String::new();
    line(&mut page, 0, &escape(&record.trust));
    if !record.targets.is_empty() {
        let header = ["server", "answer", "until", "through, or why not"];
        page.push_str(&grid(&header, record.targets.iter().map(target), style));
    }
    for target in &record.targets {
        let known = target.revocation.iter();
        known
            .flat_map(|known| &known.findings)
            .for_each(|found| page.push_str(&finding_about(found)));
    }
    let unused = record.entries.iter().filter(|one| one.used_as.is_none());
    let unused: Vec<&EntryUseRecord> = unused.collect();
    if !unused.is_empty() {
        line(&mut page, 0, "");
        line(&mut page, 0, "entries that none of these servers uses");
        let header = ["entry", "expires on", "subject"];
        let is_one_store = record.entries.iter().all(|one| one.store == record.trust);
        let rows = unused.into_iter().map(|one| entry(one, is_one_store));
        page.push_str(&grid(&header, rows, style));
    }
    line(&mut page, 0, "");
    line(&mut page, 0, &summary(record));
    if record.summary.failed > 0 && record.summary.unused > 0 {
        let text = "what could not be asked may use some of these entries; keep them until it was";
        line(&mut page, 0, &format!("note: {text}"));
    }
    page
}

type Row = Vec<(String, Option<Severity>)>;

fn target(target: &CoveredRecord) -> Row {
    let severity = match target.answer {
        "accepted" => None,
        "refused" => Some(Severity::Critical),
        _ => Some(Severity::Warning),
    };
    let doubt = match target.answer {
        "failed" => "",
        _ if target.proven => "",
        _ => ", key not proven",
    };
    // a refusal that no date changes has no end to tell
    let until = target.until.as_ref();
    let until = until.filter(|until| until.at.is_some() || target.answer == "accepted");
    let until = until.map(turning).unwrap_or_default();
    let why = match (&target.anchor, &target.error) {
        (Some(anchor), _) => anchor.subject.clone(),
        (None, Some(error)) => error.message.clone(),
        (None, None) => String::new(),
    };
    vec![
        (target.target.clone(), None),
        (format!("{}{doubt}", target.answer), severity),
        (until, None),
        (why, None),
    ]
}

fn entry(entry: &EntryUseRecord, is_one_store: bool) -> Row {
    let name = match &entry.alias {
        Some(alias) if is_one_store => alias.clone(),
        Some(alias) => format!("{}: {alias}", entry.store),
        None => entry.store.clone(),
    };
    vec![
        (name, None),
        (date(entry.not_after), None),
        (entry.subject.clone(), None),
    ]
}

fn summary(record: &CoverageRecord) -> String {
    let counts = &record.summary;
    let mut parts = vec![
        format!("{} accepted", counts.accepted),
        format!("{} refused", counts.refused),
    ];
    if counts.undecided > 0 {
        parts.push(format!("{} undecided", counts.undecided));
    }
    parts.push(format!("{} failed", counts.failed));
    let entries = match counts.entries {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    format!(
        "{}: {}; {entries}, {} unused",
        count(counts.targets, "server"),
        parts.join(", "),
        counts.unused
    )
}
