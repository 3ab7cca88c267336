use super::*;
use crate::report::{Report, ReportFormat};

fn render(report: &Report, style: &Style) -> String {
    crate::report::render(report, ReportFormat::Table, style)
}
use crate::report::sample;

#[test]
fn report() {
    insta::assert_snapshot!(render(&sample::report(), &Style::default()), @r#"
          left      expires on  state         certificate      role          in
          5 days    2026-01-06  expires soon  example.org (1)  end entity    example.org:443
          900 days  2028-06-19  ok            Example CA (2)   intermediate  example.org:443

          critical CERT-EXPIRING  example.org:443: 1: example.org expires soon
                   hint: renew it
          critical CHECK-UNREACHABLE  gone.example:443: no answer
          `trustpack explain CERT-EXPIRING` tells more

        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
}

#[test]
fn narrow() {
    let style = Style {
        width: Some(40),
        color: false,
    };
    insta::assert_snapshot!(render(&sample::report(), &style), @r#"
          left      expires on  sta  cer  ro  in
                                te   tif  le
                                     ica
                                     te
          5 days    2026-01-06  exp  exa  en  ex
                                ire  mpl  d   am
                                s    e.o  en  pl
                                soo  rg   ti  e.
                                n    (1)  ty  or
                                              g:
                                              44
                                              3
          900 days  2028-06-19  ok   Exa  in  ex
                                     mpl  te  am
                                     e    rm  pl
                                     CA   ed  e.
                                     (2)  ia  or
                                          te  g:
                                              44
                                              3

          critical CERT-EXPIRING  example.org:443: 1: example.org expires soon
                   hint: renew it
          critical CHECK-UNREACHABLE  gone.example:443: no answer
          `trustpack explain CERT-EXPIRING` tells more

        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
}

#[test]
fn who_has_notes_only_is_not_sent_anywhere() {
    let mut report = sample::report();
    for finding in report.subjects.iter_mut().flat_map(|one| &mut one.findings) {
        finding.severity = Severity::Note;
    }
    assert!(!render(&report, &Style::default()).contains("explain"));
    let finding = &mut report.subjects[0].findings[0];
    finding.severity = Severity::Warning;
    finding.id = "OF-ANOTHER-VERSION".into();
    assert!(!render(&report, &Style::default()).contains("explain"));
}

#[test]
fn one_long_name_does_not_widen_every_row() {
    let mut report = sample::report();
    let rows = |report: &Report| render(report, &Style::default());
    report.subjects[0].certificates[0].display_name = "x".repeat(65_536);
    report.subjects[0].subject = "y".repeat(65_536);
    let table = rows(&report);
    let table = table.split("\n\n").next().unwrap();
    assert!(table.lines().all(|line| line.chars().count() < 400));
    assert!(table.contains("xxx…") && table.contains("yyy…"));
}

#[test]
fn every_width_has_every_word_and_no_panic() {
    for width in 0..200 {
        let style = Style {
            width: Some(width),
            color: width % 2 == 0,
        };
        assert!(render(&sample::report(), &style).contains("2 subjects"));
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let style = Style {
        width: None,
        color: true,
    };
    let coloured = render(&sample::report(), &style);
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words(&plain),
        words(&render(&sample::report(), &Style::default()))
    );
}

#[test]
fn hostile_names_stay_text() {
    let mut report = sample::report();
    report.subjects[0].subject = "a\u{1b}]0;x\u{7}".to_owned();
    report.subjects[0].certificates[0].name = "b\u{202e}\u{9b}2J\nc".to_owned();
    report.subjects[0].findings[0].message = "d\u{1b}[2J\r".to_owned();
    report.subjects[0].findings[0].hint = Some("e\u{2028}".to_owned());
    let text = render(&report, &Style::default());
    let mut left = text.chars().filter(|c| text::is_unsafe(*c) && *c != '\n');
    assert_eq!(left.next(), None);
}
