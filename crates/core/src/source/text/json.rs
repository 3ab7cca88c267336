//! JSON (RFC 8259), one document or several behind each other. The reader ends at 128 levels.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::tree::Tree;
use super::{Broken, SourceError};

/// Reads all documents; the rest of one that is broken cannot be told from the next.
pub(super) fn read<'t>(
    tree: &mut Tree<'_, '_>,
    text: &'t str,
) -> Result<Vec<Broken<'t>>, SourceError> {
    let mut failure = None;
    let mut json = serde_json::Deserializer::from_str(text);
    loop {
        tree.document();
        match Node(tree, &mut failure).deserialize(&mut json) {
            Ok(()) => tree.end_document()?,
            Err(error) => {
                // One of ours, which went through the reader as a text.
                if let Some(error) = failure {
                    return Err(error);
                }
                tree.end_document()?;
                let rest = from_line(text, error.line());
                let error = syntax(&error);
                return Ok(vec![Broken { error, rest }]);
            }
        }
        if json.end().is_ok() {
            return Ok(Vec::new());
        }
    }
}

/// The error's text without its own place.
fn syntax(error: &serde_json::Error) -> SourceError {
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or(&why).to_owned();
    SourceError::Syntax {
        language: "JSON",
        line: error.line(),
        column: error.column(),
        why,
    }
}

fn from_line(text: &str, line: usize) -> &str {
    let mut rest = text;
    for _ in 1..line {
        match rest.split_once('\n') {
            Some((_, after)) => rest = after,
            None => return rest,
        }
    }
    rest
}

/// One value, or one key. The second part carries the error that ended the reading, for which the reader has no type.
struct Node<'n, 'o, 'f>(&'n mut Tree<'o, 'f>, &'n mut Option<SourceError>);

impl Node<'_, '_, '_> {
    fn carry<E: serde::de::Error>(&mut self, result: Result<(), SourceError>) -> Result<(), E> {
        result.map_err(|error| {
            let carrier = E::custom(&error);
            *self.1 = Some(error);
            carrier
        })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let started = self.0.start_map();
        self.carry(started)?;
        while entries.next_key_seed(Node(self.0, self.1))?.is_some() {
            entries.next_value_seed(Node(self.0, self.1))?;
        }
        let ended = self.0.end();
        self.carry(ended)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let started = self.0.start_sequence();
        self.carry(started)?;
        while items.next_element_seed(Node(self.0, self.1))?.is_some() {}
        let ended = self.0.end();
        self.carry(ended)
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.scalar(text, false);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.0.scalar("", false);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.0.scalar("", false);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.0.scalar("", false);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.0.scalar("", false);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.scalar("", false);
        Ok(())
    }
}
