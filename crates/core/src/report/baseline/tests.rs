use super::*;
use crate::cert::testing::{DAY, at};
use crate::report::{
    FailOn, Report, ReportFormat, ReportWriter, Role, Since, Style, Summary, sample, writer,
};

fn certificate(name: &str, print: &str, end: i64) -> CertificateReport {
    let mut certificate = sample::line(name, name, Role::Anchor, end * DAY, None);
    certificate.fingerprint = sample::fingerprint(print);
    certificate
}

fn finding(id: &'static str, severity: Severity, place: &str) -> Finding {
    Finding::new(id, severity, place, "it is so")
}

fn subject(
    name: &str,
    certificates: Vec<CertificateReport>,
    findings: Vec<Finding>,
) -> SubjectReport {
    SubjectReport {
        subject: name.to_owned(),
        certificates,
        findings,
        ..SubjectReport::default()
    }
}

fn report(subjects: Vec<SubjectReport>) -> Report {
    Report {
        at: at(0),
        subjects,
    }
}

/// The later report in a format, compared with the earlier one, and its counts.
fn compared(earlier: &Report, later: &Report, format: ReportFormat) -> (String, Summary) {
    let json = sample::text(earlier, ReportFormat::JsonLines);
    let mut baseline = Baseline::read(json.as_bytes()).unwrap();
    let mut summary = Summary {
        since: Some(Since::new(baseline.at())),
        ..Summary::default()
    };
    let mut text = Vec::new();
    let mut out: Box<dyn ReportWriter + '_> =
        writer(format, at(DAY), &Style::default(), "", Box::new(&mut text));
    for subject in &later.subjects {
        let mut subject = subject.clone();
        baseline.compare(&mut subject);
        summary.add(&subject);
        out.subject(&subject).unwrap();
    }
    baseline
        .gone(json.as_bytes(), &mut |gone| {
            summary.since.as_mut().unwrap().add_gone(gone);
            out.gone(gone).unwrap();
            Ok::<(), ReadError>(())
        })
        .unwrap();
    out.end(&summary).unwrap();
    drop(out);
    (String::from_utf8(text).unwrap(), summary)
}

fn earlier() -> Report {
    use Severity::{Critical, Note, Warning};
    report(vec![
        subject(
            "trust.jks",
            vec![
                certificate("renewed", "1", 5),
                certificate("replaced", "2", 50),
                certificate("gone", "3", 90),
                certificate("moved", "4", 91),
                certificate("stays", "5", 92),
            ],
            vec![
                finding("STAYS", Warning, "trust.jks: renewed"),
                finding("WORSE", Warning, "trust.jks"),
                finding("BETTER", Critical, "trust.jks"),
                finding("REPAIRED", Note, "trust.jks"),
            ],
        ),
        subject("old.pem", vec![certificate("1", "6", 1)], vec![]),
        subject(
            "down:443",
            vec![certificate("1", "7", 1)],
            vec![finding("UNKNOWN", Warning, "down:443: 1")],
        ),
    ])
}

fn later() -> Report {
    use Severity::{Critical, Note, Warning};
    let mut down = subject(
        "down:443",
        vec![],
        vec![finding("CHECK-UNREACHABLE", Critical, "down:443")],
    );
    down.failed = true;
    report(vec![
        subject(
            "trust.jks",
            vec![
                certificate("renewed", "a", 95),
                certificate("replaced", "b", 49),
                certificate("elsewhere", "4", 91),
                certificate("stays", "5", 92),
                certificate("added", "c", 93),
            ],
            vec![
                finding("STAYS", Warning, "trust.jks: renewed"),
                finding("STAYS", Warning, "trust.jks: replaced"),
                finding("WORSE", Critical, "trust.jks"),
                finding("BETTER", Note, "trust.jks"),
            ],
        ),
        down,
        subject("new.pem", vec![certificate("1", "d", 99)], vec![]),
    ])
}

