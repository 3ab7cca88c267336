//! What counts, and when; and what holds for every format, whatever strangers write into their certificates.

use super::*;
use crate::cert::testing::at;

#[test]
fn fail_on_counts_from_its_severity_up() {
    let report = |severity| Report {
        at: OffsetDateTime::UNIX_EPOCH,
        subjects: vec![SubjectReport {
            subject: "x".to_owned(),
            findings: vec![Finding::new("X", severity, "x", String::new())],
            ..SubjectReport::default()
        }],
    };
    let exceeds = |severity, word: &str| report(severity).summary().exceeds(word.parse().unwrap());
    assert!(exceeds(Severity::Critical, "critical"));
    assert!(!exceeds(Severity::Warning, "critical"));
    assert!(exceeds(Severity::Warning, "warning"));
    assert!(!exceeds(Severity::Note, "warning"));
    assert!(exceeds(Severity::Note, "note"));
    assert!(!exceeds(Severity::Critical, "never"));
    assert!("Warning".parse::<FailOn>().is_err());
}

/// Every format, and every family of metrics.
fn formats() -> Vec<ReportFormat> {
    let mut all = ReportFormat::ALL.to_vec();
    all.extend(
        [Metrics::Blackbox, Metrics::SslExporter, Metrics::X509].map(ReportFormat::Prometheus),
    );
    all
}

fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\u{0}\u{1b}[2J\u{9b}31m\u{7f}",
        "\u{202e}gro.elpmaxe\u{2066}\u{200b}\u{feff}\u{e0041}\u{fffe}\u{ffff}",
        "a,b;c\td",
        "\"quoted\" 'single' `ticks`",
        "two\nlines\r\nand\u{2028}more",
        "<script>alert(1)</script>]]>&amp;",
        "=cmd|' /C calc'!A0",
        "@octocat **x** [y](https://e.example) | cell",
        "%0A::error::x %25",
        "back\\slash\\",
        "}{=\"",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("\u{202e}|x<,\"".repeat(64 * 1024 / 8));
    texts
}

/// A subject for each text, which stands everywhere in it.
fn hostile() -> Report {
    let subject = |text: &String| {
        let mut certificate = sample::line("1", text, Role::EndEntity, -86_400, None);
        for field in [
            &mut certificate.name,
            &mut certificate.subject,
            &mut certificate.issuer,
            &mut certificate.serial_number,
            &mut certificate.fingerprint,
        ] {
            field.clone_from(text);
        }
        certificate.dns_names = vec![text.clone()];
        certificate.emails = vec![text.clone()];
        certificate.state = State::Expired;
        let place = format!("{text}: {text}");
        let of_certificate = Finding::new("A", Severity::Critical, place, text.clone());
        let mut other = Finding::new(text.clone(), Severity::Warning, text.clone(), text.clone());
        other.silenced = Some(text.clone());
        let origins = [
            Origin::Endpoint,
            Origin::File { path: text.clone() },
            Origin::Kubernetes {
                resource: text.clone(),
                namespace: text.clone(),
                name: text.clone(),
                key: text.clone(),
            },
        ];
        origins.map(|origin| SubjectReport {
            subject: text.clone(),
            origin,
            connection: Some(Connection {
                address: None,
                protocol: Some(text.clone()),
                cipher_suite: Some(text.clone()),
                elapsed_ms: u64::MAX,
                presented: vec![text.clone()],
                verified_chains: vec![vec![text.clone()], vec!["absent".to_owned()]],
                ..Connection::default()
            }),
            change: None,
            needs: Vec::new(),
            continues: false,
            failed: false,
            certificates: vec![certificate.clone()],
            findings: vec![
                of_certificate.clone().with_hint(text.clone()),
                other.clone(),
            ],
        })
    };
    Report {
        at: at(0),
        subjects: hostile_texts().iter().flat_map(subject).collect(),
    }
}

#[test]
fn no_format_lets_a_control_character_through() {
    let report = hostile();
    for format in formats() {
        let mut text = sample::text(&report, format);
        if format == ReportFormat::Ics {
            // its lines end with both (RFC 5545 section 3.1)
            text = text.replace("\r\n", "\n");
        }
        let unsafe_ones = text
            .chars()
            .filter(|one| text::is_unsafe(*one) && *one != '\n');
        assert_eq!(unsafe_ones.count(), 0, "{format:?}");
        assert!(text.ends_with('\n'), "{format:?}");
    }
}

#[test]
fn a_report_comes_back_from_its_json() {
    for report in [sample::report(), hostile()] {
        let json = sample::text(&report, ReportFormat::Json);
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        let lines = sample::text(&report, ReportFormat::JsonLines);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), report.subjects.len() + 1);
        for (line, subject) in lines.iter().zip(&report.subjects) {
            assert_eq!(
                &serde_json::from_str::<SubjectReport>(line).unwrap(),
                subject
            );
        }
    }
}

#[test]
fn hostile_csv_keeps_its_rows_and_holds_no_formula() {
    let report = hostile();
    let text = sample::text(&report, ReportFormat::Csv);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let strangers = [
        "subject",
        "findings",
        "message",
        "hint",
        "name",
        "display_name",
        "issuer",
        "dns_names",
    ];
    let header = reader.headers().unwrap().clone();
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        rows += 1;
        for (name, cell) in header.iter().zip(&row) {
            let is_formula = cell.starts_with(['=', '+', '-', '@']);
            assert!(!is_formula || !strangers.contains(&name), "{name} {cell}");
        }
    }
    // one more where the other finding is about nothing that has a name
    assert_eq!(rows, 2 * report.subjects.len());
}

