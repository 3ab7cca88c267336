//! `--watch`: the same check again and again.
//!
//! Every round runs on a thread of its own and keeps nothing but what issuers said of renewals, so that this one can hear
//! signals whatever the round waits for: a server, a full pipe, a file system that is gone.

pub(in crate::commands) mod refuse;
mod screen;

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use screen::Screen;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::report::Summary;

use super::ari::AriCache;
use super::{Outcome, check};
use crate::args::Check;
use crate::output::abandon;
use crate::platform::{Signal, Signals};
use crate::render::{Talk, is_broken_pipe};

/// What happens to a watch.
enum Event {
    Ended(Result<Box<Summary>>),
    /// SIGTERM, Ctrl-C, or SIGHUP on a terminal.
    Stop,
    /// SIGHUP where there is no terminal.
    AtOnce,
    /// The terminal has another size.
    Resized,
}

/// Checks every so often, until a signal ends it or nobody reads stdout any more.
///
/// # Errors
/// Only those of the arguments and of the system, before the first round.
pub(super) fn run(mut arguments: Check, every: Duration, talk: Talk) -> Result<Outcome> {
    refuse::what_cannot_be_asked_again(&arguments)?;
    let screen = Screen::open(&mut arguments)?;
    let (sender, events) = mpsc::channel();
    listen(sender.clone())?;
    let mut watch = Watch {
        arguments: Arc::new(arguments),
        screen,
        answers: Arc::default(),
        talk,
        sender,
        events,
    };
    let mut due = Instant::now();
    loop {
        watch.begin();
        let Some((result, again)) = watch.round() else {
            return Ok(Outcome::Fine);
        };
        if result.as_ref().is_err_and(|error| watch.is_unread(error)) {
            return Ok(Outcome::Fine);
        }
        due = match again {
            true => Instant::now(),
            false => next(due, every),
        };
        watch.tell(result, due);
        match watch.wait(due) {
            Wake::Due => {}
            Wake::AtOnce => due = Instant::now(),
            Wake::Stop => return Ok(Outcome::Fine),
        }
    }
}

/// When the next round is due: so often after the last one was, and not before now. Rounds that were missed are left out,
/// so that a slow one does not shift those after it.
pub(in crate::commands) fn next(due: Instant, every: Duration) -> Instant {
    let now = Instant::now();
    let missed = now.saturating_duration_since(due).as_nanos() / every.as_nanos().max(1);
    let rounds = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
    let next = every
        .checked_mul(rounds)
        .and_then(|wait| due.checked_add(wait));
    next.unwrap_or(now + every)
}

