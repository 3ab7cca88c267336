//! `index.html`: the bundle for the person at the product's form. What to upload where, every value to copy in the order of
//! the form, each server's chain as a picture, what expires when, and the steps with ticks that the browser remembers.
//!
//! Everything is in the page as it is, so that it can be read and printed without a script; the script copies, ticks, filters
//! and tells what is left as of today. Secrets are told by where they are, as everywhere.

mod chain;
mod ends;
mod findings;
mod hosts;
mod steps;
mod uploads;

use time::OffsetDateTime;

use super::BundleFile;
use super::judge::Host;
use super::record::IdentityRecord;
use super::store::TrustFile;
use crate::channel::{Channel, Instructions};
use crate::html::{Document, escaped, fill, named};
use crate::report::{Report, Severity};
use crate::text::{self, count};

use ends::Ends;
use hosts::Prospect;

const PAGE: &str = include_str!("page/page.html");
const CHANNEL: &str = include_str!("page/channel.html");
const STYLE: &str = concat!(
    include_str!("../html/base.css"),
    include_str!("page/page.css")
);
const SCRIPT: &str = concat!(
    include_str!("../html/common.js"),
    include_str!("page/page.js")
);

/// The name of the page within a bundle.
pub(super) const INDEX: &str = "index.html";

/// What the page shows of one channel.
#[derive(Clone, Debug)]
pub(crate) struct ChannelPage {
    name: String,
    /// In HTML.
    article: String,
    /// What ends first, and when.
    soonest: Option<(OffsetDateTime, String)>,
    warnings: usize,
}

/// What it is made of.
pub(super) struct Shown<'a> {
    pub(super) hosts: &'a [Host<'a>],
    pub(super) trust: &'a TrustFile,
    pub(super) identity: Option<&'a IdentityRecord>,
    /// Those of the checklist.
    pub(super) steps: &'a Instructions,
    pub(super) report: &'a Report,
}

impl ChannelPage {
    /// The report was judged at `at`.
    pub(super) fn new(channel: &Channel, shown: &Shown<'_>, at: OffsetDateTime) -> Self {
        let Shown {
            hosts,
            trust,
            identity,
            steps,
            report,
        } = *shown;
        let id = &channel.name;
        let prospects: Vec<Prospect<'_>> = hosts
            .iter()
            .map(|host| Prospect::new(host, trust, at))
            .collect();
        let ends = Ends::new(report);
        let verdict = hosts::verdict(&prospects, trust);
        let upload = uploads::table(channel, trust, identity);
        let steps = steps::list(channel, steps);
        let servers: String = prospects.iter().map(Prospect::html).collect();
        let table = ends.table();
        let findings = findings::list(report);
        let (id, title) = (escaped(id), named(&channel.label()));
        let as_of = text::date_and_time(at);
        let article = fill(CHANNEL, |place| match place {
            "id" => &id,
            "title" => &title,
            "kind" => channel.kind.title(),
            "verdict" => &verdict,
            "upload" => &upload,
            "steps" => &steps,
            "servers" => &servers,
            "ends" => &table,
            "as_of" => &as_of,
            "findings" => &findings,
            _ => "",
        });
        let all = report.subjects.iter().flat_map(|subject| &subject.findings);
        Self {
            name: channel.name.clone(),
            article,
            soonest: ends.soonest(),
            warnings: all
                .filter(|finding| finding.severity >= Severity::Warning)
                .count(),
        }
    }
}

impl ChannelPage {
    /// Of the channel.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// The page of a bundle. `fingerprint` is of its other files: what was ticked belongs to it.
pub(super) fn render(
    channels: &[ChannelPage],
    created: OffsetDateTime,
    fingerprint: &str,
) -> BundleFile {
    let headline = headline(channels);
    let title = format!("{headline} · {}", text::date(created));
    let soonest = channels
        .iter()
        .filter_map(|channel| channel.soonest.as_ref())
        .min_by_key(|(end, _)| *end);
    let next = soonest.map_or_else(String::new, |(end, name)| {
        format!("The next to end: {}, on {}", named(name), text::date(*end))
    });
    let articles: String = channels
        .iter()
        .map(|channel| channel.article.as_str())
        .collect();
    let contents = contents(channels);
    let (moment, as_of) = (text::rfc3339(created), text::date_and_time(created));
    let made = created.unix_timestamp().to_string();
    let fingerprint = escaped(fingerprint);
    let body = fill(PAGE, |place| match place {
        "moment" => &moment,
        "made" => &made,
        "as_of" => &as_of,
        "headline" => &headline,
        "next" => &next,
        "contents" => &contents,
        "fingerprint" => &fingerprint,
        "channels" => &articles,
        _ => "",
    });
    let document = Document {
        title: &title,
        style: STYLE,
        body: &body,
        script: SCRIPT,
    };
    BundleFile {
        path: INDEX.to_owned(),
        purpose: "the whole bundle for a browser: what to upload and to enter, and the steps",
        bytes: document.page().into_bytes(),
        private: false,
    }
}

/// A bundle is made of what works only, so what is left to say is what will not for ever.
fn headline(channels: &[ChannelPage]) -> String {
    let warnings = channels.iter().map(|channel| channel.warnings).sum();
    let channels = match channels {
        [one] => escaped(&one.name),
        all => count(all.len(), "channel"),
    };
    match warnings {
        0 => format!("{channels}: ready to be set up"),
        _ => format!(
            "{channels}: ready to be set up, with {} to look at",
            count(warnings, "warning")
        ),
    }
}

/// Where several channels are, the way to each.
fn contents(channels: &[ChannelPage]) -> String {
    if channels.len() < 2 {
        return String::new();
    }
    let items = channels.iter().map(|channel| {
        let (id, name) = (escaped(&channel.name), named(&channel.name));
        format!("<li><a href=\"#{id}\">{name}</a> <span class=\"progress-of\" data-of=\"{id}\"></span></li>\n")
    });
    let items: String = items.collect();
    format!("<nav class=\"contents\" aria-label=\"Channels\"><ul>\n{items}</ul></nav>\n")
}

/// Words of this program in HTML. Between backticks stands what is typed.
fn prose(text: &str) -> String {
    let pieces = text.split('`').enumerate().map(|(number, piece)| {
        let piece = escaped(piece);
        match number % 2 {
            0 => piece,
            _ => format!("<code>{piece}</code>"),
        }
    });
    pieces.collect()
}

/// One of the shapes of severities, for the eye only.
fn shape(word: &str) -> String {
    format!("<svg aria-hidden=\"true\"><use href=\"#{word}\"/></svg>")
}

#[cfg(test)]
mod tests;
