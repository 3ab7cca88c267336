//! The configuration, read again when it changes. One that is broken is not taken.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};

use anyhow::Result;
use time::OffsetDateTime;

use super::config::Configuration;
use super::routes::Site;
use super::watched::{State, Watched};
use crate::args::Serving;
use crate::commands::check::watch::stamp;
use crate::hint::Hinted;

/// Reads it, and puts it in force.
pub(super) struct Reload {
    pub serving: Serving,
    pub site: Arc<Site>,
    /// The files of the one that is in force.
    pub watched: Watched,
}

impl Reload {
    /// Goes on until nobody can ask for it any more. `seen`: how the files were when the one in force was read.
    pub(super) fn run(mut self, mut seen: State, at_once: &Receiver<()>) {
        loop {
            match at_once.recv_timeout(self.watched.pause()) {
                Ok(()) => seen = self.watched.state(),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if self.watched.state() == seen {
                        continue;
                    }
                    seen = self.watched.settled();
                }
            }
            // a change while it is read is seen the next time; only of files that it names for the first time nothing is
            // known from before
            if self.serving.config.is_some() && self.read() {
                seen = self.watched.state();
            }
        }
    }

    /// Refuses one that would let everybody in: a file that is cut off while it is saved looks like that.
    fn as_closed(&self, new: Configuration) -> Result<Configuration> {
        let in_force = self.site.configuration.read();
        let in_force = in_force.unwrap_or_else(PoisonError::into_inner);
        let lost = match () {
            () if in_force.tls.is_some() && new.tls.is_none() => "tls",
            () if !in_force.users.is_empty() && new.users.is_empty() => "basic_auth",
            () => return Ok(new),
        };
        let hint = "start the exporter anew if it is to go on without";
        Err(Hinted::new(format!("it has no {lost} any more"), hint).into())
    }

    /// Whether other files are watched now.
    fn read(&mut self) -> bool {
        let now = stamp(OffsetDateTime::now_utc());
        let talk = self.site.talk;
        let read = Configuration::read(&self.serving, &talk).and_then(|new| self.as_closed(new));
        self.site.metrics.configuration(read.is_ok());
        match read {
            Ok(configuration) => {
                let is_other = self.watched.watch(&configuration.files);
                let site = self.site.configuration.write();
                *site.unwrap_or_else(PoisonError::into_inner) = Arc::new(configuration);
                talk.say(format!("{now}: the configuration was read again"));
                is_other
            }
            Err(error) => {
                let what = format!("{now}: the new configuration is not taken");
                talk.failure(&what, &error);
                false
            }
        }
    }
}
