//! So many connections a second, whoever opens them.

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

    /// Waits for the next place; how long it waited.
    pub(super) fn wait(&self) -> Duration {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let place = next.map_or(now, |next| next.max(now));
        *next = place.checked_add(self.interval);
        drop(next);
        let wait = place.saturating_duration_since(now);
        thread::sleep(wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_out_one_interval_apart() {
        let pace = Pace::per_second(50);
        let start = Instant::now();
        for _ in 0..6 {
            pace.wait();
        }
        assert!(start.elapsed() >= Duration::from_millis(100));
    }
}
