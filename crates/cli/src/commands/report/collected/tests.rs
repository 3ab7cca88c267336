use proptest::prelude::*;
use trustpack_core::report::{
    Finding, Report, ReportFormat, Severity, Shard, Style, Summary, render, writer,
};

use super::*;

fn subject(name: &str, message: &str) -> SubjectReport {
    SubjectReport {
        subject: name.to_owned(),
        findings: vec![Finding::new("X", Severity::Warning, name, message)],
        ..SubjectReport::default()
    }
}

/// Names of which some are equal and some begin alike; parts of long ones.
fn subjects() -> impl Strategy<Value = Vec<SubjectReport>> {
    let one = ("[ab/]{0,3}|\\PC{0,8}", "[xyz\u{202e}\n]{0,2}", 1..4_usize);
    let group = one.prop_map(|(name, message, parts)| {
        let part = |number| SubjectReport {
            continues: number + 1 < parts,
            ..subject(&name, &format!("{message}{number}"))
        };
        (0..parts).map(part).collect::<Vec<_>>()
    });
    proptest::collection::vec(group, 0..40).prop_map(|groups| groups.concat())
}

fn written(subjects: &[SubjectReport], format: ReportFormat, shard: Option<Shard>) -> Vec<u8> {
    let mut text = Vec::new();
    let at = OffsetDateTime::UNIX_EPOCH;
    let mut out = writer(format, at, &Style::default(), "", Box::new(&mut text));
    let mut summary = Summary {
        shard,
        ..Summary::default()
    };
    for subject in subjects {
        summary.add(subject);
        out.subject(subject).unwrap();
    }
    out.end(&summary).unwrap();
    drop(out);
    text
}

fn merged(reports: &[Vec<u8>]) -> String {
    let mut collected = Collected::new().unwrap();
    for report in reports {
        collected.add("x", report.as_slice()).unwrap();
    }
    assert_eq!(collected.ends.len(), reports.len());
    let mut report = Report {
        at: OffsetDateTime::UNIX_EPOCH,
        subjects: Vec::new(),
    };
    let mut take = |subject| {
        report.subjects.push(subject);
        Ok(())
    };
    collected.write(&mut take).unwrap();
    render(&report, ReportFormat::Json, &Style::default())
}

proptest! {
    #[test]
    fn shards_merge_into_what_one_run_says(
        subjects in subjects(),
        count in 1..9_u32,
        turn in 0..9_usize,
        pretty: bool,
    ) {
        let format = if pretty { ReportFormat::Json } else { ReportFormat::JsonLines };
        let one = merged(&[written(&subjects, ReportFormat::JsonLines, None)]);
        let mut shards: Vec<Vec<u8>> = (0..count)
            .map(|index| {
                let shard = Shard::new(index, count).unwrap();
                let held = subjects.iter().filter(|one| shard.holds(&one.subject));
                let held: Vec<SubjectReport> = held.cloned().collect();
                written(&held, format, Some(shard))
            })
            .collect();
        let turn = turn % shards.len();
        shards.rotate_left(turn);
        prop_assert_eq!(&merged(&shards), &one);
        // and nothing is lost on the way
        let found: serde_json::Value = serde_json::from_str(&one).unwrap();
        let ends = subjects.iter().filter(|one| !one.continues).count();
        prop_assert_eq!(&found["summary"]["subjects"], &serde_json::json!(ends));
        prop_assert_eq!(&found["summary"]["warnings"], &serde_json::json!(subjects.len()));
    }

    #[test]
    fn a_report_that_is_cut_anywhere_is_never_whole(subjects in subjects(), cut: prop::sample::Index, pretty: bool) {
        let format = if pretty { ReportFormat::Json } else { ReportFormat::JsonLines };
        let whole = written(&subjects, format, None);
        // the last byte is a line feed
        let cut = cut.index(whole.len() - 1);
        let mut collected = Collected::new().unwrap();
        prop_assert!(collected.add("x", &whole[..cut]).is_err());
        let mut subjects_taken = 0;
        collected.write(&mut |subject| {
            subjects_taken += usize::from(!subject.continues);
            Ok(())
        }).unwrap();
        prop_assert!(subjects_taken <= subjects.len());
    }
}

#[test]
fn names_come_in_order_and_changes_are_forgotten() {
    let mut changed = subject("a", "");
    changed.change = Some(trustpack_core::report::Change::New);
    let report = written(&[subject("b", ""), changed], ReportFormat::Json, None);
    let text = merged(&[report]);
    assert!(!text.contains("change"), "{text}");
    assert!(text.find("\"a\"").unwrap() < text.find("\"b\"").unwrap());
}
