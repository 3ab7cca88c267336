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
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play, refusal};
    use super::super::{Progress, Protocol, StarttlsError};
    use super::*;

    const OPEN: Turn<'_> = Client(
        b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
        xmlns:stream='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>",
    );
    const HEADER: &[u8] =
        b"<?xml version='1.0'?>\n<stream:stream from='im.example.com' id='a>b'\n \
        version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    const FEATURES: &[u8] = b"<stream:features>\n<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>\
        <required/></starttls><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>\n";
    const ASK: Turn<'_> = Client(STARTTLS);

    fn asked<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
        [
            &[OPEN, Server(HEADER), Client(b""), Server(FEATURES), ASK],
            turns,
        ]
        .concat()
    }

    fn opened<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
        [&[OPEN, Server(HEADER)], turns].concat()
    }

    #[test]
    fn the_conversation_of_rfc_6120() {
        for proceed in [
            &b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"[..],
            b"<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"></proceed>",
        ] {
            let turns = asked(&[Server(proceed)]);
            assert_eq!(play(Protocol::Xmpp, &turns), Ok(Progress::Secure));
        }
    }

    #[test]
    fn between_servers_the_namespace_is_another() {
        let expected = b"<?xml version='1.0'?><stream:stream xmlns='jabber:server' \
            xmlns:stream='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>";
        let turns = [
            Client(expected),
            Server(HEADER),
            Server(FEATURES),
            ASK,
            Server(b"<proceed/>"),
        ];
        assert_eq!(play(Protocol::XmppServer, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn the_name_cannot_leave_its_attribute() {
        let header = Xmpp::new("jabber:client", "a'/><b c=\"&").header;
        assert!(
            header.contains("to='a&apos;/&gt;&lt;b c=&quot;&amp;' "),
            "{header}"
        );
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        let failure = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";
        assert_eq!(
            refusal(Protocol::Xmpp, &asked(&[Server(failure)])),
            "failure"
        );
        let error =
            b"<stream:error><host-unknown xmlns='urn:x'/><text xml:lang='en'>we don&apos;t > serve\
            </text></stream:error></stream:stream>";
        let turns = opened(&[Server(error)]);
        assert_eq!(
            refusal(Protocol::Xmpp, &turns),
            "host-unknown we don't > serve"
        );
        assert_eq!(
            refusal(Protocol::Xmpp, &opened(&[Server(b"</stream:stream>")])),
            "</stream>"
        );
    }

    #[test]
    fn without_the_feature_starttls_is_not_tried() {
        let turns = opened(&[Server(
            b"<stream:features><bind/><x><starttls/></x></stream:features>",
        )]);
        assert_eq!(not_offered(Protocol::Xmpp, &turns), "bind, x");
        let turns = opened(&[Server(b"<stream:features/>")]);
        assert_eq!(not_offered(Protocol::Xmpp, &turns), "");
    }

    #[test]
    fn what_comes_out_of_turn_is_refused() {
        assert_eq!(
            injected(Protocol::Xmpp, &asked(&[Server(b"<proceed/>\n")])),
            1
        );
        let binary = Server(b"<proceed/>\x16\x03\x03>\xff>");
        assert_eq!(injected(Protocol::Xmpp, &asked(&[binary])), 6);
        let mut talk =
            super::super::Conversation::new(Protocol::Xmpp, &super::super::testing::NAMES);
        let early = talk
            .receive(&[HEADER, FEATURES, b"<proceed/>"].concat())
            .unwrap_err();
        let protocol = Protocol::Xmpp;
        assert_eq!(
            early,
            StarttlsError::Injected {
                protocol,
                bytes: 10
            }
        );
    }

    #[test]
    fn strangers_are_told_apart() {
        let strange = |said| foreign(Protocol::Xmpp, &[OPEN, Server(said)]);
        assert_eq!(
            strange(b"HTTP/1.1 400 Bad Request\r\n"),
            "HTTP/1.1 400 Bad Request"
        );
        assert_eq!(strange(b"<html>\n"), "<html>");
        strange(b"<!DOCTYPE html>");
        strange(b"</stream>");
        strange(b"<stream:stream><message>");
        strange(b"<stream:stream><proceed/>");
        strange(b"<stream:stream><!-- no --><features/>");
        strange(b"<stream:stream><features></error>");
        strange(b"<stream:\xff>");
        strange(b"\x15\x03\x01\x00\x02\x02\x46");
    }

    #[test]
    fn one_tag_has_a_budget() {
        let long = [b"<stream:stream a='", &[b'>'; MAX_LINE][..]].concat();
        let result = play(Protocol::Xmpp, &[OPEN, Server(&long)]);
        assert!(
            matches!(result, Err(StarttlsError::TooMuch { .. })),
            "{result:?}"
        );
    }
}
