//! Many targets at a time: threads with small stacks, a bounded queue, a limit for each address.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use super::{FetchOptions, Fetched, Resolved, Target};

/// How many are asked at the same time.
#[derive(Clone, Debug)]
pub struct Crew {
    /// Targets at the same time.
    pub parallel: usize,
    /// Targets at the same time that have the same address, or the same name behind a proxy; what waits for its
    /// address holds up no other.
    pub per_address: usize,
}

impl Default for Crew {
    /// 64 targets, 16 of one address.
    fn default() -> Self {
        Self {
            parallel: 64,
            per_address: 16,
        }
    }
}

/// Fetches many, and hands each result over as soon as it is there, with its place in `targets`. Every target gets
/// exactly one result, in any failure; one for each address where all are asked.
pub fn fetch_all(
    targets: Vec<Target>,
    options: &FetchOptions,
    crew: &Crew,
    on_result: &mut dyn FnMut(usize, Fetched),
) {
    let stream = targets.into_iter().map(Ok::<_, Infallible>);
    fetch_stream(stream, options, crew, &|one| one, &mut |place, result| {
        let Ok(all) = result;
        all.into_iter().for_each(|one| on_result(place, one));
    });
}

/// Fetches from a stream of targets that may never end; what is no target is handed through in its turn. Takes from
/// the stream little more than it has begun, so that memory stays flat, and waits for it without holding up others.
///
/// `finish` makes of each answer what is wanted of it, on the thread that fetched it; `on_result` runs on the calling
/// thread, and while it works, a few more results wait, and then those who have them.
pub fn fetch_stream<I, E, R>(
    targets: I,
    options: &FetchOptions,
    crew: &Crew,
    finish: &(dyn Fn(Fetched) -> R + Sync),
    on_result: &mut dyn FnMut(usize, Result<Vec<R>, E>),
) where
    I: Iterator<Item = Result<Target, E>> + Send + 'static,
    E: Send + 'static,
    R: Send,
{
    let finish_all = |(place, result): Handed<E>| {
        let finished = result.map(|all| all.into_iter().map(finish).collect::<Vec<R>>());
        (place, finished)
    };
    let parallel = crew.parallel.clamp(1, MAX_PARALLEL);
    let (_, most) = targets.size_hint();
    let workers = most.map_or(parallel, |most| parallel.min(most));
    let desk = Arc::new(Desk::new(crew, parallel, Arc::clone(&options.stop)));
    // Not joined: a stream that waits for its next line must not keep us when we are told to stop.
    let feeding = Arc::clone(&desk);
    if thread::Builder::new()
        .spawn(move || feeding.feed(targets))
        .is_err()
    {
        desk.close();
    }
    let (results, finished) = mpsc::sync_channel(workers.clamp(1, MAX_RESULTS));
    thread::scope(|scope| {
        let finished = finished;
        let mut running = 0_usize;
        for _ in 0..workers {
            let (desk, results, finish_all) = (&desk, results.clone(), &finish_all);
            let thread = thread::Builder::new().stack_size(WORKER_STACK);
            let work = move || {
                desk.work(options, &mut |result| {
                    results.send(finish_all(result)).is_ok()
                });
            };
            // A system that is out of threads still gets its work done by those that there are.
            if thread.spawn_scoped(scope, work).is_err() {
                break;
            }
            running += 1;
        }
        drop(results);
        if running == 0 {
            desk.work(options, &mut |result| {
                let (place, finished) = finish_all(result);
                on_result(place, finished);
                true
            });
        }
        for (place, result) in finished {
            on_result(place, result);
        }
    });
    desk.close();
}

/// The place of a target, and what came of it.
type Handed<E> = (usize, Result<Vec<Fetched>, E>);

/// Who gets what next.
struct Desk<E> {
    state: Mutex<State<E>>,
    /// For workers.
    changed: Condvar,
    /// For who reads the stream.
    room: Condvar,
    parallel: usize,
    per_address: usize,
    stop: Arc<AtomicBool>,
}

struct State<E> {
    /// Read from the stream, not yet looked at.
    ready: VecDeque<(usize, Result<Target, E>)>,
    /// No more will come.
    is_exhausted: bool,
    /// Of each address that is asked: how many ask it, and who waits until one of them has done.
    busy: HashMap<Key, Line>,
    /// How many wait, all together.
    waiting: usize,
    /// Whose turn has come: each has its seat.
    called: VecDeque<(usize, Resolved)>,
    /// Being looked up, and may come to wait.
    unresolved: usize,
    /// Workers without work. Waking nobody is a system call, too.
    idle: usize,
}

/// What is counted for the limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Name(String),
}

/// One address, and those who want to ask it.
#[derive(Default)]
struct Line {
    seats_taken: usize,
    waiting: VecDeque<(usize, Resolved)>,
}

/// What a worker does next.
enum Job<E> {
    Resolve(usize, Target),
    Ask(usize, Box<Resolved>),
    Hand(usize, E),
}

impl<E> Desk<E> {
    fn new(crew: &Crew, parallel: usize, stop: Arc<AtomicBool>) -> Self {
        Self {
            state: Mutex::new(State {
                ready: VecDeque::new(),
                is_exhausted: false,
                busy: HashMap::new(),
                waiting: 0,
                called: VecDeque::new(),
                unresolved: 0,
                idle: 0,
            }),
            changed: Condvar::new(),
            room: Condvar::new(),
            parallel,
            per_address: crew.per_address.max(1),
            stop,
        }
    }

