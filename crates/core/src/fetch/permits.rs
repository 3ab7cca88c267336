//! So many at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Permits that are given back when they are dropped.
#[derive(Debug)]
pub(super) struct Permits {
    free: Mutex<usize>,
    freed: Condvar,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(super) fn new(count: usize) -> Self {
        Self {
            free: Mutex::new(count),
            freed: Condvar::new(),
        }
    }

    /// Waits for one; `None` when none is free in time.
    pub(super) fn take(&self, deadline: Instant) -> Option<Permit<'_>> {
        let time = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .freed
            .wait_timeout_while(self.free(), time, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Permit(self))
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_more_waits_until_one_comes_back() {
        let permits = Permits::new(1);
        let first = permits.take(Instant::now()).unwrap();
        assert!(permits.take(Instant::now()).is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| permits.take(Instant::now() + Duration::from_secs(60)));
            drop(first);
            assert!(waiting.join().unwrap().is_some());
        });
    }
}
