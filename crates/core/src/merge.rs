//! Joins entries into one store, under a plan that says what happens to every single one before anything does.
//!
//! [`plan`] decides and changes nothing; [`render_plan`] shows it; [`Plan::apply`] does it. The rules:
//!
//! - The same certificate is the same entry, under whatever alias: it is never added twice.
//! - Nothing is dropped without an [`Action`] that says so, and the destination's entries stay as they are unless an
//!   action says [`Replaced`](Resolution::Replaced).
//! - A conflict is an alias, chosen by the source, that another entry holds. An alias that we make up is made
//!   unique instead, which is no conflict.
//! - Merging the same input again changes nothing.
//! - A certificate that cannot be read is left out, with the key that it belongs to: Java refuses a whole store because
//!   of one. So is a certificate that only Java does not parse, when the store is for Java.
//! - An expired certificate, or one that is no CA, is added with a remark: the plan informs, the caller decides.

use std::str::FromStr;

use serde::Serialize;
use time::OffsetDateTime;
use trustpack_keystore::{Alias, Entry, KeyStore, Timestamp};

use crate::Certificate;
use crate::report::{Finding, Style, UnknownWord};

mod planner;
mod remark;
mod render;

#[cfg(test)]
mod tests;

/// Plans the merge of entries, in order, into a store, which may be empty.
pub fn plan(destination: &KeyStore, incoming: &[Incoming], options: &MergeOptions) -> Plan {
    planner::plan(destination, incoming, options)
}

/// The text of a plan, ending with a line feed. The JSON is `{ "actions": […], "summary": {…} }` with the fields of
/// [`Action`] and [`PlanSummary`].
pub fn render_plan(plan: &Plan, format: PlanFormat, style: &Style) -> String {
    match format {
        PlanFormat::Json => render::json(plan),
        PlanFormat::Table => render::table(plan, style),
    }
}

/// How a plan is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFormat {
    /// For programs.
    Json,
    /// For people.
    Table,
}

/// Gives every entry without a creation date notBefore of its (first) certificate, as merging does. A store that keeps dates
/// would show the year 1970 otherwise.
#[must_use]
pub fn date_all(store: KeyStore) -> KeyStore {
    let dated = store.into_entries().into_iter().map(|mut entry| {
        if entry.created.is_none() {
            let own = entry.certificates().first().cloned();
            let own = own.and_then(|der| Certificate::from_der(der).ok());
            entry.created = own.map(|own| not_before(&own));
        }
        entry
    });
    dated.collect()
}

fn not_before(certificate: &Certificate) -> Timestamp {
    Timestamp::from_secs(certificate.not_before().unix_timestamp())
}

/// An entry to be merged.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What it is. Its creation date is replaced by [`MergeOptions::created`].
    pub entry: Entry,
    /// Where it comes from, in messages: a file, a server.
    pub source: String,
}

impl Incoming {
    /// Every entry of a store, in its order.
    pub fn from_store(source: &str, store: KeyStore) -> Vec<Self> {
        let entries = store.into_entries().into_iter();
        entries
            .map(|entry| Self {
                entry,
                source: source.to_owned(),
            })
            .collect()
    }

    /// A certificate to be trusted that nobody named, such as one that a server presented.
    pub fn certificate(source: impl Into<String>, certificate: &Certificate) -> Self {
        Self {
            entry: Entry::trusted(Alias::positional(1), certificate.der().clone()),
            source: source.into(),
        }
    }
}

/// How to merge.
#[derive(Clone, Copy, Debug)]
pub struct MergeOptions {
    /// What to do when an alias is taken by another entry.
    pub on_conflict: OnConflict,
    /// The time that counts as now, for the remarks.
    pub at: OffsetDateTime,
    /// Which creation date new entries get.
    pub created: CreatedPolicy,
    /// Which alias new entries get.
    pub aliases: AliasPolicy,
    /// Whether Java is to load the result, as it does with JKS and PKCS#12: a certificate that it does not parse
    /// ([`java_refuses`](crate::cert::java_refuses)) is left out then. Otherwise it only gets a remark.
    pub for_java: bool,
}

impl MergeOptions {
    /// The defaults, at a time; the result is for Java.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            on_conflict: OnConflict::default(),
            at,
            created: CreatedPolicy::default(),
            aliases: AliasPolicy::default(),
            for_java: true,
        }
    }
}

/// What to do when an alias is taken by another entry. The words are `fail`, `keep`, `rename` and `replace`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnConflict {
    /// The plan is not to be applied: [`Plan::has_refused_conflicts`].
    #[default]
    Fail,
    /// The destination's entry stays, the incoming one is left out.
    Keep,
    /// Both stay, the incoming one as `alias-2`, `alias-3`, …
    Rename,
    /// The incoming entry takes the place of the destination's. Two incoming entries never replace each other, an
    /// entry that the input brings as well is not replaced (both cases: renamed), and a certificate never replaces
    /// a key (refused).
    Replace,
}

impl FromStr for OnConflict {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "fail" => Ok(Self::Fail),
            "keep" => Ok(Self::Keep),
            "rename" => Ok(Self::Rename),
            "replace" => Ok(Self::Replace),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                known: "fail, keep, rename, replace",
            }),
        }
    }
}

