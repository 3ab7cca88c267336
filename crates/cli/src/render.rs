//! What the user sees: the only place that talks on stderr and prints on stdout.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use trustpack_core::report::{Style, escape, json_text};

use crate::hint::hint_for;

/// The talk on stderr.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    quiet: bool,
}

impl Talk {
    /// A quiet talk keeps errors and warnings only.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// What was done, in one line.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            to_stderr(text.as_ref());
        }
    }

    /// What was found, in lines of their own that are escaped already.
    pub(crate) fn say_page(&self, page: &str) {
        if !self.quiet {
            page.trim_end().lines().for_each(to_stderr);
        }
    }

    /// Something that the user should know although the command goes on.
    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        to_stderr(&format!("warning: {}", text.as_ref()));
    }

    /// One line what and where, one line what to do.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        for line in Self::error_lines(error) {
            to_stderr(&line);
        }
    }

    /// The same, to be shown elsewhere.
    pub(crate) fn error_lines(error: &anyhow::Error) -> Vec<String> {
        let mut lines = vec![format!("error: {}", told(error))];
        lines.extend(hint_for(error).map(|hint| format!("hint: {hint}")));
        lines
    }

    /// An error about one input among several: what and where, what to do.
    pub(crate) fn failure(&self, name: &str, error: &anyhow::Error) {
        let message = told(error);
        // an argument of no letters is to be seen, too
        let name = if name.is_empty() { "\"\"" } else { name };
        // The server's own name opens the message already when it was dialled by it.
        if message.starts_with(name) {
            to_stderr(&format!("error: {message}"));
        } else {
            to_stderr(&format!("error: {name}: {message}"));
        }
        if let Some(hint) = hint_for(error) {
            to_stderr(&format!("hint: {hint}"));
        }
    }

    /// A progress bar for `length` steps, or a count where nobody knows how many there will be; invisible when stderr
    /// is no terminal or the talk is quiet.
    pub(crate) fn progress(&self, length: Option<usize>, what: &'static str) -> ProgressBar {
        let target = if self.quiet || length.is_some_and(|length| length < 2) {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(length.map(|length| length as u64), target);
        let template = match length {
            Some(_) => "{msg} {wide_bar} {pos}/{len}",
            None => "{spinner} {msg} {pos}, {rate}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.with_message(what)
    }
}

/// So many steps a second, of which nobody reads a fraction.
fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

/// Asks on the terminal; the answer is to be read from stdin.
pub(crate) fn ask(question: &str) {
    let _ = write!(io::stderr().lock(), "{}", escape(question));
}

/// Says what this program waits for, also when it is to be quiet: whoever has forgotten it would wait for ever.
pub(crate) fn waits_for(what: &str) {
    to_stderr(&format!("waiting for {what}"));
}

/// Prints data on stdout; a text without a final line end gets one.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| {
        if !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()
    });
    written.context("cannot write stdout")
}

/// Prints what is said beside the files that a command writes: a reader who has seen enough is no reason to leave those
/// unwritten.
pub(crate) fn print_beside(text: &str) -> Result<()> {
    print(text).or_else(|error| match is_broken_pipe(&error) {
        true => Ok(()),
        false => Err(error),
    })
}

/// Prints one serialisable value on stdout.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print(&json_text(value))
}

/// How stdout wants its tables: colour and width of the terminal, or plain.
pub(crate) fn stdout_style() -> Style {
    let terminal = io::stdout().is_terminal();
    Style {
        width: terminal
            .then(terminal_size::terminal_size)
            .flatten()
            .map(|(width, _)| width.0),
        color: terminal
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// An error with its causes in one line; the system's words in our spelling, without their number.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| {
        let text = cause.to_string();
        match cause.downcast_ref::<io::Error>() {
            Some(system) if system.kind() == io::ErrorKind::NotFound => {
                "no such file or folder".to_owned()
            }
            Some(system) => match system.raw_os_error() {
                Some(number) => text
                    .trim_end_matches(&format!(" (os error {number})"))
                    .to_lowercase(),
                None => text,
            },
            None => text,
        }
    });
    causes.collect::<Vec<_>>().join(": ")
}

/// Whether an error only says that the reader of stdout went away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

fn to_stderr(text: &str) {
    // A talk that nobody hears is no reason to fail.
    // Names and server texts in it were written by strangers, and may have line ends of their own: `::error::` at the start
    // of a line is a command to some CI systems.
    let _ = writeln!(io::stderr().lock(), "{}", escape(text));
}
