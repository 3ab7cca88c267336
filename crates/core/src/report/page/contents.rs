//! A container: a table of its entries, pages where wanted, its own facts, what is odd.

use crate::record::{ContentsRecord, EntryRecord};
use crate::report::{Style, table};
use crate::text::{count, date, escape, left, rfc3339};

use super::{certificate, crl, fact, line, outline, request, tree};

/// How much of a container is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// A page for every certificate in place of the table.
    pub pages: bool,
    /// What the table may look like.
    pub style: Style,
}

/// A container: its entries as a table or as pages, who issued whom, then what stands beside them, the container's own
/// facts and the notes.
pub fn contents(record: &ContentsRecord, form: &Form) -> String {
    let mut page = String::new();
    line(&mut page, 0, &title(record));
    if form.pages {
        for entry in &record.entries {
            entry_pages(&mut page, entry);
        }
    } else if !record.entries.is_empty() {
        page.push_str(&entry_table(&record.entries, &form.style));
        for entry in &record.entries {
            for why in &entry.unreadable {
                let alias = escape(&entry.alias);
                line(
                    &mut page,
                    1,
                    &format!("unreadable: {alias}: {}", escape(why)),
                );
            }
        }
    }
    tree::chains(&mut page, 1, &record.entries);
    for one in &record.certificate_requests {
        request::sheet(&mut page, 1, one);
    }
    for one in &record.revocation_lists {
        crl::sheet(&mut page, 1, one);
    }
    for key in &record.subject_public_keys {
        line(
            &mut page,
            1,
            &format!("public key: {}", escape(&key.public_key)),
        );
        fact(&mut page, 2, "spki sha256", &key.spki_sha256);
    }
    for why in &record.unreadable {
        line(&mut page, 1, &format!("unreadable: {}", escape(why)));
    }
    own_facts(&mut page, record);
    for note in &record.notes {
        line(&mut page, 1, &format!("note: {}", escape(note)));
    }
    page
}

fn title(record: &ContentsRecord) -> String {
    let entries = match record.entries.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let others = [
        (record.requests, "certificate request"),
        (record.crls, "revocation list"),
        (record.public_keys, "public key"),
    ];
    let mut parts = vec![record.format.to_owned()];
    let others: Vec<String> = others
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if !record.entries.is_empty() || others.is_empty() {
        parts.push(entries);
    }
    parts.extend(others);
    match record.integrity {
        "verified" => parts.push("integrity verified".to_owned()),
        "not-verified" => parts.push("integrity not verified (no password)".to_owned()),
        _ => {}
    }
    format!("{}: {}", escape(&record.name), parts.join(", "))
}

fn own_facts(page: &mut String, record: &ContentsRecord) {
    if let Some(version) = record.version {
        line(page, 1, &format!("layout version: {version}"));
    }
    if let Some(protection) = &record.integrity_protection {
        line(page, 1, &format!("integrity by: {}", escape(protection)));
    }
    if !record.encryption.is_empty() {
        let schemes = record.encryption.join("; ");
        line(page, 1, &format!("encrypted by: {}", escape(&schemes)));
    }
    if let Some(profile) = record.profile {
        line(page, 1, &format!("profile: {profile}"));
    }
}

/// Columns that would be empty are left out.
fn entry_table(entries: &[EntryRecord], style: &Style) -> String {
    let is_sealed = entries.iter().any(|entry| entry.protection.is_some());
    let mut header = vec!["alias", "kind", "name", "expires on", "left", "key"];
    if is_sealed {
        header.push("protection");
    }
    let rows = entries.iter().map(|entry| {
        let own = entry.certificates.first();
        let name = own.and_then(|own| own.details.as_ref());
        let mut cells = vec![
            entry.alias.clone(),
            entry.kind.to_owned(),
            name.map(|details| details.display_name.clone())
                .unwrap_or_default(),
            own.map(|own| date(own.not_after)).unwrap_or_default(),
            own.map(|own| left(own.remaining_seconds))
                .unwrap_or_default(),
            own.map(|own| own.public_key.clone())
                .or_else(|| entry.private_key.clone())
                .unwrap_or_default(),
        ];
        if is_sealed {
            cells.push(protection_in_words(entry));
        }
        cells.into_iter().map(|cell| (cell, None)).collect()
    });
    table::grid(&header, rows, style)
}

fn protection_in_words(entry: &EntryRecord) -> String {
    match entry.protection.as_deref() {
        Some("none") => "not encrypted".to_owned(),
        Some(protection) => protection.to_owned(),
        None => String::new(),
    }
}

fn entry_pages(page: &mut String, entry: &EntryRecord) {
    let protection = match protection_in_words(entry) {
        words if words.is_empty() => words,
        words => format!(" ({})", escape(&words)),
    };
    let title = format!("{}: {}{protection}", escape(&entry.alias), entry.kind);
    line(page, 1, &title);
    if let Some(created) = entry.created {
        fact(page, 2, "created", &rfc3339(created));
    }
    if let Some(key) = &entry.private_key {
        fact(page, 2, "private key", &escape(key));
    }
    for attribute in &entry.attributes {
        outline::attribute(page, 2, attribute);
    }
    let number = entry.certificates.len();
    for (place, one) in entry.certificates.iter().enumerate() {
        if number > 1 {
            line(page, 2, &format!("certificate {} of {number}", place + 1));
        }
        certificate::sheet(page, if number > 1 { 3 } else { 2 }, one);
    }
    for why in &entry.unreadable {
        line(page, 2, &format!("unreadable: {}", escape(why)));
    }
}
