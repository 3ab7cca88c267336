//! Where in a document an event is: the path, and the object of Kubernetes around it.

use std::fmt::Write as _;

use super::object::Object;
use super::{Opener, Place, SourceError};

/// The reader of JSON ends there too.
const MAX_DEPTH: usize = 128;

/// No key of an object comes near it; a longer one is only a name for messages.
const MAX_KEY: usize = 256;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Index(usize),
    Key(String),
}

/// A mapping or sequence that is open: where in it the next event is. `None` in a mapping: it is a key.
struct Frame(Option<Step>);

/// The events of all documents of a text, in order.
pub(super) struct Tree<'o, 'f> {
    opener: &'o mut Opener<'f>,
    place: &'o Place,
    depth: usize,
    documents: usize,
    frames: Vec<Frame>,
    /// Each with the number of frames around it: the document's own, and those in the `items` of one.
    objects: Vec<(usize, Object)>,
    has_objects: bool,
    has_found: bool,
}

impl<'o, 'f> Tree<'o, 'f> {
    pub(super) fn new(opener: &'o mut Opener<'f>, place: &'o Place, depth: usize) -> Self {
        Self {
            opener,
            place,
            depth,
            documents: 0,
            frames: Vec::new(),
            objects: Vec::new(),
            has_objects: false,
            has_found: false,
        }
    }

    /// Whether an object of Kubernetes was among the documents.
    pub(super) fn has_objects(&self) -> bool {
        self.has_objects
    }

    /// Whether any value mattered.
    pub(super) fn has_found(&self) -> bool {
        self.has_found
    }

    /// A document begins.
    pub(super) fn document(&mut self) {
        self.documents += 1;
        self.frames.clear();
        self.objects.clear();
        self.objects.push((0, Object::default()));
    }

    /// A document ends, whether or not all of it was read.
    pub(super) fn end_document(&mut self) -> Result<(), SourceError> {
        self.frames.clear();
        while let Some((_, object)) = self.objects.pop() {
            self.hand_out(object)?;
        }
        Ok(())
    }

    pub(super) fn start_map(&mut self) -> Result<(), SourceError> {
        if self.begins_object() {
            let of = self
                .objects
                .last()
                .and_then(|(_, list)| list.kind_of_items());
            let object = Object::within(path(&steps(&self.frames)), of);
            self.objects.push((self.frames.len(), object));
        }
        self.start(Frame(None))
    }

    pub(super) fn start_sequence(&mut self) -> Result<(), SourceError> {
        self.start(Frame(Some(Step::Index(0))))
    }

    fn start(&mut self, frame: Frame) -> Result<(), SourceError> {
        if self.frames.len() >= MAX_DEPTH {
            let limit = MAX_DEPTH;
            return Err(SourceError::TooDeep { limit });
        }
        self.frames.push(frame);
        Ok(())
    }

    /// A mapping or sequence ends.
    pub(super) fn end(&mut self) -> Result<(), SourceError> {
        self.frames.pop();
        let is_last = |(base, _): &(usize, Object)| *base > 0 && *base == self.frames.len();
        if self.objects.last().is_some_and(is_last)
            && let Some((_, object)) = self.objects.pop()
        {
            self.hand_out(object)?;
        }
        // A mapping as a key has no name.
        self.done("?");
        Ok(())
    }

    /// A key or a value. `binary`: it is marked as base64.
    pub(super) fn scalar(&mut self, text: &str, binary: bool) {
        let is_key = matches!(self.frames.last(), Some(Frame(None)));
        if !is_key && let Some((base, object)) = self.objects.last_mut() {
            let steps = steps(self.frames.get(*base..).unwrap_or_default());
            object.value(&steps, text, binary);
        }
        self.done(text);
    }

    /// An event is complete: a key waits for its value, a value for the next.
    fn done(&mut self, text: &str) {
        match self.frames.last_mut() {
            Some(Frame(key @ None)) => {
                *key = Some(Step::Key(text.chars().take(MAX_KEY).collect()));
            }
            Some(Frame(Some(Step::Index(index)))) => *index += 1,
            Some(Frame(key)) => *key = None,
            None => {}
        }
    }

    /// Whether a mapping here is an object of its own: in `items` of one, or in a sequence that is the document.
    fn begins_object(&self) -> bool {
        let Some((base, _)) = self.objects.last() else {
            return false;
        };
        match self.frames.get(*base..).unwrap_or_default() {
            [Frame(Some(Step::Index(_)))] => *base == 0,
            [Frame(Some(Step::Key(key))), Frame(Some(Step::Index(_)))] => key == "items",
            _ => false,
        }
    }

    fn hand_out(&mut self, object: Object) -> Result<(), SourceError> {
        self.has_objects |= object.is_kubernetes();
        self.has_found |= object.has_found();
        let document = self.documents;
        object.hand_out(self.opener, self.place, document, self.depth)
    }
}

fn steps(frames: &[Frame]) -> Vec<&Step> {
    frames.iter().filter_map(|frame| frame.0.as_ref()).collect()
}

/// `ingress.tls[0].crt`; a key with other letters stands in brackets, as in jq.
pub(super) fn path(steps: &[&Step]) -> String {
    let mut path = String::new();
    for step in steps {
        let is_plain = |key: &str| {
            !key.is_empty()
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        // Writing to a text cannot fail.
        let _ = match step {
            Step::Index(index) => write!(path, "[{index}]"),
            Step::Key(key) if !is_plain(key) => write!(path, "[{key:?}]"),
            Step::Key(key) if path.is_empty() => write!(path, "{key}"),
            Step::Key(key) => write!(path, ".{key}"),
        };
    }
    path
}