    /// Puts the stream onto the desk, as fast as the workers take it.
    fn feed(&self, targets: impl Iterator<Item = Result<Target, E>>) {
        for one in targets.enumerate() {
            let mut state = self.lock();
            while state.ready.len() >= self.parallel && !state.is_exhausted {
                let waited = self.room.wait_timeout(state, STOP_LATENCY);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            // Who is told to stop reads no further; what was read has a record all the same.
            if state.is_exhausted || self.stop.load(Ordering::Relaxed) {
                break;
            }
            state.ready.push_back(one);
            self.wake_one(state);
        }
        self.close();
    }

    fn close(&self) {
        self.lock().is_exhausted = true;
        self.changed.notify_all();
        self.room.notify_all();
    }

    /// Works until nothing is left; `hand` says whether anybody still listens.
    fn work(&self, options: &FetchOptions, hand: &mut dyn FnMut(Handed<E>) -> bool) {
        while let Some(job) = self.next() {
            let (place, result) = match job {
                Job::Hand(place, error) => (place, Err(error)),
                Job::Resolve(place, target) => match Resolved::new(&target, options) {
                    Ok(resolved) => {
                        let Some(resolved) = self.seat(place, resolved) else {
                            continue;
                        };
                        (place, Ok(self.ask(&resolved, options)))
                    }
                    Err(failed) => {
                        self.resolved();
                        (place, Ok(vec![*failed]))
                    }
                },
                Job::Ask(place, resolved) => (place, Ok(self.ask(&resolved, options))),
            };
            if !hand((place, result)) {
                return;
            }
        }
    }

    fn ask(&self, resolved: &Resolved, options: &FetchOptions) -> Vec<Fetched> {
        let answers = resolved.ask_all(options);
        let mut state = self.lock();
        state.leave_seat(&Key::of(resolved));
        if !state.called.is_empty() {
            self.wake_one(state);
        }
        answers
    }

    /// A place at its address, or one in the waiting room.
    fn seat(&self, place: usize, resolved: Resolved) -> Option<Resolved> {
        let mut state = self.lock();
        state.unresolved -= 1;
        let line = state.busy.entry(Key::of(&resolved)).or_default();
        if line.seats_taken < self.per_address {
            line.seats_taken += 1;
            return Some(resolved);
        }
        line.waiting.push_back((place, resolved));
        state.waiting += 1;
        None
    }

    fn resolved(&self) {
        self.lock().unresolved -= 1;
    }

    fn next(&self) -> Option<Job<E>> {
        let mut state = self.lock();
        loop {
            if let Some((place, resolved)) = state.called.pop_front() {
                // There is room for another one now.
                if !state.ready.is_empty() {
                    self.wake_one(state);
                }
                return Some(Job::Ask(place, Box::new(resolved)));
            }
            if state.waiting < MAX_WAITING
                && let Some((place, target)) = state.ready.pop_front()
            {
                let job = match target {
                    Ok(target) => {
                        state.unresolved += 1;
                        Job::Resolve(place, target)
                    }
                    Err(error) => Job::Hand(place, error),
                };
                // It fills the desk up at once, and so has not to be woken for each target.
                if state.ready.len() == self.parallel / 2 {
                    self.room.notify_one();
                }
                return Some(job);
            }
            let is_stopped = self.stop.load(Ordering::Relaxed);
            let no_more = (is_stopped || state.is_exhausted) && state.ready.is_empty();
            if no_more && state.waiting == 0 && state.unresolved == 0 {
                drop(state);
                self.changed.notify_all();
                return None;
            }
            state = self.wait(state);
        }
    }

    /// Wakes now and then for whoever sets `stop`, who cannot wake us.
    fn wait<'a>(&self, mut state: MutexGuard<'a, State<E>>) -> MutexGuard<'a, State<E>> {
        state.idle += 1;
        let waited = self.changed.wait_timeout(state, STOP_LATENCY);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.idle -= 1;
        state
    }

    /// Tells a worker without work, if there is one, that there may be something for it. What becomes possible, a target
    /// read or a seat left, is work for one; whoever has done it looks for more, and wakes all at the end.
    fn wake_one(&self, state: MutexGuard<'_, State<E>>) {
        let is_wanted = state.idle > 0;
        drop(state);
        if is_wanted {
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> State<E> {
    /// Gives the seat to the next one in the line, if there is one.
    fn leave_seat(&mut self, key: &Key) {
        let Some(line) = self.busy.get_mut(key) else {
            return;
        };
        match line.waiting.pop_front() {
            Some(next) => {
                self.waiting -= 1;
                self.called.push_back(next);
            }
            None => {
                line.seats_taken -= 1;
                if line.seats_taken == 0 {
                    self.busy.remove(key);
                }
            }
        }
    }
}

impl Key {
    fn of(resolved: &Resolved) -> Self {
        match resolved.addresses.first() {
            Some(address) => Self::Address(address.ip()),
            None => Self::Name(resolved.target.dialled().host().to_owned()),
        }
    }
}

/// How long a worker without work may take to notice that it shall stop.
const STOP_LATENCY: Duration = Duration::from_millis(200);

/// So many results wait for the calling thread; each may be tens of kilobytes.
const MAX_RESULTS: usize = 16;

/// More only exhausts ports and conntrack tables.
pub(super) const MAX_PARALLEL: usize = 4096;

/// Measured in a debug build: a handshake takes below 48 KiB, checking an ML-DSA-87 signature below 96 KiB more.
/// The rest is margin; only touched pages cost memory.
pub(super) const WORKER_STACK: usize = 512 * 1024;

/// So many targets may wait for their address before the list has to wait; some hundred bytes each.
const MAX_WAITING: usize = 16 * 1024;

#[cfg(test)]
mod tests;
