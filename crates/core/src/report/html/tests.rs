use proptest::prelude::*;

use sha2::{Digest, Sha256};

use super::*;
use crate::cert::testing::{self, DAY};
use crate::html::escaped;
use crate::report::{CertificateReport, Finding, Report, ReportFormat, Role, Severity, sample};

fn page(report: &Report) -> String {
    sample::text(report, ReportFormat::Html)
}

/// What stands in the page between these two, the first of which is unique.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

fn unpacked(base64: &str) -> Vec<u8> {
    let deflated = STANDARD.decode(base64).unwrap();
    let mut plain = Vec::new();
    let mut decoder = flate2::write::DeflateDecoder::new(&mut plain);
    decoder.write_all(&deflated).unwrap();
    decoder.finish().unwrap();
    plain
}

/// The lines of the report within the page: its head, then subjects.
fn lines_of(page: &str) -> Vec<serde_json::Value> {
    let packed = between(page, "id=\"packed-report\">", "<");
    let text = String::from_utf8(unpacked(packed)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A store with so many certificates, each another one.
fn store(count: i64) -> Report {
    let certificates = (0..count).map(|place| {
        let certificate =
            testing::certificate(&format!("host{place}"), false, 0, (place + 2) * DAY);
        CertificateReport::new(
            place.to_string(),
            Role::EndEntity,
            &certificate,
            testing::at(0),
        )
    });
    let mut report = sample::report();
    report.subjects[1].certificates = certificates.collect();
    report
}

#[test]
fn rows_and_totals_are_there_without_the_script() {
    let page = page(&sample::report());
    insta::assert_snapshot!("rows", between(&page, "<tbody id=\"rows\">\n", "</tbody>"));
    insta::assert_snapshot!("totals", between(&page, "<h1>", "</section>"));
}

#[test]
fn a_page_of_nothing_says_so() {
    let report = Report {
        at: testing::at(0),
        subjects: Vec::new(),
    };
    assert!(page(&report).contains("<h1>No certificates in this report</h1>"));
}

#[test]
fn the_policy_names_what_is_in_the_page() {
    let page = page(&sample::report());
    let digest = |content: &str| STANDARD.encode(Sha256::digest(content.as_bytes()));
    let style = between(&page, "<style>", "</style>");
    let (_, script) = page.rsplit_once("<script>").unwrap();
    let (script, _) = script.split_once("</script>").unwrap();
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for wanted in [
        format!("script-src 'sha256-{}'; ", digest(script)),
        format!("style-src 'sha256-{}'; ", digest(style)),
    ] {
        assert!(policy.contains(&wanted), "{policy}");
    }
    assert_eq!(script, SCRIPT);
    // what would end the elements, or make markup of a name, or leave the page
    for word in [
        "</",
        "<!--",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "http:",
        "https:",
    ] {
        let script = script.replace("http://www.w3.org/2000/svg", "");
        assert!(!script.contains(word), "{word}");
        assert!(!style.contains(word), "{word}");
    }
}

#[test]
fn the_report_in_the_page_is_the_report() {
    let report = sample::report();
    let lines = lines_of(&page(&report));
    assert_eq!(lines[0]["summary"]["certificates"], 2);
    assert_eq!(lines[0]["pages"]["CERT-EXPIRING"]["id"], "CERT-EXPIRING");
    // what could not be looked at comes first
    for (line, subject) in lines[1..].iter().zip(report.subjects.iter().rev()) {
        let read: SubjectReport = serde_json::from_value(line.clone()).unwrap();
        assert_eq!(read, *subject);
    }
    assert_eq!(lines[0]["has_bytes"], false);
}

#[test]
fn names_are_neither_markup_nor_places_of_the_page() {
    let name = "</script><img src=x onerror=\"a('b')\">{{script}}\u{202e}\u{2028}";
    let mut report = sample::report();
    report.subjects[0].subject = name.to_owned();
    report.subjects[0].certificates[0].display_name = name.to_owned();
    report.subjects[0].certificates[0].issuer = name.to_owned();
    report.subjects[1].subject = name.to_owned();
    report.subjects[1].findings[0].message = name.to_owned();
    report.subjects[1].findings[0].id = name.to_owned().into();
    let hostile = page(&report);
    let known = page(&sample::report());
    for mark in [
        "<script",
        "</script",
        "<img",
        "onerror=\"",
        "\u{202e}",
        "\u{2028}",
    ] {
        let number = |page: &str| page.matches(mark).count();
        assert_eq!(number(&hostile), number(&known), "{mark}");
    }
    assert_eq!(lines_of(&hostile)[1]["subject"], name);
}

#[test]
fn the_same_report_is_the_same_page() {
    let report = store(100);
    assert_eq!(page(&report), page(&report));
}

#[test]
fn certificates_are_in_the_page_in_the_order_of_their_ends() {
    let report = store(150);
    let page = page(&report);
    let lines = lines_of(&page);
    assert_eq!(lines[0]["has_bytes"], true);
    // of the sample two more, of which only the words are known
    assert_eq!(lines[0]["packed"], 152);
    let packed = between(&page, "id=\"packed-certificates\">", "<");
    let blocks: Vec<Vec<u8>> = packed.lines().map(unpacked).collect();
    assert_eq!(blocks.len(), 3);
    let mut found = Vec::new();
    let mut rest = &blocks.concat()[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        found.push(after[..length].to_vec());
        rest = &after[length..];
    }
    found.retain(|der| !der.is_empty());
    let expected = report.subjects[1].certificates.iter();
    let expected: Vec<Vec<u8>> = expected
        .map(|one| one.certificate.as_ref().unwrap().der().to_vec())
        .collect();
    assert!(found == expected);
}

#[test]
fn without_room_those_with_the_most_time_left_go_without_pem() {
    let report = store(200);
    let subjects = &report.subjects;
    let ders: HashMap<_, _> = subjects
        .iter()
        .flat_map(|subject| &subject.certificates)
        .filter_map(|one| {
            Some((
                one.fingerprint.clone(),
                one.certificate.as_ref()?.der().clone(),
            ))
        })
        .collect();
    let all = certificates::pack(subjects, &ders, usize::MAX).unwrap();
    let first = all.blocks.lines().next().unwrap();
    let some = certificates::pack(subjects, &ders, first.len() + 1).unwrap();
    assert_eq!(some.blocks, format!("{first}\n"));
    assert_eq!((some.count, all.count), (64, 202));
}

#[test]
fn a_long_subject_comes_in_parts_and_loses_nothing() {
    let mut report = store(600);
    let subject = &mut report.subjects[1];
    let finding = |place: &str| Finding::new("X", Severity::Note, place, "");
    subject
        .findings
        .push(finding(&format!("{}: 599", subject.subject)));
    let parts = parts::of(subject);
    let lengths = parts.iter().map(|part| part.certificates.len());
    assert_eq!(lengths.collect::<Vec<_>>(), [256, 256, 88]);
    let findings = parts.iter().map(|part| part.findings.len());
    assert_eq!(findings.collect::<Vec<_>>(), [1, 0, 1]);
}

#[test]
fn ten_thousand_certificates_are_below_six_megabytes() {
    // each with a key, a signature and a serial number of its own, as far as deflating knows
    let page = page(&store(10_000));
    assert!(page.len() < 6_000_000, "{}", page.len());
    assert_eq!(lines_of(&page)[0]["left_out"], 0);
}

proptest! {
    #[test]
    fn no_text_is_markup(text in any::<String>()) {
        let escaped = escaped(&text);
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        prop_assert!(!escaped.chars().any(text::is_unsafe));
    }
}
