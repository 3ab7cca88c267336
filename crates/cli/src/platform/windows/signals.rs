//! Ctrl-C, the one signal that Windows has of those meant here. It only sets a flag, which is looked at again and again: a
//! pipe that wakes a thread is what other systems have.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use signal_hook::low_level::exit;

use super::Signal;

/// So soon that nobody presses it twice.
const PAUSE: Duration = Duration::from_millis(50);

/// Ctrl-C is heard from when this is made, and does nothing by itself any more.
pub(crate) struct Signals(Arc<AtomicBool>);

impl Signals {
    pub(crate) fn new(wanted: &[Signal]) -> io::Result<Self> {
        let pressed = Arc::default();
        if wanted.contains(&Signal::End) {
            flag::register(SIGINT, Arc::clone(&pressed))?;
        }
        Ok(Self(pressed))
    }

    /// Acts on each, until one is the last.
    pub(crate) fn each(self, mut act: impl FnMut(Signal) -> ControlFlow<()>) {
        loop {
            thread::sleep(PAUSE);
            if self.0.swap(false, Ordering::Relaxed) && act(Signal::End).is_break() {
                return;
            }
        }
    }
}

/// From now on Ctrl-C ends this process when this was done.
pub(crate) fn before_the_end(act: fn()) -> io::Result<()> {
    let signals = Signals::new(&[Signal::End])?;
    let body = move || {
        signals.each(|_| {
            act();
            exit(128 + SIGINT)
        });
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(body)?;
    Ok(())
}

/// The first Ctrl-C sets this, the second ends at once.
pub(crate) fn interruptible(stop: &Arc<AtomicBool>) -> io::Result<()> {
    // In this order: the first finds the flag unset.
    flag::register_conditional_shutdown(SIGINT, 128 + SIGINT, Arc::clone(stop))?;
    flag::register(SIGINT, Arc::clone(stop))?;
    Ok(())
}
