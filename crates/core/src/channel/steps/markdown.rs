//! Instructions as Markdown, for a person with a pen or a ticket.

use std::fmt::Write as _;

use super::instructions::{Instructions, Purpose};
use super::{Phase, Step};
use crate::text::one_line;

impl Instructions {
    /// As Markdown: every step with who, where, what and the proof.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# {}: {} ({})\n\n",
            self.purpose.heading(),
            one_line(&self.channel),
            self.kind
        );
        text.push_str(self.purpose.introduction());
        // A checklist is of a bundle, whose specification was valid.
        if self.purpose != Purpose::Checklist && !self.record_first.is_empty() {
            text.push_str("\n## Record first\n\n");
            for one in &self.record_first {
                let _ = writeln!(
                    text,
                    "- {} (`{}`): {}",
                    escaped(one.label),
                    one.key,
                    escaped(one.from)
                );
            }
            text.push_str(&self.how_to_record());
        }
        let mut place = 0;
        for part in &self.parts {
            let _ = write!(text, "\n## {}\n", escaped(&part.heading));
            if !part.notes.is_empty() {
                text.push('\n');
            }
            for note in &part.notes {
                let _ = writeln!(text, "{}", escaped(note));
            }
            for step in &part.steps {
                place += 1;
                write_step(&mut text, place, step);
            }
        }
        text
    }
}

impl Instructions {
    /// The command for what the product generates, and where the rest belongs.
    fn how_to_record(&self) -> String {
        let flags = self.record_first.iter().filter_map(|one| {
            let flag = one.flag.as_deref()?;
            let value = if one.secret { "env:VARIABLE" } else { "URL" };
            Some(format!("{flag} {value}"))
        });
        let flags: Vec<String> = flags.collect();
        let is_all = flags.len() == self.record_first.len();
        let command = format!(
            "trustpack channel record SPEC --channel {} {}",
            one_line(&self.channel),
            flags.join(" ")
        );
        let command = code(&command);
        match (flags.is_empty(), is_all) {
            (true, _) => "\nWrite it into the specification.\n".to_owned(),
            (_, true) => format!("\n{command} judges it, and writes it into the specification.\n"),
            _ => format!(
                "\n{command} judges what the product generates, and writes it into the specification; write the rest there \
                 yourself.\n"
            ),
        }
    }
}

fn write_step(text: &mut String, place: usize, step: &Step) {
    let tick = if step.finished { 'x' } else { ' ' };
    let _ = writeln!(
        text,
        "\n- [{tick}] **{place}. {}** ({})",
        step.title,
        step.who.label()
    );
    if let Some(place) = &step.place {
        let _ = writeln!(text, "  - Where: {}", escaped(place));
    }
    for value in &step.values {
        let _ = writeln!(
            text,
            "  - {}: {}",
            escaped(&value.label),
            code(&value.value)
        );
    }
    for note in &step.notes {
        let _ = writeln!(text, "  - Note: {}", escaped(note));
    }
    if let Some(done) = &step.done {
        let _ = writeln!(text, "  - Done when: {}", one_line(done));
    }
}

impl Purpose {
    const fn heading(self) -> &'static str {
        match self {
            Self::Checklist => "Checklist",
            Self::Plan => "Plan",
            Self::Requests => "Requests",
            Self::Handover => "Handover",
            Self::Rotation => "Rotation",
        }
    }

    const fn introduction(self) -> &'static str {
        match self {
            Self::Checklist => {
                "Labels and menu paths are those of the document; [brackets] hold the likely meaning of a mistranslated one.\n\
                 Values that start with env: or file: say where a secret is. A ticked step is done already.\n"
            }
            Self::Requests => {
                "Labels and menu paths are those of the document, API names those of the product, to the letter.\n"
            }
            Self::Plan | Self::Handover | Self::Rotation => {
                "Labels and menu paths are those of the document; [brackets] hold the likely meaning of a mistranslated one.\n\
                 Values that start with env: or file:, and prompt, say where a secret is.\n"
            }
        }
    }
}

impl Phase {
    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Before => "Before (Prerequisites)",
            Self::Create => "Create the channel (Procedure)",
            Self::After => "Afterwards (Follow-up Procedure)",
        }
    }
}

/// A value as a code span: a fence longer than any run of backticks inside (CommonMark 6.1), on one line.
fn code(value: &str) -> String {
    let value = one_line(value);
    let longest = value
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{value}{pad}{fence}")
}

/// Text in which `<Token>` is no HTML.
fn escaped(text: &str) -> String {
    one_line(text).replace('<', "\\<")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_code_span() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("a\n- [x] forged"), "`a - [x] forged`");
    }
}
