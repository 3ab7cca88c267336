//! One target: looked up once, asked as often and in as many ways as it takes.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::dial::Deadline;
use super::{FetchError, FetchOptions, Fetched, Target, attempt, findings, ladder, pool};

/// A target whose addresses are known, or whose proxy will find them.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) target: Target,
    /// In the order to try them; empty when a proxy is asked by name.
    pub(super) addresses: Vec<SocketAddr>,
    took: Duration,
}

impl Resolved {
    /// Looks the name up; a failure is a whole record.
    pub(super) fn new(target: &Target, options: &FetchOptions) -> Result<Self, Box<Fetched>> {
        let mut tries = options.retries;
        loop {
            if is_stopped(options) {
                return Err(Box::new(stopped(target)));
            }
            let deadline = Deadline::after(options.timeout);
            let error = match attempt::addresses(target, options, deadline) {
                Ok(addresses) => {
                    return Ok(Self {
                        target: target.clone(),
                        addresses,
                        took: deadline.elapsed(),
                    });
                }
                Err(error) => error,
            };
            if tries == 0 || !error.may_pass() {
                let mut fetched = Fetched::new(target);
                fetched.elapsed = deadline.elapsed();
                fetched.timings.resolve = fetched.elapsed;
                fetched.error = Some(error);
                return Err(Box::new(fetched));
            }
            tries -= 1;
        }
    }

    /// One record, or one for each address where that is wanted.
    pub(super) fn ask_all(&self, options: &FetchOptions) -> Vec<Fetched> {
        if !options.all_addresses || self.addresses.len() < 2 {
            return vec![self.ask(options)];
        }
        let mut all = Vec::new();
        for some in self.addresses.chunks(ADDRESSES_AT_ONCE) {
            thread::scope(|scope| {
                let ask = |address: &SocketAddr| {
                    let alone = Self {
                        addresses: vec![*address],
                        ..self.clone()
                    };
                    thread::Builder::new()
                        .stack_size(pool::WORKER_STACK)
                        .spawn_scoped(scope, move || alone.ask(options))
                        .map_err(|_| *address)
                };
                let started: Vec<_> = some.iter().map(ask).collect();
                for one in started {
                    let alone = |address| Self {
                        addresses: vec![address],
                        ..self.clone()
                    };
                    // A system that is out of threads still gets its work done here.
                    match one {
                        Ok(thread) => all.extend(thread.join()),
                        Err(address) => all.push(alone(address).ask(options)),
                    }
                }
            });
        }
        findings::compare(&mut all);
        all
    }

    /// The first address that takes the connection, again as often as is wanted.
    pub(super) fn ask(&self, options: &FetchOptions) -> Fetched {
        let mut fetched = self.ask_once(options);
        for attempt in 0..options.retries {
            if is_stopped(options)
                || fetched.chain.is_some()
                || !fetched.error.as_ref().is_some_and(FetchError::may_pass)
            {
                break;
            }
            // What a busy server refuses now it may take a moment later.
            thread::sleep(RETRY_PAUSE * (attempt + 1).min(10));
            let before = fetched;
            fetched = self.ask_once(options);
            fetched.elapsed += before.elapsed;
            fetched.connections += before.connections;
        }
        fetched
    }

    /// A connection and nothing else.
    pub(super) fn connect(&self, options: &FetchOptions) -> Fetched {
        let mut fetched = Fetched::new(&self.target);
        fetched.timings.resolve = self.took;
        fetched.connections = 1;
        let deadline = Deadline::after(options.timeout.saturating_sub(self.took));
        fetched.error = attempt::connect(self, options, deadline, &mut fetched).err();
        fetched.elapsed = deadline.elapsed() + self.took;
        fetched
    }

    /// Goes up the ladder until there is a chain, or nothing left to try.
    fn ask_once(&self, options: &FetchOptions) -> Fetched {
        let target = &self.target;
        let mut fetched = Fetched::new(target);
        fetched.timings.resolve = self.took;
        let mut deadline = Deadline::after(options.timeout.saturating_sub(self.took));
        let mut ladder = ladder::Ladder::new(target, options);
        while let Some(rung) = ladder.next() {
            if let Some(pace) = &options.pace {
                deadline.extend(pace.wait(&options.stop));
            }
            if is_stopped(options) {
                ladder.failed(rung, FetchError::Stopped);
                break;
            }
            fetched.connections += 1;
            let mut outcome = attempt::run(self, options, &rung, deadline, &mut fetched);
            // Some servers send what they have, whatever was asked for.
            if let (Some(kind), Some(der)) = (target.certificate_type, outcome.facts.chain.first())
                && !kind.is_of(der)
            {
                outcome.facts.chain.clear();
                outcome.error = Some(FetchError::NoSuchCertificate {
                    certificate_type: kind,
                });
            }
            let has_chain = !outcome.facts.chain.is_empty();
            fetched.keep(outcome.facts);
            if has_chain {
                fetched.error = outcome.error;
                break;
            }
            ladder.failed(rung, outcome.error.unwrap_or(FetchError::NoCertificate));
        }
        match &fetched.chain {
            Some(chain) => {
                fetched.refused = ladder.into_first_error();
                // What is called so by the server, and none of it can be read: the findings say why.
                if chain.certificates.is_empty() && fetched.error.is_none() {
                    fetched.error = Some(FetchError::NoCertificate);
                }
            }
            None => fetched.error = Some(ladder.into_best_error()),
        }
        fetched.elapsed = deadline.elapsed() + self.took;
        findings::add(&mut fetched);
        fetched
    }
}

/// So many addresses of one name are asked at the same time.
const ADDRESSES_AT_ONCE: usize = 16;

/// What a busy server needs to take breath; the second try waits twice as long, and so on.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

fn is_stopped(options: &FetchOptions) -> bool {
    options.stop.load(Ordering::Relaxed)
}

fn stopped(target: &Target) -> Fetched {
    let mut fetched = Fetched::new(target);
    fetched.error = Some(FetchError::Stopped);
    fetched
}
