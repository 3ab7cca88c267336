use super::*;
use crate::cert::testing::{DAY, at};
use crate::report::{Report, ReportFormat, Severity, sample};

fn text(report: &Report) -> String {
    sample::text(report, ReportFormat::Ics)
}

fn report(certificates: Vec<CertificateReport>) -> Report {
    let subject = |(place, certificate)| SubjectReport {
        subject: format!("{place}.pem"),
        certificates: vec![certificate],
        ..SubjectReport::default()
    };
    Report {
        at: at(0),
        subjects: certificates.into_iter().enumerate().map(subject).collect(),
    }
}

#[test]
fn an_event_for_each() {
    let text = text(&sample::report()).replace("\r\n", "\n");
    insta::assert_snapshot!(text, @r"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//trustpack//trustpack check//EN
        NAME:Certificates
        X-WR-CALNAME:Certificates
        BEGIN:VEVENT
        UID:41e87f04-d177-8741-abf2-b6c955f24862
        DTSTAMP:20260101T000000Z
        DTSTART:20260106T000000Z
        SUMMARY:example.org expires
        DESCRIPTION:CN=example.org (end-entity)\, ends on 2026-01-06 00:00 UTC\nIn 
         example.org:443: 1\ncritical CERT-EXPIRING: example.org expires soon\nWhat
          to do: renew it\nSHA-256 111111111111111111111111111111111111111111111111
         1111111111111111
        CATEGORIES:end-entity
        TRANSP:TRANSPARENT
        BEGIN:VALARM
        ACTION:DISPLAY
        DESCRIPTION:example.org expires
        TRIGGER:-P30D
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:85196d5f-1d10-8229-903d-1e705fa75203
        DTSTAMP:20260101T000000Z
        DTSTART:20280619T000000Z
        SUMMARY:Example CA expires
        DESCRIPTION:CN=Example CA (intermediate)\, ends on 2028-06-19 00:00 UTC\nIn
          example.org:443: 2\nSHA-256 222222222222222222222222222222222222222222222
         2222222222222222222
        CATEGORIES:intermediate
        TRANSP:TRANSPARENT
        BEGIN:VALARM
        ACTION:DISPLAY
        DESCRIPTION:Example CA expires
        TRIGGER:-P30D
        END:VALARM
        END:VEVENT
        END:VCALENDAR
        ");
}

#[test]
fn one_certificate_in_many_places_is_one_event_with_the_earliest_alarm() {
    let mut certificates = vec![sample::line("1", "a", Role::Anchor, DAY, None); 12];
    certificates[3].warn_below_seconds = Some(90 * DAY);
    let text = text(&report(certificates)).replace("\r\n ", "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    assert!(text.contains("In 9.pem: 1\\n… and in 2 more\\n"), "{text}");
    assert!(text.contains("TRIGGER:-P90D\r\n"), "{text}");
}

#[test]
fn what_ends_first_is_kept_and_what_never_ends_is_not_there() {
    let mut certificates: Vec<_> = (0..MAX_EVENTS as i64 + 5)
        .rev()
        .map(|number| {
            let mut one = sample::line("1", "a", Role::EndEntity, number, None);
            one.fingerprint = format!("{number:064}");
            one
        })
        .collect();
    certificates[0].not_after = time::macros::datetime!(9999-12-31 23:59:59 UTC);
    let text = text(&report(certificates)).replace("\r\n ", "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), MAX_EVENTS);
    assert!(text.contains("DESCRIPTION:Without 4 certificates with more time left\r\n"));
    assert!(text.contains(&format!("SHA-256 {:064}\r\n", 0)));
}

#[test]
fn a_later_report_has_the_same_uid_and_another_subject_has_not() {
    assert_eq!(uid("ab", "CN=a"), uid("ab", "CN=a"));
    assert_ne!(uid("ab", "CN=a"), uid("ab", "CN=b"));
    assert_ne!(uid("ab", "CN=a"), uid("ac", "CN=a"));
    let uid = uid("ab", "CN=a");
    assert_eq!(uid.len(), 36);
    assert_eq!(uid.as_bytes()[14], b'8');
    assert!(matches!(uid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
}

#[test]
fn names_of_strangers_end_no_line_and_have_an_end() {
    let long = "ü".repeat(32 << 10);
    let names = ["a\r\nEND:VEVENT", "\u{202e}gpj", "", "a;b,c\\d:e", &long];
    let certificates = names.iter().enumerate().map(|(place, name)| {
        let mut one = sample::line("1", name, Role::EndEntity, DAY, Some(Severity::Warning));
        one.fingerprint = place.to_string();
        one
    });
    let text = text(&report(certificates.collect()));
    assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), names.len());
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{line}");
        assert!(!line.contains(['\n', '\r', '\u{202e}']), "{line:?}");
    }
    assert!(
        text.contains("SUMMARY:a\\;b\\,c\\\\d:e expires\r\n"),
        "{text}"
    );
    assert!(text.contains("SUMMARY:a certificate without a name expires"));
    assert!(text.len() < 32 << 10, "{}", text.len());
}

#[test]
fn spans_before() {
    assert_eq!(before(30 * DAY), "-P30D");
    assert_eq!(before(90), "-PT90S");
    assert_eq!(before(DAY + 1), "-P1DT1S");
}
