//! A diff for people: a table of the differences, the counts, the servers.

use super::{DiffKind, DiffRecord, Difference, ItemRecord, Role, TrustChange, TrustRecord};
use crate::report::{Severity, Style, grid};
use crate::text::{date, escape};

type Cell = (String, Option<Severity>);

/// The text of a diff. Names in it were chosen by strangers, and cannot steer the terminal.
pub fn page(record: &DiffRecord, style: &Style) -> String {
    let mut page = String::new();
    if record.differences.is_empty() {
        page.push_str("no difference\n");
    } else {
        let names = format!("{} -> {}", record.before, record.after);
        page.push_str(&escape(&names));
        page.push('\n');
        let header = [
            "change",
            "entry",
            "certificate",
            "expires on",
            "sha-256",
            "detail",
        ];
        page.push_str(&grid(&header, record.differences.iter().map(row), style));
        let counts = &record.counts;
        page.push_str(&format!(
            "{} added, {} removed, {} renewed, {} moved, {} changed, {} unchanged\n",
            counts.added,
            counts.removed,
            counts.renewed,
            counts.moved,
            counts.changed,
            counts.unchanged
        ));
    }
    for trust in &record.trust {
        page.push_str(&escape(&server(trust)));
        page.push('\n');
    }
    page
}

fn row(difference: &Difference) -> Vec<Cell> {
    let (word, severity) = match difference.kind {
        DiffKind::Added => ("added", Severity::Note),
        DiffKind::Removed => ("removed", Severity::Warning),
        DiffKind::Renewed => ("renewed", Severity::Note),
        DiffKind::Moved => ("moved", Severity::Note),
        DiffKind::Changed => ("changed", Severity::Warning),
    };
    let both = |fact: fn(&ItemRecord) -> String| became(difference, fact);
    let mut cells = vec![(word.to_owned(), Some(severity))];
    let texts = [both(entry), both(subject), both(expires), both(digest)];
    cells.extend(texts.map(|text| (text, None)));
    cells.push((difference.detail.join(", "), None));
    cells
}

/// One fact of both, once where it is the same.
fn became(difference: &Difference, fact: fn(&ItemRecord) -> String) -> String {
    let before = difference.before.as_ref().map(fact);
    let after = difference.after.as_ref().map(fact);
    match (before, after) {
        (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => String::new(),
    }
}

fn entry(item: &ItemRecord) -> String {
    let role = match item.role {
        Role::PrivateKey => Some("key"),
        Role::Chain => Some("chain"),
        Role::SecretKey => Some("secret key"),
        Role::TrustedCertificate | Role::Certificate | Role::Presented => None,
    };
    let names = [item.place.as_deref(), item.alias.as_deref()];
    let mut name = names.into_iter().flatten().collect::<Vec<_>>().join(": ");
    if let Some(role) = role {
        let space = if name.is_empty() { "" } else { " " };
        name.push_str(&format!("{space}({role})"));
    }
    match name.is_empty() {
        true => "-".to_owned(),
        false => name,
    }
}

fn subject(item: &ItemRecord) -> String {
    match (&item.certificate, &item.fingerprint, item.role) {
        (Some(certificate), _, _) => certificate.subject.clone(),
        (None, Some(_), Role::Presented) => "(locked)".to_owned(),
        (None, Some(_), _) => "(unreadable)".to_owned(),
        (None, None, _) => "(no certificate)".to_owned(),
    }
}

fn expires(item: &ItemRecord) -> String {
    item.not_after.map_or_else(|| "-".to_owned(), date)
}

fn digest(item: &ItemRecord) -> String {
    let start = item.fingerprint.as_ref().and_then(|hex| hex.get(..16));
    start.unwrap_or("-").to_owned()
}

fn server(trust: &TrustRecord) -> String {
    let name = &trust.server_name;
    let name = match trust.subject.starts_with(name.as_str()) {
        true => trust.subject.clone(),
        false => format!("{name} ({})", trust.subject),
    };
    let why = |refusal: &Option<String>| match refusal {
        Some(refusal) => format!(": {refusal}"),
        None => String::new(),
    };
    let (before, after) = (&trust.refusal_before, &trust.refusal_after);
    match trust.change {
        TrustChange::TrustLost => format!("trust lost for {name}{}", why(after)),
        TrustChange::TrustGained => format!("trust gained for {name}; before{}", why(before)),
        TrustChange::StillTrusted => format!("{name} is trusted by both"),
        TrustChange::StillRefused => format!("{name} is refused by both; after{}", why(after)),
        TrustChange::Undecided => {
            let either = if after.is_some() { after } else { before };
            format!("{name} cannot be judged{}", why(either))
        }
    }
}
