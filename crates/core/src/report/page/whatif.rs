//! What-if answers as text, below a verdict.

use crate::text::{date, escape, rfc3339};
use crate::whatif::{ChangeRecord, ScenarioRecord, UntilRecord, WhatIfRecord};

use super::line;

/// What was asked beside a verdict; empty when nothing was.
pub fn what_if(record: &WhatIfRecord) -> String {
    let mut page = String::new();
    if let Some(until) = &record.until {
        until_lines(&mut page, until);
    }
    for scenario in record.after_renewal.iter().flatten() {
        scenario_lines(&mut page, scenario);
    }
    page
}

fn until_lines(page: &mut String, until: &UntilRecord) {
    let moment = until.at.map(rfc3339).unwrap_or_default();
    let Some(change) = &until.change else {
        let text = match until.at {
            Some(_) => {
                format!("until: at least {moment}; there are too many dates to look any further")
            }
            None => "until: no date changes this answer".to_owned(),
        };
        return line(page, 1, &text);
    };
    let then = format!("until: {moment}, from then on {}", change.answer);
    line(page, 1, &then);
    line(page, 3, &format!("because {}", escape(&causes(change))));
    if let Some(refusal) = &change.refusal {
        line(page, 3, &format!("reason: {}", escape(&refusal.message)));
    }
}

/// `CN=a expires, CN=b starts`.
fn causes(change: &ChangeRecord) -> String {
    let causes = change.certificates.iter();
    let causes: Vec<String> = causes
        .map(|one| format!("{} {}", one.subject, one.what))
        .collect();
    causes.join(", ")
}

fn scenario_lines(page: &mut String, scenario: &ScenarioRecord) {
    let event = match scenario.event {
        "new-certificate" => "after a new certificate of the same CA",
        "other-intermediate" => "after another intermediate of the same root",
        "new-root" => "after the root is replaced",
        other => other,
    };
    let reason = escape(&scenario.reason);
    line(page, 1, &format!("{event}: {}: {reason}", scenario.outlook));
    if let Some(hint) = &scenario.hint {
        line(page, 3, &format!("hint: {}", escape(hint)));
    }
}

/// The day on which an answer changes, and the first of those whose date it is.
pub(super) fn turning(until: &UntilRecord) -> String {
    let (at, change) = match (until.at, &until.change) {
        (Some(at), Some(change)) => (at, change),
        (Some(at), None) => return format!("{} or later", date(at)),
        (None, _) => return "no end".to_owned(),
    };
    let Some((first, more)) = change.certificates.split_first() else {
        return date(at);
    };
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}, {} {}{more}", date(at), first.subject, first.what)
}
