//! SARIF 2.1.0 (OASIS), as code scanning reads it: a result per finding, written as it comes; the rules follow.
//!
//! The structs are our own: of the format's hundreds of optional fields a report fills twenty, and a result must be written
//! before the next one is known, which the crates that model a whole log do not do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Change, Finding, Origin, ReportWriter, Severity, SubjectReport, Summary, json};
use crate::catalogue;
use crate::cert::asn1::hex;
use crate::text::escape;

/// Writes results as findings come.
pub(super) struct Sarif<'a> {
    started: bool,
    /// The identifiers that occurred, each with the first advice.
    rules: BTreeMap<String, Option<String>>,
    results: usize,
    out: Box<dyn Write + 'a>,
}

impl<'a> Sarif<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self {
            started: false,
            rules: BTreeMap::new(),
            results: 0,
            out,
        }
    }

    fn start(&mut self) -> io::Result<()> {
        if self.started {
            return Ok(());
        }
        self.started = true;
        // what follows is the rest of one run
        self.out.write_all(
            b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\
              \"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"results\":[",
        )
    }
}

impl ReportWriter for Sarif<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.start()?;
        for finding in &subject.findings {
            let between: &[u8] = match self.results {
                0 => b"\n",
                _ => b",\n",
            };
            self.out.write_all(between)?;
            let result = json::line(&SarifResult::new(finding, subject));
            self.out.write_all(result.trim_end().as_bytes())?;
            self.results += 1;
            if !self.rules.contains_key(&*finding.id) {
                let hint = finding.hint.as_deref().map(escape);
                self.rules.insert(finding.id.to_string(), hint);
            }
        }
        Ok(())
    }

    fn end(&mut self, _summary: &Summary) -> io::Result<()> {
        self.start()?;
        let rules = self.rules.iter();
        let rules = rules.map(|(id, hint)| Rule::new(id, hint.as_deref()));
        let tool = Tool {
            driver: Driver {
                name: "trustpack",
                version: env!("CARGO_PKG_VERSION"),
                rules: rules.collect(),
            },
        };
        let tool = json::line(&tool);
        writeln!(self.out, "\n],\"tool\":{}}}]}}", tool.trim_end())?;
        self.out.flush()
    }
}

/// `result` (section 3.27).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

/// `message` (3.11), also `multiformatMessageString` (3.12).
#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text,
            markdown: None,
        }
    }
}

/// `location` (3.28): of a file its path, of anything else its name.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    logical_locations: [LogicalLocation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

/// `suppression` (3.35): a silence of the policy is not in the file that it is about.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule<'a>>,
}

/// `reportingDescriptor` (3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text>,
}

impl<'a> Rule<'a> {
    /// From the catalogue. Of a report by another version, whose finding is not in it, what was said first counts.
    fn new(id: &'a str, hint: Option<&str>) -> Self {
        let Some(page) = catalogue::find(id) else {
            return Self {
                id,
                short_description: id.to_lowercase().replace('-', " ").into(),
                full_description: None,
                help: hint.map(|hint| hint.to_owned().into()),
            };
        };
        Self {
            id,
            short_description: page.title.to_owned().into(),
            full_description: Some(format!("{}\n\n{}", page.meaning, page.consequence).into()),
            help: Some(Text {
                text: catalogue::advice(page, HELP_WIDTH),
                markdown: Some(catalogue::markdown_advice(page)),
            }),
        }
    }
}

/// What shows plain text has a narrow pane for it.
const HELP_WIDTH: usize = 100;

impl<'a> SarifResult<'a> {
    fn new(finding: &'a Finding, subject: &SubjectReport) -> Self {
        let mut message = format!("{}: {}", escape(&finding.subject), escape(&finding.message));
        if let Some(hint) = &finding.hint {
            message.push_str(&format!(" ({})", escape(hint)));
        }
        let physical_location = match &subject.origin {
            Origin::File { path } if !path.is_empty() => Some(PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(path) },
            }),
            Origin::File { .. } | Origin::Endpoint | Origin::Kubernetes { .. } | Origin::Other => {
                None
            }
        };
        let silenced = finding.silenced.iter();
        Self {
            rule_id: &finding.id,
            level: match finding.severity {
                Severity::Critical => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            },
            message: message.into(),
            locations: [Location {
                physical_location,
                logical_locations: [LogicalLocation {
                    fully_qualified_name: escape(&finding.subject),
                    kind: "resource",
                }],
            }],
            partial_fingerprints: BTreeMap::from([("finding/v1", identity(finding))]),
            suppressions: silenced
                .map(|why| Suppression {
                    kind: "external",
                    justification: escape(why),
                })
                .collect(),
            baseline_state: finding.change.map(baseline_state),
        }
    }
}

/// `baselineState` (3.27.24).
fn baseline_state(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Unchanged => "unchanged",
        Change::Better | Change::Changed | Change::Renewed | Change::Worse => "updated",
    }
}

/// The same for what is the same finding in a later run: what, and about which part of what. Neither dates nor words.
fn identity(finding: &Finding) -> String {
    let mut digest = Sha256::new();
    for part in [&*finding.id, &finding.subject] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    hex(&digest.finalize())
}

/// A path as reference (RFC 3986 section 4.2), so that a colon in it begins no scheme; an absolute one as `file:` URI
/// (RFC 8089).
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests;
