//! `docs/channels.md`: the rows as tables, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Kind;
use super::common::{BASIC_AND_ROBOT, CHANNEL, TRUST};
use super::field::{Field, Secrecy, Source};
use super::kind::Variant;

/// The document.
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    let mut sources = Vec::new();
    text.push_str("\n## What all channels have\n");
    for (heading, rows) in [
        ("Name", CHANNEL),
        ("Basic and robot configuration", BASIC_AND_ROBOT),
        ("Trust certificate", TRUST),
    ] {
        let _ = write!(text, "\n### {heading}\n\n");
        text.push_str(&table(rows, &mut sources));
    }
    for kind in Kind::all() {
        let variant = kind.variant();
        let _ = write!(text, "\n## {}\n\n", kind.title());
        let words = kind.selection().iter();
        let words = words.map(|one| format!("`{} = \"{}\"`", one.key, one.word));
        let _ = writeln!(text, "- {}", words.collect::<Vec<_>>().join(", "));
        let _ = writeln!(
            text,
            "- {}, {}, <{}>",
            variant.document.title, variant.document.date, variant.document.address
        );
        text.push_str(&certificates(*kind, variant));
        text.push('\n');
        let shared = [CHANNEL, BASIC_AND_ROBOT, TRUST];
        let own = variant.tables.iter().filter(|rows| {
            !shared
                .iter()
                .any(|shared| std::ptr::eq(shared.as_ptr(), rows.as_ptr()))
        });
        let own: Vec<&Field> = own.copied().flatten().collect();
        text.push_str(&table(own, &mut sources));
    }
    text.push_str("\n## Sources\n\n");
    for (place, source) in (1..).zip(&sources) {
        let document = source.document;
        let _ = writeln!(
            text,
            "{place}. {} ({}), {}: <{}>",
            document.title, document.date, source.place, document.address
        );
    }
    text
}

const HEAD: &str = "\
# Channels

Every field of every kind of channel that `trustpack channel` knows, as the product's documents name it. Made from the tables
in `crates/core/src/channel`; do not edit.

*Key* is the key in a specification, with its table. *Need*: an expected field is likely needed, but no document says so; what
is recorded later is made by the product or a third party. A secret is never written into a specification, only where it is:
`env:NAME`, `file:PATH` or `prompt`. Numbers in brackets are the [sources](#sources).

A specification has one or more channels, as TOML (`[[channel]]`) or JSON (`\"channel\": [ … ]`). What stands under `[defaults]`,
in the same tables, is taken by every channel of the file that does not say it itself and has such a field; `include` names
more files, relative to this one, whose channels take these defaults after their own:

```toml
include = [\"teams/sales.toml\"]

[defaults]
type = \"telegram\"

[defaults.basic]
ou = \"Support\"

[[channel]]
name = \"support_bot\"
```

`trustpack channel new` writes a specification with these fields explained, `trustpack channel schema` prints the JSON Schema for
editors, `trustpack channel validate` checks it, and `trustpack channel show` prints it as a sheet. Examples of every kind lie in
`docs/examples`. What people do with a specification, step by step, is in [channel-steps.md](channel-steps.md).
";

/// What the trust certificate is.
fn certificates(kind: Kind, variant: &Variant) -> String {
    let mut text = format!(
        "- {}: {} (`{}`), over ",
        variant.trust_word,
        kind.container().label(),
        variant.trust_file
    );
    let hosts = variant.hosts.iter().map(|host| match host {
        super::kind::Host::Fixed { name, .. } => format!("`{name}`"),
        super::kind::Host::BaseUrl { .. } => "the host of BaseUrl".to_owned(),
    });
    text.push_str(&hosts.collect::<Vec<_>>().join(" and "));
    text.push('\n');
    text
}

fn table<'a>(rows: impl IntoIterator<Item = &'a Field>, sources: &mut Vec<Source>) -> String {
    let mut text = String::from(
        "| key | label | need | form | secret | from | to | says |\n|---|---|---|---|---|---|---|---|\n",
    );
    let mut seen = BTreeSet::new();
    for field in rows {
        // A row that stands in two tables of one kind is one row.
        if !seen.insert(field.path()) {
            continue;
        }
        let number = match sources.iter().position(|source| *source == field.source) {
            Some(place) => place + 1,
            None => {
                sources.push(field.source);
                sources.len()
            }
        };
        let secret = match field.secrecy {
            Secrecy::Public => "",
            other => other.word(),
        };
        let says = match field.says {
            "" => String::new(),
            says => format!("\"{says}\" "),
        };
        let cells = [
            format!("`{}`", field.path()),
            field.label.to_owned(),
            field.need.words(),
            field.form.words(),
            secret.to_owned(),
            field.from.to_owned(),
            field.to.to_owned(),
            format!("{says}[{number}]"),
        ];
        let cells = cells.map(|cell| escaped(&cell));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// Text in which no bar ends a cell, no `<Token>` is HTML and no asterisk emphasis.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "\\<")
        .replace('*', "\\*")
}
