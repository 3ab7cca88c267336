//! What was found, the worst first, with what it means.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::{prose, shape};
use crate::catalogue;
use crate::html::{escaped, named};
use crate::report::{Finding, Report};

pub(super) fn list(report: &Report) -> String {
    let subjects = report.subjects.iter();
    let mut findings: Vec<&Finding> = subjects.flat_map(|subject| &subject.findings).collect();
    if findings.is_empty() {
        return "<p>Nothing was found that somebody should know.</p>\n".to_owned();
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let mut html = String::new();
    for finding in findings {
        let severity = finding.severity.word();
        let _ = write!(
            html,
            "<div class=\"finding {severity}\">\n<p>{}<b>{severity}</b> <span class=\"id\">{}</span></p>\n<p>{}: {}</p>\n",
            shape(severity),
            escaped(&finding.id),
            named(&finding.subject),
            named(&finding.message)
        );
        if let Some(hint) = &finding.hint {
            let _ = writeln!(html, "<p class=\"hint\">{}</p>", named(hint));
        }
        if let Some(page) = catalogue::find(&finding.id) {
            let texts = [page.meaning, page.consequence];
            let paragraphs = texts.iter().flat_map(|text| text.split("\n\n"));
            let paragraphs: String = paragraphs.map(paragraph).collect();
            let _ = writeln!(
                html,
                "<details><summary>What {} means</summary>{paragraphs}</details>",
                escaped(&finding.id)
            );
        }
        html.push_str("</div>\n");
    }
    html
}

fn paragraph(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("<p>{}</p>", prose(&line))
}
