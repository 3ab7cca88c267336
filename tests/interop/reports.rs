//! What reads reports of `check`: a CSV reader, JUnit's and SARIF's models, Prometheus' parser, a Markdown parser, and the
//! grammar of the plugin guidelines. Among the certificates are some whose names try to be markup.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use serde_json::Value;

use crate::support::{fixture, python, root, run, trustpack};

const AT: &str = "2026-11-21T00:00:00Z";

/// What strangers may write into a name, as far as DER takes it.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a,\"b\";c",
    "two\nlines\u{2028}and \u{202e}more",
    "@octocat [x](y) **z** `t` | cell",
    "%0A::error::x",
    "]]>&amp;{}=\\",
    "\u{fffe}\u{1b}[2J",
    "it's=U|x",
];

/// Good and bad files, a server that is not there, and hostile names, in one report per format.
struct Reports {
    _folder: tempfile::TempDir,
    path: PathBuf,
    json: Value,
}

impl Reports {
    fn new(formats: &[&str], more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        for (number, name) in HOSTILE.iter().enumerate() {
            std::fs::write(path.join(format!("{number}.der")), hostile(name)).unwrap();
        }
        std::fs::write(path.join("a|b,'c'=%.der"), hostile("x")).unwrap();
        std::fs::write(path.join("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
        let mut command = trustpack();
        command.args(["check", "--at", AT, "127.0.0.1:1", "--timeout", "5s"]);
        command.arg(&path).arg(fixture("pki")).args(more);
        for format in formats.iter().chain(&["json"]) {
            command.arg("--output");
            command.arg(format!("{format}={}", path.join(format).display()));
        }
        let code = command.output().unwrap().status.code();
        assert!(matches!(code, Some(1 | 2)), "{code:?}");
        let json = std::fs::read(path.join("json")).unwrap();
        Self {
            _folder: folder,
            json: serde_json::from_slice(&json).unwrap(),
            path,
        }
    }

    /// What the judge found in a format; `None` when it is not here.
    fn read(&self, format: &str, module: &str) -> Option<Value> {
        let mut python = python(module)?;
        python.arg(root().join("tests/interop/reports.py"));
        let output = run(python.arg(format).arg(self.path.join(format)));
        Some(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn subjects(&self) -> &[Value] {
        self.json["subjects"].as_array().unwrap()
    }

    fn all(&self, what: &str) -> Vec<&Value> {
        let lists = self.subjects().iter();
        lists
            .flat_map(|one| one[what].as_array().unwrap())
            .collect()
    }
}

fn hostile(name: &str) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
        .distinguished_name
        .push(DnType::OrganizationalUnitName, name);
    if let Ok(ascii) = name.try_into() {
        params.subject_alt_names.push(SanType::DnsName(ascii));
    }
    // over, so that a finding says the name
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_csv_reader_finds_every_certificate() {
    let reports = Reports::new(&["csv"], &[]);
    let Some(found) = reports.read("csv", "csv") else {
        return;
    };
    let certificates = reports.all("certificates");
    let fingerprints: Vec<&str> = certificates
        .iter()
        .map(|one| one["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(strings(&found["fingerprints"]), fingerprints);
    assert_eq!(found["formulas"], 0);
    assert!(strings(&found["kinds"]).contains(&"finding"), "{found}");
}

#[test]
fn junitparser_counts_what_failed() {
    let reports = Reports::new(&["junit"], &[]);
    let Some(found) = reports.read("junit", "junitparser") else {
        return;
    };
    assert_eq!(strings(&found["suites"]).len(), reports.subjects().len());
    assert!(
        found["failures"].as_u64().unwrap() >= HOSTILE.len() as u64,
        "{found}"
    );
    let types = strings(&found["types"]);
    for kind in ["CERT-EXPIRED", "CERT-NOT-YET-VALID", "CHECK-UNREACHABLE"] {
        assert!(types.contains(&kind), "{kind}: {found}");
    }
}

#[test]
fn a_markdown_parser_sees_a_table_and_no_markup_of_strangers() {
    let reports = Reports::new(&["markdown"], &[]);
    let Some(found) = reports.read("markdown", "markdown_it") else {
        return;
    };
    let certificates = reports.all("certificates").len();
    assert_eq!(found["rows"], certificates + 1);
    assert_eq!(found["cells"], serde_json::json!([6]));
    assert_eq!(found["items"], reports.all("findings").len());
    for markup in ["html", "other"] {
        assert_eq!(found[markup], serde_json::json!([]), "{markup}");
    }
    assert_eq!(found["links"], 0);
}

#[test]
fn a_calendar_reads_the_end_of_every_certificate() {
    let reports = Reports::new(&["ics"], &[]);
    let Some(found) = reports.read("ics", "icalendar") else {
        return;
    };
    // one event for each, with the earliest alarm of its places
    let mut expected: BTreeMap<&str, (&str, i64)> = BTreeMap::new();
    for one in reports.all("certificates") {
        let ends = one["not_after"].as_str().unwrap();
        let warning = one["warn_below_seconds"].as_i64().unwrap();
        let fingerprint = one["fingerprint"].as_str().unwrap();
        let (_, earliest) = expected.entry(fingerprint).or_insert((ends, warning));
        *earliest = warning.max(*earliest);
    }
    let events = found["events"].as_array().unwrap();
    assert_eq!(events.len(), expected.len());
    let mut identifiers = BTreeSet::new();
    let mut is_over = false;
    for event in events {
        let description = event["description"].as_str().unwrap();
        let (_, fingerprint) = description.rsplit_once("\nSHA-256 ").unwrap();
        let (ends, warning) = expected[fingerprint];
        assert_eq!(event["start"], ends);
        assert_eq!(event["stamp"], AT);
        assert_eq!(event["alarms"], serde_json::json!([-warning]));
        is_over |= ends < AT;
        assert!(identifiers.insert(event["uid"].as_str().unwrap()));
        let summary = event["summary"].as_str().unwrap();
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        assert!(
            is_plain(summary) && description.lines().all(is_plain),
            "{event}"
        );
        assert!(!summary.contains(['\u{202e}', '\u{2028}']), "{summary}");
    }
    assert!(is_over, "the past counts, too");
    assert!(
        events
            .iter()
            .any(|event| event["summary"] == "a,\"b\";c expires")
    );
}

#[test]
fn the_line_is_one_of_the_plugin_guidelines() {
    let reports = Reports::new(&["nagios"], &[]);
    let Some(found) = reports.read("nagios", "json") else {
        return;
    };
    assert_eq!(found["status"], "CRITICAL");
    let items = found["items"].as_object().unwrap();
    assert_eq!(items["127.0.0.1:1"][0], "U");
    assert_eq!(
        items["certificates"][0],
        reports.json["summary"]["certificates"].to_string()
    );
    let measured = items.values().filter(|item| item[1] == "s");
    assert_eq!(measured.count(), 20);
}

#[test]
fn prometheus_reads_every_family_of_metrics() {
    let reports = Reports::new(&["prometheus"], &[]);
    let Some(found) = reports.read("prometheus", "prometheus_client") else {
        return;
    };
    let number = |name: &str| found[name].as_array().map_or(0, Vec::len);
    assert_eq!(
        number("trustpack_cert_not_after"),
        reports.all("certificates").len()
    );
    assert_eq!(number("trustpack_source_up"), reports.subjects().len());
    assert_eq!(number("trustpack_last_run_timestamp_seconds"), 1);
    let run = &found["trustpack_last_run_timestamp_seconds"][0];
    assert_eq!(run[0]["report"], "prometheus");
}

/// The names and labels of reference lists: nothing else, and in each series all of them.
#[test]
fn metrics_of_other_exporters_have_their_names_and_labels() {
    const X509: &str = "serial_number subject_C subject_ST subject_L subject_O subject_OU subject_CN \
        issuer_C issuer_ST issuer_L issuer_O issuer_OU issuer_CN filename filepath embedded_kind embedded_key \
        secret_namespace secret_name secret_key configmap_namespace configmap_name configmap_key \
        cabundle_resource_kind cabundle_resource_name cabundle_entry";
    const FILE: &str = "file serial_no issuer_cn cn dnsnames ips emails ou";
    let wanted: [(&str, &[(&str, &str)]); 3] = [
        (
            "x509",
            &[
                ("x509_cert_not_after", X509),
                ("x509_cert_not_before", X509),
                ("x509_cert_expired", X509),
                ("x509_source_up", "source_kind source_name"),
            ],
        ),
        (
            "ssl_exporter",
            &[
                ("ssl_file_cert_not_after", FILE),
                ("ssl_file_cert_not_before", FILE),
                ("ssl_probe_success", ""),
                ("ssl_prober", "prober"),
            ],
        ),
        (
            "blackbox",
            &[
                ("probe_success", ""),
                ("probe_duration_seconds", ""),
                ("probe_ip_protocol", ""),
            ],
        ),
    ];
    for (compat, families) in wanted {
        let reports = Reports::new(&["prometheus"], &["--metrics-compat", compat]);
        let Some(found) = reports.read("prometheus", "prometheus_client") else {
            return;
        };
        for (name, series) in found.as_object().unwrap() {
            if name.starts_with("trustpack_") {
                continue;
            }
            let known = families.iter().find(|(known, _)| known == name);
            let (_, labels) = known.unwrap_or_else(|| panic!("{compat}: {name}"));
            let mut labels: Vec<&str> = labels.split_whitespace().collect();
            labels.sort_unstable();
            for one in series.as_array().unwrap() {
                let mut its: Vec<&str> = one[0]
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(String::as_str)
                    .collect();
                // only where two certificates would be one
                its.retain(|label| *label != "discriminator");
                its.sort_unstable();
                assert_eq!(its, labels, "{name}");
            }
        }
        for (name, _) in families {
            assert!(
                found[*name].as_array().is_some_and(|all| !all.is_empty()),
                "{compat}: {name}"
            );
        }
    }
}

#[test]
fn models_of_sarif_take_every_result() {
    let reports = Reports::new(&["sarif"], &[]);
    let Some(found) = reports.read("sarif", "pydantic_sarif.model, sarif_pydantic") else {
        return;
    };
    let findings = reports.all("findings");
    let levels = strings(&found["levels"]);
    assert_eq!(levels.len(), findings.len());
    for (level, finding) in levels.iter().zip(&findings) {
        let severity = finding["severity"].as_str().unwrap();
        assert_eq!(*level == "error", severity == "critical");
    }
    assert_eq!(found["fingerprints"], findings.len());
}

#[test]
fn an_empty_line_of_nothing_is_read_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for format in ["csv", "ics", "junit", "markdown", "prometheus", "sarif"] {
        files.push((format, render(folder.path(), format)));
    }
    let Some(_) =
        python("icalendar, junitparser, markdown_it, prometheus_client, pydantic_sarif.model")
    else {
        return;
    };
    for (format, path) in files {
        let mut python = python("json").unwrap();
        python.arg(root().join("tests/interop/reports.py"));
        run(python.arg(format).arg(path));
    }
}

/// A report of nothing, which the command itself never makes.
fn render(folder: &Path, format: &str) -> PathBuf {
    use trustpack_core::report::{Report, Style, render};
    let report = Report {
        at: time::OffsetDateTime::UNIX_EPOCH,
        subjects: Vec::new(),
    };
    let path = folder.join(format);
    let text = render(&report, format.parse().unwrap(), &Style::default());
    std::fs::write(&path, text).unwrap();
    path
}
