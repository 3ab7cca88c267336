//! What a renderer keeps that can write only at the end: the pieces with the least time left.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// As many pieces as there is room for, those with the least time left; the others are counted.
pub(super) struct Soonest<T> {
    room: usize,
    taken: usize,
    /// The piece with the most time left is on top.
    heap: BinaryHeap<Ranked<T>>,
    offered: usize,
    /// Whether there was no room for one; then there is none for what has more time left.
    is_full: bool,
}

struct Ranked<T> {
    remaining: i64,
    place: usize,
    weight: usize,
    piece: T,
}

impl<T> Soonest<T> {
    /// `room` is what the weights of all that is kept may come to.
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            taken: 0,
            heap: BinaryHeap::new(),
            offered: 0,
            is_full: false,
        }
    }

    /// One more, made only when something with so much left is kept. Its weight is at least 1.
    pub(super) fn offer(&mut self, remaining: i64, make: impl FnOnce() -> (T, usize)) {
        let place = self.offered;
        self.offered += 1;
        let is_full = self.is_full || self.taken >= self.room;
        let most = self.heap.peek().map(|top| top.remaining);
        if is_full && most.is_none_or(|most| most <= remaining) {
            return;
        }
        let (piece, weight) = make();
        let weight = weight.max(1);
        // it would drive out all the others
        if weight > self.room {
            return;
        }
        self.taken = self.taken.saturating_add(weight);
        self.heap.push(Ranked {
            remaining,
            place,
            weight,
            piece,
        });
        while self.taken > self.room {
            self.is_full = true;
            let Some(last) = self.heap.pop() else { break };
            self.taken = self.taken.saturating_sub(last.weight);
        }
    }

    /// How many are not kept.
    pub(super) fn left_out(&self) -> usize {
        self.offered - self.heap.len()
    }

    /// Those that are kept, the least time left first, then in the order in which they came.
    pub(super) fn take(&mut self) -> Vec<T> {
        self.offered -= self.heap.len();
        self.taken = 0;
        let sorted = std::mem::take(&mut self.heap).into_sorted_vec();
        sorted.into_iter().map(|ranked| ranked.piece).collect()
    }
}

impl<T> Ranked<T> {
    fn key(&self) -> (i64, usize) {
        (self.remaining, self.place)
    }
}

impl<T> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Ranked<T> {}

impl<T> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(room: usize, offers: &[(i64, usize)]) -> (Vec<i64>, usize) {
        let mut soonest = Soonest::new(room);
        for (remaining, weight) in offers {
            soonest.offer(*remaining, || (*remaining, *weight));
        }
        (soonest.take(), soonest.left_out())
    }

    #[test]
    fn the_least_time_left_is_kept_within_the_room() {
        assert_eq!(kept(2, &[(3, 1), (1, 1), (2, 1)]), (vec![1, 2], 1));
        assert_eq!(kept(2, &[(1, 1), (1, 1), (1, 1)]), (vec![1, 1], 1));
        assert_eq!(kept(4, &[(3, 3), (1, 1), (2, 3)]), (vec![1, 2], 1));
        assert_eq!(kept(4, &[(3, 3), (1, 3), (4, 1)]), (vec![1], 2));
        // too large for any room
        assert_eq!(kept(4, &[(2, 1), (1, 5)]), (vec![2], 1));
        assert_eq!(kept(4, &[]), (vec![], 0));
    }
}
