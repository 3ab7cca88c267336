//! JSON for programs. The shape is documented at [`Report`].

use std::io::{self, Write};

use serde::Serialize;
use time::OffsetDateTime;

use super::{Gone, ReportWriter, Shard, Since, SubjectReport, Summary};
use crate::text;

/// One indented document, written as it comes.
pub(super) struct Pretty<'a> {
    at: OffsetDateTime,
    started: bool,
    /// Whether the subjects are over and what is gone has begun.
    is_gone: bool,
    out: Box<dyn Write + 'a>,
}

impl<'a> Pretty<'a> {
    pub(super) fn new(at: OffsetDateTime, out: Box<dyn Write + 'a>) -> Self {
        Self {
            at,
            started: false,
            is_gone: false,
            out,
        }
    }

    /// The end of the list that is open.
    fn close(&mut self) -> io::Result<()> {
        match self.started {
            true => self.out.write_all(b"\n  ]"),
            false => {
                self.separate()?;
                self.out.write_all(b"]")
            }
        }
    }

    /// What stands before the next subject, or before the end.
    fn separate(&mut self) -> io::Result<()> {
        let before = match self.started {
            true => ",".to_owned(),
            false => format!(
                "{{\n  \"at\": \"{}\",\n  \"subjects\": [",
                text::rfc3339(self.at)
            ),
        };
        self.started = true;
        self.out.write_all(before.as_bytes())
    }
}

impl ReportWriter for Pretty<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.separate()?;
        write!(self.out, "\n{}", indented(subject, "    "))
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        if self.is_gone {
            self.out.write_all(b",")?;
        } else {
            self.close()?;
            self.out.write_all(b",\n  \"gone\": [")?;
            self.is_gone = true;
        }
        write!(self.out, "\n{}", indented(gone, "    "))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.close()?;
        let mut field =
            |name: &str, value: String| write!(self.out, ",\n  \"{name}\": {}", value.trim_start());
        field("summary", indented(summary, "  "))?;
        if let Some(since) = &summary.since {
            field("since", indented(since, "  "))?;
        }
        if let Some(shard) = &summary.shard {
            field("shard", indented(shard, "  "))?;
        }
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}

/// A document a line.
pub(super) struct Lines<'a> {
    at: OffsetDateTime,
    out: Box<dyn Write + 'a>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(at: OffsetDateTime, out: Box<dyn Write + 'a>) -> Self {
        Self { at, out }
    }
}

impl ReportWriter for Lines<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.out.write_all(line(subject).as_bytes())?;
        // whoever reads along must not wait for the next one
        self.out.flush()
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        self.out.write_all(line(&GoneLine { gone }).as_bytes())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let last = Last {
            at: self.at,
            summary,
            since: summary.since.as_ref(),
            shard: summary.shard,
        };
        self.out.write_all(line(&last).as_bytes())?;
        self.out.flush()
    }
}

/// The last line: without it, a report is cut short.
#[derive(Serialize)]
struct Last<'a> {
    #[serde(serialize_with = "text::serialize_time")]
    at: OffsetDateTime,
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a Since>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Shard>,
}

/// Tells it from a subject.
#[derive(Serialize)]
struct GoneLine<'a> {
    gone: &'a Gone,
}

/// Indented JSON whose lines all begin with `margin`, without a line end.
fn indented(document: &impl Serialize, margin: &str) -> String {
    let text = pretty(document);
    let lines: Vec<String> = text.lines().map(|line| format!("{margin}{line}")).collect();
    lines.join("\n")
}

/// Indented JSON that is safe to show, with a line end: JSON itself lets C1 and bidirectional controls stand raw inside
/// strings, where a terminal would obey them.
pub fn pretty(document: &impl Serialize) -> String {
    written(serde_json::to_string_pretty(document))
}

/// As [`pretty`], in one line: a record of JSON lines.
pub fn line(document: &impl Serialize) -> String {
    written(serde_json::to_string(document))
}

fn written(json: serde_json::Result<String>) -> String {
    // Our documents are structs of strings and numbers, which serde_json always can write.
    let mut json = json.unwrap_or_else(|error| format!("{{\"error\": {:?}}}", error.to_string()));
    json.push('\n');
    escape(json)
}

/// Unsafe characters stand only inside strings, where `\uXXXX` means the same (RFC 8259 section 7).
fn escape(json: String) -> String {
    // All of it is safe nearly always.
    if json
        .bytes()
        .all(|byte| byte == b'\n' || matches!(byte, b' '..=b'~'))
    {
        return json;
    }
    let mut safe = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if character == '\n' || !text::is_unsafe(character) {
            safe.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            safe.push_str(&format!("\\u{unit:04x}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests;
