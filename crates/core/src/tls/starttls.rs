//! STARTTLS: the talk in clear text that comes before TLS, one file per protocol.
//!
//! Bytes in, bytes out: a [`Conversation`] knows no socket and no clock. Whoever drives it sends what
//! [`Conversation::take_output`] gives, reads, and hands what was read to [`Conversation::receive`], until the
//! server is ready for the ClientHello.
//!
//! A new protocol is one file with a `Dialogue`, one variant of [`Protocol`] and one arm in `dialogue`.

use std::fmt;
use std::net::IpAddr;

pub use error::StarttlsError;
pub use protocol::{Protocol, UnknownProtocol};
pub use tds::TdsFraming;

use input::{Fault, Input};

mod error;
mod ftp;
mod imap;
mod input;
mod irc;
mod ldap;
mod mssql;
mod mysql;
mod nntp;
mod pop3;
mod postgres;
mod protocol;
mod rdp;
mod reply;
mod sieve;
mod smtp;
mod tds;
#[cfg(test)]
mod testing;
mod xmpp;

/// What the conversation needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names<'a> {
    /// The name that is asked for: XMPP's `to`.
    pub server: &'a str,
    /// Our own address, for the address literal of EHLO (RFC 5321 section 4.1.3); `None`: the loopback address.
    pub client: Option<IpAddr>,
}

/// A client's talk with one server, from the first byte to the point where the ClientHello may be sent.
#[derive(Debug)]
pub struct Conversation {
    protocol: Protocol,
    dialogue: Box<dyn Dialogue>,
    input: Input,
    output: Vec<u8>,
    ended: Option<Result<(), StarttlsError>>,
}

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Progress {
    /// Go on: send the output if there is any, then read.
    Talking,
    /// The server is ready for the ClientHello, and nothing is left over. What [`Conversation::take_output`] still
    /// gives goes before it: MySQL's request needs no answer.
    Secure,
}

impl Conversation {
    /// The beginning of a talk; what the client says first waits in [`Self::take_output`].
    pub fn new(protocol: Protocol, names: &Names<'_>) -> Self {
        let mut dialogue = dialogue(protocol, names);
        let mut output = Vec::new();
        dialogue.open(&mut output);
        Self {
            protocol,
            dialogue,
            input: Input::default(),
            output,
            ended: None,
        }
    }

    /// The protocol that is spoken.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// What the client has to say now, given once; empty when it is the server's turn.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Takes what the server said, cut anywhere. After an error every call gives that error again.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Progress, StarttlsError> {
        match &self.ended {
            Some(Err(error)) => return Err(error.clone()),
            Some(Ok(())) if bytes.is_empty() => return Ok(Progress::Secure),
            Some(Ok(())) => {
                let protocol = self.protocol;
                return self.fail(StarttlsError::Injected {
                    protocol,
                    bytes: bytes.len(),
                });
            }
            None => {}
        }
        match self.listen(bytes) {
            Ok(Progress::Secure) => {
                self.ended = Some(Ok(()));
                Ok(Progress::Secure)
            }
            Ok(Progress::Talking) => Ok(Progress::Talking),
            Err(fault) => self.fail(fault.of(self.protocol)),
        }
    }

    /// What it means that the server hung up now.
    pub fn closed(&self) -> StarttlsError {
        match &self.ended {
            Some(Err(error)) => error.clone(),
            _ => StarttlsError::Closed {
                protocol: self.protocol,
                answer: input::shown(self.input.rest()),
            },
        }
    }

    fn listen(&mut self, bytes: &[u8]) -> Result<Progress, Fault> {
        self.input.push(bytes)?;
        loop {
            let step = self.dialogue.read(&mut self.input, &mut self.output)?;
            let left = self.input.rest().len();
            match step {
                Step::More => return Ok(Progress::Talking),
                Step::Next => {}
                // An answer that is there before its question was asked is not the server's to this question.
                Step::Asked | Step::Secure if left > 0 => return Err(Fault::Injected(left)),
                Step::Asked => return Ok(Progress::Talking),
                Step::Secure => return Ok(Progress::Secure),
            }
        }
    }

    fn fail(&mut self, error: StarttlsError) -> Result<Progress, StarttlsError> {
        self.output = Vec::new();
        self.ended = Some(Err(error.clone()));
        Err(error)
    }
}

