//! Rounds of a check, one after the other, for as long as the exporter runs. Their report stays in memory.

use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use time::OffsetDateTime;
use trustpack_core::report::{Metrics as Names, ReportFormat, Summary};

use super::document::{Document, Writing};
use super::metrics::Metrics;
use super::watched::Watched;
use crate::args::Sources;
use crate::commands::check::outputs::Outputs;
use crate::commands::check::recorded::Recorded;
use crate::commands::check::round::{Looked, Round};
use crate::commands::check::watch::{next, stamp};
use crate::commands::check::{AriCache, Share};
use crate::render::{self, Talk};

/// What rounds look at, and when.
pub(super) struct Rounds {
    pub sources: Sources,
    pub names: Names,
    pub every: Duration,
    pub metrics: Arc<Metrics>,
    pub talk: Talk,
}

impl Rounds {
    /// Runs them until nobody can ask for one at once any more.
    pub(super) fn run(&self, at_once: &Receiver<()>) {
        let answers = Arc::default();
        let mut watched = Watched::of_sources(&self.sources);
        let mut due = Instant::now();
        loop {
            let seen = watched.state();
            let begun = Instant::now();
            // Nothing of the round is looked at afterwards.
            let once = panic::catch_unwind(AssertUnwindSafe(|| self.look(&answers)));
            let result = once.unwrap_or_else(|_| Err(anyhow!("it failed; this is a bug")));
            due = next(due, self.every);
            self.tell(&result, due);
            let result = match result {
                Ok((document, _)) => Ok(document),
                Err(error) => Err(render::told(&error)),
            };
            self.metrics.round(result, begun.elapsed());
            loop {
                let left = due.saturating_duration_since(Instant::now());
                match at_once.recv_timeout(left.min(watched.pause())) {
                    Ok(()) => {
                        due = Instant::now();
                        break;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) if Instant::now() >= due => break,
                    Err(RecvTimeoutError::Timeout) if watched.state() == seen => {}
                    Err(RecvTimeoutError::Timeout) => {
                        watched.settled();
                        due = Instant::now();
                        break;
                    }
                }
            }
        }
    }

    fn look(&self, answers: &Arc<AriCache>) -> Result<(Document, Summary)> {
        let round = Round {
            sources: &self.sources,
            at: OffsetDateTime::now_utc(),
            share: Share::new(None)?,
            is_repeated: true,
            answers,
            recorded: &Recorded::default(),
            talk: &self.talk,
        };
        let memory = Memory(Rc::new(RefCell::new(Some(Writing::new()))));
        let out = Box::new(Memory(Rc::clone(&memory.0)));
        let format = ReportFormat::Prometheus(self.names);
        let Looked { summary, .. } =
            round.look(|| Ok(Outputs::into_memory(format, round.at, out)))?;
        let writing = memory.0.borrow_mut().take();
        let document = writing
            .ok_or_else(|| anyhow!("there is no report"))?
            .end()?;
        Ok((document, summary))
    }

    fn tell(&self, result: &Result<(Document, Summary)>, due: Instant) {
        let now = OffsetDateTime::now_utc();
        let wait = due.saturating_duration_since(Instant::now());
        let next = stamp(now + wait);
        match result {
            Ok((_, summary)) => {
                self.talk.say(format!(
                    "{}: {}; next round at {next}",
                    stamp(now),
                    summary.words()
                ));
            }
            Err(error) => {
                let what = format!(
                    "{}: this round failed and the last report stays",
                    stamp(now)
                );
                self.talk.failure(&what, error);
                self.talk
                    .say(format!("{}: next round at {next}", stamp(now)));
            }
        }
    }
}

/// A report that its writer and whoever keeps it hold together.
struct Memory(Rc<RefCell<Option<Writing>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.borrow_mut().as_mut() {
            Some(writing) => writing.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
