//! The grammar of Java's object serialization, as far as it takes to find the end of an object and the fields inside
//! (Java Object Serialization Specification, section 6.4; `java.io.ObjectInputStream`).
//!
//! ```text
//! stream    AC ED 00 05 content
//! content   object | string | array | enum | class | reference | null
//! object    73 classDesc  the fields of each class, topmost first, where the class says so with more content after them
//! classDesc 72 utf name  i64 version  u8 flags  u16 n  n × field  annotation  classDesc of the superclass | reference | null
//! field     u8 type  utf name  [types L and [: content, a string]
//! annotation: content and blocks of data up to 78
//! ```
//! Whatever is new gets the next handle, which references name. No class is loaded and nothing is run; how much is
//! walked is bounded by constants, and nothing is copied but names.

mod walk;

use super::DataInput;
use crate::Error;
use walk::Walker;

/// An object with everything that hangs on it.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    /// By handle.
    things: Vec<Thing<'a>>,
    root: Value,
}

/// What a handle names.
#[derive(Debug)]
enum Thing<'a> {
    /// Begun, and not to be looked into before it is complete; or of no interest.
    Opaque,
    Class(Class),
    Text(String),
    Bytes(&'a [u8]),
    Object(Object),
    Constant {
        name: Value,
    },
}

#[derive(Clone, Debug)]
struct Class {
    name: String,
    flags: u8,
    fields: Vec<Field>,
    /// Handle of the superclass.
    above: Option<usize>,
    /// How many classes stand above.
    height: usize,
}

#[derive(Clone, Debug)]
struct Field {
    kind: u8,
    name: String,
}

#[derive(Debug)]
struct Object {
    class: usize,
    /// Those that hold objects; of the others only the length is known.
    fields: Vec<(String, Value)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Null,
    Handle(usize),
}

impl<'a> Graph<'a> {
    /// Reads one stream with one object; `input` stands behind it afterwards.
    pub(super) fn read(input: &mut DataInput<'a>) -> Result<Self, Error> {
        let at = input.at();
        if input.array(WHAT)? != HEADER {
            return Err(input.malformed(at, "no Java serialization stream"));
        }
        let mut walker = Walker::new(input);
        let root = walker.content(0)?;
        let things = walker.things;
        Ok(Self { things, root })
    }

    /// The class of the object, and those above it.
    pub(super) fn classes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut next = self.object().map(|object| object.class);
        while let Some(Thing::Class(class)) = next.and_then(|handle| self.things.get(handle)) {
            names.push(class.name.as_str());
            next = class.above;
        }
        names
    }

    /// The octets of a field that is an array of bytes.
    pub(super) fn bytes(&self, field: &str) -> Option<&'a [u8]> {
        match self.field(field)? {
            Thing::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text of a field that is a string.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        match self.field(field)? {
            Thing::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name of the constant in a field that is an enum.
    pub(super) fn constant(&self, field: &str) -> Option<&str> {
        let Thing::Constant { name } = self.field(field)? else {
            return None;
        };
        match self.thing(*name)? {
            Thing::Text(text) => Some(text),
            _ => None,
        }
    }

    fn field(&self, name: &str) -> Option<&Thing<'a>> {
        let mut fields = self.object()?.fields.iter();
        let (_, value) = fields.find(|(found, _)| found == name)?;
        self.thing(*value)
    }

    fn object(&self) -> Option<&Object> {
        match self.thing(self.root)? {
            Thing::Object(object) => Some(object),
            _ => None,
        }
    }

    fn thing(&self, value: Value) -> Option<&Thing<'a>> {
        match value {
            Value::Null => None,
            Value::Handle(handle) => self.things.get(handle),
        }
    }
}

const WHAT: &str = "a serialized Java object";
/// Magic number and version (`java.io.ObjectStreamConstants`).
pub(super) const HEADER: [u8; 4] = [0xac, 0xed, 0, 5];

#[cfg(test)]
mod tests;
