//! How a report is written, whoever makes it, and what it says in the end.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use trustpack_core::report::{FailOn, Metrics, ReportFormat, UnknownWord};

use super::{Json, parse_from, words};
use crate::output::is_stdout;

/// How a report is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Written {
    /// Exit 1 from this severity on; with --baseline only what is new or became worse counts.
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = words::<FailOn>(&["critical", "warning", "note", "never"]))]
    pub fail_on: FailOn,

    /// Compare with an earlier report, written as json or jsonl: what is new, worse, better, gone, which certificates are
    /// renewed or changed. Findings that were there no longer decide the exit code. --output may replace the same file.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    #[command(flatten)]
    pub json: Json,

    /// How the report is written on stdout. Default: table, or nothing with --output.
    ///
    /// table, markdown, html (one page for a browser): for people. json, jsonl (a line per subject as it is judged), csv: for
    /// programs. junit, sarif, github (annotations): for CI. ics: for calendars. prometheus: for a textfile collector. nagios: one line, and its exit codes 0 ok, 1
    /// warning, 2 critical, 3 unknown, whatever --fail-on and --baseline would say.
    #[arg(long, value_name = "FORMAT", value_parser = words::<ReportFormat>(&FORMATS), conflicts_with = "json")]
    pub format: Option<ReportFormat>,

    /// Also write it into a file, which appears when it is whole: json=report.json. Repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_from::<ReportFile>)]
    pub output: Vec<ReportFile>,

    /// Name the metrics of prometheus as this exporter does.
    #[arg(long, value_name = "EXPORTER", value_parser = words::<Metrics>(&["blackbox", "ssl_exporter", "x509"]))]
    pub metrics_compat: Option<Metrics>,
}

impl Written {
    /// Whether the report, or one of them, goes to stdout.
    pub(crate) fn writes_stdout(&self) -> bool {
        let mut files = self.output.iter();
        self.json.json
            || self.format.is_some()
            || self.output.is_empty()
            || files.any(|output| is_stdout(&output.path))
    }

    /// Whether a monitoring system reads the exit code.
    pub(crate) fn is_for_monitoring(&self) -> bool {
        self.format == Some(ReportFormat::Nagios)
    }
}

/// Whether a monitoring system reads the exit code, of arguments that may make no sense otherwise: what is wrong with them
/// is told in the same way.
pub(crate) fn is_for_monitoring(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let nagios = ReportFormat::Nagios.word();
    let arguments = arguments.into_iter().skip(1);
    // the verb stands before everything but flags that take no value
    let mut arguments =
        arguments.skip_while(|argument| argument.to_string_lossy().starts_with('-'));
    match arguments.next() {
        Some(verb) if verb == "check" || verb == "report" => {}
        Some(verb) if verb == "channel" => {
            if arguments.next().is_none_or(|verb| verb != "watch") {
                return false;
            }
        }
        _ => return false,
    }
    let mut is_value = false;
    for argument in arguments {
        if is_value && argument == nagios {
            return true;
        }
        let text = argument.to_string_lossy();
        if text.strip_prefix("--format=") == Some(nagios) {
            return true;
        }
        is_value = text == "--format";
    }
    false
}

/// A format and a file.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    pub format: ReportFormat,
    pub path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            return Err("it is written FORMAT=FILE, such as json=report.json".to_owned());
        };
        Ok(Self {
            format: format
                .parse()
                .map_err(|error: UnknownWord| error.to_string())?,
            path: path.into(),
        })
    }
}

/// Every word of [`ReportFormat`].
const FORMATS: [&str; ReportFormat::ALL.len()] = ReportFormat::words();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitoring_is_known_from_arguments_that_make_no_sense() {
        let is = |line: &str| is_for_monitoring(line.split(' ').map(OsString::from));
        assert!(is("trustpack check --format nagios --nonsense"));
        assert!(is("trustpack -q check --format=nagios"));
        assert!(is("trustpack report merge --format nagios"));
        assert!(is("trustpack channel watch spec.toml --format nagios"));
        assert!(!is("trustpack channel pack spec.toml --format nagios"));
        assert!(!is("trustpack check --format csv nagios"));
        assert!(!is("trustpack convert check --format nagios"));
        assert!(!is("trustpack"));
    }
}
