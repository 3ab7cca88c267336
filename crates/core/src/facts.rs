//! Dated facts about providers, public CAs and clients, each with its source: what the rules know of the world outside.
//!
//! They stand in `facts.toml`, and in no rule. A fact changes faster than a program: [`Facts::read`] takes a newer file, and
//! whatever depends on facts takes them as an argument.

mod read;

use std::sync::{Arc, LazyLock};

use serde::Serialize;
use time::{Date, Duration, OffsetDateTime};

use crate::cert::Fingerprint;
use crate::report::{Finding, Severity};
use crate::text;

pub use read::FactsError;

/// All facts, in the order of their file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Facts {
    facts: Arc<[Fact]>,
    text: Arc<str>,
}

/// Something that is so, from a day on or until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fact {
    /// Which one; unique, and never another fact later.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// The first day on which it holds; nothing when it holds already.
    #[serde(serialize_with = "text::serialize_optional_display")]
    pub from: Option<Date>,
    /// The last day on which it holds; nothing when no end is known.
    #[serde(serialize_with = "text::serialize_optional_display")]
    pub until: Option<Date>,
    /// The fact, in a sentence.
    pub text: String,
    /// Where it can be read.
    pub source: String,
    /// When somebody last looked there.
    #[serde(serialize_with = "text::serialize_display")]
    pub looked_up: Date,
    /// What rules take from it.
    #[serde(flatten)]
    pub rule: Option<FactRule>,
}

/// What rules take from a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FactRule {
    /// From the first day of the fact on, servers get certificates of other roots than today's.
    ComingAnchors(ComingAnchors),
    /// A version of Meta's Graph API; the fact ends with it.
    GraphVersion {
        /// Its number: 25 of `v25.0`.
        number: u32,
    },
    /// From the first day of the fact on, clients trust a root no more.
    DepartingRoot(DepartingRoot),
    /// Where a provider can reach a webhook.
    Webhook(Webhook),
    /// The longest life of a public server certificate that is issued from the first day of the fact on.
    LeafLifetime {
        /// In days.
        days: i64,
    },
    /// Whether public CAs may put clientAuth into server certificates that they issue from the first day of the fact on.
    ClientAuth {
        /// Whether they may.
        issued: bool,
    },
}

/// Roots that a store should hold beside those that it needs today, because servers are about to move to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ComingAnchors {
    /// The servers: these hosts, and those below them.
    pub domains: Vec<String>,
    /// The roots.
    #[serde(rename = "anchor")]
    pub anchors: Vec<NamedRoot>,
}

/// A root, by its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NamedRoot {
    /// What it is called.
    pub name: String,
    /// SHA-256 of its DER.
    #[serde(serialize_with = "text::serialize_display")]
    pub sha256: Fingerprint,
}

/// A root that clients drop while its own dates say that all is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DepartingRoot {
    /// Which one.
    #[serde(flatten)]
    pub root: NamedRoot,
    /// Who drops it.
    pub who: String,
    /// What its customers move to.
    pub successor: String,
}

/// What a provider asks of a webhook before it calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Webhook {
    /// The provider, by the word for its channels in a specification.
    pub caller: String,
    /// The ports that it calls; empty when it calls any.
    pub ports: Vec<u16>,
    /// Whether it has no IPv6.
    pub ipv4_only: bool,
}

/// What is coming for a host.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Move<'a> {
    /// The fact, with the day and the source.
    pub fact: &'a Fact,
    /// The roots that the store should hold beside today's.
    pub anchors: &'a [NamedRoot],
}

impl Default for Facts {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Facts {
    /// Those that this program knows by itself.
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Facts> = LazyLock::new(|| {
            Facts::read(include_str!("facts.toml")).unwrap_or_else(|_| Facts::none())
        });
        BUILTIN.clone()
    }

    /// No facts: no rule that depends on one finds anything.
    pub fn none() -> Self {
        Self {
            facts: Arc::new([]),
            text: Arc::from(""),
        }
    }

    /// Every fact.
    pub fn all(&self) -> &[Fact] {
        &self.facts
    }

    /// The fact of an id.
    pub fn get(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The file that they were read from, comments and all.
    pub fn as_toml(&self) -> &str {
        &self.text
    }

    /// The roots that a store for a host should hold beside today's, with the facts that say so. Those whose day has come are
    /// among them, as long as their fact has not ended: nobody moves all servers in one night.
    pub fn coming_anchors(&self, host: &str, at: OffsetDateTime) -> Vec<Move<'_>> {
        let moves = self.moves(host);
        moves.filter(|one| !one.fact.is_over(at.date())).collect()
    }

