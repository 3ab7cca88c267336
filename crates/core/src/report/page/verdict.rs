//! A verdict as text: the answer, the verified path as a tree or the reason, and what was presented.

use crate::record::{CertificateRecord, PresentedRecord, RefusalRecord, VerifyRecord};
use crate::text::{date, escape, left};

use super::revocation::revocation;
use super::{findings, line};

/// A verdict in one line, after when it is to hold: the answer, and the reason of a refusal.
pub fn verdict_line(when: &str, record: &VerifyRecord) -> String {
    let why = match &record.refusal {
        Some(refusal) => format!(": {}", escape(&refusal.message)),
        None => String::new(),
    };
    let (_, verb) = answer(record);
    format!("{when}: {}{why}", judged(record, verb))
}

/// A verdict: the answer first, then the path or the reason, then what was found.
pub fn verdict(record: &VerifyRecord) -> String {
    let mut page = String::new();
    let (adjective, verb) = answer(record);
    let answer = format!("{adjective}: {}", judged(record, verb));
    line(&mut page, 0, &answer);
    if let Some(refusal) = &record.refusal {
        reason(&mut page, refusal, record.client);
    }
    path(&mut page, record);
    if record.refusal.is_some() || !is_as_verified(record) {
        presented(&mut page, record);
    }
    findings(&mut page, &record.findings);
    if let Some(known) = &record.revocation {
        revocation(&mut page, known, record.client);
    }
    page
}

/// The answer as an adjective, and as a verb.
fn answer(record: &VerifyRecord) -> (&'static str, &'static str) {
    match (record.accepted, record.undecided) {
        (true, _) => ("accepted", "accepts"),
        (false, true) => ("undecided", "cannot be judged on"),
        (false, false) => ("refused", "refuses"),
    }
}

fn judged(record: &VerifyRecord, verb: &str) -> String {
    let checks_revocation = record.revocation.as_ref().is_some_and(|one| one.refused);
    let client = match record.client {
        "java" if checks_revocation => "a Java client",
        "java21" if checks_revocation => "a Java 21 client",
        "java" => "a default Java client",
        "java21" => "a default Java 21 client",
        "openssl" => "an OpenSSL 3 client",
        "openssl-partial-chain" => "an OpenSSL 3 client with -partial_chain",
        "browser" => "a browser",
        other => other,
    };
    let which = match checks_revocation {
        true => " that checks revocation",
        false => "",
    };
    // of a file it is not the file that has the name
    let name = &record.server_name;
    let named = match record.subject.contains(name.as_str()) {
        true => String::new(),
        false => format!(" as {}", escape(name)),
    };
    format!(
        "{client}{which} with {} {verb} {}{named}",
        escape(&record.trust),
        escape(&record.subject)
    )
}

fn reason(page: &mut String, refusal: &RefusalRecord, client: &str) {
    let client = match client {
        "java" | "java21" => "Java",
        "openssl" | "openssl-partial-chain" => "OpenSSL",
        other => other,
    };
    line(page, 1, &format!("reason: {}", escape(&refusal.message)));
    if let Some(words) = &refusal.client_says {
        line(page, 1, &format!("{client} says: {}", escape(words)));
    }
    if let Some(hint) = &refusal.hint {
        line(page, 1, &format!("hint: {}", escape(hint)));
    }
}

/// The verified path, each certificate below the one that vouches for it.
fn path(page: &mut String, record: &VerifyRecord) {
    let last = record.path.len().saturating_sub(1);
    for (depth, (place, certificate)) in record.path.iter().enumerate().rev().enumerate() {
        let role = match place {
            _ if place == last => "in the store, ",
            _ => "",
        };
        let indent = "   ".repeat(depth.saturating_sub(1));
        let branch = if depth == 0 { "" } else { "└─ " };
        let below = if depth == 0 { "" } else { "   " };
        let [name, sum] = lines_of(certificate);
        line(
            page,
            1,
            &format!(
                "{indent}{branch}{name}, {role}{}",
                presented_as(record, certificate)
            ),
        );
        line(page, 1, &format!("{indent}{below}  {sum}"));
    }
}

fn lines_of(certificate: &CertificateRecord) -> [String; 2] {
    let name = format!(
        "{}  until {} ({}), {}",
        escape(&certificate.subject),
        date(certificate.not_after),
        left(certificate.remaining_seconds),
        escape(&certificate.public_key)
    );
    [name, format!("sha256 {}", certificate.fingerprint)]
}

fn presented_as(record: &VerifyRecord, certificate: &CertificateRecord) -> String {
    let mut presented = record.presented.iter();
    let found = presented.find(|one| one.fingerprint == certificate.fingerprint);
    match found {
        Some(one) => format!("presented as {}", one.place),
        None => "not presented".to_owned(),
    }
}

/// Whether the path says it all: everything that was presented is in it, in its order.
fn is_as_verified(record: &VerifyRecord) -> bool {
    let path = record.path.iter().map(|one| &one.fingerprint);
    let mut pairs = record
        .presented
        .iter()
        .map(|one| &one.fingerprint)
        .zip(path);
    record.presented.len() <= record.path.len()
        && pairs.all(|(presented, verified)| presented == verified)
}

fn presented(page: &mut String, record: &VerifyRecord) {
    if record.presented.is_empty() {
        return;
    }
    line(page, 1, "presented");
    for one in &record.presented {
        line(page, 2, &format!("{} {}", one.place, presented_line(one)));
    }
}

fn presented_line(one: &PresentedRecord) -> String {
    let (Some(subject), Some(not_after)) = (&one.subject, one.not_after) else {
        return format!("cannot be read, sha256 {}", one.fingerprint);
    };
    let role = match one.role {
        "refused" => "  <- fails here",
        "unused" => "",
        other => &format!("  ({other})"),
    };
    format!("{}  until {}{role}", escape(subject), date(not_after))
}
