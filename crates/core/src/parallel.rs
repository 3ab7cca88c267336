//! The same work on many items, on all cores.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` on every item, on as many threads as there are cores, and gives the results in the order of the items.
/// `begin` makes what one thread keeps for itself from item to item.
pub(crate) fn map<I: Send, S, T: Send>(
    items: Vec<I>,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, I) -> T + Sync,
) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let others = cores.min(items.len()).saturating_sub(1);
    let left = Mutex::new(items.into_iter().enumerate());
    let worker = || {
        let mut own = begin();
        let mut done = Vec::new();
        loop {
            // The lock is not held over the work.
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, item)) = next else {
                return done;
            };
            done.push((place, work(&mut own, item)));
        }
    };
    let mut done = thread::scope(|scope| {
        // A system that is out of threads still gets its work done by this one.
        let spawned: Vec<_> = (0..others)
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, worker).ok())
            .collect();
        let mut done = worker();
        for thread in spawned {
            match thread.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let squares = map((0..1_000_u64).collect(), || 0_u64, |_, item| item * item);
        assert_eq!(
            squares,
            (0..1_000_u64).map(|item| item * item).collect::<Vec<_>>()
        );
        assert!(map(Vec::<u8>::new(), || (), |(), item| item).is_empty());
    }

    #[test]
    fn what_a_thread_keeps_is_its_own() {
        let counted = map(
            vec![(); 100],
            || 0,
            |count, ()| {
                *count += 1;
                *count
            },
        );
        assert!(counted.contains(&1) && counted.iter().all(|count| *count <= 100));
    }
}
