//! `trustpack demo`: the rehearsal, and the folder that it may use.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{stderr, stdout, takes_preloads, trustpack};

fn demo(folder: &Path, words: &[&str]) -> Output {
    let mut command = trustpack();
    command.current_dir(folder).arg("demo").args(words);
    command.output().unwrap()
}

#[test]
fn it_walks_through_three_channels_and_ends_with_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &[]);
    let text = stdout(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains("UNEXPECTED"), "{text}");
    for words in [
        "channels.toml: valid: wa_infobip, wa_twilio, tg_support",
        "bundle/ holds",
        "refused: a default Java client with by-hand.jks",
        "note     CERT-ROTATED",
        "critical CERT-NOT-COVERED",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let page = text.lines().last().unwrap();
    assert!(
        page.ends_with("/trustpack-demo/bundle/index.html"),
        "{page}"
    );
    assert!(Path::new(page).is_file(), "{page}");

    // a second one replaces the first only by force
    let mark = folder.path().join("trustpack-demo/mine.txt");
    fs::write(&mark, "mine").unwrap();
    let output = demo(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("trustpack-demo has an earlier rehearsal in it"),
        "{output:?}"
    );
    assert!(mark.exists() && Path::new(page).is_file());
    let output = demo(folder.path(), &["--force"]);
    assert!(output.status.success(), "{output:?}");
    assert!(!mark.exists());
}

/// What its environment holds, such as passwords, is not handed on to the steps.
#[test]
fn its_steps_have_no_environment_of_others() {
    if !takes_preloads() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = trustpack();
    command.current_dir(folder.path()).arg("demo");
    // the loader complains in each process that has it (ld.so(8))
    let output = command.env("LD_PRELOAD", "/absent.so").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = stderr(&output);
    assert_eq!(told.matches("/absent.so").count(), 1, "{told}");
}

#[test]
fn a_folder_of_somebody_else_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("README.txt"), "my own").unwrap();
    for words in [&["--dir", "mine"][..], &["--dir", "mine", "--force"]] {
        let output = demo(folder.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(
            stderr(&output).contains("mine is not empty and was not made by a rehearsal"),
            "{output:?}"
        );
    }
    assert_eq!(
        fs::read_to_string(mine.join("README.txt")).unwrap(),
        "my own"
    );
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
}
