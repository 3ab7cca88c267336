//! A plan as text: one line per incoming entry, then what needs more words, then counts.

use serde::Serialize;

use super::{Action, ItemKind, Outcome, Plan, PlanSummary, Resolution};
use crate::report::{Finding, Severity, Style, finding_lines, grid, json_text};
use crate::text;

pub(super) fn json(plan: &Plan) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        actions: &'a [Action],
        summary: PlanSummary,
    }
    json_text(&Document {
        actions: plan.actions(),
        summary: plan.summary(),
    })
}

pub(super) fn table(plan: &Plan, style: &Style) -> String {
    let mut out = String::new();
    if !plan.actions().is_empty() {
        let header = ["entry", "from", "outcome", "remarks"];
        out.push_str(&grid(&header, plan.actions().iter().map(row), style));
    }
    for action in plan.actions() {
        for finding in action.findings.iter().filter(|one| remark(one).is_none()) {
            out.push_str(&finding_lines(finding, "", style));
        }
    }
    if !plan.actions().is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(&plan.summary()));
    out.push('\n');
    out
}

fn row(action: &Action) -> Vec<(String, Option<Severity>)> {
    let remarks: Vec<_> = action.findings.iter().filter_map(remark).collect();
    let worst = action.findings.iter().filter(|one| remark(one).is_some());
    let (outcome, severity) = outcome(action);
    vec![
        (action.display_name.clone(), None),
        (action.source.clone(), None),
        (outcome, severity),
        (remarks.join(", "), worst.map(|one| one.severity).max()),
    ]
}

fn outcome(action: &Action) -> (String, Option<Severity>) {
    // who adds a key to a store that others read wants to know
    let add = match action.kind {
        ItemKind::Certificate => "add",
        ItemKind::PrivateKey => "add key",
        ItemKind::SecretKey => "add secret key",
    };
    match &action.outcome {
        Outcome::Add { alias } => (format!("{add} as {alias}"), None),
        Outcome::AlreadyThere { alias } => (format!("already there as {alias}"), None),
        Outcome::DuplicateInput { of, alias } => (format!("same as {alias} from {of}"), None),
        Outcome::LeftOut => ("left out".to_owned(), Some(Severity::Warning)),
        Outcome::Conflict { alias, resolution } => {
            let (what, severity) = match resolution {
                Resolution::Kept => ("left out".to_owned(), Severity::Warning),
                Resolution::Refused => ("refused".to_owned(), Severity::Critical),
                Resolution::Renamed { to } => (format!("{add} as {to}"), Severity::Note),
                Resolution::Replaced => ("replace".to_owned(), Severity::Warning),
            };
            (format!("conflict over {alias}: {what}"), Some(severity))
        }
    }
}

/// The short word of a finding that needs no line of its own.
fn remark(finding: &Finding) -> Option<&'static str> {
    match &*finding.id {
        "CERT-EXPIRED" => Some("expired"),
        "CERT-NOT-CA" => Some("not a CA"),
        "CERT-NOT-YET-VALID" => Some("not yet valid"),
        _ => None,
    }
}

fn summary(counts: &PlanSummary) -> String {
    let mut line = format!(
        "{} read: {} added, {} already there, {}, {}",
        counts.incoming,
        counts.added,
        counts.already_there,
        text::count(counts.duplicates, "duplicate"),
        text::count(counts.conflicts, "conflict"),
    );
    let parts = [
        (counts.kept, "left out"),
        (counts.refused, "refused"),
        (counts.renamed, "renamed"),
        (counts.replaced, "replaced"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if !parts.is_empty() {
        line.push_str(&format!(" ({})", parts.join(", ")));
    }
    if counts.left_out > 0 {
        line.push_str(&format!(", {} left out", counts.left_out));
    }
    line
}
