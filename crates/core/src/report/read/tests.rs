use proptest::prelude::*;

use super::*;
use crate::report::{ReportFormat, sample};

fn parts(text: &[u8]) -> Result<Vec<Part>, ReadError> {
    let mut parts = Vec::new();
    read(text, &mut |part| {
        parts.push(part);
        Ok::<(), ReadError>(())
    })?;
    Ok(parts)
}

fn error(text: &str) -> String {
    parts(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn json_and_lines_and_other_spellings_of_them_are_the_same() {
    let report = sample::report();
    let pretty = sample::text(&report, ReportFormat::Json);
    let value: serde_json::Value = serde_json::from_str(&pretty).unwrap();
    // sorted by key, so that the subjects come after `at` and before `summary`, and their fields in another order
    let compact = serde_json::to_string(&value).unwrap();
    let expected = parts(pretty.as_bytes()).unwrap();
    assert_eq!(expected.len(), 3);
    assert_eq!(parts(compact.as_bytes()).unwrap(), expected);
    let lines = sample::text(&report, ReportFormat::JsonLines);
    assert_eq!(parts(lines.as_bytes()).unwrap(), expected);
    let twice = [lines.clone(), pretty].concat();
    assert_eq!(parts(twice.as_bytes()).unwrap().len(), 6);
    let subjects: Vec<_> = expected
        .into_iter()
        .filter_map(|part| match part {
            Part::Subject(subject) => Some(*subject),
            Part::End(_) => None,
        })
        .collect();
    assert_eq!(subjects, report.subjects);
    let first = lines.lines().next().unwrap();
    assert_eq!(subject_of_line(first.as_bytes()).unwrap(), subjects[0]);
}

#[test]
fn what_is_no_report_is_told_with_its_place() {
    let lines = sample::text(&sample::report(), ReportFormat::JsonLines);
    let broken = lines.replacen("\"failed\"", "\"fallen\"", 1);
    insta::assert_snapshot!(
        [
            error(""),
            error("\n"),
            error("  left      expires on"),
            error("[]"),
            error("{}"),
            error("{\"a\": 1}"),
            error("{\"subject\": 1}"),
            error("{\"summary\": {}}"),
            error(&broken),
            error(&lines.replacen("\"critical\":2", "\"critical\":1", 1)),
            error(&lines[..lines.len() / 2]),
            error(lines.split_inclusive('\n').next().unwrap()),
            error(&format!("{lines}{}", lines.split_inclusive('\n').next().unwrap())),
            error(&lines.replace("}\n{", "}\nx\n{")),
            error(&format!("{}1", "[".repeat(200_000))),
            error("{\"at\":\"2026-01-01T00:00:00Z\",\"shard\":{\"index\":3,\"count\":2}}"),
        ]
        .join("\n"),
        @r#"
        the report is cut short after 0 subjects: its end is missing
        the report is cut short after 0 subjects: its end is missing
        line 1, column 3 is no JSON: expected value
        line 1 is no part of a report of `trustpack check`: invalid type: sequence, expected an object
        line 1 is no part of a report of `trustpack check`: it has neither a subject nor a summary
        line 1 is no part of a report of `trustpack check`: it has neither a subject nor a summary
        line 1 is no part of a report of `trustpack check`: invalid type: integer `1`, expected a string
        line 1 is no part of a report of `trustpack check`: missing field `subjects`
        line 1 is no part of a report of `trustpack check`: missing field `failed`
        the report counts 2 subjects, 2 certificates: 1 critical, 0 warnings, 0 notes, 1 failed and has 2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        the report is cut short after 0 subjects: its end is missing
        the report is cut short after 1 subject: its end is missing
        the report is cut short after 1 subject: its end is missing
        line 2, column 1 is no JSON: expected value
        line 1 is no part of a report of `trustpack check`: invalid type: sequence, expected an object
        line 1 is no part of a report of `trustpack check`: there is no shard 3 of 2: they are counted from 0
        "#
    );
}

#[test]
fn no_byte_is_without_effect_and_none_panics() {
    let lines = sample::text(&sample::report(), ReportFormat::JsonLines);
    for cut in 0..lines.len() - 1 {
        assert!(parts(&lines.as_bytes()[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn an_error_of_the_taker_comes_back() {
    let lines = sample::text(&sample::report(), ReportFormat::JsonLines);
    let mut taken = 0;
    let result = read(lines.as_bytes(), &mut |_| {
        taken += 1;
        Err(ReadError::CutShort { subjects: 77 })
    });
    assert_eq!(taken, 1);
    assert!(matches!(result, Err(ReadError::CutShort { subjects: 77 })));
}

proptest! {
    #[test]
    fn any_bytes_are_a_report_or_an_error(bytes: Vec<u8>, place: prop::sample::Index) {
        let _ = parts(&bytes);
        let mut text = sample::text(&sample::report(), ReportFormat::Json).into_bytes();
        let place = place.index(text.len());
        text.splice(place..place, bytes);
        let _ = parts(&text);
    }
}
