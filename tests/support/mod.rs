//! What the test targets share: paths, judges, a scratch folder, certificates made on the spot.

#![allow(dead_code, reason = "each test target uses its own part")]

pub(crate) mod api;
pub(crate) mod canned;
pub(crate) mod java;
pub(crate) mod pki;
pub(crate) mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR"));
    cli.ancestors()
        .nth(2)
        .expect("crates/cli lies two folders deep")
        .to_owned()
}

/// A file below `fixtures/`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    root().join("fixtures").join(path)
}

/// The corpus of files from public projects, when it lies beside the checkout.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = root().parent()?.join("shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: the corpus is not here");
        return None;
    }
    Some(corpus)
}

/// The binary under test: that of cargo, or that of a release, which `TRUSTPACK_UNDER_TEST` names from the root of the
/// repository.
pub(crate) fn binary() -> PathBuf {
    match std::env::var_os("TRUSTPACK_UNDER_TEST") {
        Some(path) => root().join(path),
        None => env!("CARGO_BIN_EXE_trustpack").into(),
    }
}

/// Whether it takes what `LD_PRELOAD` names: that of a release is static, and the test is skipped with a printed line.
pub(crate) fn takes_preloads() -> bool {
    let is_cargos = std::env::var_os("TRUSTPACK_UNDER_TEST").is_none();
    if !is_cargos {
        eprintln!("skipped: a static binary loads no library");
    }
    is_cargos
}

/// It, without what of the environment changes its output.
pub(crate) fn trustpack() -> Command {
    let mut command = Command::new(binary());
    command.env_remove("SOURCE_DATE_EPOCH").env("NO_COLOR", "1");
    command
}

/// A program that judges us, by name; `None` (with a printed line) when it is not installed.
///
/// With `TRUSTPACK_REQUIRE_JUDGES=1` absence is a failure.
pub(crate) fn judge(program: &str) -> Option<Command> {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    require(found, program).then(|| Command::new(program))
}

/// A file that a judge needs, such as a jar.
pub(crate) fn judge_file(path: &str) -> Option<PathBuf> {
    require(Path::new(path).exists(), path).then(|| PathBuf::from(path))
}

/// A Python that has a module: `TRUSTPACK_PYTHON`, or `python3`.
pub(crate) fn python(module: &str) -> Option<Command> {
    let program = std::env::var_os("TRUSTPACK_PYTHON").unwrap_or_else(|| "python3".into());
    let mut import = Command::new(&program);
    let import = import.args(["-c", &format!("import {module}")]).output();
    let found = import.is_ok_and(|output| output.status.success());
    require(found, &format!("Python's {module}")).then(|| Command::new(program))
}

/// Runs a command that has to work, and shows what it said when it does not.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

/// What a command printed, as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command said, as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether a judge was found; says so, or fails, when it was not.
pub(crate) fn require(found: bool, judge: &str) -> bool {
    if !found {
        assert!(
            std::env::var_os("TRUSTPACK_REQUIRE_JUDGES").is_none_or(|value| value != "1"),
            "{judge} is not installed, and TRUSTPACK_REQUIRE_JUDGES=1 says that it must be"
        );
        eprintln!("skipped: {judge} is not installed");
    }
    found
}
