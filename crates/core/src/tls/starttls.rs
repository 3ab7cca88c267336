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
mod tests;
