//! Prometheus' text format, by the rules of node_exporter's textfile collector: no timestamps, HELP and TYPE once and before
//! all series of a metric, no series twice, a line feed at the end, and the time of the run, because a file that is not
//! written any more looks like one that is.
//!
//! What is not known has no series; no value stands for "unknown".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::str::FromStr;

use time::OffsetDateTime;

use super::names::Parts;
use super::soonest::Soonest;
use super::{CertificateReport, Origin, ReportWriter, SubjectReport, Summary, UnknownWord};
use crate::text::escape;

mod blackbox;
mod native;
mod ssl_exporter;
mod x509;

/// Whose names the metrics have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Metrics {
    /// Our own: `trustpack_…`.
    #[default]
    Native,
    /// blackbox_exporter's `probe_…`: servers only.
    Blackbox,
    /// ssl_exporter's `ssl_…`.
    SslExporter,
    /// x509-certificate-exporter's `x509_…`.
    X509,
}

impl FromStr for Metrics {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "blackbox" => Ok(Self::Blackbox),
            "ssl_exporter" => Ok(Self::SslExporter),
            "x509" => Ok(Self::X509),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                known: "blackbox, ssl_exporter, x509",
            }),
        }
    }
}

/// What the labels and values of kept series may come to in memory; some 15,000 certificates. Those with more time left are
/// counted in a metric of their own.
const MAX_BYTES: usize = 24 * 1024 * 1024;

/// Keeps series, which is bounded, and writes them in groups at the end.
pub(super) struct Prometheus<'a> {
    at: OffsetDateTime,
    metrics: Metrics,
    report: String,
    /// About certificates.
    certificates: Soonest<Series>,
    /// About subjects.
    subjects: Soonest<Series>,
    endpoints: usize,
    out: Box<dyn Write + 'a>,
}

/// A gauge: its name and what it says.
pub(super) struct Gauge(&'static str, &'static str);

/// The values of one thing, all with the same labels.
struct Series {
    /// Rendered: `a="b",c="d"`.
    labels: String,
    /// Which server it is about, where the exporter of that name would be asked about one at a time.
    target: Option<String>,
    /// The fingerprint, for what is about a certificate.
    identity: String,
    values: Vec<(&'static Gauge, f64)>,
}

const LAST_RUN: Gauge = Gauge(
    "trustpack_last_run_timestamp_seconds",
    "When the check looked, in seconds since 1970.",
);
const LEFT_OUT: Gauge = Gauge(
    "trustpack_series_left_out",
    "Certificates and subjects with more time left than those for which there was room.",
);

impl<'a> Prometheus<'a> {
    /// `report` tells this file from others in the same folder.
    pub(super) fn new(
        metrics: Metrics,
        at: OffsetDateTime,
        report: &str,
        out: Box<dyn Write + 'a>,
    ) -> Self {
        Self {
            at,
            metrics,
            report: report.to_owned(),
            certificates: Soonest::new(MAX_BYTES),
            subjects: Soonest::new(MAX_BYTES / 4),
            endpoints: 0,
            out,
        }
    }

    fn certificate(&mut self, certificate: &CertificateReport, make: impl FnOnce() -> Series) {
        self.certificates
            .offer(certificate.remaining_seconds, || weighed(make()));
    }

    fn about(&mut self, subject: &SubjectReport, make: impl FnOnce() -> Series) {
        // what failed has its place before what did not
        self.subjects
            .offer(i64::from(!subject.failed), || weighed(make()));
    }
}

impl ReportWriter for Prometheus<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.endpoints += usize::from(subject.origin == Origin::Endpoint && !subject.continues);
        match self.metrics {
            Metrics::Native => native::add(self, subject),
            Metrics::Blackbox => blackbox::add(self, subject),
            Metrics::SslExporter => ssl_exporter::add(self, subject),
            Metrics::X509 => x509::add(self, subject),
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let mut series = self.certificates.take();
        series.extend(self.subjects.take());
        // an exporter is asked about one target, and gives it no label
        let is_one = self.endpoints < 2;
        for one in &mut series {
            if let Some(target) = one.target.take().filter(|_| !is_one) {
                add_label(&mut one.labels, "target", &target);
            }
        }
        let mut series = without_twins(series, self.metrics == Metrics::X509);
        let report = match self.report.is_empty() {
            true => String::new(),
            false => labels(&[("report", &self.report)]),
        };
        let left_out = self.certificates.left_out() + self.subjects.left_out();
        let mut run = vec![
            (&LAST_RUN, whole(self.at.unix_timestamp())),
            (&LEFT_OUT, count(left_out)),
        ];
        if self.metrics == Metrics::Native {
            run.extend(native::of_run(summary));
        }
        series.push(Series {
            labels: report,
            target: None,
            identity: String::new(),
            values: run,
        });
        write(&series, &mut self.out)
    }
}

