//! `trustpack exporter`: the metrics of a check over HTTP, and single servers on request.
//!
//! ```text
//! signals ─┬─▶ rounds ──▶ Document ─┐
//!          ├─▶ configuration ───────┼─▶ Site ◀── requests ── Server
//!          └─▶ the end      probe ──┘
//! ```
//!
//! Rounds, probes and the configuration run on threads of their own; what they bring is swapped in when it is whole, so that
//! a reader has the last one or the new one.

mod allow;
mod auth;
mod config;
mod document;
mod metrics;
mod module;
mod patient;
mod probe;
mod query;
mod reload;
mod reply;
mod rounds;
mod routes;
mod server;
mod watched;

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, RwLock};
use std::thread;

use anyhow::Result;
use tokio::sync::{Semaphore, watch};

use super::Outcome;
use super::check::round::refuse;
use super::check::watch::refuse::what_can_be_read_once;
use crate::args::{Exporter, Sources};
use crate::platform::{Signal, Signals};
use crate::render::Talk;

pub(crate) use allow::Allowed;
use config::Configuration;
use metrics::Metrics;
use reload::Reload;
use rounds::Rounds;
use routes::Site;
use server::Server;
use watched::Watched;

/// Besides those of probes: a hash of a password takes one.
const MORE_THREADS: usize = 2;

/// Runs the command.
///
/// # Errors
/// Only those of the arguments, the configuration and the system, before anything is served.
pub(super) fn run(arguments: Exporter, talk: &Talk) -> Result<Outcome> {
    let Exporter { sources, serving } = arguments;
    what_can_be_read_once(&sources, "the exporter", "`trustpack check`")?;
    refuse(&sources)?;
    let configuration = Arc::new(Configuration::read(&serving, talk)?);
    // a configuration may list some later
    if !has_any(&sources) && configuration.allow.is_empty() && serving.config.is_none() {
        talk.warn("there is nothing to serve: name files or servers for /metrics, or --allow what /probe may ask");
    }
    // from here on a change is seen
    let mut watched = Watched::of_files(configuration.files.clone());
    let seen = watched.state();
    let server = Server::bind(&serving.listen)?;
    let metrics = Arc::new(Metrics::default());
    metrics.configuration(true);
    let site = Arc::new(Site {
        has_sources: has_any(&sources),
        metrics: Arc::clone(&metrics),
        probes: Arc::new(Semaphore::new(usize::from(serving.max_probes))),
        timeout_offset: serving.timeout_offset,
        talk: *talk,
        configuration: RwLock::new(Arc::clone(&configuration)),
    });
    // whoever reads where it listens may end it at once
    let signals = Signals::new(&[Signal::HangUp, Signal::End])?;
    let (end, ending) = watch::channel(false);
    let mut at_once = Vec::new();

    let scheme = if configuration.tls.is_some() {
        "https"
    } else {
        "http"
    };
    for address in server.addresses() {
        talk.say(format!("listening on {scheme}://{address}"));
    }
    let (connections, probes) = (serving.max_connections, serving.max_probes);
    if site.has_sources {
        let rounds = Rounds {
            sources,
            names: serving.metrics_compat.unwrap_or_default(),
            every: serving.interval,
            metrics,
            talk: *talk,
        };
        let (sender, receiver) = mpsc::channel();
        at_once.push(sender);
        begin("rounds", move || rounds.run(&receiver))?;
    }
    let reload = Reload {
        serving,
        site: Arc::clone(&site),
        watched,
    };
    let (sender, receiver) = mpsc::channel();
    at_once.push(sender);
    begin("configuration", move || reload.run(seen, &receiver))?;
    listen(signals, at_once, end)?;

    let threads = usize::from(probes) + MORE_THREADS;
    server.run(site, usize::from(connections), threads, ending)?;
    talk.say("ended");
    Ok(Outcome::Fine)
}

/// Whether there is anything to look at without being asked.
fn has_any(sources: &Sources) -> bool {
    !sources.inputs.is_empty()
        || !sources.pair.is_empty()
        || sources.listed.targets.is_some()
        || sources.system
}

/// Hears signals: SIGHUP begins everything that reads anew, the others end it.
fn listen(signals: Signals, at_once: Vec<Sender<()>>, end: watch::Sender<bool>) -> Result<()> {
    // A terminal that goes away says so with SIGHUP, and means the end.
    let is_watched = io::stderr().is_terminal();
    begin("signals", move || {
        signals.each(|signal| {
            match signal {
                Signal::HangUp if !is_watched => {
                    for sender in &at_once {
                        let _ = sender.send(());
                    }
                }
                _ => {
                    let _ = end.send(true);
                }
            }
            ControlFlow::Continue(())
        });
    })
}

fn begin(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}
