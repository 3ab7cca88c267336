//! Many servers: how long they take when each is far away, and how much memory when they never end.

use std::time::Duration;

use crate::figure::{Figure, Promise, in_megabytes, in_words, median};
use crate::ours::{List, Run};
use crate::slow::{Slow, count_dead};

/// 10,000 servers that answer after 100 ms, one in twenty never.
pub(crate) fn latency(show: &mut dyn FnMut(Figure)) {
    let pause = Duration::from_millis(100);
    let engines: [(&str, &str, Slow); 3] = [
        ("auto", "TLS 1.3", Slow::tls(pause, true)),
        ("tls", "TLS 1.3", Slow::tls(pause, true)),
        ("probe", "a canned flight", Slow::canned(pause, true)),
    ];
    for (engine, what, slow) in &engines {
        let list = List::new(slow.targets(TARGETS));
        let runs: Vec<Run> = (0..RUNS)
            .map(|_| {
                let flags = ["--engine", engine, "--timeout", "2s", "--parallel", FAR];
                let run = list.fetch(&flags);
                assert_eq!(
                    run.failures,
                    count_dead(TARGETS),
                    "only the dead are silent"
                );
                run
            })
            .collect();
        let walls: Vec<f64> = runs.iter().map(|run| run.wall).collect();
        let peaks: Vec<f64> = runs.iter().map(|run| run.peak).collect();
        let name = format!("{TARGETS} servers 100 ms away, --engine {engine}, {what}");
        show(Figure::within(
            format!("{name}: time"),
            &walls,
            8.0,
            in_words,
        ));
        if peaks.iter().all(|peak| *peak > 0.0) {
            let memory = format!("{name}: memory");
            show(Figure::within(memory, &peaks, 32e6, in_megabytes));
        }
    }
}

const TARGETS: usize = 10_000;
const RUNS: usize = 3;

/// They wait most of the time: a dead one two seconds, the others a tenth of one.
const FAR: &str = "320";

/// The same servers, near: what the peak of a long list is beside that of a short one.
pub(crate) fn stream(show: &mut dyn FnMut(Figure)) {
    let slow = Slow::tls(Duration::from_millis(1), false);
    let peak = |count: usize, runs: usize| {
        let list = List::new(slow.targets(count));
        median((0..runs).map(|_| {
            let run = list.fetch(&[]);
            assert_eq!(run.failures, 0, "every target presents its chain");
            run.peak
        }))
    };
    let few = peak(1_000, RUNS);
    if few == 0.0 {
        eprintln!("skipped: /proc/PID/status says nothing of peak memory");
        return;
    }
    for (count, runs) in [(10_000, RUNS), (100_000, 1)] {
        let many = peak(count, runs);
        show(Figure {
            name: format!("peak memory of {count} targets, peer: that of 1000"),
            ours: in_megabytes(many),
            peer: in_megabytes(few),
            ratio: many / few,
            promise: Promise::AtMost(1.3),
            runs,
        });
    }
}
