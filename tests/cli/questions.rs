//! What is asked on a terminal: the fields of a channel, and passwords of what is locked.

use std::fs;

use crate::support::{fixture, trustpack};
use crate::terminal::Terminal;

fn answer(terminal: &Terminal, text: &str) {
    terminal.tmux(&["send-keys", "-l", text]);
    terminal.tmux(&["send-keys", "Enter"]);
}

#[test]
fn what_is_not_given_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let Some(terminal) = Terminal::start(folder.path(), "channel new -o spec.toml") else {
        return;
    };
    let ask = |question: &str, text: &str| {
        terminal.when(|shown| {
            let lines = shown.trim_end().lines();
            lines.last().is_some_and(|last| last.starts_with(question))
        });
        answer(&terminal, text);
    };
    ask("type (telegram, whatsapp, instagram):", "telegramm");
    terminal.when(|shown| shown.contains("hint: the nearest is telegram\n"));
    ask("type", "telegram");
    ask("Channel Name:", "support bot");
    ask("Channel Name:", "support_bot");
    let shown = terminal.when(|shown| shown.contains("APP Key (info.app_key)"));
    assert!(
        shown.contains("An empty answer leaves a value open."),
        "{shown}"
    );
    assert!(shown.contains("1 of 6"), "{shown}");
    ask(">", "Hunter2SecretXyz");
    terminal.when(|shown| shown.contains("a secret is a reference here, and this is none"));
    ask(">", "env:TG_APP_KEY");
    terminal.when(|shown| shown.contains("APP Secret (info.app_secret)"));
    ask(">", "");
    terminal.when(|shown| shown.contains("BaseUrl (info.base_url)"));
    ask(">", "https://192.0.2.10:28090");
    for field in ["basic.ou", "basic.skill_queue", "identity.file"] {
        terminal.when(|shown| shown.contains(&format!("({field})")));
        ask(">", "");
    }
    let last = terminal.when(|shown| shown.contains("exit="));
    assert!(last.contains("exit=0"), "{last}");
    assert!(last.contains("wrote spec.toml: fill it in"), "{last}");
    let written = fs::read_to_string(folder.path().join("spec.toml")).unwrap();
    assert!(
        written.contains("app_key = \"env:TG_APP_KEY\""),
        "{written}"
    );
    assert!(
        written.contains("base_url = \"https://192.0.2.10:28090\""),
        "{written}"
    );
    assert!(!written.contains("Hunter2"), "{written}");
}

#[test]
fn who_goes_away_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let Some(terminal) = Terminal::start(folder.path(), "channel new telegram -o spec.toml") else {
        return;
    };
    terminal.when(|shown| shown.starts_with("Channel Name:"));
    terminal.tmux(&["send-keys", "C-d"]);
    let last = terminal.when(|shown| shown.contains("exit="));
    // on a line of its own, not behind the question
    assert!(
        last.contains("\nerror: the answers end before the questions\n"),
        "{last}"
    );
    assert!(last.contains("exit=2"), "{last}");
    assert!(!folder.path().join("spec.toml").exists());
}

#[test]
fn a_file_that_is_there_is_told_before_the_first_question() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("spec.toml"), "# mine\n").unwrap();
    let Some(terminal) = Terminal::start(folder.path(), "channel new -o spec.toml") else {
        return;
    };
    let last = terminal.when(|shown| shown.contains("exit="));
    assert!(last.starts_with("error: spec.toml exists\n"), "{last}");
    assert!(last.contains("exit=2"), "{last}");
}

/// As openssl and keytool do it.
#[test]
fn a_locked_file_asks_for_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("key.p12");
    fs::copy(fixture("keystores/p12/openssl-key.p12"), store).unwrap();
    let question = "password of key.p12:";
    let Some(terminal) = Terminal::start(folder.path(), "inspect key.p12") else {
        return;
    };
    terminal.when(|shown| shown.trim_end().ends_with(question));
    answer(&terminal, "changeit");
    let opened = terminal.when(|shown| shown.contains("exit="));
    assert!(opened.contains("exit=0"), "{opened}");
    assert!(opened.contains("integrity verified"), "{opened}");
    assert!(!opened.contains("changeit"), "{opened}");

    let wrong = Terminal::start(folder.path(), "convert key.p12 -o key.jks").unwrap();
    wrong.when(|shown| shown.trim_end().ends_with(question));
    answer(&wrong, "another");
    let told = wrong.when(|shown| shown.contains("exit="));
    assert!(
        told.contains("exit=2") && told.contains("wrong password"),
        "{told}"
    );

    // nothing typed is no password: what can be seen without one is shown
    let without = Terminal::start(folder.path(), "inspect key.p12").unwrap();
    without.when(|shown| shown.trim_end().ends_with(question));
    answer(&without, "");
    let told = without.when(|shown| shown.contains("exit="));
    assert!(told.contains("could not be read"), "{told}");
}

#[test]
fn a_locked_key_asks_for_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let made = trustpack()
        .current_dir(folder.path())
        .env("PASS", "ca secret")
        .args([
            "new",
            "ca",
            "--subject",
            "CN=Root",
            "--days",
            "9",
            "--type",
            "p-256",
        ])
        .args([
            "--new-key",
            "ca.key",
            "--password",
            "env:PASS",
            "-o",
            "ca.pem",
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let below = "new ca --subject CN=Below --until-issuer --type p-256 --ca ca.key ca.pem \
                 --new-key below.key --password none -o below.pem";
    let Some(terminal) = Terminal::start(folder.path(), below) else {
        return;
    };
    terminal.when(|shown| shown.trim_end().ends_with("password of the key in ca.key:"));
    answer(&terminal, "ca secret");
    let issued = terminal.when(|shown| shown.contains("exit="));
    assert!(
        issued.contains("exit=0") && issued.contains("issued CN=Below"),
        "{issued}"
    );
}

/// Each file has its own, and so may a key in it.
#[test]
fn every_locked_file_and_key_asks_once() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| {
        fs::copy(fixture(from), folder.path().join(to)).unwrap();
    };
    copy("keystores/jks/key-password.jks", "own.jks");
    copy("keystores/p12/openssl-key.p12", "key.p12");
    let Some(terminal) = Terminal::start(folder.path(), "merge own.jks key.p12 -o new.p12") else {
        return;
    };
    for (question, text) in [
        ("password of own.jks:", "changeit"),
        (
            "password of the key \"server.test\" in own.jks:",
            "key-secret",
        ),
        // the password of the first file opens the second one, too, so that only that of the new one is left
        ("password of new.p12:", "new-secret"),
        ("again, password of new.p12:", "new-secret"),
    ] {
        terminal.when(|shown| shown.trim_end().ends_with(question));
        answer(&terminal, text);
    }
    let written = terminal.when(|shown| shown.contains("exit="));
    assert!(
        written.contains("exit=0") && written.contains("wrote new.p12"),
        "{written}"
    );

    let into = "merge own.jks -o new.p12 --on-conflict rename";
    let again = Terminal::start(folder.path(), into).unwrap();
    for (question, text) in [
        ("password of new.p12:", "new-secret"),
        ("password of own.jks:", "changeit"),
        (
            "password of the key \"server.test\" in own.jks:",
            "key-secret",
        ),
    ] {
        again.when(|shown| shown.trim_end().ends_with(question));
        answer(&again, text);
    }
    let told = again.when(|shown| shown.contains("exit="));
    assert!(told.contains("exit=0"), "{told}");
}
