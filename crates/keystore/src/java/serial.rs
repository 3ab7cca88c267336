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

use super::DataInput;
use crate::Error;

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
        let mut walker = Walker {
            input,
            things: Vec::new(),
            steps: 0,
        };
        let root = walker.content(0)?;
        Ok(Self {
            things: walker.things,
            root,
        })
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

struct Walker<'i, 'a> {
    input: &'i mut DataInput<'a>,
    things: Vec<Thing<'a>>,
    /// Contents and fields so far.
    steps: usize,
}

impl<'a> Walker<'_, 'a> {
    fn content(&mut self, depth: usize) -> Result<Value, Error> {
        let tag = self.input.u8(WHAT)?;
        self.content_of(tag, depth)
    }

    fn content_of(&mut self, tag: u8, depth: usize) -> Result<Value, Error> {
        self.step()?;
        if depth > MAX_DEPTH {
            return Err(self.wrong("objects nested this deeply"));
        }
        match tag {
            NULL => Ok(Value::Null),
            REFERENCE => self.reference().map(Value::Handle),
            OBJECT => self.object(depth),
            ARRAY => self.array(depth),
            STRING => {
                let length = self.input.u16(WHAT)?;
                self.text(usize::from(length))
            }
            LONG_STRING => {
                let length = self.input.array(WHAT).map(u64::from_be_bytes)?;
                self.text(usize::try_from(length).unwrap_or(usize::MAX))
            }
            ENUM => {
                self.some_class_desc(depth)?;
                let handle = self.begin();
                let name = self.content(depth + 1)?;
                self.finish(handle, Thing::Constant { name })
            }
            CLASS => {
                self.class_desc(depth)?;
                Ok(Value::Handle(self.begin()))
            }
            other => Err(self.wrong(&format!("the unknown tag {other:#04x}"))),
        }
    }

    fn text(&mut self, length: usize) -> Result<Value, Error> {
        let text = super::decode_utf(self.input.take(length, WHAT)?).text;
        let handle = self.begin();
        self.finish(handle, Thing::Text(text))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Error> {
        let class = self.some_class_desc(depth)?;
        let handle = self.begin();
        let mut lineage = Vec::new();
        let mut next = Some(class);
        while let Some(current) = next.and_then(|handle| self.class(handle).cloned()) {
            next = current.above;
            lineage.push(current);
        }
        let mut fields = Vec::new();
        for class in lineage.into_iter().rev() {
            if class.flags & SERIALIZABLE != 0 {
                for field in class.fields {
                    if let Some(value) = self.value(field.kind, depth)? {
                        fields.push((field.name, value));
                    }
                }
                if class.flags & WRITE_METHOD != 0 {
                    self.annotation(depth)?;
                }
            } else if class.flags & EXTERNALIZABLE != 0 {
                if class.flags & BLOCK_DATA == 0 {
                    return Err(self.wrong("an object whose length is not told"));
                }
                self.annotation(depth)?;
            }
        }
        self.finish(handle, Thing::Object(Object { class, fields }))
    }

    fn array(&mut self, depth: usize) -> Result<Value, Error> {
        let class = self.some_class_desc(depth)?;
        let handle = self.begin();
        let kind = self.class(class).and_then(|class| {
            let name = class.name.strip_prefix('[')?;
            name.bytes().next()
        });
        let Some(kind) = kind else {
            return Err(self.wrong("an array of a class that is none"));
        };
        let count = self.input.u32(WHAT)?;
        let Some(width) = width(kind) else {
            for _ in 0..count {
                self.value(kind, depth)?;
            }
            return Ok(Value::Handle(handle));
        };
        let length = usize::try_from(count).unwrap_or(usize::MAX);
        let bytes = self.input.take(length.saturating_mul(width), WHAT)?;
        match kind {
            b'B' => self.finish(handle, Thing::Bytes(bytes)),
            _ => Ok(Value::Handle(handle)),
        }
    }

    /// The value of a field or element; of primitive types nothing comes back.
    fn value(&mut self, kind: u8, depth: usize) -> Result<Option<Value>, Error> {
        if let Some(width) = width(kind) {
            self.input.take(width, WHAT)?;
            return Ok(None);
        }
        match kind {
            b'L' | b'[' => self.content(depth + 1).map(Some),
            other => Err(self.wrong(&format!("the unknown type {other:#04x}"))),
        }
    }

    fn some_class_desc(&mut self, depth: usize) -> Result<usize, Error> {
        let class = self.class_desc(depth)?;
        class.ok_or_else(|| self.wrong("an object without a class"))
    }

    fn class_desc(&mut self, depth: usize) -> Result<Option<usize>, Error> {
        self.step()?;
        match self.input.u8(WHAT)? {
            NULL => Ok(None),
            REFERENCE => {
                let handle = self.reference()?;
                match self.class(handle) {
                    Some(_) => Ok(Some(handle)),
                    None => Err(self.wrong("a reference to a class that is none")),
                }
            }
            CLASS_DESC if depth <= MAX_DEPTH => self.new_class_desc(depth).map(Some),
            CLASS_DESC => Err(self.wrong("classes nested this deeply")),
            other => Err(self.wrong(&format!("the tag {other:#04x} in place of a class"))),
        }
    }

    fn new_class_desc(&mut self, depth: usize) -> Result<usize, Error> {
        let name = self.input.utf(WHAT)?.text;
        self.input.take(8, WHAT)?;
        let handle = self.begin();
        let flags = self.input.u8(WHAT)?;
        let count = self.input.u16(WHAT)?;
        let mut fields = Vec::new();
        for _ in 0..count {
            self.step()?;
            let kind = self.input.u8(WHAT)?;
            let name = self.input.utf(WHAT)?.text;
            if width(kind).is_none() {
                self.content(depth + 1)?;
            }
            fields.push(Field { kind, name });
        }
        self.annotation(depth)?;
        let above = self.class_desc(depth + 1)?;
        let height = above.and_then(|above| self.class(above));
        let height = height.map_or(0, |above| above.height + 1);
        if height > MAX_DEPTH {
            return Err(self.wrong("classes above each other in this number"));
        }
        let class = Class {
            name,
            flags,
            fields,
            above,
            height,
        };
        self.finish(handle, Thing::Class(class))?;
        Ok(handle)
    }

    /// What a class wrote beside its fields.
    fn annotation(&mut self, depth: usize) -> Result<(), Error> {
        loop {
            match self.input.u8(WHAT)? {
                END_BLOCK_DATA => return Ok(()),
                BLOCK_DATA_SHORT => {
                    let length = self.input.u8(WHAT)?;
                    self.input.take(usize::from(length), WHAT)?;
                }
                BLOCK_DATA_LONG => {
                    self.input.blob(WHAT)?;
                }
                tag => {
                    self.content_of(tag, depth + 1)?;
                }
            }
        }
    }

    fn reference(&mut self) -> Result<usize, Error> {
        let wire = self.input.u32(WHAT)?;
        let handle = wire.checked_sub(FIRST_HANDLE);
        let handle = handle.and_then(|handle| usize::try_from(handle).ok());
        handle
            .filter(|handle| *handle < self.things.len())
            .ok_or_else(|| self.wrong("a reference to nothing"))
    }

    /// The class behind a handle, once it is complete.
    fn class(&self, handle: usize) -> Option<&Class> {
        match self.things.get(handle)? {
            Thing::Class(class) => Some(class),
            _ => None,
        }
    }

    /// Takes the next handle.
    fn begin(&mut self) -> usize {
        self.things.push(Thing::Opaque);
        self.things.len() - 1
    }

    fn finish(&mut self, handle: usize, thing: Thing<'a>) -> Result<Value, Error> {
        if let Some(place) = self.things.get_mut(handle) {
            *place = thing;
        }
        Ok(Value::Handle(handle))
    }

    fn step(&mut self) -> Result<(), Error> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(self.wrong("more objects than any key has"));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> Error {
        let at = self.input.at();
        self.input.malformed(at, &format!("{WHAT} with {what}"))
    }
}

