//! What `/metrics` shows: the report of the last good round, and how the exporter itself is.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use time::OffsetDateTime;

use super::document::Document;

/// Filled by rounds, probes and the configuration; read by whoever asks.
#[derive(Default)]
pub(super) struct Metrics {
    rounds: RwLock<Rounds>,
    reload: RwLock<Option<Reload>>,
    pub probes: AtomicU64,
    pub probes_refused: AtomicU64,
    pub probes_running: AtomicU64,
}

/// How rounds went.
#[derive(Clone, Default)]
pub(super) struct Rounds {
    /// Of the last good one.
    pub document: Option<Arc<Document>>,
    /// Why the last one failed, in one line.
    pub error: Option<String>,
    begun: u64,
    failed: u64,
    last: Option<Last>,
}

#[derive(Clone, Copy)]
struct Last {
    ended: OffsetDateTime,
    took: Duration,
}

/// How the configuration was read.
#[derive(Clone, Copy)]
struct Reload {
    is_taken: bool,
    /// When the one was read that is in force.
    taken: OffsetDateTime,
}

impl Metrics {
    /// A round ended.
    pub(super) fn round(&self, result: Result<Document, String>, took: Duration) {
        let mut rounds = self.rounds.write().unwrap_or_else(PoisonError::into_inner);
        rounds.begun += 1;
        rounds.last = Some(Last {
            ended: OffsetDateTime::now_utc(),
            took,
        });
        match result {
            Ok(document) => {
                rounds.document = Some(Arc::new(document));
                rounds.error = None;
            }
            Err(why) => {
                rounds.failed += 1;
                rounds.error = Some(why);
            }
        }
    }

    pub(super) fn rounds(&self) -> Rounds {
        let rounds = self.rounds.read();
        rounds.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A configuration was read, and taken or not.
    pub(super) fn configuration(&self, is_taken: bool) {
        let now = OffsetDateTime::now_utc();
        let mut reload = self.reload.write().unwrap_or_else(PoisonError::into_inner);
        let before = reload.map_or(now, |reload| reload.taken);
        *reload = Some(Reload {
            is_taken,
            taken: if is_taken { now } else { before },
        });
    }

    /// What there is to say of the exporter itself.
    pub(super) fn own(&self) -> String {
        let mut text = Text(String::with_capacity(2_048));
        let version = env!("CARGO_PKG_VERSION");
        text.gauge(
            "build_info",
            "Which exporter this is.",
            &format!("{{version=\"{version}\"}}"),
            1,
        );
        let rounds = self.rounds();
        text.counter("rounds_total", "Rounds that ended.", rounds.begun);
        text.counter(
            "rounds_failed_total",
            "Rounds that brought no report, so that the last one stayed.",
            rounds.failed,
        );
        if let Some(last) = rounds.last {
            text.gauge(
                "last_round_success",
                "Whether the last round brought a report.",
                "",
                u8::from(rounds.error.is_none()),
            );
            text.gauge(
                "last_round_timestamp_seconds",
                "When the last round ended, in seconds since 1970.",
                "",
                last.ended.unix_timestamp(),
            );
            text.gauge(
                "last_round_duration_seconds",
                "How long the last round took.",
                "",
                last.took.as_secs_f64(),
            );
        }
        let reload = *self.reload.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(reload) = reload {
            text.gauge(
                "config_last_reload_successful",
                "Whether the configuration was taken when it was last read.",
                "",
                u8::from(reload.is_taken),
            );
            text.gauge(
                "config_last_reload_success_timestamp_seconds",
                "When the configuration was read that is in force, in seconds since 1970.",
                "",
                reload.taken.unix_timestamp(),
            );
        }
        let probes = [
            (
                "probes_total",
                "Probes that were answered with metrics.",
                &self.probes,
            ),
            (
                "probes_refused_total",
                "Probes that were refused: not allowed, malformed, or no time left.",
                &self.probes_refused,
            ),
        ];
        for (name, help, value) in probes {
            text.counter(name, help, value.load(Ordering::Relaxed));
        }
        text.gauge(
            "probes_running",
            "Probes that run now.",
            "",
            self.probes_running.load(Ordering::Relaxed),
        );
        text.0
    }
}

/// Prometheus' text format.
struct Text(String);

impl Text {
    fn gauge(&mut self, name: &str, help: &str, labels: &str, value: impl Display) {
        self.one("gauge", name, help, labels, value);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.one("counter", name, help, "", value);
    }

    fn one(&mut self, kind: &str, name: &str, help: &str, labels: &str, value: impl Display) {
        let name = format!("trustpack_exporter_{name}");
        // a string takes everything
        let _ = write!(
            self.0,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name}{labels} {value}\n"
        );
    }
}
