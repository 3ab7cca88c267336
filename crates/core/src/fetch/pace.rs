//! So many connections a second, whoever opens them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Gives out places in time, evenly spaced.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `rate` connections a second; zero counts as one.
    pub fn per_second(rate: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / rate.max(1),
            next: Mutex::default(),
        }
    }

    /// Waits for the next place, or until `stop` is true; how long it waited.
    pub(super) fn wait(&self, stop: &AtomicBool) -> Duration {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let place = next.map_or(now, |next| next.max(now));
        *next = place.checked_add(self.interval);
        drop(next);
        while !stop.load(Ordering::Relaxed) {
            let left = place.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(STOP_LATENCY));
        }
        now.elapsed()
    }
}

/// How long a wait may take to notice that it shall stop.
const STOP_LATENCY: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_out_one_interval_apart() {
        let pace = Pace::per_second(50);
        let start = Instant::now();
        for _ in 0..6 {
            pace.wait(&AtomicBool::new(false));
        }
        assert!(start.elapsed() >= Duration::from_millis(100));
    }
}
