//! Pages for a terminal.

use super::{Level, Page, Step};
use crate::report::{Severity, Style, grid};

/// A page, with lines of at most `width` characters (40 at least), commands whole.
pub fn page(page: &Page, width: usize) -> String {
    let width = width.max(40);
    let mut out = wrapped(&format!("{}: {}", page.id, page.title), "", "", width);
    out.push('\n');
    for Level { severity, when } in page.severities {
        let first = format!("  {:<10}", severity.word());
        out.push_str(&wrapped(when, &first, HANGING, width));
    }
    let verbs = page.verbs.join(", ");
    out.push_str(&wrapped(&verbs, "  given by  ", HANGING, width));
    for (heading, text) in [
        ("What it means", page.meaning),
        ("What happens", page.consequence),
    ] {
        out.push_str(&format!("\n{heading}\n"));
        let paragraphs: Vec<String> = text
            .split("\n\n")
            .map(|paragraph| wrapped(paragraph, "  ", "  ", width))
            .collect();
        out.push_str(&paragraphs.join("\n"));
    }
    out.push('\n');
    out.push_str(&advice(page, width));
    if !page.sources.is_empty() {
        out.push_str("\nSources\n");
        for source in page.sources {
            out.push_str(&wrapped(source, "  - ", "    ", width));
        }
    }
    out
}

/// How to look closer, and what to do.
pub(crate) fn advice(page: &Page, width: usize) -> String {
    let parts = [
        ("How to look closer", page.look),
        ("What to do", page.remedy),
    ];
    let parts = parts.iter().filter(|(_, steps)| !steps.is_empty());
    let parts: Vec<String> = parts
        .map(|(heading, steps)| {
            let mut part = format!("{heading}\n");
            steps.iter().for_each(|step| push(&mut part, step, width));
            part
        })
        .collect();
    parts.join("\n")
}

/// Below the words, where the severities stand.
const HANGING: &str = "            ";

fn push(out: &mut String, step: &Step, width: usize) {
    out.push_str(&wrapped(step.text, "  - ", "    ", width));
    for command in step.commands {
        // whole, to be copied
        out.push_str(&format!("      {command}\n"));
    }
}

/// All identifiers with their severities and titles.
pub fn list<'a>(pages: impl IntoIterator<Item = &'a Page>, style: &Style) -> String {
    let rows = pages.into_iter().map(|page| {
        let levels: Vec<&str> = page
            .severities
            .iter()
            .map(|level| level.severity.word())
            .collect();
        let worst = page.severities.iter().map(|level| level.severity).max();
        vec![
            (page.id.to_owned(), None),
            (
                levels.join(", "),
                worst.filter(|worst| *worst > Severity::Note),
            ),
            (page.title.to_owned(), None),
        ]
    });
    grid(&["finding", "severity", "title"], rows, style)
}

/// One paragraph, broken between words; a word that is longer than a line stays whole.
pub(super) fn wrapped(text: &str, first: &str, next: &str, width: usize) -> String {
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    let mut is_start = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !is_start && column + 1 + length > width {
            out.push('\n');
            out.push_str(next);
            column = next.chars().count();
        } else if !is_start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        is_start = false;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{find, pages};

    #[test]
    fn words_are_wrapped_and_commands_are_not() {
        assert_eq!(
            wrapped("one two three", "- ", "  ", 9),
            "- one two\n  three\n"
        );
        assert_eq!(
            wrapped("a longer-than-that", "", "", 5),
            "a\nlonger-than-that\n"
        );
        for one in pages() {
            let text = page(one, 72);
            for command in one
                .look
                .iter()
                .chain(one.remedy)
                .flat_map(|step| step.commands)
            {
                assert!(text.contains(&format!("      {command}\n")), "{}", one.id);
            }
            let is_command = |line: &str| line.starts_with("      ") && !line.starts_with(HANGING);
            let lines = text
                .lines()
                .filter(|line| !is_command(line) && line.contains(". "));
            for line in lines {
                assert!(line.chars().count() <= 72, "{}: {line}", one.id);
            }
        }
    }

    #[test]
    fn a_page_as_text() {
        insta::assert_snapshot!(page(find("select-no-root").unwrap(), 80), @r"
        SELECT-NO-ROOT: the intermediates were chosen without their root

          note      issuers were asked for, and the root is neither sent nor known
          given by  fetch, merge, store import

        What it means
          The chain ends below its root, and no store that was asked holds that. What
          was chosen are the intermediates.

        What happens
          A store of intermediates alone does for Java until the CA changes them, and
          not for OpenSSL with its defaults: see CERT-INTERMEDIATE-ONLY.

        How to look closer
          - See where the chain ends:
              trustpack fetch HOST:443

        What to do
          - Get the root from the CA's web site, compare its fingerprint, and give it as
            a file:
              trustpack fetch HOST:443 --roots ROOT.pem --select issuers -o issuers.pem

        Sources
          - RFC 8446 section 4.4.2: the root MAY be omitted
        ");
    }
}
