//! The manual page of one command, in the words of its help.

use std::fmt::Write as _;
use std::io;

use clap::Command;
use clap_mangen::Man;

/// `trustpack-store-import`
pub(super) fn name_of(command: &Command) -> &str {
    let name = command.get_display_name();
    name.unwrap_or_else(|| command.get_name())
}

/// The page in roff, as man(7) has it.
pub(super) fn page(command: &Command) -> io::Result<Vec<u8>> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let man = Man::new(command.clone().override_usage(usage))
        .title(name_of(command))
        .source(format!("trustpack {}", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    page.extend_from_slice(sections(&after).as_bytes());
    Ok(page)
}

/// What stands below the options, as sections: a line with a colon at its end and what is indented below it is one that keeps
/// its lines; exit codes have a line each.
fn sections(help: &str) -> String {
    let mut made = String::new();
    let mut lines = help.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(codes) = line.strip_prefix("Exit codes: ") {
            let mut codes = codes.to_owned();
            // another list of them begins with its condition, and stays one
            let mut lists = Vec::new();
            while let Some(more) = lines.next_if(|line| !line.is_empty()) {
                match more.starts_with("With ") || !lists.is_empty() {
                    true => lists.push(more),
                    false => codes = codes + " " + more,
                }
            }
            made += ".SH \"EXIT STATUS\"\n";
            for code in codes.split(" · ").chain(lists) {
                let _ = writeln!(made, "{}\n.br", escaped(code));
            }
        } else if let Some(title) = line.strip_suffix(':') {
            let _ = writeln!(made, ".SH {:?}\n.EX", title.to_uppercase());
            while let Some(shown) = lines.next_if(|line| line.starts_with("  ")) {
                let shown = shown.strip_prefix("  ").unwrap_or(shown);
                let _ = writeln!(made, "{}", escaped(shown));
            }
            made += ".EE\n";
        } else if !line.is_empty() {
            let _ = writeln!(made, ".PP\n{}", escaped(line));
        }
    }
    made
}

/// As roff(7) has it: a backslash is `\e`, a minus that can be copied `\-`, and no line is a request.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}
