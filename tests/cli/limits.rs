//! The limits of docs/limits.md: what goes beyond them is told in a line, and the document has their real values.

use std::fs;
use std::path::Path;

use crate::support::{fixture, root, stderr, stdout, trustpack};

/// A row of a table: the value as written, the place, the name of the constant, and that of the test.
struct Row {
    value: String,
    file: String,
    name: String,
    test: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if cells[0] == "what" {
            continue;
        }
        assert_eq!(cells.len(), 6, "{line}");
        let place: Vec<&str> = cells[2].split('`').collect();
        rows.push(Row {
            value: cells[1].to_owned(),
            file: place[1].replacen('/', "/src/", 1),
            name: place[3].to_owned(),
            test: cells[5].trim_matches('`').to_owned(),
        });
    }
    rows
}

/// What a constant or a field is set to: numbers with `*`, `<<` and `+`.
fn computed(expression: &str) -> u64 {
    let number = |text: &str| -> u64 { text.trim().replace('_', "").parse().unwrap() };
    let plain = expression
        .trim_start_matches("Duration::from_secs(")
        .replace(['(', ')'], "");
    let sum = plain.split('+').map(|part| match part.split_once("<<") {
        Some((bits, by)) => number(bits) << number(by),
        None => part.split('*').map(number).product(),
    });
    sum.sum()
}

/// The first number of a cell, with its unit.
fn written(cell: &str) -> u64 {
    let cell = cell.trim_start_matches("some ");
    let mut words = cell.split([' ', ',']).filter(|word| !word.is_empty());
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let mut number = words.next().unwrap().to_owned();
    let mut unit = "";
    for word in words {
        if word.len() == 3 && digits(word) {
            number.push_str(word);
        } else {
            unit = word;
            break;
        }
    }
    let number: f64 = number.parse().unwrap();
    let factor = match unit {
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        "MB" => 1e6,
        _ => 1.0,
    };
    // whole, and far below 2^53
    format!("{:.0}", number * factor).parse().unwrap()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_document_has_the_limits_of_the_code_and_each_has_its_test() {
    let mut all = String::new();
    sources(&root().join("crates"), &mut all);
    sources(&root().join("tests"), &mut all);
    let rows = rows();
    assert!(rows.len() > 35, "{}", rows.len());
    for row in rows {
        let source = fs::read_to_string(root().join("crates").join(&row.file)).unwrap();
        let constant = format!("const {}: ", row.name);
        let field = format!(" {}: ", row.name);
        let set = source
            .split(&constant)
            .nth(1)
            .and_then(|rest| rest.split_once(" = "))
            .and_then(|(_, rest)| rest.split_once(';'))
            // a field of `Default`
            .or_else(|| {
                source
                    .split("fn default")
                    .nth(1)?
                    .split(&field)
                    .nth(1)?
                    .split_once(',')
            })
            .unwrap_or_else(|| panic!("{} has no {}", row.file, row.name));
        // whatever is added to a number is told in words
        let (main, _) = set.0.split_once('+').unwrap_or((set.0, ""));
        let is_same = [main, set.0]
            .iter()
            .any(|set| computed(set) == written(&row.value));
        assert!(
            is_same,
            "{}: {} is {}, not {}",
            row.file, row.name, set.0, row.value
        );
        let test = format!("fn {}(", row.test);
        assert!(all.contains(&test), "{}: no test {}", row.name, row.test);
    }
}

#[test]
fn a_file_larger_than_any_certificate_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.p12");
    // a hole, which takes no room
    fs::File::create(&path)
        .unwrap()
        .set_len((256 << 20) + 1)
        .unwrap();
    let output = trustpack().arg("inspect").arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(
        told.contains("larger than 256 MiB, which no certificate file is"),
        "{told}"
    );
}

#[test]
fn a_password_file_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pass");
    fs::write(&path, "a".repeat((64 << 10) + 1)).unwrap();
    let output = trustpack()
        .arg("inspect")
        .arg(fixture("keystores/p12/keytool-key.p12"))
        .arg("--password")
        .arg(format!("file:{}", path.display()))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(
        told.contains("longer than 65536 bytes, which is no password file"),
        "{told}"
    );
    assert!(!told.contains("aaaa"), "{told}");
}

#[test]
fn a_line_longer_than_any_name_is_told_and_passed() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("targets");
    let text = format!("{}\n127.0.0.1:1\n", "a".repeat(5_000));
    fs::write(&list, text).unwrap();
    let output = trustpack()
        .args(["fetch", "--jsonl", "--targets"])
        .arg(&list)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = stdout(&output);
    assert!(told.contains("the line is longer than any name"), "{told}");
    // the other line is asked
    assert!(told.contains("\"refused\""), "{told}");
}
