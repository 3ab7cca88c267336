//! What counts, and when.

use super::*;

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
