//! The Java TLS client of `tests/interop/Client.java`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{root, run};

/// Puts the questions, a line each, to the Java client; its answers, a line each.
pub(crate) fn ask(java: &mut Command, questions: &str) -> String {
    talk(
        java.arg(root().join("tests/interop/Client.java")),
        questions.to_owned(),
    )
}

/// Compiles the client into this folder, for a Java that cannot compile.
pub(crate) fn compile(folder: &Path) {
    run(Command::new("javac")
        .args(["--release", "17", "-d"])
        .arg(folder)
        .arg(root().join("tests/interop/Client.java")));
}

/// As [`ask`], of the client that [`compile`] left in this folder.
pub(crate) fn ask_class(java: &mut Command, folder: &Path, questions: String) -> String {
    talk(java.arg("-cp").arg(folder).arg("Client"), questions)
}

fn talk(java: &mut Command, questions: String) -> String {
    let mut child = java
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // the answers fill the pipe before all questions are through
    let writer = std::thread::spawn(move || input.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the Java client itself failed");
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
