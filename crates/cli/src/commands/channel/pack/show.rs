//! What came of packing, on stdout.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::bundle::{ChannelRecord, HostRecord, Packed};
use trustpack_core::report::{Finding, Report, escape, page};

use crate::args::ChannelPack;
use crate::render::{print, print_json};

/// A channel that cannot be packed.
#[derive(Serialize)]
pub(super) struct Refused {
    pub channel: String,
    pub findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Outline<'a> {
    packed: Vec<Told<'a>>,
    refused: &'a [Refused],
}

/// The same as `report.json`.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    record: &'a ChannelRecord,
    report: &'a Report,
}

pub(super) fn show(arguments: &ChannelPack, packed: &[Packed], refused: &[Refused]) -> Result<()> {
    if arguments.json.json {
        let told = packed.iter().map(|packed| Told {
            record: &packed.record,
            report: &packed.report,
        });
        let packed = told.collect();
        return print_json(&Outline { packed, refused });
    }
    for one in packed {
        for file in &one.files {
            print(&format!(
                "{}  {} bytes, {}",
                file.path,
                file.bytes.len(),
                file.purpose
            ))?;
        }
        if arguments.explain {
            print(explained(&one.record).trim_end())?;
        }
        for finding in &one.findings {
            print(page::finding_about(finding).trim_end())?;
        }
    }
    for one in refused {
        print(&format!("{}: cannot be packed", one.channel))?;
        for finding in &one.findings {
            print(page::finding_about(finding).trim_end())?;
        }
    }
    Ok(())
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