/// How many bytes a value of a primitive type takes.
const fn width(kind: u8) -> Option<usize> {
    match kind {
        b'B' | b'Z' => Some(1),
        b'C' | b'S' => Some(2),
        b'F' | b'I' => Some(4),
        b'D' | b'J' => Some(8),
        _ => None,
    }
}

const WHAT: &str = "a serialized Java object";
/// Magic number and version (`java.io.ObjectStreamConstants`, as all below).
pub(super) const HEADER: [u8; 4] = [0xac, 0xed, 0, 5];
const FIRST_HANDLE: u32 = 0x7e_0000;

const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
const CLASS_DESC: u8 = 0x72;
const OBJECT: u8 = 0x73;
const STRING: u8 = 0x74;
const ARRAY: u8 = 0x75;
const CLASS: u8 = 0x76;
const BLOCK_DATA_SHORT: u8 = 0x77;
const END_BLOCK_DATA: u8 = 0x78;
const BLOCK_DATA_LONG: u8 = 0x7a;
const LONG_STRING: u8 = 0x7c;
const ENUM: u8 = 0x7e;

const WRITE_METHOD: u8 = 1;
const SERIALIZABLE: u8 = 2;
const EXTERNALIZABLE: u8 = 4;
const BLOCK_DATA: u8 = 8;

