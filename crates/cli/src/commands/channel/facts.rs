//! `trustpack channel facts`: what the rules go by.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use time::Date;
use trustpack_core::facts::{Fact, FactRule, Facts};
use trustpack_core::report::{Finding, count, escape, page};

use crate::args::ChannelFacts;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::render::{print, print_json};

#[derive(Serialize)]
struct Listing<'a> {
    newest_lookup: Option<String>,
    facts: Vec<Line<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    fact: &'a Fact,
    state: State,
}

/// Whether a fact holds on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Coming,
    Holds,
    Over,
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelFacts) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    if arguments.toml {
        print(facts.as_toml())?;
        return Ok(Outcome::Fine);
    }
    let at = arguments.time.now();
    let chosen = chosen(&facts, &arguments.ids)?;
    let findings: Vec<Finding> = facts.age_problem(at).into_iter().collect();
    let today = at.date();
    if arguments.json.json {
        let lines = chosen.into_iter().map(|fact| Line {
            fact,
            state: State::of(fact, today),
        });
        print_json(&Listing {
            newest_lookup: facts.newest_lookup().map(|day| day.to_string()),
            facts: lines.collect(),
            findings: &findings,
        })?;
    } else {
        let blocks: Vec<String> = chosen.iter().map(|fact| block(fact, today)).collect();
        print(&blocks.join("\n"))?;
        for finding in &findings {
            print(&format!("\n{}", page::finding_about(finding).trim_end()))?;
        }
    }
    Ok(Outcome::Fine)
}

fn chosen<'a>(facts: &'a Facts, ids: &[String]) -> Result<Vec<&'a Fact>> {
    if let Some(unknown) = ids.iter().find(|id| facts.get(id).is_none()) {
        let known: Vec<&str> = facts.all().iter().map(|fact| fact.id.as_str()).collect();
        return Err(Hinted::new(
            format!("there is no fact {unknown:?}"),
            format!("there are {}", known.join(", ")),
        )
        .into());
    }
    let facts = facts.all().iter();
    Ok(facts
        .filter(|fact| ids.is_empty() || ids.contains(&fact.id))
        .collect())
}

/// A fact with its days, what a rule takes from it, and its source.
fn block(fact: &Fact, today: Date) -> String {
    let mut block = format!("{}: {}\n", fact.id, escape(&fact.subject));
    let days = days(fact, today);
    if !days.is_empty() {
        let _ = writeln!(block, "  {days}");
    }
    let _ = writeln!(block, "  {}", escape(&fact.text));
    if let Some(rule) = &fact.rule {
        for line in details(rule) {
            let _ = writeln!(block, "  - {}", escape(&line));
        }
    }
    let _ = writeln!(block, "  {}, looked up {}", fact.source, fact.looked_up);
    block
}

fn days(fact: &Fact, today: Date) -> String {
    let ahead = |day: Date| match (day - today).whole_days() {
        0 => "today".to_owned(),
        left => format!(
            "in {}",
            count(usize::try_from(left).unwrap_or_default(), "day")
        ),
    };
    let from = fact.from.map(|day| match fact.is_coming(today) {
        true => format!("from {day}, {}", ahead(day)),
        false => format!("since {day}"),
    });
    let until = fact.until.map(|day| match fact.is_over(today) {
        true => format!("until {day}, over"),
        false => format!("until {day}, {}", ahead(day)),
    });
    let days: Vec<String> = from.into_iter().chain(until).collect();
    days.join("; ")
}

/// What the text of a fact need not say.
fn details(rule: &FactRule) -> Vec<String> {
    match rule {
        FactRule::ComingAnchors(coming) => {
            let servers = format!("servers: {} and below", coming.domains.join(", "));
            let anchors = coming.anchors.iter();
            let anchors = anchors.map(|root| format!("{}, SHA-256 {}", root.name, root.sha256));
            [servers].into_iter().chain(anchors).collect()
        }
        FactRule::DepartingRoot(departing) => vec![format!("SHA-256 {}", departing.root.sha256)],
        _ => Vec::new(),
    }
}

impl State {
    fn of(fact: &Fact, today: Date) -> Self {
        match (fact.is_coming(today), fact.is_over(today)) {
            (true, _) => Self::Coming,
            (_, true) => Self::Over,
            _ => Self::Holds,
        }
    }
}