/// Which creation date new entries get. Never the clock's, so that equal input gives equal bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CreatedPolicy {
    /// This one.
    Fixed(Timestamp),
    /// notBefore of the (first) certificate; an entry without a readable one keeps what it has.
    #[default]
    NotBefore,
}

/// Which alias new entries get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AliasPolicy {
    /// The one that the source gave ([`Alias::is_given`]), else by [`alias::of`](crate::alias::of).
    #[default]
    Given,
    /// Always by [`alias::of`](crate::alias::of).
    Scheme,
}

/// What happens to every incoming entry, in input order.
#[derive(Clone, Debug)]
pub struct Plan {
    actions: Vec<Action>,
    steps: Vec<Step>,
}

/// What happens to one incoming entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// Where it comes from.
    pub source: String,
    /// Its alias there, when the source gave it one.
    pub alias: Option<String>,
    /// What people call it.
    pub display_name: String,
    /// What it is.
    pub kind: ItemKind,
    /// SHA-256 of the (first) certificate, hex.
    pub fingerprint: Option<String>,
    /// What happens.
    pub outcome: Outcome,
    /// What should be known about it: `CERT-EXPIRED`, `CERT-NOT-YET-VALID`, `CERT-NOT-CA`, `CERT-NOT-JAVA`, `CERT-UNREADABLE`,
    /// `MERGE-CHAIN-DIFFERS`, `MERGE-NOT-REPLACED`.
    pub findings: Vec<Finding>,
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ItemKind {
    /// A trusted certificate.
    Certificate,
    /// A private key with its chain.
    PrivateKey,
    /// A secret key.
    SecretKey,
}

/// What happens to an entry. In JSON the variant is the field `kind`, in kebab case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// It is new.
    Add {
        /// Its alias in the destination.
        alias: String,
    },
    /// The destination has it.
    AlreadyThere {
        /// Its alias in the destination.
        alias: String,
    },
    /// The alias that its source gave is taken by another entry.
    Conflict {
        /// The alias, as the entry that holds it spells it.
        alias: String,
        /// What is done about it.
        resolution: Resolution,
    },
    /// It came before in this input.
    DuplicateInput {
        /// Where it came from then.
        of: String,
        /// Its alias in the destination.
        alias: String,
    },
    /// Nothing: a certificate of it cannot be read, here or by Java, which refuses a whole store because of one.
    LeftOut,
}

/// What is done about a conflict. In JSON the variant is the field `kind`, in kebab case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Resolution {
    /// The entry that was there stays, the incoming one is left out.
    Kept,
    /// Nothing; the plan should not be applied.
    Refused,
    /// Added under another alias.
    Renamed {
        /// That alias.
        to: String,
    },
    /// The entry that was there is dropped for the incoming one.
    Replaced,
}

/// A change of the destination.
#[derive(Clone, Debug)]
enum Step {
    Add(Entry),
    /// The entry carries the alias of the one that it replaces, as spelled there.
    Replace(Entry),
}

/// Counts over a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlanSummary {
    /// Incoming entries: the sum of the next five.
    pub incoming: usize,
    /// New ones without a conflict.
    pub added: usize,
    /// Those that the destination has.
    pub already_there: usize,
    /// Those that came before in this input.
    pub duplicates: usize,
    /// Those with a certificate that cannot be read, here or by Java.
    pub left_out: usize,
    /// Those whose alias is taken: the sum of the next four.
    pub conflicts: usize,
    /// Left out for the entry that was there.
    pub kept: usize,
    /// Not solved.
    pub refused: usize,
    /// Added under another alias.
    pub renamed: usize,
    /// Put in the place of another entry.
    pub replaced: usize,
}

impl Plan {
    /// One per incoming entry, in input order.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether applying it changes the destination.
    pub fn changes(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether there are conflicts that nobody decided, so that the plan should not be applied.
    pub fn has_refused_conflicts(&self) -> bool {
        self.summary().refused > 0
    }

    /// What there is of each.
    pub fn summary(&self) -> PlanSummary {
        let mut summary = PlanSummary {
            incoming: self.actions.len(),
            ..PlanSummary::default()
        };
        for action in &self.actions {
            match &action.outcome {
                Outcome::Add { .. } => summary.added += 1,
                Outcome::AlreadyThere { .. } => summary.already_there += 1,
                Outcome::DuplicateInput { .. } => summary.duplicates += 1,
                Outcome::LeftOut => summary.left_out += 1,
                Outcome::Conflict { resolution, .. } => {
                    summary.conflicts += 1;
                    match resolution {
                        Resolution::Kept => summary.kept += 1,
                        Resolution::Refused => summary.refused += 1,
                        Resolution::Renamed { .. } => summary.renamed += 1,
                        Resolution::Replaced => summary.replaced += 1,
                    }
                }
            }
        }
        summary
    }

    /// The destination with the changes made: its own entries in their order, new ones behind them.
    ///
    /// Meant for the store that the plan was made for. On another one nothing is lost either: an alias that is
    /// taken there gets a number.
    #[must_use]
    pub fn apply(self, mut store: KeyStore) -> KeyStore {
        for step in self.steps {
            match step {
                Step::Add(entry) => {
                    store.push_renamed(entry);
                }
                Step::Replace(entry) => match store.position(entry.alias.as_str()) {
                    Some(place) => {
                        store.replace(place, entry);
                    }
                    None => {
                        store.push_renamed(entry);
                    }
                },
            }
        }
        store
    }
}
