//! What came of packing, on stdout.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::bundle::{Bundle, BundleFile, ChannelRecord, HostRecord, Packed};
use trustpack_core::report::{Finding, Report, escape, page};

use crate::args::ChannelPack;
use crate::hint::Hinted;
use crate::output;
use crate::render::{Talk, print, print_json};

/// What came of every channel.
#[derive(Default)]
pub(super) struct Came {
    pub packed: Vec<Packed>,
    pub refused: Vec<Refused>,
    pub failed: Vec<Failed>,
}

/// A channel that cannot be packed.
#[derive(Serialize)]
pub(super) struct Refused {
    pub channel: String,
    pub findings: Vec<Finding>,
}

/// A channel of which a server presented nothing.
#[derive(Serialize)]
pub(super) struct Failed {
    pub channel: String,
    /// Of every such server.
    pub message: String,
    pub hint: String,
}

impl Failed {
    pub(super) fn tell(&self, talk: &Talk) {
        let error = Hinted::new(&self.message, &self.hint).into();
        talk.failure(&self.channel, &error);
    }
}

#[derive(Serialize)]
struct Outline<'a> {
    /// Where the bundle was written; nothing when it was not.
    written: Option<String>,
    /// All of the bundle.
    files: Vec<File<'a>>,
    packed: Vec<Told<'a>>,
    refused: &'a [Refused],
    failed: &'a [Failed],
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    size: usize,
    purpose: &'static str,
    private: bool,
}

impl<'a> From<&'a BundleFile> for File<'a> {
    fn from(file: &'a BundleFile) -> Self {
        Self {
            path: &file.path,
            size: file.bytes.len(),
            purpose: file.purpose,
            private: file.private,
        }
    }
}

/// The same as `report.json`.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    record: &'a ChannelRecord,
    report: &'a Report,
}

impl Came {
    /// `bundle` is what was written, or would be; without one, something stands in its way.
    pub(super) fn show(
        &self,
        arguments: &ChannelPack,
        bundle: Option<&Bundle>,
        talk: &Talk,
    ) -> Result<()> {
        let files = bundle.map(Bundle::files).unwrap_or_default();
        if arguments.json.json {
            let told = self.packed.iter().map(|packed| Told {
                record: &packed.record,
                report: &packed.report,
            });
            let written = arguments.output.as_ref().filter(|_| bundle.is_some());
            return print_json(&Outline {
                written: written.map(|path| path.display().to_string()),
                files: files.iter().map(File::from).collect(),
                packed: told.collect(),
                refused: &self.refused,
                failed: &self.failed,
            });
        }
        let text = self.text(arguments, files);
        let is_taken = arguments.output.as_deref().is_some_and(output::is_stdout);
        match text.trim_end() {
            "" => {}
            // the bundle itself is on stdout
            text if is_taken && bundle.is_some() => talk.say_page(text),
            text => print(text)?,
        }
        Ok(())
    }

    fn text(&self, arguments: &ChannelPack, files: &[BundleFile]) -> String {
        let mut text = String::new();
        for file in files {
            let (path, size) = (escape(&file.path), file.bytes.len());
            let _ = writeln!(text, "{path}  {size} bytes, {}", file.purpose);
        }
        for one in &self.packed {
            if arguments.explain {
                text += &explained(&one.record);
            }
            text.extend(
                one.findings
                    .iter()
                    .map(|finding| of_channel(&one.record.name, finding)),
            );
        }
        for one in &self.refused {
            let _ = writeln!(text, "{}: cannot be packed", one.channel);
            text.extend(one.findings.iter().map(page::finding_about));
        }
        text
    }
}

/// A finding, under the name of its channel where it is about something else: a host, a file.
fn of_channel(name: &str, finding: &Finding) -> String {
    let about = finding.subject.strip_prefix(name);
    if about.is_some_and(|rest| rest.is_empty() || rest.starts_with(':')) {
        return page::finding_about(finding);
    }
    page::finding_about(&Finding {
        subject: format!("{name}: {}", finding.subject),
        ..finding.clone()
    })
}

/// Why each anchor was chosen, and what it does for each host.
fn explained(record: &ChannelRecord) -> String {
    let mut text = String::new();
    let trust = &record.trust;
    let _ = writeln!(text, "{}: {}", escape(&trust.file), trust.decision);
    for anchor in &trust.anchors {
        let _ = writeln!(
            text,
            "  trusted: {}, until {}, SHA-256 {}",
            escape(&anchor.subject),
            anchor.not_after.date(),
            anchor.fingerprint
        );
        for reason in &anchor.reasons {
            let _ = writeln!(
                text,
                "      for {}: {}",
                escape(&reason.host),
                escape(&reason.why)
            );
        }
    }
    for passed in &trust.passed_over {
        let _ = writeln!(
            text,
            "  not trusted: {}: {}",
            escape(&passed.subject),
            escape(&passed.why)
        );
    }
    for host in &record.hosts {
        write_host(&mut text, host, record);
    }
    text
}

fn write_host(text: &mut String, host: &HostRecord, record: &ChannelRecord) {
    let mut anchors = record.trust.anchors.iter();
    let anchor = anchors.find(|anchor| Some(&anchor.fingerprint) == host.anchor.as_ref());
    let through = anchor.map_or_else(String::new, |anchor| {
        format!(" through {}", escape(&anchor.subject))
    });
    let _ = writeln!(text, "  {}: accepted{through}", escape(&host.endpoint));
    for renewal in &host.after_renewal {
        let (event, outlook) = (renewal.event_words(), &renewal.outlook);
        let _ = writeln!(
            text,
            "      {event}: {outlook}: {}",
            escape(&renewal.reason)
        );
    }
}