    /// The same, whatever the day.
    pub fn moves(&self, host: &str) -> impl Iterator<Item = Move<'_>> {
        self.facts.iter().filter_map(move |fact| match &fact.rule {
            Some(FactRule::ComingAnchors(coming)) if coming.are_for(host) => Some(Move {
                fact,
                anchors: &coming.anchors,
            }),
            _ => None,
        })
    }

    /// The versions of the Graph API that are known, with their last days.
    pub fn graph_versions(&self) -> impl Iterator<Item = (u32, Option<Date>)> {
        self.facts.iter().filter_map(|fact| match fact.rule {
            Some(FactRule::GraphVersion { number }) => Some((number, fact.until)),
            _ => None,
        })
    }

    /// That clients drop a root, when they do.
    pub fn departing_root(&self, fingerprint: &Fingerprint) -> Option<(&Fact, &DepartingRoot)> {
        self.facts.iter().find_map(|fact| match &fact.rule {
            Some(FactRule::DepartingRoot(root)) if root.root.sha256 == *fingerprint => {
                Some((fact, root))
            }
            _ => None,
        })
    }

    /// What a provider asks of a webhook, when that is known.
    pub fn webhook(&self, caller: &str) -> Option<(&Fact, &Webhook)> {
        self.facts.iter().find_map(|fact| match &fact.rule {
            Some(FactRule::Webhook(webhook)) if webhook.caller == caller => Some((fact, webhook)),
            _ => None,
        })
    }

    /// So many days a public server certificate that was issued on a day may live; nothing from before there was a limit in
    /// days.
    pub fn longest_leaf_lifetime(&self, issued: Date) -> Option<i64> {
        let limits = self.facts.iter().filter_map(|fact| match fact.rule {
            Some(FactRule::LeafLifetime { days }) => Some((fact.from?, days)),
            _ => None,
        });
        let limits = limits.filter(|(from, _)| *from <= issued);
        limits.max_by_key(|(from, _)| *from).map(|(_, days)| days)
    }

    /// The day from which on public CAs issue no certificate for clients, with the fact that says so.
    pub fn end_of_client_auth(&self) -> Option<(Date, &Fact)> {
        let ends = self.facts.iter().filter_map(|fact| match fact.rule {
            Some(FactRule::ClientAuth { issued: false }) => Some((fact.from?, fact)),
            _ => None,
        });
        ends.min_by_key(|(from, _)| *from)
    }

    /// The day on which somebody last looked anything up.
    pub fn newest_lookup(&self) -> Option<Date> {
        self.facts.iter().map(|fact| fact.looked_up).max()
    }

    /// A fact that nobody can have looked up yet: it would never grow old. Where today has begun somewhere, it is today.
    pub fn looked_up_after(&self, now: OffsetDateTime) -> Option<&Fact> {
        let today = (now + EAST_OF_ALL).date();
        self.facts.iter().find(|fact| fact.looked_up > today)
    }

    /// `FACTS-OLD`: that nobody has looked anything up for long.
    pub fn age_problem(&self, at: OffsetDateTime) -> Option<Finding> {
        let newest = self.newest_lookup()?;
        let age = at.date() - newest;
        (age > OLD).then(|| {
            let days = age.whole_days();
            let message = format!("the newest was looked up on {newest}, {days} days ago");
            Finding::new("FACTS-OLD", Severity::Note, "provider facts", message).with_hint(
                "use a newer trustpack, or write `trustpack channel facts --toml` to a file, look its sources up, and name it \
                 with --facts",
            )
        })
    }
}

impl Fact {
    /// Whether its last day is behind.
    pub fn is_over(&self, day: Date) -> bool {
        self.until.is_some_and(|until| until < day)
    }

    /// Whether its first day is ahead.
    pub fn is_coming(&self, day: Date) -> bool {
        self.from.is_some_and(|from| day < from)
    }
}

impl ComingAnchors {
    fn are_for(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| is_under(host, domain))
    }
}

/// Whether a host is a domain, or below it.
fn is_under(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let rest = host.strip_suffix(domain.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A provider tells of changes months ahead, so a table of this age may have missed one.
const OLD: Duration = Duration::days(180);

/// UTC+14 is the first zone in which a day begins.
const EAST_OF_ALL: Duration = Duration::hours(14);

#[cfg(test)]
mod tests;
