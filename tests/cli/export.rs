//! `channel export` and `channel diff`: the limits of the product, and that one reads what the other writes.

use std::fmt::Write as _;
use std::fs;

use crate::support::{root, run, stderr, stdout, trustpack};

/// A specification of so many channels.
fn specification(channels: usize) -> String {
    let mut text =
        String::from("[defaults]\ntype = \"telegram\"\n[defaults.basic]\nou = \"Support\"\n");
    for place in 0..channels {
        let _ = writeln!(text, "[[channel]]\nname = \"c{place}\"");
    }
    text
}

#[test]
fn what_is_exported_does_not_differ() {
    let folder = tempfile::tempdir().unwrap();
    let spec = root().join("docs/examples/all.toml");
    for name in ["channels.csv", "channels.json"] {
        let file = folder.path().join(name);
        run(trustpack()
            .args(["channel", "export"])
            .arg(&spec)
            .arg("-o")
            .arg(&file));
        let output = run(trustpack().args(["channel", "diff"]).arg(&file).arg(&spec));
        assert_eq!(stdout(&output), "no differences\n");
    }
}

#[test]
fn a_file_has_two_thousand_channels_and_a_folder_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("channels.toml");
    fs::write(&spec, specification(2_001)).unwrap();
    let export = |output: &str| {
        let output = folder.path().join(output);
        let mut command = trustpack();
        command
            .args(["channel", "export"])
            .arg(&spec)
            .arg("-o")
            .arg(output);
        command.output().unwrap()
    };
    let output = export("one.csv");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("2001 channels, and a file has at most 2000"));
    assert!(!folder.path().join("one.csv").exists());
    let output = export("out/");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        text.lines().count()
    };
    assert_eq!(
        (lines("channels-01.csv"), lines("channels-02.csv")),
        (2_001, 2)
    );
    let whole = folder.path().join("out");
    run(trustpack().args(["channel", "diff"]).arg(&whole).arg(&spec));
}

#[test]
fn an_export_has_a_hundred_thousand_channels_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("channels.toml");
    let export = |arguments: &[&str]| {
        let mut command = trustpack();
        command.args(["channel", "export"]).arg(&spec);
        let output = command.args(arguments).current_dir(folder.path()).output();
        output.unwrap()
    };
    fs::write(&spec, specification(100_001)).unwrap();
    let output = export(&["-o", "out/"]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "error: 100001 channels, and at most 100000 are exported at a time\nhint: export in parts: ";
    assert!(stderr(&output).starts_with(expected), "{}", stderr(&output));
    assert!(!folder.path().join("out").exists());
    let output = export(&["-o", "part/", "--channel", "c7", "--channel", "c100000"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path().join("part")).unwrap().count(), 1);

    fs::write(&spec, specification(100_000)).unwrap();
    let output = export(&["-o", "out/"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let files = fs::read_dir(folder.path().join("out")).unwrap();
    let lines = files.map(|file| {
        fs::read_to_string(file.unwrap().path())
            .unwrap()
            .lines()
            .count()
    });
    let lines: Vec<usize> = lines.collect();
    // each with its heading
    assert_eq!(lines, [2_001; 50]);
}
