//! What ACME servers said, for as long as it holds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ari::RenewalWindow;

/// The answers of earlier runs of this process.
#[derive(Debug, Default)]
pub struct AriCache {
    kept: Mutex<HashMap<String, Kept>>,
}

/// What a server can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Where it tells about certificates.
    RenewalInfo(String),
    Window(RenewalWindow),
}

#[derive(Debug)]
struct Kept {
    answer: Result<Known, String>,
    until: Instant,
    /// Whether this run asked for it.
    is_used: bool,
}

impl AriCache {
    /// A new run begins: what the last one did not ask for is forgotten, so that certificates which are gone take no room.
    pub(super) fn begin(&self) {
        let mut kept = self.lock();
        kept.retain(|_, one| std::mem::take(&mut one.is_used));
    }

    /// The answer, or why there was none, while it holds.
    pub(super) fn get(&self, key: &str) -> Option<Result<Known, String>> {
        let mut kept = self.lock();
        let found = kept.get_mut(key)?;
        found.is_used = true;
        (Instant::now() < found.until).then(|| found.answer.clone())
    }

    pub(super) fn keep(&self, key: &str, answer: Result<Known, String>, holds: Duration) {
        let now = Instant::now();
        let kept = Kept {
            answer,
            until: now.checked_add(holds).unwrap_or(now),
            is_used: true,
        };
        self.lock().insert(key.to_owned(), kept);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_its_time_and_goes_with_the_run_that_does_not_ask() {
        let cache = AriCache::default();
        let answer = Ok(Known::RenewalInfo("https://a/ri".to_owned()));
        cache.keep("a", answer.clone(), Duration::from_secs(60));
        cache.keep("b", Err("gone".to_owned()), Duration::ZERO);
        assert_eq!(cache.get("a"), Some(answer.clone()));
        assert_eq!(cache.get("b"), None);
        cache.begin();
        assert_eq!(cache.get("a"), Some(answer));
        cache.begin();
        assert_eq!(cache.lock().len(), 1);
        cache.begin();
        assert!(cache.lock().is_empty());
    }
}
