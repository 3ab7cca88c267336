//! Each server with what becomes of it: accepted now, until when, and after its certificates are renewed.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::super::ChainSource;
use super::super::judge::Host;
use super::super::store::TrustFile;
use super::chain::{Link, picture};
use super::shape;
use crate::Certificate;
use crate::html::{escaped, named};
use crate::text;
use crate::verify::Client;
use crate::whatif::{Event, Outlook, Question, Scenario, Until, after_renewal, until};

/// A server, judged as a Java client with the trust file would.
pub(super) struct Prospect<'a> {
    host: &'a Host<'a>,
    links: Vec<Link<'a>>,
    /// The name of the file that the client has.
    file: &'a str,
    /// The anchor at which the accepted path ends; `None` when the server is refused.
    accepted_by: Option<Certificate>,
    until: Option<Until>,
    scenarios: Vec<Scenario>,
}

impl<'a> Prospect<'a> {
    pub(super) fn new(host: &'a Host<'a>, trust: &'a TrustFile, at: OffsetDateTime) -> Self {
        let question = host.server_name.as_ref().map(|name| Question {
            chain: &host.chain.chain,
            anchors: &trust.anchors,
            name,
            at,
            client: Client::Java,
            subject: &host.subject,
        });
        let verdict = question.map(|question| question.ask());
        let path = verdict.and_then(|verdict| verdict.outcome.ok());
        let accepted_by = path.and_then(|path| path.anchor().cloned());
        Self {
            links: Link::all(host, trust, accepted_by.as_ref()),
            host,
            file: file_name(trust),
            accepted_by,
            until: question.as_ref().map(until),
            scenarios: question.map_or_else(Vec::new, |question| after_renewal(&question).into()),
        }
    }

    /// What becomes of it when the server's own certificate is renewed.
    fn renewal(&self) -> Option<&Scenario> {
        let is_it = |one: &&Scenario| one.event == Event::NewCertificate;
        self.scenarios.iter().find(is_it)
    }

    fn survives_renewal(&self) -> bool {
        self.renewal()
            .is_some_and(|one| one.outlook == Outlook::Holds)
    }

    /// In HTML.
    pub(super) fn html(&self) -> String {
        let Host {
            subject,
            requirement,
            chain,
            ..
        } = self.host;
        let source = match &chain.source {
            ChainSource::Fetched { protocol } => match protocol {
                Some(protocol) => format!(
                    "its chain was fetched from the server over {}",
                    escaped(protocol)
                ),
                None => "its chain was fetched from the server".to_owned(),
            },
            ChainSource::Given { file } => {
                format!("its chain was taken from the file {}", named(file))
            }
            ChainSource::Recorded { file } => {
                format!("its chain was recorded earlier, in {}", named(file))
            }
        };
        let renewed = match self.renewal().map(|one| one.outlook) {
            Some(Outlook::Holds) => ("fine", "accepted when renewed"),
            Some(Outlook::Breaks) => ("critical", "refused when renewed"),
            Some(Outlook::Depends) => ("warning", "renewed: it depends"),
            Some(Outlook::Unknown) | None => ("note", "renewed: not known"),
        };
        let now = match self.accepted_by {
            Some(_) => ("fine", "accepted now"),
            None => ("critical", "refused now"),
        };
        let mut html = format!(
            "<div class=\"server\">\n<h4>{}</h4>\n<p class=\"why\">Needed as {}; {source}.</p>\n<div class=\"judged\">\n",
            named(subject),
            escaped(requirement.why)
        );
        html.push_str(&picture(subject, self.file, &self.links, now, renewed));
        html.push_str("<ul class=\"outlook\">\n");
        self.now(&mut html);
        for scenario in &self.scenarios {
            line(
                &mut html,
                shape_of(scenario),
                title(scenario.event),
                scenario,
            );
        }
        html.push_str("</ul>\n</div>\n");
        self.extras(&mut html);
        html.push_str("</div>\n");
        html
    }

