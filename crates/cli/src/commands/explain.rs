//! `trustpack explain`: the page of a finding.

use anyhow::Result;
use serde::Serialize;
use trustpack_core::catalogue::{self, Page};

use super::Outcome;
use crate::args::Explain;
use crate::hint::Hinted;
use crate::render::{Talk, print, print_json, stdout_style};

#[derive(Serialize)]
struct Document<'a> {
    findings: &'a [&'static Page],
}

/// Runs the command.
pub(super) fn run(arguments: &Explain, talk: &Talk) -> Result<Outcome> {
    let mut pages: Vec<&Page> = Vec::new();
    let mut outcome = Outcome::Fine;
    for id in &arguments.ids {
        match catalogue::find(id) {
            // one page is enough
            Some(page) if pages.contains(&page) => {}
            Some(page) => pages.push(page),
            None => {
                talk.error(&unknown(id).into());
                outcome = Outcome::Incomplete;
            }
        }
    }
    if arguments.list {
        pages.extend(catalogue::pages());
    }
    let style = stdout_style();
    if arguments.json.json {
        print_json(&Document { findings: &pages })?;
    } else if arguments.list {
        print(&catalogue::list(pages, &style))?;
    } else if !pages.is_empty() {
        let width = style.width.map_or(PLAIN, usize::from).min(WIDEST);
        let texts: Vec<String> = pages
            .iter()
            .map(|page| catalogue::page(page, width))
            .collect();
        print(&texts.join("\n"))?;
    }
    Ok(outcome)
}

/// Where there is no terminal.
const PLAIN: usize = 80;

/// Longer lines are hard to read.
const WIDEST: usize = 100;

fn unknown(id: &str) -> Hinted {
    let nearest = catalogue::nearest(id);
    let hint = match nearest.is_empty() {
        true => "`trustpack explain --list` lists all".to_owned(),
        false => format!(
            "did you mean {}? `trustpack explain --list` lists all",
            nearest.join(", ")
        ),
    };
    Hinted::new(format!("there is no finding {id:?}"), hint)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Arguments;

    /// Of a shell command, the words of each `trustpack` in it.
    fn calls(command: &str) -> Vec<Vec<String>> {
        let calls = command
            .split(" | ")
            .filter(|call| call.starts_with("trustpack "));
        calls
            .map(|call| {
                let words = call.split(' ');
                words
                    // the shell's
                    .take_while(|word| *word != ">")
                    .map(|word| word.trim_matches(['\'', '"']).to_owned())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn every_command_of_a_page_can_be_typed() {
        let mut count = 0;
        for page in catalogue::pages() {
            let steps = page.look.iter().chain(page.remedy);
            for call in steps
                .flat_map(|step| step.commands)
                .flat_map(|one| calls(one))
            {
                count += 1;
                if let Err(error) = Arguments::try_parse_from(&call) {
                    panic!("{}: {}\n{error}", page.id, call.join(" "));
                }
            }
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn every_verb_of_a_page_can_be_typed() {
        for page in catalogue::pages() {
            for verb in page.verbs {
                let mut words: Vec<&str> = verb.split(' ').collect();
                words.retain(|word| !word.starts_with("--") && *word != "leaf");
                let call = ["trustpack"].into_iter().chain(words).chain(["--help"]);
                let error = Arguments::try_parse_from(call).unwrap_err();
                assert_eq!(error.kind(), clap::error::ErrorKind::DisplayHelp, "{verb}");
            }
        }
    }
}