/// A sealed key has about 20; what walks more does not end soon.
const MAX_STEPS: usize = 2000;
/// A sealed key nests 3 deep; keeps the stack small.
const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Format;
    use crate::testing::unhex;

    /// A `KeyRep` of a DES key, as JDK 17 writes it.
    const KEY_REP: &str = "\
        aced0005737200146a6176612e73656375726974792e4b6579526570bdf94fb3889aa5430200044c0009616c\
        676f726974686d7400124c6a6176612f6c616e672f537472696e673b5b0007656e636f6465647400025b424c\
        0006666f726d617471007e00014c00047479706574001b4c6a6176612f73656375726974792f4b6579526570\
        2454797065\
        3b7870740003444553757200025b42acf317f8060854e002000078700000000801020204040707087400035241\
        577e7200196a6176612e73656375726974792e4b6579526570245479706500000000000000001200007872000e\
        6a6176612e6c616e672e456e756d00000000000000001200007870740006534543524554";

    fn graph(bytes: &[u8]) -> Result<(Graph<'_>, usize), Error> {
        let mut input = DataInput::new(Format::Jks, bytes);
        Graph::read(&mut input).map(|graph| (graph, input.remaining()))
    }

    fn why(hex: &str) -> String {
        graph(&unhex(hex)).unwrap_err().to_string()
    }

    #[test]
    fn fields_of_a_real_object() {
        let mut bytes = unhex(KEY_REP);
        bytes.extend(b"rest");
        let (graph, rest) = graph(&bytes).unwrap();
        assert_eq!(rest, 4);
        assert_eq!(graph.classes(), ["java.security.KeyRep"]);
        assert_eq!(graph.text("algorithm"), Some("DES"));
        assert_eq!(graph.text("format"), Some("RAW"));
        assert_eq!(graph.constant("type"), Some("SECRET"));
        assert_eq!(graph.bytes("encoded"), Some(&[1, 2, 2, 4, 4, 7, 7, 8][..]));
        assert_eq!(graph.bytes("algorithm"), None);
        assert_eq!(graph.text("nothing"), None);
    }

    #[test]
    fn what_classes_write_beside_their_fields_is_walked() {
        // class "A" with a write method and an int, extended by "B", which is externalizable: blocks, a string, a null
        let hex = "aced0005 73 72 000142 0000000000000000 0c 0000 78 \
            72 000141 0000000000000000 03 0001 49 000169 7707 01020304050607 78 70 \
            00000005 7a 00000002 aabb 740001 78 70 78 7701 ff 71007e0002 78";
        let bytes = unhex(hex);
        let (graph, rest) = graph(&bytes).unwrap();
        assert_eq!((graph.classes(), rest), (vec!["B", "A"], 0));
    }

    #[test]
    fn arrays_of_anything_are_walked() {
        // Object[] { long[] { 1 }, null, String }
        let hex = "aced0005 75 72 00135b4c6a6176612e6c616e672e4f626a6563743b 0000000000000000 02 0000 78 70 \
            00000003 75 72 00025b4a 0000000000000000 02 0000 78 70 00000001 0000000000000001 70 740001 61";
        let bytes = unhex(hex);
        let (graph, rest) = graph(&bytes).unwrap();
        assert_eq!((graph.classes(), rest), (Vec::new(), 0));
    }

    #[test]
    fn what_fits_no_grammar_is_refused() {
        for (hex, what) in [
            ("aced0004 70", "no Java serialization stream"),
            ("aced0005 7b", "unknown tag 0x7b"),
            ("aced0005 71 007e0000", "a reference to nothing"),
            ("aced0005 71 00000000", "a reference to nothing"),
            ("aced0005 73 70", "an object without a class"),
            ("aced0005 73 7d", "the tag 0x7d in place of a class"),
            // its own superclass
            (
                "aced0005 73 72 000141 0000000000000000 02 0000 78 71 007e0000",
                "a reference to a class that is none",
            ),
            (
                "aced0005 73 72 000141 0000000000000000 04 0000 78 70",
                "an object whose length is not told",
            ),
            (
                "aced0005 75 72 000141 0000000000000000 02 0000 78 70",
                "an array of a class that is none",
            ),
            (
                "aced0005 75 72 00025b58 0000000000000000 02 0000 78 70 00000001",
                "the unknown type 0x58",
            ),
        ] {
            let why = why(hex);
            assert!(why.contains(what), "{hex}: {why}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        // arrays in arrays
        let start = unhex("aced0005 75 72 00025b5b 0000000000000000 02 0000 78 70 00000001");
        let deeper = unhex("75 71 007e0000 00000001").repeat(100_000);
        let error = graph(&[start, deeper].concat()).unwrap_err();
        assert!(error.to_string().contains("nested this deeply"));
        // superclasses of superclasses
        let class = unhex("72 000141 0000000000000000 02 0000 78").repeat(100_000);
        let error = graph(&[unhex("aced0005 73"), class].concat()).unwrap_err();
        assert!(error.to_string().contains("nested this deeply"));
        // very many of nothing
        let start = unhex("aced0005 75 72 00025b4c 0000000000000000 02 0000 78 70 7fffffff");
        let error = graph(&[start, vec![NULL; 100_000]].concat()).unwrap_err();
        assert!(error.to_string().contains("more objects than any key has"));
        // an array that lies about its length
        let why = why("aced0005 75 72 00025b4a 0000000000000000 02 0000 78 70 ffffffff");
        assert!(why.contains("cut off"), "{why}");
    }

    #[test]
    fn an_object_cut_at_any_byte_is_cut_off() {
        let bytes = unhex(KEY_REP);
        for end in 0..bytes.len() {
            let error = graph(&bytes[..end]).unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "{end}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_change_ends_somewhere(
            place in any::<prop::sample::Index>(),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut changed = unhex(KEY_REP);
            let at = place.index(changed.len());
            let end = changed.len().min(at + bytes.len());
            changed.splice(at..end, bytes);
            if let Ok((graph, _)) = graph(&changed) {
                let _ = (graph.classes(), graph.bytes("encoded"), graph.constant("type"));
            }
        }
    }
}
