//! Pages as Markdown: the document about all findings, and the help of one for what shows Markdown.

use super::text::wrapped;
use super::{Page, Step, pages};

/// As our other documents.
const WIDTH: usize = 120;

/// The whole document `docs/findings.md`.
pub fn document() -> String {
    let mut out = String::from(HEAD);
    out.push_str("| finding | severity | |\n|---|---|---|\n");
    for page in pages() {
        let (id, title) = (page.id, page.title);
        let anchor = id.to_ascii_lowercase();
        let levels: Vec<&str> = page
            .severities
            .iter()
            .map(|level| level.severity.word())
            .collect();
        let levels = levels.join(", ");
        out.push_str(&format!("| [{id}](#{anchor}) | {levels} | {title} |\n"));
    }
    for page in pages() {
        out.push_str(&section(page));
    }
    out
}

const HEAD: &str = "\
# Findings

Made by `cargo pages` from `crates/core/src/catalogue`; changed there. `trustpack explain ID` prints the page of a finding,
`trustpack explain --list` the list. Identifiers never change their meaning, so a silence or a filter by one holds. Words in
capitals within commands stand for your own: HOST for a server, STORE.jks and FILE for files.

";

fn section(page: &Page) -> String {
    let mut out = format!("\n## {}\n\n**{}**\n\n", page.id, page.title);
    for level in page.severities {
        let line = format!("{}: {}", level.severity.word(), level.when);
        out.push_str(&wrapped(&line, "- ", "  ", WIDTH));
    }
    let verbs: Vec<String> = page.verbs.iter().map(|verb| format!("`{verb}`")).collect();
    let verbs = format!("given by {}", verbs.join(", "));
    out.push_str(&wrapped(&verbs, "- ", "  ", WIDTH));
    out.push_str(&paragraphs(page.meaning));
    out.push_str("\n### What happens\n");
    out.push_str(&paragraphs(page.consequence));
    out.push('\n');
    out.push_str(&advice(page));
    if !page.sources.is_empty() {
        let sources = format!("Sources: {}.", page.sources.join("; "));
        out.push_str(&paragraphs(&sources));
    }
    out
}

/// Each below an empty line.
fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n");
    let wrapped = paragraphs.map(|one| wrapped(one, "\n", "", WIDTH));
    wrapped.collect()
}

/// How to look closer, and what to do.
pub(crate) fn advice(page: &Page) -> String {
    let parts = [
        ("How to look closer", page.look),
        ("What to do", page.remedy),
    ];
    let parts = parts.iter().filter(|(_, steps)| !steps.is_empty());
    let parts: Vec<String> = parts
        .map(|(heading, steps)| format!("### {heading}\n\n{}", list(steps)))
        .collect();
    parts.join("\n")
}

fn list(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        out.push_str(&wrapped(step.text, "- ", "  ", WIDTH));
        if !step.commands.is_empty() {
            out.push_str("\n  ```sh\n");
            for command in step.commands {
                out.push_str(&format!("  {command}\n"));
            }
            out.push_str("  ```\n");
        }
    }
    out
}