#[test]
fn what_became_of_each() {
    let (text, summary) = compared(&earlier(), &later(), ReportFormat::Table);
    insta::assert_snapshot!(text, @r#"
      left     expires on  state  certificate  role    in         change
      49 days  2026-02-19  ok     replaced     anchor  trust.jks  changed
      91 days  2026-04-02  ok     elsewhere    anchor  trust.jks
      92 days  2026-04-03  ok     stays        anchor  trust.jks
      93 days  2026-04-04  ok     added        anchor  trust.jks  new
      95 days  2026-04-06  ok     renewed      anchor  trust.jks  renewed
      99 days  2026-04-10  ok     1            anchor  new.pem    new

      critical WORSE (worse)  trust.jks: it is so
      critical CHECK-UNREACHABLE (new)  down:443: it is so
      warning  STAYS (new)  trust.jks: replaced: it is so
      warning  STAYS  trust.jks: renewed: it is so
      note     BETTER (better)  trust.jks: it is so
      gone     trust.jks: gone: gone, which ends on 2026-04-01
      gone     REPAIRED  trust.jks: it is so
      gone     old.pem: was checked before

    3 subjects, 6 certificates: 2 critical, 2 warnings, 1 note, 1 failed; since 2026-01-01: findings 2 new, 1 worse, 1 better, 1 unchanged, 1 gone; certificates 2 new, 1 renewed, 1 changed, 1 gone; subjects 1 new, 1 gone
    "#);
    assert!(summary.exceeds(FailOn::Critical));
}

#[test]
fn what_is_gone_stands_in_json() {
    let (text, _) = compared(&earlier(), &later(), ReportFormat::Json);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (_, end) = text.split_once("\"gone\"").unwrap();
    insta::assert_snapshot!(end, @r#"
    : [
        {
          "kind": "certificate",
          "subject": "trust.jks",
          "name": "gone",
          "display_name": "gone",
          "fingerprint": "3333333333333333333333333333333333333333333333333333333333333333",
          "not_after": "2026-04-01T00:00:00Z"
        },
        {
          "kind": "finding",
          "subject": "trust.jks",
          "id": "REPAIRED",
          "severity": "note",
          "message": "it is so"
        },
        {
          "kind": "subject",
          "subject": "old.pem"
        }
      ],
      "summary": {
        "subjects": 3,
        "certificates": 6,
        "critical": 2,
        "warnings": 2,
        "notes": 1,
        "failed": 1
      },
      "since": {
        "at": "2026-01-01T00:00:00Z",
        "findings": {
          "new": 2,
          "worse": 1,
          "better": 1,
          "unchanged": 1,
          "gone": 1,
          "fresh_critical": 2,
          "fresh_warnings": 1,
          "fresh_notes": 0
        },
        "certificates": {
          "new": 2,
          "renewed": 1,
          "changed": 1,
          "unchanged": 2,
          "gone": 1
        },
        "subjects": {
          "new": 1,
          "gone": 1
        }
      }
    }
    "#);
    assert_eq!(value["subjects"].as_array().unwrap().len(), 3);
    // and can be read again, as a baseline too
    assert!(Baseline::read(text.as_bytes()).is_ok());
    let (lines, _) = compared(&earlier(), &later(), ReportFormat::JsonLines);
    assert_eq!(lines.lines().count(), 3 + 3 + 1);
    assert!(Baseline::read(lines.as_bytes()).is_ok());
}

#[test]
fn everything_gone_is_still_a_report() {
    for format in [ReportFormat::Json, ReportFormat::JsonLines] {
        let (text, summary) = compared(&earlier(), &report(vec![]), format);
        assert_eq!(summary.since.unwrap().subjects.gone, 3);
        assert!(Baseline::read(text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn nothing_changes_against_itself_whatever_strangers_write() {
    for same in [earlier(), later(), sample::report()] {
        let (_, summary) = compared(&same, &same, ReportFormat::Json);
        let since = summary.since.unwrap();
        assert_eq!(since.gone(), 0);
        assert_eq!(since.findings.new + since.findings.worse, 0);
        assert_eq!(since.certificates.unchanged, summary.certificates);
        assert_eq!(since.subjects.new, 0);
        assert!(!summary.exceeds(FailOn::Note));
    }
}

#[test]
fn one_that_comes_in_before_others_renews_none_of_them() {
    let three = |prints: &[&str]| {
        let each = prints.iter().enumerate();
        let certificates = each
            .map(|(place, print)| certificate(&(place + 1).to_string(), print, 90 + place as i64));
        report(vec![subject("bundle.pem", certificates.collect(), vec![])])
    };
    let (_, summary) = compared(
        &three(&["1", "2", "3"]),
        &three(&["9", "1", "2", "3"]),
        ReportFormat::Json,
    );
    let certificates = summary.since.unwrap().certificates;
    assert_eq!((certificates.new, certificates.unchanged), (1, 3));
    assert_eq!((certificates.renewed, certificates.gone), (0, 0));
}

#[test]
fn a_second_finding_of_the_same_kind_and_place_is_new() {
    let findings = |count| {
        let findings = vec![finding("X", Severity::Warning, "a"); count];
        report(vec![subject("a", vec![], findings)])
    };
    let (_, more) = compared(&findings(2), &findings(3), ReportFormat::Json);
    let since = more.since.unwrap();
    assert_eq!((since.findings.new, since.findings.unchanged), (1, 2));
    assert!(more.exceeds(FailOn::Warning));
    let (_, less) = compared(&findings(3), &findings(2), ReportFormat::Json);
    assert_eq!(less.since.unwrap().findings.gone, 1);
    assert!(!less.exceeds(FailOn::Note));
}

#[test]
fn one_shard_is_no_baseline() {
    let json = r#"{"at":"2026-01-01T00:00:00Z","summary":{"subjects":0,"certificates":0,"critical":0,"warnings":0,"notes":0,"failed":0},"shard":{"index":1,"count":2}}"#;
    let error = Baseline::read(json.as_bytes()).err().unwrap();
    assert_eq!(
        error.to_string(),
        "this is shard 1/2 of a report, not all of it"
    );
}
