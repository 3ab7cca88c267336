//! A terminal of its own for each test, as tmux shows it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{judge, trustpack};

/// A terminal with a command in it.
pub(crate) struct Terminal {
    /// Of a server of its own, in a folder of its own.
    socket: tempfile::TempDir,
    tmux: PathBuf,
}

/// Nothing here takes so long, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

impl Terminal {
    /// `None` where there is no tmux. What ends in it stays to be seen, with its exit code.
    pub(crate) fn start(folder: &Path, arguments: &str) -> Option<Self> {
        let tmux = judge("tmux")?.get_program().into();
        let terminal = Self {
            socket: tempfile::tempdir().unwrap(),
            tmux,
        };
        let command = format!(
            "{} {arguments}; echo exit=$?; sleep 1000",
            trustpack().get_program().to_str().unwrap()
        );
        let started = terminal
            .command()
            .current_dir(folder)
            .args([
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                "100",
                "-y",
                "20",
            ])
            .arg(command)
            .output()
            .unwrap();
        assert!(started.status.success(), "{started:?}");
        Some(terminal)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.tmux);
        command.arg("-S").arg(self.socket.path().join("socket"));
        command.stdin(Stdio::null()).env("LANG", "C.UTF-8");
        command
    }

    pub(crate) fn tmux(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    fn shown(&self) -> String {
        let shown = self.tmux(&["capture-pane", "-p"]).stdout;
        String::from_utf8(shown).unwrap()
    }

    /// What is shown as soon as it holds.
    pub(crate) fn when(&self, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown();
            if holds(&shown) {
                return shown;
            }
            assert!(Instant::now() < end, "{shown}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
