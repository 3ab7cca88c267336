use super::*;
use crate::report::{ReportFormat, sample};

#[test]
fn report() {
    let text = sample::text(&sample::report(), ReportFormat::Sarif);
    let (results, _) = text.split_once(r#"[{"id""#).unwrap();
    insta::assert_snapshot!(results, @r#"
        {"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[
        {"ruleId":"CERT-EXPIRING","level":"error","message":{"text":"example.org:443: 1: example.org expires soon (renew it)"},"locations":[{"logicalLocations":[{"fullyQualifiedName":"example.org:443: 1","kind":"resource"}]}],"partialFingerprints":{"finding/v1":"9a7b34ba5dd35010d69bf66daff6e233b9224da2d8bc7580704589cdfdac6560"}},
        {"ruleId":"CHECK-UNREACHABLE","level":"error","message":{"text":"gone.example:443: no answer"},"locations":[{"logicalLocations":[{"fullyQualifiedName":"gone.example:443","kind":"resource"}]}],"partialFingerprints":{"finding/v1":"51a2ac937cf952afa7af38037d489fb70adbea837b97eab884eded855762c598"}}
        ],"tool":{"driver":{"name":"trustpack","version":"0.1.0","rules":
        "#);
}

#[test]
fn rules_are_pages_of_the_catalogue() {
    let mut report = sample::report();
    let mut foreign = report.subjects[1].findings[0].clone();
    foreign.id = "OF-ANOTHER-VERSION".into();
    foreign.hint = Some("ask".to_owned());
    report.subjects[1].findings.push(foreign);
    let text = sample::text(&report, ReportFormat::Sarif);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    let page = catalogue::find("CERT-EXPIRING").unwrap();
    assert_eq!(rules[0]["id"], page.id);
    assert_eq!(rules[0]["shortDescription"]["text"], page.title);
    let full = rules[0]["fullDescription"]["text"].as_str().unwrap();
    assert!(full.contains(page.meaning) && full.ends_with(page.consequence));
    for form in ["text", "markdown"] {
        let help = rules[0]["help"][form].as_str().unwrap();
        assert!(help.contains(page.remedy[0].text), "{form}: {help}");
    }
    assert_eq!(rules[2]["shortDescription"]["text"], "of another version");
    assert_eq!(rules[2]["help"]["text"], "ask");
    assert!(rules[2]["fullDescription"].is_null());
}

#[test]
fn paths_are_references() {
    assert_eq!(uri("/srv/a b.pem"), "file:///srv/a%20b.pem");
    assert_eq!(uri("http:x/ü"), "http%3Ax/%C3%BC");
}

#[test]
fn a_file_has_its_place_and_a_silence_its_reason() {
    let mut report = sample::report();
    report.subjects[0].origin = Origin::File {
        path: "a.pem".to_owned(),
    };
    report.subjects[0].findings[0].silenced = Some("moved".to_owned());
    let text = sample::text(&report, ReportFormat::Sarif);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "a.pem");
    assert_eq!(result["suppressions"][0]["justification"], "moved");
}

#[test]
fn a_finding_keeps_its_identity_while_its_words_change() {
    let finding = |words: &str| Finding::new("X", Severity::Note, "a", words);
    assert_eq!(
        identity(&finding("in 3 days")),
        identity(&finding("in 2 days"))
    );
}
