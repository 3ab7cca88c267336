//! What becomes of an acceptance when certificates are renewed: the server's own, its CA, the root.

use crate::Certificate;

use super::Question;

mod today;

use today::Today;

/// What may happen to a server's certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Event {
    /// The same CA issues a new server certificate.
    NewCertificate,
    /// Another intermediate of the same root issues it.
    OtherIntermediate,
    /// The root is replaced.
    NewRoot,
}

impl Event {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewCertificate => "new-certificate",
            Self::OtherIntermediate => "other-intermediate",
            Self::NewRoot => "new-root",
        }
    }
}

/// What an event does to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outlook {
    /// The server is accepted afterwards.
    Holds,
    /// It is not.
    Breaks,
    /// It is, or is not, depending on what the CA does; the reason says on what.
    Depends,
    /// Today's answer says nothing about it.
    Unknown,
}

impl Outlook {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Breaks => "breaks",
            Self::Depends => "depends",
            Self::Unknown => "unknown",
        }
    }
}

/// An event and what comes of it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What happens.
    pub event: Event,
    /// What comes of it.
    pub outlook: Outlook,
    /// Why, in lower case and without a period.
    pub reason: String,
    /// What to do before it happens.
    pub hint: Option<String>,
    /// The certificates in the store that carry the server afterwards, or the one that does no longer.
    pub certificates: Vec<Certificate>,
}

/// What becomes of today's answer after each of three [events](Event).
///
/// The certificates that will come do not exist, so none is judged. Today's chain stands for them: the store is asked
/// without the certificates that lose their meaning. That the new ones are good is taken for granted: that they are for
/// the same name and purpose, keep to name constraints and path lengths, that the server sends its intermediates as it does
/// today, and that the CA still exists. All that is said is whether the store would be the reason for a refusal.
///
/// A server certificate that has expired already is judged in its last second, because its renewal is what is asked for.
pub fn after_renewal(question: &Question<'_>) -> [Scenario; 3] {
    const EVENTS: [Event; 3] = [
        Event::NewCertificate,
        Event::OtherIntermediate,
        Event::NewRoot,
    ];
    let today = match Today::new(question) {
        Ok(today) => today,
        Err((reason, hint)) => {
            return EVENTS.map(|event| Scenario {
                event,
                outlook: Outlook::Unknown,
                reason: reason.clone(),
                hint: hint.clone(),
                certificates: Vec::new(),
            });
        }
    };
    EVENTS.map(|event| match event {
        Event::NewCertificate => today.new_certificate(),
        Event::OtherIntermediate => today.other_intermediate(),
        Event::NewRoot => today.new_root(),
    })
}