/// One protocol's side of the talk.
trait Dialogue: fmt::Debug + Send {
    /// What the client says unasked; nothing where the server greets.
    fn open(&mut self, _output: &mut Vec<u8>) {}

    /// Takes at most one statement of the server out of `input`, and answers it in `output`.
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault>;
}

/// What came of reading one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It is not complete yet.
    More,
    /// It was taken; there may be another.
    Next,
    /// It was taken and answered: the server has nothing to say before it knows the answer.
    Asked,
    /// It was the go-ahead.
    Secure,
}

fn dialogue(protocol: Protocol, names: &Names<'_>) -> Box<dyn Dialogue> {
    match protocol {
        Protocol::Ftp => Box::new(ftp::Ftp::default()),
        Protocol::Imap => Box::new(imap::Imap::default()),
        Protocol::Irc => Box::new(irc::Irc),
        Protocol::Ldap => Box::new(ldap::Ldap),
        Protocol::Lmtp => Box::new(smtp::Smtp::new("LHLO", names.client)),
        Protocol::Mssql => Box::new(mssql::Mssql::default()),
        Protocol::Mysql => Box::new(mysql::Mysql),
        Protocol::Nntp => Box::new(nntp::Nntp::default()),
        Protocol::Pop3 => Box::new(pop3::Pop3::default()),
        Protocol::Postgres => Box::new(postgres::Postgres),
        Protocol::Rdp => Box::new(rdp::Rdp),
        Protocol::Sieve => Box::new(sieve::Sieve::default()),
        Protocol::Smtp => Box::new(smtp::Smtp::new("EHLO", names.client)),
        Protocol::Xmpp => Box::new(xmpp::Xmpp::new("jabber:client", names.server)),
        Protocol::XmppServer => Box::new(xmpp::Xmpp::new("jabber:server", names.server)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::input::{MAX_LINE, MAX_TALK};
    use super::testing::NAMES;
    use super::*;

    #[test]
    fn where_the_server_greets_nothing_is_said_before() {
        for &protocol in Protocol::ALL {
            let greets = matches!(
                protocol,
                Protocol::Ftp
                    | Protocol::Imap
                    | Protocol::Lmtp
                    | Protocol::Mysql
                    | Protocol::Nntp
                    | Protocol::Pop3
                    | Protocol::Sieve
                    | Protocol::Smtp
            );
            let mut conversation = Conversation::new(protocol, &NAMES);
            assert_eq!(conversation.take_output().is_empty(), greets, "{protocol}");
            assert_eq!(conversation.take_output(), b"");
            assert_eq!(
                conversation.receive(b""),
                Ok(Progress::Talking),
                "{protocol}"
            );
            assert_eq!(conversation.protocol(), protocol);
        }
    }

    #[test]
    fn no_protocol_takes_a_web_or_tls_server_for_its_own() {
        for said in [
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            b"\x15\x03\x01\0\x02\x02\x46",
        ] {
            for &protocol in Protocol::ALL {
                let result = Conversation::new(protocol, &NAMES).receive(said);
                assert!(
                    matches!(result, Err(StarttlsError::Unexpected { .. })),
                    "{protocol}: {result:?}"
                );
            }
        }
    }

    #[test]
    fn too_much_talk_is_refused() {
        let line = [&b"220-"[..], &[b'a'; MAX_LINE]].concat();
        let lines = b"220-a\n".repeat(MAX_TALK / 6 + 1);
        for said in [line, lines] {
            let mut conversation = Conversation::new(Protocol::Smtp, &NAMES);
            let mut pieces = said.chunks(1000).map(|piece| conversation.receive(piece));
            let error = pieces.find_map(Result::err).unwrap();
            assert!(matches!(error, StarttlsError::TooMuch { .. }), "{error}");
        }
    }

    #[test]
    fn a_server_that_hangs_up_is_quoted() {
        let mut conversation = Conversation::new(Protocol::Smtp, &NAMES);
        assert_eq!(
            conversation.closed().to_string(),
            "smtp: the server hung up before TLS"
        );
        let _ = conversation.receive(b"220 hel").unwrap();
        let error = conversation.closed().to_string();
        assert_eq!(error, "smtp: the server hung up before TLS: \"220 hel\"");
        let error = conversation.receive(b"lo\r\nmore").unwrap_err();
        assert_eq!(
            error.to_string(),
            "smtp: 4 bytes came out of turn before TLS, as if injected; they are refused"
        );
        assert_eq!(conversation.closed(), error);
    }

    /// What servers say, so that a random talk gets past the first step.
    const PHRASES: &[&[u8]] = &[
        b"220 ready\r\n",
        b"250-x\r\n",
        b"250 STARTTLS\r\n",
        b"234 go\r\n",
        b"200 news\r\n",
        b"382 go\r\n",
        b"* OK x\r\n",
        b"* CAPABILITY STARTTLS\r\n",
        b"a1 OK\r\n",
        b"a2 OK\r\n",
        b"+OK\r\n",
        b"-ERR\r\n",
        b"\"STARTTLS\"\r\n",
        b"\"SASL\" {3+}\r\nabc\r\n",
        b"OK\r\n",
        b"PING :x\r\n",
        b":x 670 * :go\r\n",
        b"S",
        b"E\0\0\0\x08Mno\0",
        b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
        b"\x30\x84\0\0",
        b"\x15\0\0\0\x0a8\0\x01\0\0\0scramble\0\0\x0a\0\0\0",
        b"\x04\x01\0\x0f\0\0\x01\0\x01\0\x06\0\x01\xff\x01",
        b"\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x02\0\x08\0\x01\0\0\0",
        b"<stream:stream>",
        b"<features><starttls/></features>",
        b"<proceed/>",
        b"&am<![CDATA[]]>",
    ];

    /// Phrases for the most part, and any bytes between.
    fn talk() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let phrase = proptest::sample::select(PHRASES).prop_map(<[u8]>::to_vec);
        vec(prop_oneof![4 => phrase, 1 => vec(any::<u8>(), 0..12)], 0..8)
    }

    fn hear(protocol: Protocol, pieces: &[Vec<u8>]) -> bool {
        let mut conversation = Conversation::new(protocol, &NAMES);
        for piece in pieces {
            let _ = conversation.take_output();
            if conversation.receive(piece) == Ok(Progress::Secure) {
                assert_eq!(conversation.input.rest(), b"", "{protocol}");
                assert_eq!(conversation.receive(b""), Ok(Progress::Secure));
                let error = conversation.receive(b"x").unwrap_err();
                assert_eq!(error, StarttlsError::Injected { protocol, bytes: 1 });
                return true;
            }
        }
        let _ = conversation.closed().to_string();
        false
    }

    /// From each state any phrase that does not end the talk, as far as it goes.
    fn reaches_secure(protocol: Protocol, said: &[Vec<u8>]) -> bool {
        PHRASES.iter().any(|phrase| {
            let longer = [said, &[phrase.to_vec()]].concat();
            let mut conversation = Conversation::new(protocol, &NAMES);
            let last = longer
                .iter()
                .map(|piece| conversation.receive(piece))
                .last();
            match last {
                Some(Ok(Progress::Secure)) => true,
                Some(Ok(Progress::Talking)) if longer.len() < 4 => {
                    reaches_secure(protocol, &longer)
                }
                _ => false,
            }
        })
    }

    #[test]
    fn the_phrases_reach_every_go_ahead() {
        for &protocol in Protocol::ALL {
            assert!(reaches_secure(protocol, &[]), "{protocol}");
        }
    }

    proptest! {
        #[test]
        fn no_stream_panics_and_nothing_is_left_over_when_secure(pieces in talk()) {
            for &protocol in Protocol::ALL {
                hear(protocol, &pieces);
                hear(protocol, &[pieces.concat()]);
                let bytes: Vec<Vec<u8>> = pieces.concat().chunks(1).map(<[u8]>::to_vec).collect();
                hear(protocol, &bytes);
            }
        }
    }
}
