//! Until when an answer holds: the date on which it changes, and whose date that is.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::verify::{Refusal, Verdict};

use super::Question;

/// The three answers that a verdict can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The client accepts the server.
    Accepted,
    /// It refuses it.
    Refused,
    /// This program cannot tell.
    Undecided,
}

impl Answer {
    /// Of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        match (verdict.is_accepted(), verdict.is_undecided()) {
            (true, _) => Self::Accepted,
            (false, true) => Self::Undecided,
            (false, false) => Self::Refused,
        }
    }

    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
        }
    }
}

/// Until when an answer holds, as long as the server presents what it presents and the store stays as it is.
#[derive(Clone, Debug)]
pub enum Until {
    /// It changes at a date.
    Changes(Box<Change>),
    /// No date changes it, as with a server certificate in a store of Java.
    Never,
    /// It holds before this time; what comes then was not looked at, because there were too many dates.
    AtLeast(OffsetDateTime),
}

/// The first change of an answer.
#[derive(Clone, Debug)]
pub struct Change {
    /// The first second with the new answer.
    pub at: OffsetDateTime,
    /// The new answer.
    pub answer: Answer,
    /// Whose dates these are. Of several with the same date, those on the accepted path where there are any; a
    /// client may overlook one of them, as Java does with the dates of an anchor.
    pub causes: Vec<Dated>,
    /// Why the server is refused from then on; `None` when it is accepted.
    pub refusal: Option<Refusal>,
}

/// A certificate, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it begins or ends.
    pub turn: Turn,
}

/// What a date does to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// It is in force from then on.
    Starts,
    /// It is not any more.
    Expires,
}

impl Turn {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starts => "starts",
            Self::Expires => "expires",
        }
    }
}

/// The first change of the answer after [`Question::at`].
///
/// An answer can change only where a certificate begins or ends, so these seconds are tried in their order: of all that
/// is presented, and of what stands in the store and could be an issuer of it. Rules of a client with a date of their
/// own look at when a certificate was issued, and not at the time of asking.
pub fn until(question: &Question<'_>) -> Until {
    let before = question.ask();
    let dated = dated(question);
    let moments: BTreeSet<OffsetDateTime> = dated
        .iter()
        .filter_map(Dated::at)
        .filter(|moment| *moment > question.at)
        .collect();
    for (tried, &moment) in moments.iter().enumerate() {
        if tried == MAX_MOMENTS {
            return Until::AtLeast(moment);
        }
        let after = question.ask_with(question.anchors, moment);
        let answer = Answer::of(&after);
        if answer != Answer::of(&before) {
            return Until::Changes(Box::new(Change {
                at: moment,
                answer,
                causes: causes(&dated, moment, &before, &after),
                refusal: after.outcome.err(),
            }));
        }
    }
    Until::Never
}

impl Dated {
    /// The first second in which it is so. `None` at the end of the calendar, where nothing comes after.
    fn at(&self) -> Option<OffsetDateTime> {
        match self.turn {
            Turn::Starts => Some(self.certificate.not_before()),
            // the last second is still one of validity (RFC 5280 section 4.1.2.5)
            Turn::Expires => self.certificate.not_after().checked_add(Duration::SECOND),
        }
    }
}

/// Both ends of each certificate that can matter, each certificate once.
fn dated(question: &Question<'_>) -> Vec<Dated> {
    let presented = question.chain.certificates.iter();
    let mut seen = BTreeSet::new();
    presented
        .chain(question.related())
        .filter(|certificate| seen.insert(certificate.fingerprint()))
        .flat_map(|certificate| {
            [Turn::Starts, Turn::Expires].map(|turn| Dated {
                certificate: certificate.clone(),
                turn,
            })
        })
        .collect()
}

fn causes(
    dated: &[Dated],
    moment: OffsetDateTime,
    before: &Verdict,
    after: &Verdict,
) -> Vec<Dated> {
    let now: Vec<&Dated> = dated
        .iter()
        .filter(|one| one.at() == Some(moment))
        .collect();
    let path = before.outcome.as_ref().or(after.outcome.as_ref());
    let path = path.map(|path| path.certificates()).unwrap_or_default();
    let on_path = now.iter().filter(|one| path.contains(&one.certificate));
    let found: Vec<Dated> = on_path.map(|one| (*one).clone()).collect();
    match found.is_empty() {
        true => now.into_iter().cloned().collect(),
        false => found,
    }
}

/// Ten certificates with five look-alikes each in the store have fewer dates; a store made to hold us up has more, and
/// each date costs a whole verification.
pub(super) const MAX_MOMENTS: usize = 200;
