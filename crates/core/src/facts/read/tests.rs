use super::*;

const GOOD: &str = "[[fact]]\nid = \"a-1.0\"\nsubject = \"A\"\ntext = \"It is so.\"\n\
                        source = \"https://example.com/a\"\nlooked_up = 2026-11-28\n";

#[test]
fn a_short_file_will_do() {
    let facts = Facts::read(GOOD).unwrap();
    let [fact] = facts.all() else {
        panic!("{facts:?}");
    };
    assert_eq!((&*fact.id, fact.from, fact.until), ("a-1.0", None, None));
    assert_eq!(fact.rule, None);
    assert!(Facts::read(&format!("\u{feff}{}", GOOD.replace('\n', "\r\n"))).is_ok());
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let with = |line: &str| format!("{GOOD}{line}\n");
    let replaced = |old: &str, new: &str| GOOD.replacen(old, new, 1);
    let root = "name = \"R\"\nwho = \"W\"\nsuccessor = \"S\"\n";
    for (text, line, expected) in [
        (String::new(), 1, "there is no [[fact]]"),
        ("# none\n".to_owned(), 2, "there is no [[fact]]"),
        ("fact = 1\n".to_owned(), 1, "invalid type"),
        ("[[facts]]\n".to_owned(), 1, "unknown field `facts`"),
        (with("form = 2027-01-01"), 7, "unknown field `form`"),
        (with("from = \"2027-01-01\""), 7, "invalid type"),
        (with("from = 2027-01-01T00:00:00Z"), 7, "expected a day"),
        (with("from = 2027-02-30"), 7, ""),
        (
            with("from = 2027-01-02\nuntil = 2027-01-01"),
            1,
            "a-1.0: until is before from",
        ),
        (replaced("a-1.0", "a b"), 2, "expected lower-case letters"),
        (replaced("\"A\"", "\" \""), 3, "expected a text on one line"),
        (
            replaced("It is so.", "It is\\nso."),
            4,
            "expected a text on one line",
        ),
        (
            replaced("https://example.com/a", "http://example.com/"),
            5,
            "expected an address",
        ),
        (
            replaced("https://example.com/a", "https://"),
            5,
            "expected an address",
        ),
        (
            replaced("looked_up = 2026-11-28\n", ""),
            1,
            "missing field `looked_up`",
        ),
        (format!("{GOOD}\n{GOOD}"), 8, "a-1.0: this id stands twice"),
        (
            with("leaf_lifetime = { days = 47 }"),
            1,
            "a-1.0: from is missing",
        ),
        (with("leaf_lifetime = { days = -1 }"), 7, "invalid value"),
        (
            with(
                "from = 2027-01-01\nleaf_lifetime = { days = 47 }\nclient_auth = { issued = false }",
            ),
            1,
            "a-1.0: it has two tables",
        ),
        (
            with("webhook = { caller = \"x\", ports = [70000] }"),
            7,
            "invalid value",
        ),
        (
            with("from = 2027-01-01\ncoming_anchors = { domains = [\"com\"], anchor = [] }"),
            8,
            "expected a domain",
        ),
        (
            with("from = 2027-01-01\ncoming_anchors = { domains = [\"a.com\"], anchor = [] }"),
            1,
            "coming_anchors has no anchor",
        ),
        (
            with(&format!(
                "from = 2027-01-01\n[fact.departing_root]\n{root}sha256 = \"abcd\""
            )),
            12,
            "expected a SHA-256 fingerprint",
        ),
    ] {
        let error = Facts::read(&text).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.why.contains(expected), "{text}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn no_part_of_the_file_makes_a_panic() {
    let whole = include_str!("../../facts.toml");
    for (end, _) in whole.char_indices().step_by(17) {
        let _ = Facts::read(&whole[..end]);
    }
}
