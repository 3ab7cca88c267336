//! XMPP between client and server, and between servers (RFC 6120 section 5).
//!
//! Elements are told by their local name and their place in the stream; no namespace is resolved, since a server that
//! lies about one gains nothing.

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;

use super::input::{Fault, Input, MAX_LINE, shown};
use super::{Dialogue, Step};

/// Stream header, features, starttls.
#[derive(Debug)]
pub(super) struct Xmpp {
    header: String,
    asked: bool,
    /// The open elements, outermost first.
    path: Vec<String>,
    features: Vec<String>,
    condition: String,
    text: String,
}

impl Xmpp {
    /// `namespace` is that of the stream's content, `to` the domain that is asked for.
    pub(super) fn new(namespace: &str, to: &str) -> Self {
        let to = escape(to);
        Self {
            header: format!(
                "<?xml version='1.0'?><stream:stream xmlns='{namespace}' \
                 xmlns:stream='http://etherx.jabber.org/streams' to='{to}' version='1.0'>"
            ),
            asked: false,
            path: Vec::new(),
            features: Vec::new(),
            condition: String::new(),
            text: String::new(),
        }
    }
}

impl Dialogue for Xmpp {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(self.header.as_bytes());
    }

    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let rest = input.rest();
        let stranger = || Fault::Unexpected(shown(rest));
        let first = rest.trim_ascii_start().first();
        if self.path.is_empty() && first.is_some_and(|&byte| byte != b'<') {
            return Err(stranger());
        }
        // Behind the last `>` no event can end, and a character may be cut.
        let end = rest
            .iter()
            .rposition(|&byte| byte == b'>')
            .map_or(0, |at| at + 1);
        let text = rest.get(..end).unwrap_or_default();
        // What follows the go-ahead may be no text at all: it is not read then.
        let readable = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let mut reader = Reader::from_str(readable);
        // Each reader begins in the middle of the stream; which end belongs to which start is watched here.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        reader.config_mut().expand_empty_elements = true;
        let (mut taken, mut step) = (0, Step::More);
        while step == Step::More {
            match reader.read_event() {
                Ok(Event::Eof) | Err(Error::Syntax(_)) => break,
                Ok(event) => step = self.event(event)?,
                Err(_) => return Err(stranger()),
            }
            taken = usize::try_from(reader.buffer_position()).unwrap_or(end);
        }
        if step == Step::More && readable.len() < text.len() {
            return Err(stranger());
        }
        input.take(taken);
        if step == Step::Asked {
            output.extend_from_slice(STARTTLS);
            // White space keeps a stream alive (section 4.6.1); from our request on there is none (section 5.3.1).
            let rest = input.rest();
            let space = rest.len() - rest.trim_ascii_start().len();
            input.take(space);
        }
        match input.rest().len() {
            unread if step == Step::More && unread > MAX_LINE => Err(Fault::TooMuch(unread)),
            _ => Ok(step),
        }
    }
}

impl Xmpp {
    fn event(&mut self, event: Event<'_>) -> Result<Step, Fault> {
        match event {
            Event::Start(start) => self.start(start.local_name().into_inner(), &start),
            Event::End(end) => self.end(end.local_name().into_inner()),
            Event::Decl(_) if self.path.is_empty() => Ok(Step::More),
            Event::Text(text) => {
                self.say(&text);
                Ok(Step::More)
            }
            Event::CData(text) => {
                self.say(&text);
                Ok(Step::More)
            }
            Event::GeneralRef(name) => {
                self.say(resolve_predefined_entity(&name).unwrap_or(" "));
                Ok(Step::More)
            }
            // Nothing else may be in a stream (section 11.1).
            other => Err(Fault::Unexpected(String::from(&*other))),
        }
    }

    fn start(&mut self, name: &str, tag: &str) -> Result<Step, Fault> {
        let parent = self.path.last().map(String::as_str);
        match (self.path.len(), parent) {
            (0, _) if name == "stream" => {}
            (1, _) if name == "error" => {}
            (1, _) if !self.asked && name == "features" => {}
            (1, _) if self.asked && ["failure", "proceed"].contains(&name) => {}
            (0 | 1, _) => return Err(Fault::Unexpected(format!("<{tag}>"))),
            (2, Some("features")) => self.features.push(name.to_owned()),
            (2, Some("error" | "failure")) if name != "text" && self.condition.is_empty() => {
                name.clone_into(&mut self.condition);
            }
            _ => {}
        }
        self.path.push(name.to_owned());
        Ok(Step::More)
    }

    fn end(&mut self, name: &str) -> Result<Step, Fault> {
        if self.path.pop().as_deref() != Some(name) {
            return Err(Fault::Unexpected(format!("</{name}>")));
        }
        match (self.path.len(), name) {
            (0, _) => Err(Fault::Refused("</stream>".to_owned())),
            (1, "features") if self.features.iter().any(|one| one == "starttls") => {
                self.asked = true;
                Ok(Step::Asked)
            }
            (1, "features") => Err(Fault::NotOffered(self.features.join(", "))),
            (1, "proceed") => Ok(Step::Secure),
            (1, _) => Err(Fault::Refused(self.reason(name))),
            _ => Ok(Step::More),
        }
    }

    /// The text of a stream error (section 4.9.2).
    fn say(&mut self, text: &str) {
        if self.path.last().is_some_and(|name| name == "text") {
            self.text.push_str(text);
        }
    }

    fn reason(&self, element: &str) -> String {
        match (self.condition.as_str(), self.text.trim()) {
            ("", text) => format!("{element} {text}"),
            (condition, text) => format!("{condition} {text}"),
        }
    }
}

const STARTTLS: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

#[cfg(test)]
mod tests;
