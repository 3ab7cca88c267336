//! Pages as Markdown: the document about all findings, and the help of one for what shows Markdown.

use super::{Page, Step, pages};

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
        out.push_str(&format!("- {}: {}\n", level.severity.word(), level.when));
    }
    let verbs: Vec<String> = page.verbs.iter().map(|verb| format!("`{verb}`")).collect();
    out.push_str(&format!("- given by {}\n", verbs.join(", ")));
    out.push_str(&format!(
        "\n{}\n\n### What happens\n\n{}\n",
        page.meaning, page.consequence
    ));
    for (heading, steps) in [
        ("How to look closer", page.look),
        ("What to do", page.remedy),
    ] {
        if !steps.is_empty() {
            out.push_str(&format!("\n### {heading}\n\n{}", list(steps)));
        }
    }
    if !page.sources.is_empty() {
        out.push_str(&format!("\nSources: {}.\n", page.sources.join("; ")));
    }
    out
}

/// How to look closer, and what to do.
pub fn remedy(page: &Page) -> String {
    list(page.look) + &list(page.remedy)
}

fn list(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        out.push_str(&format!("- {}\n", step.text));
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
