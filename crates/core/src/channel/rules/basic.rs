//! *Table 2 Basic configuration parameters* and *Table 3 Robot configuration parameters*, the same in both documents.

use super::finding;
use crate::channel::model::Channel;
use crate::channel::worktime;
use crate::report::{Finding, Severity};

pub(super) fn check(channel: &Channel) -> Vec<Finding> {
    let basic = &channel.basic;
    let mut findings = Vec::new();
    let mut report = |id, severity, path, message: String, hint: &str| {
        findings.push(finding(channel, id, severity, path, message, hint));
    };
    let selections = [
        (
            "basic.ou",
            &basic.ou,
            "OU Configuration",
            "an OU created in Configuring OUs",
        ),
        (
            "basic.skill_queue",
            &basic.skill_queue,
            "Skill Queue",
            "a multimedia called route of the tenant space",
        ),
    ];
    for (path, value, label, what) in selections {
        // The documents do not say whether these are compulsory (domain notes 5.2, "R?").
        if value.as_deref().is_none_or(|text| text.trim().is_empty()) {
            let message = format!("{label} is missing");
            report(
                "FIELD-MISSING",
                Severity::Warning,
                path,
                message,
                &format!("name {what}"),
            );
        }
    }
    let keywords = &basic.transfer_keywords;
    let path = "basic.transfer_keywords";
    // "If the intelligent robot is enabled, this parameter must be set."
    if channel.robot.intelligent_robot && keywords.iter().all(|word| word.trim().is_empty()) {
        let message = "the intelligent robot is on and there is no Keyword for Transfer to Agent";
        report(
            "KEYWORD-MISSING",
            Severity::Critical,
            path,
            message.to_owned(),
            "list at least one keyword",
        );
    } else if keywords.iter().any(|word| word.trim().is_empty()) {
        report(
            "KEYWORD-FORM",
            Severity::Critical,
            path,
            "a keyword is empty".to_owned(),
            "remove it",
        );
    }
    for (place, word) in keywords.iter().enumerate() {
        if !word.trim().is_empty() && keywords[..place].contains(word) {
            let message = format!("keyword {} is listed twice", place + 1);
            report(
                "KEYWORD-FORM",
                Severity::Warning,
                path,
                message,
                "remove one",
            );
        }
    }
    let times = [
        ("basic.work_time.workday", &basic.work_time.workday),
        ("basic.work_time.non_workday", &basic.work_time.non_workday),
    ];
    for (path, segments) in times {
        for problem in worktime::problems(segments) {
            let hint = "write up to four segments such as \"09:00-12:30\" that do not overlap; 24:00 only as an end";
            report("WORKTIME", Severity::Critical, path, problem, hint);
        }
    }
    if basic.work_time.workday.is_empty() {
        let message =
            "no working time on workdays: every customer gets the non-working time notification";
        let hint = "add a segment such as \"09:00-18:00\"";
        report(
            "WORKTIME",
            Severity::Warning,
            "basic.work_time.workday",
            message.to_owned(),
            hint,
        );
    }
    findings
}
