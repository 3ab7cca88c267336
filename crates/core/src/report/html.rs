//! One page for a browser: nothing is loaded, nothing leaves it, and no word of a certificate can become markup or script.
//!
//! The page carries the report as JSON lines, deflated (RFC 1951) and in base64, so that whatever a name holds is no
//! character of the page. Its script shows names as text only. Its policy (Content Security Policy Level 3) allows that
//! script and that style sheet by their digests and nothing else. The totals and the rows with the least time left are in
//! the page as they are, for who has no script.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rustls_pki_types::CertificateDer;
use serde::Serialize;
use time::OffsetDateTime;

use super::soonest::Soonest;
use super::{Gone, ReportWriter, Shard, Since, SubjectReport, Summary, json};
use crate::catalogue;
use crate::html::{Document, fill};
use crate::text;

use certificates::Packed;
use rows::Rows;

mod certificates;
mod parts;
mod rows;

const PAGE: &str = include_str!("html/page/page.html");
const SCRIPT: &str = concat!(
    include_str!("../html/common.js"),
    include_str!("html/page/text.js"),
    include_str!("html/page/report.js"),
    include_str!("html/page/filters.js"),
    include_str!("html/page/timeline.js"),
    include_str!("html/page/table.js"),
    include_str!("html/page/details.js"),
    include_str!("html/page/chains.js"),
    include_str!("html/page/facts.js"),
    include_str!("html/page/start.js"),
);
const STYLE: &str = concat!(
    include_str!("../html/base.css"),
    include_str!("html/page/page.css")
);

/// What the JSON of the subjects in a page may come to before it is deflated: some 40,000 certificates.
const MAX_JSON: usize = 32 << 20;
/// What is kept of certificates until it is known how much of it fits.
const MAX_DER: usize = 24 << 20;
/// What a page should stay below. Certificates deflate badly, so those with the most time left go without their PEM first.
const MAX_PAGE: usize = 5_800_000;
/// How many of the things that are gone are told.
const MAX_GONE: usize = 1000;

/// Keeps what it will show, which is bounded, and writes at the end.
pub(super) struct Html<'a> {
    at: OffsetDateTime,
    subjects: Soonest<SubjectReport>,
    /// Each certificate once, with its fingerprint.
    certificates: Soonest<(String, CertificateDer<'static>)>,
    seen: HashSet<String>,
    gone: Vec<Gone>,
    out: Box<dyn Write + 'a>,
}

impl<'a> Html<'a> {
    pub(super) fn new(at: OffsetDateTime, out: Box<dyn Write + 'a>) -> Self {
        Self {
            at,
            subjects: Soonest::new(MAX_JSON),
            certificates: Soonest::new(MAX_DER),
            seen: HashSet::new(),
            gone: Vec::new(),
            out,
        }
    }

    fn keep_certificates(&mut self, subject: &SubjectReport) {
        for report in &subject.certificates {
            let Some(certificate) = &report.certificate else {
                continue;
            };
            if self.seen.contains(&report.fingerprint) {
                continue;
            }
            let seen = &mut self.seen;
            self.certificates.offer(report.remaining_seconds, || {
                seen.insert(report.fingerprint.clone());
                let der = certificate.der().clone();
                let weight = der.len();
                ((report.fingerprint.clone(), der), weight)
            });
        }
    }
}

impl ReportWriter for Html<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.keep_certificates(subject);
        for part in parts::of(subject) {
            // what could not be looked at comes first
            let certificates = part.certificates.iter();
            let soonest = certificates.map(|one| one.remaining_seconds).min();
            self.subjects.offer(soonest.unwrap_or(i64::MIN), || {
                let weight = json::line(&*part).len();
                (part.into_owned(), weight)
            });
        }
        Ok(())
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        if self.gone.len() < MAX_GONE {
            self.gone.push(gone.clone());
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let subjects = self.subjects.take();
        let ders: HashMap<_, _> = self.certificates.take().into_iter().collect();
        let rows = Rows::new(&subjects);
        let findings = subjects.iter().flat_map(|subject| &subject.findings);
        let pages = findings.filter_map(|finding| catalogue::find(&finding.id));
        let mut head = Head {
            at: text::rfc3339(self.at),
            as_of: text::date_and_time(self.at),
            summary,
            since: summary.since.as_ref(),
            shard: summary.shard.as_ref(),
            left_out: self.subjects.left_out(),
            gone: &self.gone,
            pages: pages.map(|page| (page.id, page)).collect(),
            packed: 0,
            has_bytes: !ders.is_empty(),
        };
        let (mut plain, lines) = (rows.page(self.at, summary), lines(&subjects));
        let frame = Document {
            title: &plain.title,
            style: STYLE,
            body: "",
            script: SCRIPT,
        };
        let taken = frame.len_without_body() + PAGE.len() + plain.table.len();
        let report = packed_report(&head, &lines)?;
        // the number of certificates, which is not known yet, may make it a little longer
        let room = MAX_PAGE.saturating_sub(taken + report.len() + 64);
        let Packed { blocks, count } = certificates::pack(&subjects, &ders, room)?;
        head.packed = count;
        plain.report = packed_report(&head, &lines)?;
        plain.certificates = blocks;
        let body = fill(PAGE, |place| plain.part(place));
        let page = Document {
            title: &plain.title,
            body: &body,
            ..frame
        };
        self.out.write_all(page.page().as_bytes())?;
        self.out.flush()
    }
}

/// What the script must know beside the subjects.
#[derive(Serialize)]
struct Head<'a> {
    at: String,
    /// The same for people.
    as_of: String,
    summary: &'a Summary,
    since: Option<&'a Since>,
    shard: Option<&'a Shard>,
    /// Subjects, or parts of them, for which there was no room.
    left_out: usize,
    gone: &'a [Gone],
    /// What the findings mean.
    pages: BTreeMap<&'static str, &'a catalogue::Page>,
    /// How many certificates are in the page, in the order of [`certificates::pack`].
    packed: usize,
    /// Whether there were certificates, and not only what an earlier report said of them.
    has_bytes: bool,
}

/// The parts of the page, which [`fill`] puts into their places.
#[derive(Default)]
struct Page {
    title: String,
    moment: String,
    as_of: String,
    headline: String,
    next: String,
    counts: String,
    tiles: String,
    table: String,
    more: String,
    report: String,
    certificates: String,
}

impl Page {
    fn part(&self, place: &str) -> &str {
        match place {
            "moment" => &self.moment,
            "as_of" => &self.as_of,
            "headline" => &self.headline,
            "next" => &self.next,
            "counts" => &self.counts,
            "tiles" => &self.tiles,
            "table" => &self.table,
            "more" => &self.more,
            "report" => &self.report,
            "certificates" => &self.certificates,
            _ => "",
        }
    }
}

fn lines(subjects: &[SubjectReport]) -> String {
    subjects.iter().map(json::line).collect()
}

fn packed_report(head: &Head<'_>, subjects: &str) -> io::Result<String> {
    packed([json::line(head).as_bytes(), subjects.as_bytes()])
}

/// Deflated and in base64, which has no character that means something in HTML.
fn packed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> io::Result<String> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    for part in parts {
        deflated.write_all(part)?;
    }
    Ok(STANDARD.encode(deflated.finish()?))
}

#[cfg(test)]
mod tests;
