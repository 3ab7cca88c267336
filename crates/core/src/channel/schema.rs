//! JSON Schema (draft 2020-12) of a specification, from the rows.
//!
//! It says what an editor can say while one writes: keys, types, words, patterns. What depends on other values, on the time
//! or on what is behind a reference is told by [`validate`](super::validate()). Words that choose are spelled as the
//! document spells them; a specification may spell them in any case.

use serde_json::{Map, Value, json};

use super::Kind;
use super::field::{Field, Need, Section};
use super::form::{DIGITS, Form, PHONE, Shape};
use super::kind::SELECTORS;
use super::worktime;

/// The schema of a specification.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for kind in Kind::all() {
        definitions.insert(name(*kind), table(*kind, Section::Channel, true));
    }
    let of_kind = |then: &dyn Fn(Kind) -> Value| -> Value {
        let cases = Kind::all().iter();
        cases
            .map(|kind| json!({ "if": chosen(*kind), "then": then(*kind) }))
            .collect()
    };
    definitions.insert(
        "channel".to_owned(),
        json!({
            "type": "object",
            "properties": selectors(),
            "allOf": of_kind(&|kind| json!({ "$ref": format!("#/$defs/{}", name(kind)) })),
        }),
    );
    definitions.insert(
        "complete".to_owned(),
        json!({
            "description": "A channel that takes nothing from defaults.",
            "required": ["type", "name"],
            "allOf": of_kind(&|kind| required(kind, Section::Channel)),
        }),
    );
    definitions.insert("defaults".to_owned(), defaults());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messaging channels of AICC",
        "description": "A specification for trustpack channel, in TOML or JSON. Secrets are references.",
        "type": "object",
        "properties": {
            "$schema": { "type": "string" },
            "include": {
                "description": "Files with more channels, relative to this one.",
                "anyOf": [
                    { "type": "string" },
                    { "type": "array", "items": { "type": "string" } },
                ],
            },
            "defaults": { "$ref": "#/$defs/defaults" },
            "channel": { "type": "array", "items": { "$ref": "#/$defs/channel" } },
        },
        "additionalProperties": false,
        "anyOf": [{ "required": ["channel"] }, { "required": ["include"] }],
        "if": { "required": ["defaults"] },
        "else": { "properties": { "channel": { "items": { "$ref": "#/$defs/complete" } } } },
        "$defs": definitions,
    })
}

/// `whatsapp-other-oAuth`.
fn name(kind: Kind) -> String {
    let words = kind.selection().iter().map(|selection| selection.word);
    words.collect::<Vec<_>>().join("-")
}

/// The words that choose a kind.
fn chosen(kind: Kind) -> Value {
    let words = kind.selection().iter();
    let properties: Map<String, Value> = words
        .map(|selection| (selection.key.to_owned(), json!({ "const": selection.word })))
        .collect();
    let required: Vec<&String> = properties.keys().collect();
    json!({ "required": required, "properties": properties })
}

/// Every key that chooses, with all its words.
fn selectors() -> Map<String, Value> {
    let words = SELECTORS.iter().map(|key| {
        let words = Kind::words_anywhere(key);
        ((*key).to_owned(), json!({ "enum": words }))
    });
    words.collect()
}

/// A table of a kind and those within it.
fn table(kind: Kind, section: Section, closed: bool) -> Value {
    let mut properties: Map<String, Value> = kind
        .fields_of(section)
        .map(|field| (field.key.to_owned(), property(field)))
        .collect();
    if section == Section::Channel {
        for selection in kind.selection() {
            let word = json!({ "const": selection.word, "title": selection.label });
            properties.insert(selection.key.to_owned(), word);
        }
    }
    for key in section.children() {
        if let Some(child) = section.child(key)
            && (kind.has(child) || child.children().next().is_some())
        {
            properties.insert(key.to_owned(), table(kind, child, closed));
        }
    }
    json!({
        "type": "object",
        "description": section.heading(),
        "properties": properties,
        "additionalProperties": !closed,
    })
}

/// What must be there in a table of a kind and those within it.
fn required(kind: Kind, section: Section) -> Value {
    let fields = kind.fields_of(section);
    let required = fields.filter(|field| field.need == Need::Required);
    let mut keys: Vec<&str> = required.map(|field| field.key).collect();
    let mut properties = Map::new();
    for key in section.children() {
        let Some(child) = section.child(key) else {
            continue;
        };
        let within = required_of(kind, child);
        if let Some(within) = within {
            keys.push(key);
            properties.insert(key.to_owned(), within);
        }
    }
    json!({ "required": keys, "properties": properties })
}

fn required_of(kind: Kind, section: Section) -> Option<Value> {
    let required = required(kind, section);
    let is_empty = required["required"].as_array().is_none_or(Vec::is_empty);
    (!is_empty).then_some(required)
}

/// What any kind has. Which row a key is depends on the kind of the channel that takes it.
fn defaults() -> Value {
    let mut properties: Map<String, Value> = selectors();
    for section in Section::ALL.iter().copied().skip(1) {
        let mut keys = Map::new();
        for field in Kind::all().iter().flat_map(|kind| kind.fields_of(section)) {
            keys.entry(field.key).or_insert_with(|| json!({}));
        }
        let mut place = &mut properties;
        let steps = section.steps();
        for (depth, step) in steps.iter().enumerate() {
            let table = place.entry(*step).or_insert_with(
                || json!({ "type": "object", "properties": {}, "additionalProperties": false }),
            );
            let Some(Value::Object(within)) = table.get_mut("properties") else {
                break;
            };
            if depth + 1 == steps.len() {
                within.append(&mut keys);
            }
            place = within;
        }
    }
    json!({
        "type": "object",
        "description": "What channels take that do not say it themselves.",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut property = match field.is_secret() {
        true => json!({
            "type": "string",
            "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|prompt)$",
        }),
        false => typed(field.form),
    };
    let source = field.source;
    let mut description = format!("{}; {}", field.need.words(), field.from);
    let words = field.form.words();
    if !words.is_empty() {
        description += &format!(". It is {words}");
    }
    if !field.says.is_empty() {
        description += &format!(". {:?}", field.says);
    }
    description += &format!(" ({}, {})", source.document.title, source.place);
    if let Value::Object(property) = &mut property {
        property.insert("title".to_owned(), field.label.into());
        property.insert("description".to_owned(), description.into());
    }
    property
}

fn typed(form: Form) -> Value {
    match form {
        Form::Text | Form::Prose => json!({ "type": "string" }),
        Form::Shaped(shape) => shaped(shape),
        Form::Callback(callback) => json!({ "type": "string", "pattern": callback.pattern() }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Switch => json!({ "type": "boolean" }),
        Form::Keywords => {
            json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true })
        }
        Form::Segments => json!({
            "type": "array",
            "maxItems": worktime::MAX_SEGMENTS,
            "items": {
                "type": "string",
                "pattern": r"^\s*([01][0-9]|2[0-3]):[0-5][0-9]\s*-\s*(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\s*$",
            },
        }),
        Form::Files => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
    }
}

fn shaped(shape: &'static Shape) -> Value {
    // Without quotes these are numbers.
    let is_number = std::ptr::eq(shape, &PHONE) || std::ptr::eq(shape, &DIGITS);
    let types = match is_number {
        true => json!(["string", "integer"]),
        false => json!("string"),
    };
    match shape.pattern {
        Some(pattern) => json!({ "type": types, "pattern": pattern }),
        None => json!({ "type": types }),
    }
}
