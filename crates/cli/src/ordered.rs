//! Work on all cores whose results come in the order of the items.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use anyhow::Result;

/// Items that a worker may be ahead of what has been handed over, so that memory does not grow with the slowest item.
const AHEAD_PER_WORKER: usize = 16;

/// Does `work` on every item, on as many threads as there are cores, and hands each result to `take` on this thread, in
/// the order of the items. Items are taken from the iterator as they are needed, `at_once` by a worker: more than one where
/// an item takes less time than waking a thread.
///
/// # Errors
/// The first one of `take`; nothing more is begun then.
pub(crate) fn in_order<I, T: Send>(
    items: impl Iterator<Item = I> + Send,
    at_once: usize,
    work: &(dyn Fn(I) -> T + Sync),
    take: &mut dyn FnMut(T) -> Result<()>,
) -> Result<()> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let desk = Desk {
        state: Mutex::new(State {
            items,
            next: 0,
            taken: 0,
            is_over: false,
        }),
        ahead: workers * AHEAD_PER_WORKER.div_ceil(at_once.max(1)).max(2),
        at_once: at_once.max(1),
        moved: Condvar::new(),
    };
    let (results, finished) = mpsc::sync_channel(workers);
    thread::scope(|scope| {
        // Gone when this closure returns, also early: a worker that still sends finds nobody and ends.
        let finished = finished;
        for _ in 1..=workers {
            let (desk, results) = (&desk, results.clone());
            let body = move || {
                while let Some((place, items)) = desk.next() {
                    let done: Vec<T> = items.into_iter().map(work).collect();
                    if results.send((place, done)).is_err() {
                        return;
                    }
                }
            };
            // A system that is out of threads still gets its work done by those that there are.
            if thread::Builder::new().spawn_scoped(scope, body).is_err() {
                break;
            }
        }
        drop(results);
        let mut order = InOrder::default();
        let mut take_all = |done: Vec<T>| done.into_iter().try_for_each(&mut *take);
        for (place, done) in &finished {
            let taken = order.put(place, done, &mut take_all);
            if taken.is_err() {
                desk.close();
                return taken;
            }
            desk.advance(order.next);
        }
        Ok(())
    })
}

/// Puts results that come as they are ready into the order of their places, which are counted from zero.
pub(crate) struct InOrder<T> {
    early: BTreeMap<usize, T>,
    next: usize,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self {
            early: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<T> InOrder<T> {
    /// Hands on this result, and others that waited for it, or keeps it until those before it are there.
    ///
    /// # Errors
    /// That of `take`.
    pub(crate) fn put(
        &mut self,
        place: usize,
        result: T,
        take: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        self.early.insert(place, result);
        while let Some(result) = self.early.remove(&self.next) {
            self.next += 1;
            take(result)?;
        }
        Ok(())
    }
}

/// Where workers get their items.
struct Desk<I> {
    state: Mutex<State<I>>,
    /// How many handfuls the next one may be ahead of the last whose results were handed over.
    ahead: usize,
    /// Items in a handful.
    at_once: usize,
    /// Something changed that a waiting worker may be waiting for.
    moved: Condvar,
}

struct State<I> {
    items: I,
    next: usize,
    taken: usize,
    is_over: bool,
}

impl<I: Iterator> Desk<I> {
    /// The next handful, with its place.
    fn next(&self) -> Option<(usize, Vec<I::Item>)> {
        let mut state = self.lock();
        while !state.is_over && state.next >= state.taken + self.ahead {
            let waited = self.moved.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_over {
            return None;
        }
        let items: Vec<I::Item> = state.items.by_ref().take(self.at_once).collect();
        if items.len() < self.at_once {
            state.is_over = true;
            self.moved.notify_all();
        }
        let place = state.next;
        state.next += 1;
        (!items.is_empty()).then_some((place, items))
    }

    fn advance(&self, taken: usize) {
        self.lock().taken = taken;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.lock().is_over = true;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let work = |item: u64| {
            // the first of every twenty is the slowest
            thread::sleep(Duration::from_micros(if item.is_multiple_of(20) {
                900
            } else {
                10
            }));
            item * 2
        };
        for at_once in [1, 7, 1000, 5000] {
            let mut seen = Vec::new();
            in_order(0..1000, at_once, &work, &mut |result| {
                seen.push(result);
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, (0..1000).map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_it_and_leaves_the_rest_undone() {
        let mut begun = 0;
        let items = std::iter::repeat_with(|| {
            begun += 1;
            begun
        });
        let mut taken = 0;
        let result = in_order(items, 4, &|item: usize| item, &mut |_| {
            taken += 1;
            anyhow::ensure!(taken < 10, "full");
            Ok(())
        });
        assert_eq!(result.unwrap_err().to_string(), "full");
        assert!(begun < 10_000, "{begun} items were begun after the error");
    }

    #[test]
    fn nothing_is_no_result() {
        in_order(std::iter::empty::<u8>(), 1, &|item| item, &mut |_| {
            panic!("a result of nothing")
        })
        .unwrap();
    }
}
