//! Checks that know of others: of an earlier one by its report, of those that share the work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use trustpack_core::report::Shard;

use crate::support::server::Server;
use crate::support::{fixture, run, stderr, stdout, trustpack};

const NOW: [&str; 2] = ["--at", "2026-11-21T00:00:00Z"];

fn check(folder: &Path) -> Command {
    let mut command = trustpack();
    command.current_dir(folder).arg("check").args(NOW);
    command
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, origin) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(fixture(origin), path).unwrap();
    }
    folder
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_baseline_is_replaced_by_the_report_that_was_compared_with_it() {
    let folder = folder(&[
        ("in/a.pem", "pki/server-expired.pem"),
        ("in/b.pem", "pki/root.pem"),
    ]);
    let path = folder.path();
    let known = |more: &[&str]| {
        let mut command = check(path);
        command
            .args(["in", "--output", "json=last.json"])
            .args(more);
        command.output().unwrap()
    };
    assert_eq!(known(&[]).status.code(), Some(1));
    // known, so it fails no more
    let again = known(&["--baseline", "last.json", "--json"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(json(&again)["since"]["findings"]["unchanged"], 1);
    // the file of stdout and that of --output are the same report
    assert_eq!(
        fs::read_to_string(path.join("last.json")).unwrap(),
        stdout(&again)
    );
    // renewed, and one more that has expired
    fs::copy(fixture("pki/server.pem"), path.join("in/a.pem")).unwrap();
    fs::copy(fixture("pki/server-expired.pem"), path.join("in/c.pem")).unwrap();
    fs::remove_file(path.join("in/b.pem")).unwrap();
    let third = known(&["--baseline", "last.json", "--json"]);
    assert_eq!(third.status.code(), Some(1));
    let third = json(&third);
    let since = &third["since"];
    assert_eq!(since["certificates"]["renewed"], 1, "{since}");
    assert_eq!(since["certificates"]["new"], 1, "{since}");
    assert_eq!(since["findings"]["gone"], 1, "{since}");
    assert_eq!(since["subjects"]["gone"], 1, "{since}");
    let gone: Vec<&str> = third["gone"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["subject"].as_str().unwrap())
        .collect();
    assert_eq!(gone, ["in/a.pem: 1", "in/b.pem"]);
}

#[test]
fn a_broken_baseline_is_told_before_anything_is_written() {
    let folder = folder(&[("a.pem", "pki/root.pem")]);
    let path = folder.path();
    fs::write(path.join("out.json"), "old").unwrap();
    for text in [
        "",
        "{}",
        "[1]",
        "left  expires on",
        "{\"subject\":",
        "\u{0}",
    ] {
        fs::write(path.join("last.json"), text).unwrap();
        let mut command = check(path);
        command.args([
            "a.pem",
            "--baseline",
            "last.json",
            "--output",
            "json=out.json",
        ]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        let told = stderr(&output);
        assert!(told.starts_with("error: --baseline last.json: "), "{told}");
        assert_eq!(fs::read_to_string(path.join("out.json")).unwrap(), "old");
    }
}

#[test]
fn a_baseline_may_come_from_a_pipe() {
    let folder = folder(&[("a.pem", "pki/root.pem")]);
    let mut command = check(folder.path());
    run(command.args(["a.pem", "--output", "jsonl=last.jsonl"]));
    let mut command = check(folder.path());
    command.args(["a.pem", "--baseline", "/dev/stdin", "--json"]);
    let (reader, mut writer) = std::io::pipe().unwrap();
    command.stdin(reader);
    let report = fs::read(folder.path().join("last.jsonl")).unwrap();
    let writing = std::thread::spawn(move || std::io::Write::write_all(&mut writer, &report));
    let output = run(&mut command);
    writing.join().unwrap().unwrap();
    assert_eq!(json(&output)["since"]["certificates"]["unchanged"], 1);
}

/// Each shard of a check of `in`.
fn shards(path: &Path, count: usize, format: &str) -> Vec<PathBuf> {
    let report = |index| {
        let name = format!("{index}.{format}");
        let mut command = check(path);
        command.args(["in", "in/a.pem", "--fail-on", "never"]);
        command.arg("--shard").arg(format!("{index}/{count}"));
        run(command.arg("--output").arg(format!("{format}={name}")));
        path.join(name)
    };
    (0..count).map(report).collect()
}

fn merge(path: &Path, files: &[PathBuf]) -> Command {
    let mut command = trustpack();
    command
        .current_dir(path)
        .args(["report", "merge"])
        .args(files);
    command
}

#[test]
fn shards_merged_are_the_report_of_one_run() {
    let folder = folder(&[
        ("in/a.pem", "pki/server-expired.pem"),
        ("in/b.pem", "pki/root.pem"),
        ("in/deep/c.pem", "pki/fullchain-server.pem"),
        ("in/trust.jks", "keystores/jks/trust.jks"),
        ("in/bad.cer", "bad/cut.cer"),
        ("in/none.txt", "bad/text.pem"),
    ]);
    let path = folder.path();
    let mut command = check(path);
    command.args([
        "in",
        "in/a.pem",
        "--fail-on",
        "never",
        "--output",
        "json=one.json",
    ]);
    let one = command.output().unwrap();
    for (count, format) in [(1, "json"), (3, "jsonl"), (9, "json")] {
        let mut files = shards_or_unread(path, count, format);
        let merged =
            |files: &[PathBuf], more: &[&str]| merge(path, files).args(more).output().unwrap();
        files.reverse();
        let alone = merged(&[path.join("one.json")], &["--json", "--fail-on", "never"]);
        let joined = merged(&files, &["--json", "--fail-on", "never"]);
        assert_eq!(stdout(&joined), stdout(&alone), "{count}");
        assert_eq!(
            joined.status.code(),
            one.status.code(),
            "{}",
            stderr(&joined)
        );
        assert!(json(&joined)["summary"]["subjects"].as_u64().unwrap() >= 5);
        // every format is there
        let csv = merged(&files, &["--format", "csv"]);
        assert!(stdout(&csv).starts_with("kind,subject,"));
    }
}

/// As [`shards`], where something cannot be read.
fn shards_or_unread(path: &Path, count: usize, format: &str) -> Vec<PathBuf> {
    let report = |index| {
        let name = format!("{index}-of-{count}.{format}");
        let mut command = check(path);
        command.args(["in", "in/a.pem", "--fail-on", "never"]);
        command.arg("--shard").arg(format!("{index}/{count}"));
        command.arg("--output").arg(format!("{format}={name}"));
        let output = command.output().unwrap();
        assert!(
            matches!(output.status.code(), Some(0 | 2)),
            "{}",
            stderr(&output)
        );
        path.join(name)
    };
    (0..count).map(report).collect()
}

#[test]
fn a_list_is_shared_out_too_and_order_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut lines: Vec<String> = (1..20)
        .map(|number| format!("127.0.0.1:{number}"))
        .collect();
    lines.push("no server at all".to_owned());
    let seen = |lines: &[String], index: usize| {
        fs::write(path.join("list"), lines.join("\n")).unwrap();
        let mut command = check(path);
        command.args([
            "--targets",
            "list",
            "--shard",
            &format!("{index}/3"),
            "--json",
        ]);
        let output = command.args(["--timeout", "5s"]).output().unwrap();
        let subjects = json(&output)["subjects"].clone();
        let mut names: Vec<String> = subjects
            .as_array()
            .unwrap()
            .iter()
            .map(|subject| subject["subject"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let parts: Vec<Vec<String>> = (0..3).map(|index| seen(&lines, index)).collect();
    assert!(parts.iter().all(|part| part.len() > 1), "{parts:?}");
    let mut all = parts.concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), lines.len());
    lines.reverse();
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(&seen(&lines, index), part);
    }
}

#[test]
fn what_is_missing_is_an_error_and_partial_takes_the_rest() {
    let folder = folder(&[
        ("in/a.pem", "pki/server.pem"),
        ("in/b.pem", "pki/root.pem"),
        ("in/c.pem", "pki/intermediate.pem"),
    ]);
    let path = folder.path();
    let files = shards(path, 2, "jsonl");
    let missing = merge(path, &files[..1]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).starts_with("error: shard 1 of 2 is missing\n"));
    let twice = merge(path, &[&files[..], &files[1..]].concat())
        .output()
        .unwrap();
    assert_eq!(twice.status.code(), Some(2));
    assert!(stderr(&twice).contains("shard 1/2 is there twice"));
    // a run that was killed
    let text = fs::read_to_string(&files[1]).unwrap();
    let end = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
    fs::write(&files[1], &text[..end]).unwrap();
    let cut = merge(path, &files).output().unwrap();
    assert_eq!(cut.status.code(), Some(2));
    assert!(
        stderr(&cut).contains("1.jsonl: the report is cut short after "),
        "{}",
        stderr(&cut)
    );
    assert_eq!(stdout(&cut), "");
    let partial = merge(path, &files)
        .args(["--partial", "--json"])
        .output()
        .unwrap();
    assert_eq!(partial.status.code(), Some(2));
    assert!(
        stderr(&partial).contains("warning: shard 1 of 2 is missing"),
        "{}",
        stderr(&partial)
    );
    // a.pem is named, and lies in the folder: one subject
    assert_eq!(json(&partial)["summary"]["subjects"], 3);
}

#[test]
fn the_environment_counts_only_when_it_is_asked_for() {
    let folder = folder(&[("in/a.pem", "pki/root.pem"), ("in/b.pem", "pki/server.pem")]);
    let mut command = check(folder.path());
    command
        .env("JOB_COMPLETION_INDEX", "0")
        .env("TRUSTPACK_SHARDS", "64");
    let all = run(command.args(["in", "--json"]));
    assert_eq!(json(&all)["summary"]["subjects"], 2);
    assert!(json(&all)["shard"].is_null());
    let auto = run(command.args(["--shard", "auto"]));
    assert_eq!(
        json(&auto)["shard"],
        serde_json::json!({ "index": 0, "count": 64 })
    );
    assert!(json(&auto)["summary"]["subjects"].as_u64().unwrap() < 2);
    assert!(
        stderr(&auto).starts_with("note: shard 0/64: "),
        "{}",
        stderr(&auto)
    );
}

#[test]
fn a_shard_of_nothing_is_no_clean_report() {
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("in")).unwrap();
    let mut command = check(folder.path());
    let output = command.args(["in", "--shard", "0/2"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no certificate to check"));
}

#[test]
fn a_root_that_a_server_of_another_shard_needs_is_judged_so() {
    // a server with an expired root, which also lies in a store
    let folder = folder(&[
        ("root.pem", "pki/root.pem"),
        ("other.pem", "pki/other-root.pem"),
    ]);
    let path = folder.path();
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = pem::parse(fs::read(fixture("pki/server.key.pem")).unwrap()).unwrap();
    let chain = vec![der("der/server.cer"), der("der/intermediate.cer")];
    let server = Server::start(chain, key.into_contents());
    let check = |more: &[&str]| {
        let mut command = trustpack();
        command
            .current_dir(path)
            .args(["check", "--at", "2046-06-01T00:00:00Z"]);
        command.args([
            "https://server.test",
            "root.pem",
            "other.pem",
            "--roots",
            "root.pem",
        ]);
        command.arg("--connect").arg(server.address.to_string());
        command.args(["--fail-on", "never"]);
        run(command.args(more))
    };
    // so many that the server is in another one than the root
    let count = 16_u32;
    let name = |index| format!("{index}.jsonl");
    let holder =
        |name: &str| (0..count).find(|index| Shard::new(*index, count).unwrap().holds(name));
    assert_ne!(holder("server.test:443"), holder("root.pem"));
    let files: Vec<PathBuf> = (0..count)
        .map(|index| {
            let shard = format!("{index}/{count}");
            check(&[
                "--shard",
                &shard,
                "--output",
                &format!("jsonl={}", name(index)),
            ]);
            path.join(name(index))
        })
        .collect();
    check(&["--output", "json=one.json"]);
    let severity = |files: &[PathBuf]| {
        let output = merge(path, files)
            .args(["--json", "--fail-on", "never"])
            .output()
            .unwrap();
        let report = json(&output);
        let subjects = report["subjects"].as_array().unwrap();
        let of = |name: &str| {
            let mut found = subjects.iter().filter(|one| one["subject"] == name);
            found.next().unwrap()["certificates"][0]["severity"].clone()
        };
        (of("root.pem"), of("other.pem"))
    };
    assert_eq!(severity(&files), ("critical".into(), "warning".into()));
    assert_eq!(severity(&files), severity(&[path.join("one.json")]));
}

#[test]
fn the_same_report_twice_is_refused_and_others_of_the_same_subject_count_each() {
    let folder = folder(&[("a.pem", "pki/server.pem")]);
    let path = folder.path();
    let report = |output: &str, at: &str| {
        let mut command = trustpack();
        command
            .current_dir(path)
            .args(["check", "a.pem", "--at", at]);
        run(command.args(["--output", output]));
    };
    report("json=one.json", NOW[1]);
    report("jsonl=copy.jsonl", NOW[1]);
    report("json=later.json", "2026-11-22T00:00:00Z");
    let merged = |one: &str, other: &str| {
        let files = [one, other].map(PathBuf::from);
        merge(path, &files).arg("--json").output().unwrap()
    };
    for (other, told) in [
        ("one.json", "error: one.json: the same report twice\n"),
        (
            "copy.jsonl",
            "error: copy.jsonl: the same report as one.json\n",
        ),
    ] {
        let twice = merged("one.json", other);
        assert_eq!(twice.status.code(), Some(2));
        assert!(stderr(&twice).starts_with(told), "{}", stderr(&twice));
        assert_eq!(stdout(&twice), "");
    }
    let both = merged("one.json", "later.json");
    assert_eq!(both.status.code(), Some(0), "{}", stderr(&both));
    assert_eq!(json(&both)["summary"]["certificates"], 2);
}

#[test]
fn what_became_of_things_is_in_every_format_for_people_and_tables() {
    let folder = folder(&[
        ("a.pem", "pki/server.pem"),
        ("b.pem", "pki/root.pem"),
        ("c.pem", "pki/server-expired.pem"),
    ]);
    let path = folder.path();
    let written = |inputs: &[&str], more: &[&str]| {
        let mut command = check(path);
        command.args(inputs).args(["--fail-on", "never"]).args(more);
        stdout(&run(&mut command))
    };
    written(&["a.pem", "b.pem"], &["--output", "json=last.json"]);
    let inputs = ["a.pem", "c.pem"];
    let compared = |format| written(&inputs, &["--baseline", "last.json", "--format", format]);

    let csv = compared("csv");
    let column = |line: &str, back: usize| line.rsplit(',').nth(back).unwrap().to_owned();
    let rows: Vec<(String, String, String)> = csv
        .lines()
        .map(|line| {
            let kind = line.split(',').next().unwrap().to_owned();
            (kind, column(line, 1), column(line, 0))
        })
        .collect();
    let row = |kind: &str, change: &str, findings: &str| {
        (kind.to_owned(), change.to_owned(), findings.to_owned())
    };
    assert_eq!(
        rows,
        [
            row("kind", "change", "finding_changes"),
            row("certificate", "unchanged", ""),
            row("certificate", "new", "new"),
            row("gone", "gone", ""),
        ],
        "{csv}"
    );
    let markdown = compared("markdown");
    assert!(markdown.contains("| in | change |\n|---|---|---|---|---|---|---|\n"));
    assert!(markdown.contains("| `c.pem` | new |\n"), "{markdown}");
    assert!(markdown.contains("| `a.pem` |  |\n"), "{markdown}");
    assert!(markdown.contains("`CERT-EXPIRED` (new) "), "{markdown}");
    assert!(
        markdown.contains("\n- gone: b.pem: was checked before\n"),
        "{markdown}"
    );
    let github = compared("github");
    assert!(github.contains(" (new)%0A"), "{github}");
    assert!(
        github.contains("\ngone: b.pem: was checked before\n"),
        "{github}"
    );
    // alone there is nothing to compare with
    assert!(!written(&inputs, &["--format", "markdown"]).contains("change"));
}
