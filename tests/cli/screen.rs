//! `trustpack check --watch` on a terminal.

use std::fs;

use crate::support::fixture;
use crate::terminal::Terminal;

const RULE: &str = "[[rule]]\npath = \"*.pem\"\nwarn = \"30d\"\n";

fn folder(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for place in 0..count {
        let name = format!("{place:02}.pem");
        fs::copy(fixture("pki/root.pem"), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn a_table_is_drawn_anew_and_marks_what_changed() {
    let folder = folder(2);
    let Some(terminal) = Terminal::start(folder.path(), "check . --watch 1s") else {
        return;
    };
    let first = terminal.when(|shown| shown.contains("2 subjects, 2 certificates"));
    assert!(first.starts_with("checked at 2"), "{first}");
    assert!(first.contains("next round at 2") && first.contains("Ctrl-C ends"));
    assert!(first.contains("00.pem") && first.contains("01.pem"));

    fs::copy(fixture("pki/server.pem"), folder.path().join("02.pem")).unwrap();
    fs::remove_file(folder.path().join("00.pem")).unwrap();
    let marked = terminal.when(|shown| shown.contains("gone ") && shown.contains("02.pem"));
    let new = marked.lines().find(|line| line.contains("02.pem")).unwrap();
    assert!(new.trim_end().ends_with("new"), "{marked}");
    let old = marked.lines().find(|line| line.contains("01.pem")).unwrap();
    assert!(old.trim_end().ends_with("01.pem"), "{marked}");
    // the round after it has no news
    let calm = terminal.when(|shown| !shown.contains("gone ") && shown.contains("02.pem"));
    let line = calm.lines().find(|line| line.contains("02.pem")).unwrap();
    assert!(line.trim_end().ends_with("02.pem"), "{calm}");
    assert_eq!(calm.matches("checked at").count(), 1, "{calm}");

    terminal.tmux(&["send-keys", "C-c"]);
    let last = terminal.when(|shown| shown.contains("exit=0"));
    assert!(last.contains("2 subjects, 2 certificates"), "{last}");
}

#[test]
fn it_keeps_to_the_size_of_the_terminal() {
    let folder = folder(40);
    let Some(terminal) = Terminal::start(folder.path(), "check . --watch 1d") else {
        return;
    };
    let first = terminal.when(|shown| shown.contains("40 subjects, 40 certificates"));
    assert!(first.starts_with("checked at 2"), "{first}");
    assert!(first.contains("more lines"), "{first}");
    terminal.tmux(&["resize-window", "-x", "60", "-y", "9"]);
    let small = terminal.when(|shown| {
        shown.lines().count() <= 9 && shown.starts_with("checked at") && shown.contains("40 sub")
    });
    assert!(
        small.lines().all(|line| line.chars().count() <= 60),
        "{small}"
    );
    terminal.tmux(&["resize-window", "-x", "120", "-y", "60"]);
    terminal.when(|shown| shown.contains("39.pem") && !shown.contains("more lines"));
}

#[test]
fn a_round_that_fails_leaves_the_last_table() {
    let folder = folder(1);
    let policy = folder.path().join("policy.toml");
    fs::write(&policy, RULE).unwrap();
    let Some(terminal) = Terminal::start(
        folder.path(),
        "check 00.pem --policy policy.toml --watch 1s",
    ) else {
        return;
    };
    terminal.when(|shown| shown.contains("1 subject, 1 certificate"));
    fs::write(&policy, "[[rule]\n").unwrap();
    let failed = terminal.when(|shown| shown.contains("this round failed"));
    assert!(failed.contains("1 subject, 1 certificate"), "{failed}");
    assert!(failed.contains("next round at"), "{failed}");
    fs::write(&policy, RULE).unwrap();
    assert!(failed.contains("line 1"), "{failed}");
    let mended = terminal.when(|shown| !shown.contains("this round failed"));
    assert!(mended.starts_with("checked at"), "{mended}");
}