/// Metric by metric, in the order in which they first occur.
fn write(series: &[Series], out: &mut dyn Write) -> io::Result<()> {
    let mut gauges: Vec<&'static Gauge> = Vec::new();
    for (gauge, _) in series.iter().flat_map(|one| &one.values) {
        if !gauges.iter().any(|known| known.0 == gauge.0) {
            gauges.push(gauge);
        }
    }
    for Gauge(name, help) in gauges {
        write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n")?;
        for one in series {
            for (_, value) in one.values.iter().filter(|(gauge, _)| gauge.0 == *name) {
                match one.labels.is_empty() {
                    true => writeln!(out, "{name} {value}")?,
                    false => writeln!(out, "{name}{{{}}} {value}", one.labels)?,
                }
            }
        }
    }
    out.flush()
}

/// Without those whose labels are those of another. The same certificate has the same values, so nothing is lost; of
/// different ones the exporter that has a label for that gets it, else the one with the least time left stays.
fn without_twins(series: Vec<Series>, discriminates: bool) -> Vec<Series> {
    let mut known: HashMap<(&'static str, String), String> = HashMap::new();
    let mut kept: Vec<Series> = Vec::with_capacity(series.len());
    for mut one in series {
        let Some((Gauge(name, _), _)) = one.values.first() else {
            continue;
        };
        match known.entry((*name, one.labels.clone())) {
            Entry::Vacant(place) => {
                place.insert(one.identity.clone());
                kept.push(one);
            }
            Entry::Occupied(place) if discriminates && *place.get() != one.identity => {
                let start = one.identity.get(..8).unwrap_or(&one.identity).to_owned();
                add_label(&mut one.labels, "discriminator", &start);
                let key = (*name, one.labels.clone());
                if known.insert(key, one.identity.clone()).is_none() {
                    kept.push(one);
                }
            }
            Entry::Occupied(_) => {}
        }
    }
    kept
}

fn weighed(series: Series) -> (Series, usize) {
    let target = series.target.as_ref().map_or(0, String::len);
    // the labels are kept twice while twins are looked for
    let weight = 2 * series.labels.len() + 2 * series.identity.len() + target;
    (series, weight + 256)
}

/// Labels as they stand between the braces.
fn labels(pairs: &[(&str, &str)]) -> String {
    let mut labels = String::new();
    for (name, value) in pairs {
        add_label(&mut labels, name, value);
    }
    labels
}

/// The parts of the names of a certificate that are labels of their own.
fn names<'a>(subject: &'a Parts, issuer: &'a Parts) -> [(&'static str, &'a str); 12] {
    [
        ("subject_C", subject.one("C")),
        ("subject_ST", subject.one("ST")),
        ("subject_L", subject.one("L")),
        ("subject_O", subject.one("O")),
        ("subject_OU", subject.one("OU")),
        ("subject_CN", subject.one("CN")),
        ("issuer_C", issuer.one("C")),
        ("issuer_ST", issuer.one("ST")),
        ("issuer_L", issuer.one("L")),
        ("issuer_O", issuer.one("O")),
        ("issuer_OU", issuer.one("OU")),
        ("issuer_CN", issuer.one("CN")),
    ]
}

fn add_label(labels: &mut String, name: &str, value: &str) {
    if !labels.is_empty() {
        labels.push(',');
    }
    labels.push_str(name);
    labels.push_str("=\"");
    for character in escape(value).chars() {
        // a line feed is spelled out already
        if matches!(character, '\\' | '"') {
            labels.push('\\');
        }
        labels.push(character);
    }
    labels.push('"');
}

/// Seconds and counts are far below 2^53, up to which every whole number is one.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn whole(number: i64) -> f64 {
    number as f64
}

fn count(number: usize) -> f64 {
    whole(i64::try_from(number).unwrap_or(i64::MAX))
}

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Go's name of a version of TLS, which those exporters show.
fn version_of_go(protocol: &str) -> &'static str {
    match protocol {
        "TLSv1" => "TLS 1.0",
        "TLSv1.1" => "TLS 1.1",
        "TLSv1.2" => "TLS 1.2",
        "TLSv1.3" => "TLS 1.3",
        _ => "unknown",
    }
}

/// Certificates of a subject by their fingerprints, in their order; `None` when one is not there.
fn by_fingerprint<'a>(
    subject: &'a SubjectReport,
    fingerprints: &[String],
) -> Option<Vec<&'a CertificateReport>> {
    let known: HashMap<&str, &CertificateReport> = subject
        .certificates
        .iter()
        .map(|certificate| (certificate.fingerprint.as_str(), certificate))
        .collect();
    let found = fingerprints.iter();
    found
        .map(|fingerprint| known.get(fingerprint.as_str()).copied())
        .collect()
}

/// When the first of these ends.
fn earliest(certificates: &[&CertificateReport]) -> Option<i64> {
    let ends = certificates.iter();
    ends.map(|certificate| certificate.not_after.unix_timestamp())
        .min()
}

/// What a field of a kubeconfig file is about: `cluster` or `user`, and the name of the field.
fn kubeconfig_part(key: &str) -> (&'static str, &str) {
    let field = key.rsplit(['.', '/', ' ']).next().unwrap_or(key);
    match field.starts_with("certificate-authority") {
        true => ("cluster", field),
        false => ("user", field),
    }
}

#[cfg(test)]
mod tests;
