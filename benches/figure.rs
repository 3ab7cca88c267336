//! One line of the table, and how it is measured.

#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What was promised of a ratio.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Promise {
    /// Ours at most so many times the peer's.
    AtMost(f64),
    /// Ours at least so many times the peer's.
    AtLeast(f64),
    /// Ours at least so many times smaller than the peer's.
    Faster(f64),
}

/// Which time counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// That of the wall, for whole processes.
    Wall,
    /// What this thread has of the processor: a few milliseconds say nothing on a machine that does other things too.
    Thread,
}

impl Clock {
    /// Until the work has its result, which is dropped after that.
    pub(crate) fn seconds<R>(self, work: &mut impl FnMut() -> R) -> f64 {
        let (elapsed, result) = match self {
            Self::Wall => {
                let start = Instant::now();
                let result = work();
                (start.elapsed(), result)
            }
            Self::Thread => {
                let start = clock_gettime(ClockId::ThreadCPUTime);
                let result = work();
                let elapsed = clock_gettime(ClockId::ThreadCPUTime) - start;
                let elapsed = elapsed.try_into().expect("the clock goes forward");
                (elapsed, result)
            }
        };
        drop(black_box(result));
        Duration::as_secs_f64(&elapsed)
    }
}

/// A figure with what was measured.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) ours: String,
    pub(crate) peer: String,
    /// Ours divided by the peer's.
    pub(crate) ratio: f64,
    pub(crate) promise: Promise,
    pub(crate) runs: usize,
}

impl Figure {
    /// Times both by turns, once before for the caches; the median of the pairs' ratios decides.
    pub(crate) fn timed<O, P>(
        name: impl Into<String>,
        clock: Clock,
        promise: Promise,
        runs: usize,
        mut ours: impl FnMut() -> O,
        mut peer: impl FnMut() -> P,
    ) -> Self {
        Self::of_seconds(
            name,
            promise,
            runs,
            || clock.seconds(&mut ours),
            || clock.seconds(&mut peer),
        )
    }

    /// As [`timed`](Self::timed), of work that says itself how many seconds of it count.
    pub(crate) fn of_seconds(
        name: impl Into<String>,
        promise: Promise,
        runs: usize,
        mut ours: impl FnMut() -> f64,
        mut peer: impl FnMut() -> f64,
    ) -> Self {
        ours();
        peer();
        let pairs: Vec<(f64, f64)> = (0..runs).map(|_| (ours(), peer())).collect();
        Self {
            name: name.into(),
            ours: in_words(median(pairs.iter().map(|(ours, _)| *ours))),
            peer: in_words(median(pairs.iter().map(|(_, peer)| *peer))),
            ratio: median(pairs.iter().map(|(ours, peer)| ours / peer)),
            promise,
            runs,
        }
    }

    /// Both by turns, how much each does a second, once before for the caches. The ratio is that of the rates, or of the
    /// times of one where the promise is to be faster.
    pub(crate) fn of_rates(
        name: impl Into<String>,
        promise: Promise,
        runs: usize,
        mut ours: impl FnMut() -> f64,
        mut peer: impl FnMut() -> f64,
    ) -> Self {
        ours();
        peer();
        let pairs: Vec<(f64, f64)> = (0..runs).map(|_| (ours(), peer())).collect();
        let in_words = |rate: f64| format!("{rate:.0}/s");
        Self {
            name: name.into(),
            ours: in_words(median(pairs.iter().map(|(ours, _)| *ours))),
            peer: in_words(median(pairs.iter().map(|(_, peer)| *peer))),
            ratio: median(pairs.iter().map(|(ours, peer)| match promise {
                Promise::Faster(_) => peer / ours,
                _ => ours / peer,
            })),
            promise,
            runs,
        }
    }

    /// What was measured, beside the most that it may be.
    pub(crate) fn within(
        name: impl Into<String>,
        measured: &[f64],
        limit: f64,
        in_words: impl Fn(f64) -> String,
    ) -> Self {
        let middle = median(measured.iter().copied());
        Self {
            name: name.into(),
            ours: in_words(middle),
            peer: in_words(limit),
            ratio: middle / limit,
            promise: Promise::AtMost(1.0),
            runs: measured.len(),
        }
    }

    /// The heads of the columns.
    pub(crate) fn head() -> String {
        let head = row("figure", "ours", "peer", "ratio", "promised", "runs");
        format!("{head}  holds\n{}", "-".repeat(head.chars().count() + 7))
    }

    fn holds(&self) -> bool {
        match self.promise {
            Promise::AtMost(limit) => self.ratio <= limit,
            Promise::AtLeast(limit) => self.ratio >= limit,
            Promise::Faster(times) => self.ratio * times <= 1.0,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ratio, promised) = match self.promise {
            Promise::AtMost(limit) => (format!("{:.2}", self.ratio), format!("≤ {limit}")),
            Promise::AtLeast(limit) => (format!("{:.2}", self.ratio), format!("≥ {limit}")),
            Promise::Faster(times) => {
                let faster = 1.0 / self.ratio;
                let digits = usize::from(faster < 10.0);
                let faster = format!("{faster:.digits$}x faster");
                (faster, format!("≥ {times}x faster"))
            }
        };
        let runs = self.runs.to_string();
        let row = row(&self.name, &self.ours, &self.peer, &ratio, &promised, &runs);
        let holds = if self.holds() { "yes" } else { "NO" };
        write!(formatter, "{row}  {holds}")
    }
}

fn row(name: &str, ours: &str, peer: &str, ratio: &str, promised: &str, runs: &str) -> String {
    format!("{name:<66} {ours:>9} {peer:>9} {ratio:>12} {promised:>13} {runs:>4}")
}

pub(crate) fn in_words(seconds: f64) -> String {
    format!("{:.1?}", Duration::from_secs_f64(seconds))
}

/// Bytes.
pub(crate) fn in_megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// The middle one; of an even number, the upper of the two in the middle.
pub(crate) fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
