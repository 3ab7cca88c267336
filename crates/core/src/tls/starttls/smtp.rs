//! SMTP (RFC 3207) and LMTP (RFC 2033), which differ in the word of the greeting.

use std::net::IpAddr;

use super::input::{Fault, Input};
use super::reply::{Between, Replies};
use super::{Dialogue, Step};

/// Banner, EHLO, STARTTLS.
#[derive(Debug)]
pub(super) struct Smtp {
    hello: String,
    replies: Replies,
    state: State,
}

#[derive(Debug)]
enum State {
    Banner,
    Hello,
    Start,
}

impl Smtp {
    /// `verb` is EHLO or LHLO.
    pub(super) fn new(verb: &str, client: Option<IpAddr>) -> Self {
        Self {
            hello: format!("{verb} {}\r\n", address_literal(client)),
            replies: Replies::default(),
            state: State::Banner,
        }
    }
}

impl Dialogue for Smtp {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(reply) = self.replies.read(input, Between::Coded)? else {
            return Ok(Step::More);
        };
        match (&self.state, reply.code) {
            (State::Banner, 220) => {
                output.extend_from_slice(self.hello.as_bytes());
                self.state = State::Hello;
                Ok(Step::Asked)
            }
            (State::Hello, 250) => {
                if !reply.texts().any(is_starttls) {
                    return Err(Fault::NotOffered(offered(&reply.lines)));
                }
                output.extend_from_slice(b"STARTTLS\r\n");
                self.state = State::Start;
                Ok(Step::Asked)
            }
            (State::Start, 220) => Ok(Step::Secure),
            _ => Err(reply.fault()),
        }
    }
}

/// Who we are: a client without a name gives its address (RFC 5321 sections 4.1.1.1 and 4.1.3).
fn address_literal(client: Option<IpAddr>) -> String {
    match client.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => format!("[{address}]"),
        Some(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

/// The keyword of the extension has no parameters (RFC 3207 section 4); servers that give some mean it too.
fn is_starttls(text: &str) -> bool {
    let keyword = text.split_whitespace().next();
    keyword.is_some_and(|keyword| keyword.eq_ignore_ascii_case("STARTTLS"))
}

/// What stands behind the server's name.
fn offered(lines: &[String]) -> String {
    let (first, rest) = lines.split_at_checked(1).unwrap_or_default();
    let lines = if rest.is_empty() { first } else { rest };
    lines.join(", ")
}

#[cfg(test)]
mod tests;
