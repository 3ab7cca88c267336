//! The walk through a stream, to the end of its object.

use super::{Class, Field, Object, Thing, Value, WHAT};
use crate::Error;
use crate::java::{DataInput, decode_utf};

pub(super) struct Walker<'i, 'a> {
    input: &'i mut DataInput<'a>,
    /// By handle.
    pub(super) things: Vec<Thing<'a>>,
    /// Contents and fields so far.
    steps: usize,
}

impl<'i, 'a> Walker<'i, 'a> {
    /// Over the content of a stream, whose header was read.
    pub(super) fn new(input: &'i mut DataInput<'a>) -> Self {
        Self {
            input,
            things: Vec::new(),
            steps: 0,
        }
    }

    pub(super) fn content(&mut self, depth: usize) -> Result<Value, Error> {
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
        let text = decode_utf(self.input.take(length, WHAT)?).text;
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

/// As all below: `java.io.ObjectStreamConstants`.
const FIRST_HANDLE: u32 = 0x7e_0000;

pub(super) const NULL: u8 = 0x70;
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
