//! Lets a call of the system fail in a run.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::desk::Desk;
use crate::support::{judge, require, root, run, trustpack};

/// What becomes of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The process is gone before it.
    Kill,
    /// It writes half of what it should.
    Short,
    /// `ENOSPC`: the disk is full.
    Full,
    /// `EIO`: the disk is broken.
    Broken,
    /// `EROFS`: the file system was mounted read-only meanwhile.
    ReadOnly,
    /// `EACCES`.
    Forbidden,
}

impl Action {
    /// With and without unnamed temporary files (`O_TMPFILE`), at calls of a class. To be killed before a look is to be killed
    /// before the change that follows.
    pub(super) const ALL: &[(Self, bool, &str)] = &[
        (Self::Kill, true, "changes"),
        (Self::Kill, false, "changes"),
        (Self::Short, true, "changes"),
        (Self::Short, false, "changes"),
        (Self::Full, true, "changes"),
        (Self::Full, false, "changes"),
        (Self::Broken, true, "around"),
        (Self::ReadOnly, false, "changes"),
        (Self::Forbidden, true, "changes"),
    ];

    /// What shows most in a short time.
    pub(super) const FEW: &[(Self, bool, &str)] = &[
        (Self::Kill, false, "changes"),
        (Self::Full, true, "changes"),
    ];

    fn word(self) -> String {
        let error = match self {
            Self::Kill => return "kill".to_owned(),
            Self::Short => return "short".to_owned(),
            Self::Full => rustix::io::Errno::NOSPC,
            Self::Broken => rustix::io::Errno::IO,
            Self::ReadOnly => rustix::io::Errno::ROFS,
            Self::Forbidden => rustix::io::Errno::ACCESS,
        };
        error.raw_os_error().to_string()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// One fault in a run.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub action: Action,
    has_tmpfile: bool,
    class: &'static str,
    number: usize,
    /// The call that was hit.
    pub hit: String,
}

impl Fault {
    /// At the call of this number in its class: `changes`, `around`, `all`.
    pub(super) fn new(
        action: Action,
        has_tmpfile: bool,
        class: &'static str,
        number: usize,
    ) -> Self {
        Self {
            action,
            has_tmpfile,
            class,
            number,
            hit: String::new(),
        }
    }

    /// Whether the run had so many calls.
    pub(super) fn is_hit(&self) -> bool {
        self.hit != "none"
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = if self.has_tmpfile {
            ""
        } else {
            ", no O_TMPFILE"
        };
        write!(
            formatter,
            "{} at call {}, {}{named}",
            self.action, self.number, self.hit
        )
    }
}

/// The program that does it, made where a C compiler is.
pub(super) struct Injector {
    folder: TempDir,
}

impl Injector {
    pub(super) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut compiler = judge("cc")?;
        let source = root().join("tests/cli/crash/fault.c");
        let injector = Self { folder };
        run(compiler
            .args(["-O1", "-Wall", "-Werror", "-o"])
            .args([&injector.program(), &source]));
        // a container may forbid it
        let mut trial = injector.command(
            "changes",
            0,
            "kill",
            true,
            &injector.folder.path().join("report"),
        );
        let trial = trial.arg("/bin/true").output().unwrap();
        require(trial.status.success(), "ptrace(2)").then_some(injector)
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("fault")
    }

    fn command(
        &self,
        class: &str,
        number: usize,
        action: &str,
        has_tmpfile: bool,
        report: &Path,
    ) -> Command {
        let mut command = Command::new(self.program());
        let tmpfile = if has_tmpfile { "tmpfile" } else { "no-tmpfile" };
        command
            .arg(report)
            .args([class, &number.to_string(), action, tmpfile]);
        command
    }

    /// Runs a command with a fault, and says what it hit.
    pub(super) fn run(
        &self,
        desk: &Desk,
        line: &str,
        folder: &Path,
        mut fault: Fault,
    ) -> (Output, Fault) {
        let report = tempfile::NamedTempFile::new().unwrap();
        let mut command = self.command(
            fault.class,
            fault.number,
            &fault.action.word(),
            fault.has_tmpfile,
            report.path(),
        );
        command
            .arg(trustpack().get_program())
            .args(desk.words(line));
        command.env_remove("SOURCE_DATE_EPOCH").env("NO_COLOR", "1");
        let start = Instant::now();
        let output = command.current_dir(folder).output().unwrap();
        // shorter than one that waits for itself
        assert!(start.elapsed() < Duration::from_secs(45), "{line}: {fault}");
        let told = fs::read_to_string(report.path()).unwrap();
        let (_, hit) = told
            .trim()
            .split_once(' ')
            .unwrap_or_else(|| panic!("{line}: {output:?}"));
        fault.hit = hit.to_owned();
        (output, fault)
    }
}