/// Hears signals from now on.
fn listen(sender: Sender<Event>) -> Result<()> {
    let signals = Signals::new(&[Signal::HangUp, Signal::End, Signal::Resized])?;
    // A terminal that goes away says so with SIGHUP, and means the end.
    let is_watched = io::stderr().is_terminal();
    let body = move || {
        signals.each(|signal| {
            let event = match signal {
                Signal::HangUp if !is_watched => Event::AtOnce,
                Signal::Resized => Event::Resized,
                Signal::HangUp | Signal::End => Event::Stop,
            };
            match sender.send(event) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(body)?;
    Ok(())
}

struct Watch {
    arguments: Arc<Check>,
    /// The terminal, when the report goes there.
    screen: Option<Screen>,
    /// What issuers said, and how long that holds.
    answers: Arc<AriCache>,
    talk: Talk,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

/// Why waiting is over.
enum Wake {
    Due,
    AtOnce,
    Stop,
}

impl Watch {
    /// Begins a round.
    fn begin(&self) {
        let (arguments, answers) = (Arc::clone(&self.arguments), Arc::clone(&self.answers));
        let (talk, sender) = (self.talk, self.sender.clone());
        let body = move || {
            let once = || check(&arguments, &answers, &talk);
            // Nothing of the round is looked at afterwards.
            let result = panic::catch_unwind(AssertUnwindSafe(once));
            let result = result.unwrap_or_else(|_| Err(anyhow!("it failed; this is a bug")));
            let _ = sender.send(Event::Ended(
                result.map(|checked| Box::new(checked.summary)),
            ));
        };
        let begun = thread::Builder::new().name("round".to_owned()).spawn(body);
        if let Err(error) = begun {
            let _ = self.sender.send(Event::Ended(Err(error.into())));
        }
    }

    /// Waits for the end of a round: what came of it, and whether another one is wanted at once. `None` when a signal ended
    /// it: it has a second to be done then, unless another signal comes.
    fn round(&mut self) -> Option<(Result<Box<Summary>>, bool)> {
        let mut again = false;
        loop {
            match self.events.recv() {
                Ok(Event::Ended(result)) => return Some((result, again)),
                Ok(Event::AtOnce) => again = true,
                Ok(Event::Resized) => self.draw(),
                Ok(Event::Stop) | Err(_) => break,
            }
        }
        let end = Instant::now() + GRACE;
        match self.event_before(end) {
            Some(Event::Ended(Ok(summary))) => self.say(&summary.words()),
            Some(Event::Ended(Err(error))) => self.talk.error(&failed(error)),
            Some(Event::Stop | Event::AtOnce | Event::Resized) | None => {
                abandon();
                self.say("stopped within a round; the last report stays");
            }
        }
        None
    }

    fn wait(&mut self, due: Instant) -> Wake {
        match self.event_before(due) {
            None => Wake::Due,
            Some(Event::AtOnce) => Wake::AtOnce,
            // there is no round that could end, and another size is no reason to wake
            Some(Event::Stop | Event::Ended(_) | Event::Resized) => Wake::Stop,
        }
    }

    /// What happens before then, beside another size of the terminal.
    fn event_before(&mut self, end: Instant) -> Option<Event> {
        loop {
            let time = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(time) {
                Ok(Event::Resized) => self.draw(),
                Ok(event) => return Some(event),
                Err(RecvTimeoutError::Timeout) => return None,
                // not while this one can send itself
                Err(RecvTimeoutError::Disconnected) => return Some(Event::Stop),
            }
        }
    }

    fn draw(&mut self) {
        if let Some(screen) = &mut self.screen {
            screen.draw();
        }
    }

    /// Whether a round ended because nobody reads stdout any more.
    fn is_unread(&self, error: &anyhow::Error) -> bool {
        self.arguments.written.writes_stdout() && is_broken_pipe(error)
    }

    fn tell(&mut self, result: Result<Box<Summary>>, due: Instant) {
        let wait = due.saturating_duration_since(Instant::now());
        let next = format!("next round at {}", stamp(OffsetDateTime::now_utc() + wait));
        let result = result.map_err(failed);
        match &result {
            // what stands on the screen needs no line below it
            _ if self.screen.is_some() && io::stderr().is_terminal() => {}
            Ok(summary) => self.say(&format!("{}; {next}", summary.words())),
            Err(error) => {
                self.talk.error(error);
                self.say(&next);
            }
        }
        let Some(screen) = &mut self.screen else {
            return;
        };
        match result {
            Ok(_) => {
                let now = stamp(OffsetDateTime::now_utc());
                screen.show(format!("checked at {now}; {next}; Ctrl-C ends"));
            }
            Err(error) => {
                let mut told = Talk::error_lines(&error);
                told.push(next);
                screen.show_failed(told);
            }
        }
    }

    fn say(&self, what: &str) {
        let now = stamp(OffsetDateTime::now_utc());
        self.talk.say(format!("{now}: {what}"));
    }
}

/// Why a round has no report.
fn failed(error: anyhow::Error) -> anyhow::Error {
    let now = stamp(OffsetDateTime::now_utc());
    error.context(format!(
        "{now}: this round failed and the last report stays"
    ))
}

/// RFC 3339, in whole seconds.
pub(in crate::commands) fn stamp(at: OffsetDateTime) -> String {
    let whole = at.replace_nanosecond(0).unwrap_or(at);
    whole.format(&Rfc3339).unwrap_or_else(|_| whole.to_string())
}

/// So long a round that a signal ends may take to be done.
const GRACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_do_not_drift_and_those_that_were_missed_are_left_out() {
        let every = Duration::from_secs(10);
        let due = Instant::now();
        assert_eq!(next(due, every), due + every);
        let late = Instant::now().checked_sub(Duration::from_secs(25));
        // a machine that was started this minute has no such moment
        if let Some(late) = late {
            assert_eq!(next(late, every), late + 3 * every);
        }
    }
}
