//! Signals as events, without unsafe code of ours.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::flag;
use signal_hook::iterator;
use signal_hook::low_level::emulate_default_handler;

use super::Signal;

/// Signals that are heard from when this is made, and do nothing by themselves any more.
pub(crate) struct Signals(iterator::Signals);

impl Signals {
    pub(crate) fn new(wanted: &[Signal]) -> io::Result<Self> {
        let numbers = wanted.iter().flat_map(|signal| match signal {
            Signal::End => [SIGINT, SIGTERM].as_slice(),
            Signal::HangUp => &[SIGHUP],
            Signal::Resized => &[SIGWINCH],
        });
        iterator::Signals::new(numbers).map(Self)
    }

    /// Acts on each, until one is the last.
    pub(crate) fn each(mut self, mut act: impl FnMut(Signal) -> ControlFlow<()>) {
        for number in &mut self.0 {
            let signal = match number {
                SIGHUP => Signal::HangUp,
                SIGWINCH => Signal::Resized,
                _ => Signal::End,
            };
            if act(signal).is_break() {
                return;
            }
        }
    }
}

/// From now on a signal that ends this process does so when this was done. One that whoever started it has switched off,
/// as nohup(1) does, stays so.
pub(crate) fn before_the_end(act: fn()) -> io::Result<()> {
    let ending = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let mut signals = iterator::Signals::new(ending.filter(|signal| !is_ignored(*signal)))?;
    let body = move || {
        for signal in &mut signals {
            act();
            // the process ends as if nobody had listened
            let _ = emulate_default_handler(signal);
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(body)?;
    Ok(())
}

/// Whether a signal was ignored before anybody listened (proc_pid_status(5)); elsewhere than on Linux nobody knows.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // the lowest bit is signal 1
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// The first signal to end sets this, the second ends at once.
pub(crate) fn interruptible(stop: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag unset.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(stop))?;
        flag::register(signal, Arc::clone(stop))?;
    }
    Ok(())
}
