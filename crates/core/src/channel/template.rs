//! The commented specification that `channel new` writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Kind;
use super::field::{Field, Need, Section};
use super::form::Form;
use super::model::Container;

/// A specification for one channel with the document's labels, where each value comes from, and an example. `answers` are
/// values that are known already, by their paths such as `info.base_url`.
///
/// It can be read as it is; [`validate`](super::validate()) then names every placeholder (`"<…>"`) that must be filled.
pub fn template(kind: Kind, name: &str, answers: &BTreeMap<String, String>) -> String {
    let variable = variable_prefix(name);
    let document = kind.document();
    let mut text = format!("# {} channel for AICC\n", kind.title());
    text.push_str(HEAD);
    let _ = writeln!(
        text,
        "# After {:?} of {}: {}",
        document.title, document.date, document.address
    );
    text.push_str("\n[[channel]]\n");
    for selection in kind.selection() {
        let word = quoted(selection.word);
        let _ = writeln!(text, "# {}\n{} = {word}", selection.label, selection.key);
    }
    for field in kind.fields_of(Section::Channel) {
        let _ = writeln!(text, "# {}: unique; {}", field.label, field.form.words());
        let _ = writeln!(text, "{} = {}", field.key, quoted(name));
    }
    for section in Section::ALL.iter().copied().skip(1) {
        if kind.has(section) {
            let table = section.steps().join(".");
            let _ = write!(text, "\n# {}\n[channel.{table}]\n", section.heading());
            for field in kind.fields_of(section) {
                row(
                    &mut text,
                    field,
                    &variable,
                    answers.get(&field.path()),
                    kind,
                );
            }
        }
    }
    text
}

const HEAD: &str = "#
# Replace every \"<...>\", then run: trustpack channel validate SPEC
# A secret is never written here: \"env:NAME\", \"file:PATH\" or \"prompt\" says where it is.
";

/// The fields whose values `channel new` asks a person for: those that must or should be there.
pub fn questions(kind: Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields().filter(|field| {
        let is_text = !matches!(
            field.form,
            Form::Switch | Form::Segments | Form::Keywords | Form::Files
        );
        let is_needed = matches!(field.need, Need::Required | Need::Expected);
        is_needed && is_text && field.section != Section::Channel
    })
}

fn row(text: &mut String, field: &Field, variable: &str, answer: Option<&String>, kind: Kind) {
    let _ = writeln!(text, "# {}: {}", field.label, field.from);
    let form = field.form.words();
    if let Need::When(case) = field.need {
        let _ = writeln!(text, "# compulsory when {case}");
    }
    if !form.is_empty() && !matches!(field.form, Form::Switch | Form::Files) {
        let _ = writeln!(text, "# {form}");
    }
    let is_list = matches!(field.form, Form::Segments | Form::Keywords);
    let is_open = is_written(field, kind);
    if is_open && answer.is_none() && !field.is_secret() && !is_list && field.need != Need::Optional
    {
        let _ = writeln!(text, "# example: {}", quoted(field.example));
    }
    let mark = if is_open || answer.is_some() {
        ""
    } else {
        "# "
    };
    let value = match answer {
        Some(answer) => quoted(answer),
        None => value(field, variable, kind),
    };
    let _ = writeln!(text, "{mark}{} = {value}", field.key);
}

/// Whether the line stands there to be filled in or changed, or only as a comment.
fn is_written(field: &Field, kind: Kind) -> bool {
    match field.need {
        Need::Required | Need::Expected => true,
        Need::When(_) if field.is_secret() => kind.container() == Container::Jks,
        Need::When(_) => true,
        Need::Optional => matches!(field.form, Form::Switch | Form::Segments),
        Need::Later => false,
    }
}

fn value(field: &Field, variable: &str, kind: Kind) -> String {
    if field.is_secret() {
        let table = match field.section {
            Section::Info | Section::Outputs | Section::Handover => String::new(),
            section => format!("{}_", section.steps().join("_").to_ascii_uppercase()),
        };
        let key = field.key.to_ascii_uppercase();
        return quoted(&format!("env:{variable}_{table}{key}"));
    }
    match (field.form, field.need) {
        (Form::Switch, _) => "false".to_owned(),
        (Form::Segments, Need::Optional) | (Form::Keywords, _) => "[]".to_owned(),
        (Form::Segments, _) => format!("[{}]", quoted(field.example)),
        (Form::Files, _) => {
            let host = kind.example_host();
            format!("{{ {} = {} }}", quoted(&host), quoted(field.example))
        }
        (Form::Word(Container::WORDS), _) => quoted(&kind.container().label().to_ascii_lowercase()),
        (_, Need::Required | Need::Expected) => quoted(&format!("<{}>", field.label)),
        _ => quoted(field.example),
    }
}

/// `support_tg` becomes `SUPPORT_TG`; whatever cannot stand in a variable name becomes an underscore.
fn variable_prefix(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    let prefix: String = letters.collect();
    if prefix.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        prefix
    } else {
        format!("_{prefix}")
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
