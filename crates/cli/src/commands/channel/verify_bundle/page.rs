//! The answer for people.

use std::fmt::Write as _;

use trustpack_core::bundle::{HostVerdict, RenewalRecord};
use trustpack_core::report::{Finding, count, escape, page};

use super::Answer;
use crate::bundle::signature::Signature;

pub(super) fn render(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    let word = match (answer.holds, answer.intact) {
        (true, _) => "holds",
        (false, true) if answer.fails_by_warnings => "holds, but not without warnings (--strict)",
        (false, true) => "does not hold",
        (false, false) => "is not as it was packed",
    };
    let _ = writeln!(text, "{} {word}", escape(&answer.bundle));
    if let (Some(version), Some(created)) = (answer.trustpack, &answer.created) {
        let _ = writeln!(
            text,
            "  {} as trustpack {} packed them, {}",
            count(answer.files, "file"),
            escape(version),
            created
        );
        let _ = writeln!(text, "  {}", signature(answer));
    }
    for host in &answer.hosts {
        write_host(&mut text, host);
    }
    let reported = answer.report.iter().flat_map(|report| report.findings());
    for finding in answer.findings.iter().chain(reported) {
        write_finding(&mut text, finding);
    }
    text
}

fn signature(answer: &Answer<'_>) -> String {
    let signer = answer.signer.as_deref().unwrap_or_default();
    match answer.signature {
        Signature::None => "not signed".to_owned(),
        Signature::Unknown => format!(
            "signed by the key with the SHA-256 {signer}; --key tells whether that is the right one"
        ),
        Signature::Good => format!("signed by the right key, SHA-256 {signer}"),
        Signature::Refused => "not signed by the right key".to_owned(),
    }
}

fn write_host(text: &mut String, host: &HostVerdict) {
    let (channel, endpoint) = (escape(&host.channel), escape(&host.endpoint));
    let asked = match host.asked.as_str() {
        "recorded" => "as it was recorded".to_owned(),
        "live" => "as it is now".to_owned(),
        other => format!("by {}", escape(other)),
    };
    let verdict = match (host.accepted, host.until) {
        (false, _) => "refused".to_owned(),
        (true, Some(until)) => format!("accepted until {}", super::rfc3339(until)),
        (true, None) => "accepted".to_owned(),
    };
    let _ = writeln!(text, "  {channel}: {endpoint}, {asked}: {verdict}");
    let outlooks: Vec<String> = host.after_renewal.iter().map(outlook).collect();
    if host.accepted && !outlooks.is_empty() {
        let _ = writeln!(text, "      {}", outlooks.join(" · "));
    }
}

fn outlook(renewal: &RenewalRecord) -> String {
    format!("{}: {}", renewal.event_words(), renewal.outlook)
}

fn write_finding(text: &mut String, finding: &Finding) {
    text.push_str(&page::finding_about(finding));
}
