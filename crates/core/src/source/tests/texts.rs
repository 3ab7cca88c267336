//! YAML and JSON that is nothing of Kubernetes, and YAML that is hostile.

use super::*;

#[test]
fn pem_in_any_value_is_found_under_its_path() {
    let text = format!(
        "ingress:\n  tls:\n  - crt: |\n{}    host: a\n\"odd key\": {:?}\nbundle: {}\n",
        indented(&pem("a"), 6),
        pem("b"),
        base64(pem("c")),
    );
    let (opened, lines) = open_all("values.yaml", text.as_bytes());
    assert_eq!(
        lines,
        [
            "values.yaml: ingress.tls[0].crt (1)",
            "values.yaml: [\"odd key\"] (1)",
            "values.yaml: bundle (1)"
        ]
    );
    assert_eq!(opened.kind, Kind::Text);
    let text =
        serde_json::json!([{ "ca": pem("a") }, { "items": [{ "x": pem("b") }] }]).to_string();
    assert_eq!(
        open_all("x.json", text.as_bytes()).1,
        ["x.json: [0].ca (1)", "x.json: [1].items[0].x (1)"]
    );
}

#[test]
fn pem_that_is_no_value_is_found_too() {
    let text = format!("# a comment\n{}", pem("a"));
    assert_eq!(open_all("x.yaml", text.as_bytes()).1, ["x.yaml (1)"]);
}

#[test]
fn aliases_multiply_nothing() {
    let mut text = format!("a: &a |\n{}", indented(&pem("a"), 2));
    for level in 0..26_u8 {
        let (this, before) = (
            char::from(b'b' + level.min(24)),
            char::from(b'a' + level.min(24)),
        );
        let items = vec![format!("*{before}"); 10].join(", ");
        text.push_str(&format!("{this}{level}: &{this} [{items}]\n"));
    }
    text.push_str("loop: &loop [*loop, *a]\nmerge:\n  <<: *a\n");
    assert_eq!(open_all("x.yaml", text.as_bytes()).1, ["x.yaml: a (1)"]);
}

#[test]
fn a_broken_document_is_told_and_the_others_are_read() {
    let good = |name: &str| format!("{name}: |\n{}", indented(&pem(name), 2));
    let text = format!("{}---\nx: [1, 2\ny: }}\n---\n{}", good("a"), good("b"));
    let (_, lines) = open_all("x.yaml", text.as_bytes());
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "x.yaml: a (1)");
    assert_eq!(lines[1], "x.yaml: document 3: b (1)");
    let line = text
        .lines()
        .position(|line| line.starts_with("y: "))
        .unwrap()
        + 1;
    assert!(
        lines[2].starts_with(&format!("x.yaml ! YAML: line {line}, column ")),
        "{lines:?}"
    );
}

#[test]
fn the_rest_of_a_broken_document_is_searched_for_pem() {
    let text = format!(
        "a: |\n{}b: [\nc: |\n{}",
        indented(&pem("a"), 2),
        indented(&pem("c"), 2)
    );
    let (_, lines) = open_all("x.yaml", text.as_bytes());
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(
        (lines[0].as_str(), lines[2].as_str()),
        ("x.yaml: a (1)", "x.yaml (1)")
    );
    // what a template engine will fill in is no fault
    let text = format!(
        "{{{{- if .x }}}}\na: |\n{}{{{{- end }}}}\n",
        indented(&pem("a"), 2)
    );
    assert_eq!(open_all("x.yaml", text.as_bytes()).1, ["x.yaml (1)"]);
}

#[test]
fn odd_yaml_is_read() {
    let good = indented(&pem("a"), 2);
    for text in [
        format!("a: 1\na: |\n{good}"),
        format!("? [x, y]\n: |\n{good}"),
        format!("? {{x: y}}\n: |\n{good}"),
        format!("%YAML 1.2\n---\na: |\n{good}...\n"),
        format!("a: !!binary |\n{}", indented(&base64(der("a")), 2))
            .replace("a: ", "# -----BEGIN \na: "),
        format!("a: !vault |\n  $ANSIBLE_VAULT;1.1\nb: |\n{good}"),
    ] {
        let (_, lines) = open_all("x.yaml", text.as_bytes());
        assert_eq!(lines.len(), 1, "{lines:?} of {text}");
        assert!(lines[0].ends_with("(1)"), "{lines:?} of {text}");
    }
}

#[test]
fn tabs_and_bytes_that_are_no_text_end_in_one_finding() {
    let mut bytes = format!("a: |\n{}", indented(&pem("a"), 2)).into_bytes();
    bytes.extend(b"b: \xff\xfe\n\tc: 1\n");
    let (_, lines) = open_all("x.yaml", &bytes);
    assert_eq!(lines[0], "x.yaml: a (1)");
    assert!(lines.len() <= 2, "{lines:?}");
}

#[test]
fn depth_ends() {
    for text in [
        format!("# -----BEGIN \n{}", "[".repeat(100_000)),
        format!("# -----BEGIN \n{}", "- ".repeat(100_000)),
        format!("# -----BEGIN \n{}", "{a: ".repeat(100_000)),
        (0..400).fold("# -----BEGIN \n".to_owned(), |text, level| {
            format!("{text}{}a:\n", " ".repeat(level))
        }),
    ] {
        let (_, lines) = open_all("x.yaml", text.as_bytes());
        assert_eq!(
            lines.iter().filter(|line| line.contains(" ! ")).count(),
            1,
            "{lines:?}"
        );
    }
    let text = format!("{{\"a\": \"-----BEGIN \", \"b\": {}", "[".repeat(100_000));
    let (_, lines) = open_all("x.json", text.as_bytes());
    assert!(
        lines
            .iter()
            .any(|line| line.contains("recursion limit exceeded")),
        "{lines:?}"
    );
}

#[test]
fn a_small_yaml_cut_anywhere_keeps_what_was_before() {
    let first = format!("a: |\n{}", indented(&pem("a"), 2));
    let text = format!("{first}---\nb: |\n{}", indented(&pem("b"), 2));
    for length in 0..=text.len() {
        let (opened, items) = open_with("x.yaml", &text.as_bytes()[..length], &Budget::default());
        assert!(opened.is_ok(), "at {length}");
        if length > first.len() + 4 {
            assert_eq!(lines(&items)[0], "x.yaml: a (1)", "at {length}");
        }
    }
}

#[test]
fn keys_for_other_programs_are_passed_over() {
    let text = "a: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  AAAA\n  -----END OPENSSH PRIVATE KEY-----\n";
    let (opened, lines) = open_all("x.yaml", text.as_bytes());
    assert!(lines.is_empty());
    assert_eq!(opened.passed_over, 1);
}
