use time::Duration;
use time::macros::date;

use super::*;
use crate::expiry::About;
use crate::report::{Role, Severity};

#[test]
fn what_is_no_toml_is_told_on_one_line() {
    let told = |text| Policy::from_toml(text).unwrap_err().to_string();
    let open = told("# mine\n[[rule]\n");
    assert!(open.starts_with("line 2, column 8: "), "{open}");
    assert!(!open.contains('\n'), "{open}");
    let unknown = told("[[rule]]\nwran = \"30d\"\n");
    assert!(
        unknown.starts_with("line 2, column 1: unknown field `wran`"),
        "{unknown}"
    );
}

#[test]
fn the_example_is_a_policy() {
    let source = include_str!("../file.rs");
    let example: String = source
        .lines()
        .skip_while(|line| !line.starts_with("//! ```toml"))
        .skip(1)
        .take_while(|line| !line.starts_with("//! ```"))
        .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
        .collect();
    let policy = Policy::from_toml(&example).unwrap();
    assert_eq!(policy.silences[0].until, date!(2027 - 01 - 31));
    let about = |name| About {
        name,
        is_endpoint: true,
        names: Some(("CN=CA", "CN=a")),
    };
    let severity = |name, left| {
        let thresholds = policy.thresholds(&about(name));
        thresholds.severity(Role::EndEntity, Duration::days(90), Duration::days(left))
    };
    assert_eq!(severity("a.internal:443", 11), None);
    assert_eq!(severity("a.example:443", 11), Some(Severity::Warning));
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    let error = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
    for (text, expected) in [
        (
            "[thresholds]\nwarn = \"3w\"",
            "thresholds: warn: \"3w\" is no threshold",
        ),
        (
            "[thresholds]\nwarn = \"7d\"\ncrit = \"30d\"",
            "critical below 30d",
        ),
        ("[[rule]]\nwarn = \"3d\"", "rule 1: it needs path, host"),
        ("[[rule]]\nhost = \"[\"", "rule 1: host: "),
        (
            "[[silence]]\nid = \"X\"\nreason = \" \"\nuntil = 2027-01-01",
            "silence 1: it needs a reason",
        ),
        (
            "[[silence]]\nid = \"X\"\nreason = \"r\"\nuntil = 2027-01-01T00:00:00Z",
            "until is the last day",
        ),
        (
            "[[silence]]\nid = \"X\"\nuntil = 2027-01-01",
            "missing field `reason`",
        ),
        (
            "[[silence]]\nid = \"X\"\nreason = \"r\"",
            "missing field `until`",
        ),
        ("warm = 1", "unknown field `warm`"),
    ] {
        let error = error(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}
