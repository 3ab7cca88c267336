//! The checklist as Markdown, for a person with a pen or a ticket.

use std::fmt::Write as _;

use super::{Delivered, Phase, steps};
use crate::channel::Channel;
use crate::text::one_line;

/// The checklist of a channel: every step in order, with who, where, what and the proof.
pub fn checklist(channel: &Channel, delivered: Option<&Delivered>) -> String {
    let variant = channel.kind.variant();
    let mut text = format!(
        "# Checklist: {} ({})\n\n",
        one_line(&channel.label()),
        channel.kind.title()
    );
    text.push_str(
        "Labels and menu paths are those of the document; [brackets] hold the likely meaning of a mistranslated one.\n\
         Values that start with env: or file: say where a secret is. A ticked step is done already.\n",
    );
    let mut phase = None;
    for (place, step) in steps(channel, delivered).iter().enumerate() {
        if phase != Some(step.phase) {
            phase = Some(step.phase);
            let _ = write!(text, "\n## {}\n", heading(step.phase));
        }
        let tick = if step.finished { 'x' } else { ' ' };
        let _ = writeln!(
            text,
            "\n- [{tick}] **{}. {}** ({})",
            place + 1,
            step.title,
            step.who.label()
        );
        if let Some(place) = &step.place {
            let _ = writeln!(text, "  - Where: {}", escaped(place));
        }
        for (label, value) in &step.values {
            let _ = writeln!(text, "  - {}: {}", escaped(label), code(value));
        }
        for note in &step.notes {
            let _ = writeln!(text, "  - Note: {}", one_line(note));
        }
        if let Some(done) = &step.done {
            let _ = writeln!(text, "  - Done when: {}", one_line(done));
        }
    }
    let _ = write!(text, "\n## When something changes\n\n{}\n", variant.change);
    text.push_str(
        "When a server changes its certificate authority, run trustpack channel pack again and upload the new trust \
         certificate.\n",
    );
    text
}

fn heading(phase: Phase) -> &'static str {
    match phase {
        Phase::Before => "Before (Prerequisites)",
        Phase::Create => "Create the channel (Procedure)",
        Phase::After => "Afterwards (Follow-up Procedure)",
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
