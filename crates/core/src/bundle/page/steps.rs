//! The steps of the checklist: who, where, every value with a button that copies it, and the proof; each can be ticked.

use std::fmt::Write as _;

use super::{prose, shape};
use crate::channel::{Channel, Instructions, Step, StepValue, Who};
use crate::html::{attribute, escaped, named};

/// All steps under their headings, with what filters them and tells how many are done.
pub(super) fn list(channel: &Channel, instructions: &Instructions) -> String {
    let id = escaped(&channel.name);
    let all = instructions.parts.iter().flat_map(|part| &part.steps);
    let total = all.clone().count();
    let mut html = format!(
        "<div class=\"bar\" hidden data-of=\"{id}\">\n\
         <p class=\"progress\"><progress max=\"{total}\" value=\"0\" aria-label=\"Steps that are done\"></progress> <span></span></p>\n\
         <div class=\"chips\" role=\"group\" aria-label=\"Which steps are shown\">\n"
    );
    let people = [
        Who::Operator,
        Who::SystemAdministrator,
        Who::TenantAdministrator,
    ];
    for who in people {
        if all.clone().any(|step| step.who == who) {
            let _ = writeln!(
                html,
                "<button type=\"button\" aria-pressed=\"false\" data-who=\"{word}\">{word}</button>",
                word = who.label()
            );
        }
    }
    html.push_str(
        "<button type=\"button\" aria-pressed=\"false\" data-open>not done yet</button>\n</div>\n</div>\n",
    );
    let mut number = 0;
    for part in &instructions.parts {
        let _ = writeln!(
            html,
            "<section class=\"part\">\n<h4>{}</h4>",
            escaped(&part.heading)
        );
        for note in &part.notes {
            let _ = writeln!(html, "<p>{}</p>", prose(note));
        }
        if !part.steps.is_empty() {
            html.push_str("<ol>\n");
            for one in &part.steps {
                number += 1;
                step(&mut html, &id, number, one);
            }
            html.push_str("</ol>\n");
        }
        html.push_str("</section>\n");
    }
    html
}

fn step(html: &mut String, channel: &str, number: usize, step: &Step) {
    let tick = format!("{channel}-step-{number}");
    let who = step.who.label();
    let state = if step.finished {
        " checked disabled"
    } else {
        ""
    };
    let _ = write!(
        html,
        "<li class=\"card step\" data-who=\"{who}\">\n\
         <p class=\"tick-line\"><input type=\"checkbox\" id=\"{tick}\" data-tick=\"{tick}\"{state}>\
         <label for=\"{tick}\">{number}. {}</label> <span class=\"who\">{who}</span></p>\n",
        escaped(&step.title)
    );
    if let Some(place) = &step.place {
        let _ = writeln!(
            html,
            "<p class=\"where\"><span class=\"spoken\">Where: </span>{}</p>",
            path(place)
        );
    }
    if !step.values.is_empty() {
        html.push_str("<dl class=\"values\">\n");
        for one in &step.values {
            value(html, one, step.finished);
        }
        html.push_str("</dl>\n");
    }
    for note in &step.notes {
        let _ = writeln!(html, "<p class=\"remark\">{}</p>", prose(note));
    }
    if let Some(done) = &step.done {
        let _ = writeln!(
            html,
            "<p class=\"proof\"><b>Done when:</b> {}</p>",
            prose(done)
        );
    }
    html.push_str("</li>\n");
}

/// A menu path is read from step to step.
fn path(place: &str) -> String {
    let steps: Vec<String> = place.split(" > ").map(escaped).collect();
    steps.join(" <span class=\"then\" aria-hidden=\"true\">›</span> ")
}

fn value(html: &mut String, value: &StepValue, is_finished: bool) {
    let shown = match (value.secret, value.missing) {
        (true, false) => place_of_secret(&value.value),
        _ if value.literal => {
            let copy = match is_finished {
                true => String::new(),
                false => copy(&value.label, &value.value),
            };
            format!("<code>{}</code>{copy}", lines(&value.value))
        }
        (_, true) => format!("<em class=\"lacking\">{}</em>", escaped(&value.value)),
        _ => format!("<span class=\"plain\">{}</span>", escaped(&value.value)),
    };
    let result = match (value.result, value.literal || value.secret) {
        (true, true) => "<small>what this step gives</small>",
        (true, false) => "<small>what this step gives: record it in the specification</small>",
        _ => "",
    };
    let _ = writeln!(
        html,
        "<div><dt>{}</dt><dd>{shown}{result}</dd></div>",
        named(&value.label)
    );
}

/// Lines stay lines, and everything else that steers is spelled out.
fn lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// A button that copies exactly this. It comes to life with the script.
pub(super) fn copy(label: &str, text: &str) -> String {
    format!(
        "<button type=\"button\" class=\"copy\" data-copies=\"{}\" aria-label=\"Copy {}\">Copy</button>",
        attribute(text),
        attribute(label)
    )
}

/// Where a secret is, from its reference. There is no button: nobody shall paste the reference for the secret.
pub(super) fn place_of_secret(reference: &str) -> String {
    let words = match reference.split_once(':') {
        Some(("env", name)) => {
            format!("in the environment variable <code>{}</code>", escaped(name))
        }
        Some(("file", path)) => format!("in the file <code>{}</code>", escaped(path)),
        _ if reference == "prompt" => "known to the person who is asked for it".to_owned(),
        // in words why there is none
        _ => return format!("<span class=\"plain\">{}</span>", escaped(reference)),
    };
    format!(
        "<span class=\"secret\">{}secret, {words}</span>",
        shape("secret")
    )
}