#[test]
fn hostile_xml_is_well_formed_and_complete() {
    use quick_xml::events::Event;
    let report = hostile();
    let text = sample::text(&report, ReportFormat::Junit);
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut suites, mut failures) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(start) | Event::Empty(start) => {
                start.attributes().for_each(|attribute| {
                    let attribute = attribute.unwrap();
                    assert!(!attribute.value.contains('<'));
                });
                suites += usize::from(start.name().as_ref() == "testsuite");
                failures += usize::from(start.name().as_ref() == "failure");
            }
            _ => {}
        }
    }
    assert_eq!(suites, report.subjects.len());
    assert_eq!(failures, report.findings().count());
}

#[test]
fn hostile_annotations_are_one_line_each() {
    let report = hostile();
    let text = sample::text(&report, ReportFormat::Github);
    let lines: Vec<&str> = text.lines().collect();
    let (last, commands) = lines.split_last().unwrap();
    assert_eq!(commands.len(), report.findings().count());
    for line in commands {
        let (properties, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let properties = properties.split_once(' ').unwrap().1;
        assert!(properties.split(',').count() <= 2, "{properties}");
    }
    assert!(
        last.starts_with(|first: char| first.is_ascii_digit()),
        "{last}"
    );
}

#[test]
fn hostile_sarif_has_every_result_and_rule() {
    let report = hostile();
    let text = sample::text(&report, ReportFormat::Sarif);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report.findings().count());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    }
}

#[test]
fn hostile_tables_keep_their_cells() {
    let text = sample::text(&hostile(), ReportFormat::Markdown);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "{text}");
    for row in rows {
        assert_eq!(row.matches('|').count(), 7, "{row}");
        assert!(row.matches('`').count() % 2 == 0, "{row}");
    }
    let sentences = text.lines().filter(|line| line.starts_with("- "));
    for sentence in sentences {
        let outside: String = sentence.split('`').step_by(2).collect();
        assert!(!outside.contains("<script"), "{sentence}");
    }
}

#[test]
fn an_empty_report_is_right_in_each_format() {
    let empty = Report {
        at: at(0),
        subjects: Vec::new(),
    };
    let text: Vec<String> = formats()
        .into_iter()
        // most of a page is its script and its style, and its own tests look at the rest
        .filter(|format| *format != ReportFormat::Html)
        .map(|format| format!("== {}\n{}", format.word(), sample::text(&empty, format)))
        .collect();
    insta::assert_snapshot!(text.concat(), @r#"
    == table

    0 subjects, 0 certificates: 0 critical, 0 warnings, 0 notes, 0 failed
    == json
    {
      "at": "2026-01-01T00:00:00Z",
      "subjects": [],
      "summary": {
        "subjects": 0,
        "certificates": 0,
        "critical": 0,
        "warnings": 0,
        "notes": 0,
        "failed": 0
      }
    }
    == jsonl
    {"at":"2026-01-01T00:00:00Z","summary":{"subjects":0,"certificates":0,"critical":0,"warnings":0,"notes":0,"failed":0}}
    == csv
    kind,subject,severity,findings,message,hint,name,display_name,role,state,not_before,not_after,lifetime_seconds,remaining_seconds,remaining_percent,certificate_subject,issuer,serial_number,fingerprint,dns_names,ip_addresses,emails,change,finding_changes
    == nagios
    CERT UNKNOWN: nothing was checked in 0 subjects | certificates=0;;;0 critical=0;;;0 warnings=0;;;0 failed=0;;;0
    == prometheus
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    # HELP trustpack_certificates Certificates that were checked.
    # TYPE trustpack_certificates gauge
    trustpack_certificates 0
    # HELP trustpack_revocation_lists Revocation lists that were checked.
    # TYPE trustpack_revocation_lists gauge
    trustpack_revocation_lists 0
    # HELP trustpack_sources Files and servers that were to be checked.
    # TYPE trustpack_sources gauge
    trustpack_sources 0
    # HELP trustpack_sources_failed Files and servers that could not be looked at.
    # TYPE trustpack_sources_failed gauge
    trustpack_sources_failed 0
    # HELP trustpack_findings_critical Critical findings.
    # TYPE trustpack_findings_critical gauge
    trustpack_findings_critical 0
    # HELP trustpack_findings_warning Warnings.
    # TYPE trustpack_findings_warning gauge
    trustpack_findings_warning 0
    # HELP trustpack_findings_note Notes.
    # TYPE trustpack_findings_note gauge
    trustpack_findings_note 0
    == junit
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="trustpack check">
    </testsuites>
    == sarif
    {"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[
    ],"tool":{"driver":{"name":"trustpack","version":"0.1.0","rules":[]}}}]}
    == github
    0 subjects, 0 certificates: 0 critical, 0 warnings, 0 notes, 0 failed
    == markdown
    **0 subjects, 0 certificates: 0 critical, 0 warnings, 0 notes, 0 failed**
    == ics
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//trustpack//trustpack check//EN
    NAME:Certificates
    X-WR-CALNAME:Certificates
    END:VCALENDAR
    == prometheus
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    == prometheus
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    == prometheus
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    "#);
}

#[test]
fn a_million_subjects_take_no_more_room_than_some() {
    // what is kept is bounded, whatever comes; here by what the text comes to
    let mut report = sample::report();
    let certificate = report.subjects[0].certificates[0].clone();
    let subject = SubjectReport {
        subject: "x".repeat(1000),
        certificates: vec![certificate; 100],
        ..SubjectReport::default()
    };
    report.subjects = vec![subject; 300];
    for format in [ReportFormat::Markdown, ReportFormat::Nagios] {
        assert!(
            sample::text(&report, format).len() < 1024 * 1024,
            "{format:?}"
        );
    }
}