    fn now(&self, html: &mut String) {
        let Some(anchor) = &self.accepted_by else {
            let _ = writeln!(
                html,
                "<li class=\"critical\">{}<div><b>Now: refused</b></div></li>",
                shape("critical")
            );
            return;
        };
        let until = match &self.until {
            Some(Until::Changes(change)) => {
                let causes: Vec<String> = change
                    .causes
                    .iter()
                    .map(|dated| {
                        format!(
                            "{} {}",
                            named(&dated.certificate.display_name()),
                            dated.turn.word()
                        )
                    })
                    .collect();
                format!(
                    ", as things stand until {}, when {}",
                    text::date(change.at),
                    causes.join(" and ")
                )
            }
            Some(Until::AtLeast(moment)) => format!(", at least until {}", text::date(*moment)),
            Some(Until::Never) | None => String::new(),
        };
        let _ = writeln!(
            html,
            "<li class=\"fine\">{}<div><b>Now: accepted</b><p>A Java client with {} trusts it by {}{until}.</p></div></li>",
            shape("fine"),
            escaped(self.file),
            named(&anchor.display_name())
        );
    }

    /// What was sent and is no part of the chain.
    fn extras(&self, html: &mut String) {
        let sent = &self.host.chain.chain.certificates;
        let extra = sent
            .iter()
            .filter(|one| !self.links.iter().any(|link| link.certificate == *one));
        let names: Vec<String> = extra.map(|one| named(&one.display_name())).collect();
        if !names.is_empty() {
            let _ = writeln!(
                html,
                "<p class=\"remark\">The server sends more, which no client needs: {}.</p>",
                names.join(", ")
            );
        }
    }
}

/// In one sentence how the channel stands.
pub(super) fn verdict(prospects: &[Prospect<'_>], trust: &TrustFile) -> String {
    let servers = match prospects.len() {
        1 => "the server".to_owned(),
        2 => "both servers".to_owned(),
        many => format!("all {many} servers"),
    };
    let whose = if prospects.len() == 1 {
        "its certificate is"
    } else {
        "their certificates are"
    };
    let (severity, after) = match prospects.iter().all(Prospect::survives_renewal) {
        true => ("fine", format!(", now and when {whose} renewed")),
        false => (
            "warning",
            " now, but not after every renewal: see Servers".to_owned(),
        ),
    };
    format!(
        "<p class=\"verdict {severity}\">{}<span>A Java client with {} accepts {servers}{after}.</span></p>\n",
        shape(severity),
        escaped(file_name(trust))
    )
}

fn file_name(trust: &TrustFile) -> &str {
    trust.path.rsplit('/').next().unwrap_or_default()
}

fn line(html: &mut String, severity: &str, title: &str, scenario: &Scenario) {
    let hint = scenario.hint.as_ref().map_or_else(String::new, |hint| {
        format!("<p class=\"hint\">{}</p>", named(hint))
    });
    let _ = writeln!(
        html,
        "<li class=\"{severity}\">{}<div><b>{title}: {}</b><p>{}</p>{hint}</div></li>",
        shape(severity),
        words(scenario.outlook),
        named(&sentence(&scenario.reason))
    );
}

const fn title(event: Event) -> &'static str {
    match event {
        Event::NewCertificate => "When the server's certificate is renewed",
        Event::OtherIntermediate => "When another intermediate of the same root issues it",
        Event::NewRoot => "When its CA moves to another root",
    }
}

const fn words(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Holds => "accepted",
        Outlook::Breaks => "refused",
        Outlook::Depends => "it depends",
        Outlook::Unknown => "not known",
    }
}

/// That no store survives another root is no fault of this one.
fn shape_of(scenario: &Scenario) -> &'static str {
    match (scenario.outlook, scenario.event) {
        (Outlook::Holds, _) => "fine",
        (Outlook::Breaks, Event::NewCertificate) => "critical",
        (Outlook::Breaks | Outlook::Depends, Event::NewCertificate | Event::OtherIntermediate) => {
            "warning"
        }
        _ => "note",
    }
}

/// A reason as a sentence.
fn sentence(reason: &str) -> String {
    let mut characters = reason.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}
