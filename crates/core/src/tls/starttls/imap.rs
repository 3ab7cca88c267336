//! IMAP (RFC 9051 section 6.2.1; the same in RFC 3501).

use super::input::{Fault, Input};
use super::{Dialogue, Step};

/// Greeting, CAPABILITY, STARTTLS.
#[derive(Debug, Default)]
pub(super) struct Imap {
    state: State,
    capabilities: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Greeting,
    Capability,
    Start,
}

impl Dialogue for Imap {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(line) = input.line()? else {
            return Ok(Step::More);
        };
        let mut words = line.split(' ');
        let tag = words.next().unwrap_or_default();
        let answer = words.next().unwrap_or_default().to_ascii_uppercase();
        match (self.state, tag, answer.as_str()) {
            (State::Greeting, "*", "OK") => {
                self.state = State::Capability;
                output.extend_from_slice(b"a1 CAPABILITY\r\n");
                Ok(Step::Asked)
            }
            // Who is logged in already cannot start TLS any more (RFC 9051 section 7.1.4).
            (State::Greeting, "*", "PREAUTH") | (_, "*", "BYE") => Err(Fault::Refused(line)),
            (State::Greeting, ..) => Err(Fault::Unexpected(line)),
            (State::Capability, "*", "CAPABILITY") => {
                self.capabilities = words.collect::<Vec<_>>().join(" ");
                Ok(Step::Next)
            }
            // A server may tell anything at any time (RFC 9051 section 2.2.2).
            (_, "*", _) => Ok(Step::Next),
            (State::Capability, "a1", "OK") => {
                if !offers_starttls(&self.capabilities) {
                    return Err(Fault::NotOffered(std::mem::take(&mut self.capabilities)));
                }
                self.state = State::Start;
                output.extend_from_slice(b"a2 STARTTLS\r\n");
                Ok(Step::Asked)
            }
            (State::Start, "a2", "OK") => Ok(Step::Secure),
            (State::Capability, "a1", "NO" | "BAD") | (State::Start, "a2", "NO" | "BAD") => {
                Err(Fault::Refused(line))
            }
            _ => Err(Fault::Unexpected(line)),
        }
    }
}

fn offers_starttls(capabilities: &str) -> bool {
    capabilities
        .split(' ')
        .any(|one| one.eq_ignore_ascii_case("STARTTLS"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play, refusal};
    use super::super::{Progress, Protocol};

    const HELLO: [Turn<'_>; 3] = [
        Client(b""),
        Server(b"* OK IMAP4rev2 ready\r\n"),
        Client(b"a1 CAPABILITY\r\n"),
    ];

    fn after_hello<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
        [&HELLO[..], turns].concat()
    }

    fn after_offer<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
        let offer: &[u8] =
            b"* CAPABILITY IMAP4rev1 StartTLS LOGINDISABLED\r\n* OK still here\r\na1 OK done\r\n";
        [
            &after_hello(&[Server(offer), Client(b"a2 STARTTLS\r\n")]),
            turns,
        ]
        .concat()
    }

    #[test]
    fn the_conversation_of_rfc_9051() {
        let go = Server(b"* OK one moment\r\na2 ok Begin TLS negotiation now\r\n");
        assert_eq!(
            play(Protocol::Imap, &after_offer(&[go])),
            Ok(Progress::Secure)
        );
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        for greeting in ["* PREAUTH welcome back", "* BYE too many connections"] {
            let line = format!("{greeting}\r\n");
            assert_eq!(
                refusal(Protocol::Imap, &[Server(line.as_bytes())]),
                greeting
            );
        }
        let turns = after_hello(&[Server(b"a1 BAD what\r\n")]);
        assert_eq!(refusal(Protocol::Imap, &turns), "a1 BAD what");
        let turns = after_offer(&[Server(b"a2 NO certificate missing\r\n")]);
        assert_eq!(refusal(Protocol::Imap, &turns), "a2 NO certificate missing");
    }

    #[test]
    fn without_the_capability_starttls_is_not_tried() {
        let turns = after_hello(&[Server(b"* CAPABILITY IMAP4rev1 XSTARTTLS\r\na1 OK\r\n")]);
        assert_eq!(not_offered(Protocol::Imap, &turns), "IMAP4rev1 XSTARTTLS");
        let turns = after_hello(&[Server(b"a1 OK\r\n")]);
        assert_eq!(not_offered(Protocol::Imap, &turns), "");
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let turns = after_offer(&[Server(b"a2 OK go\r\n* PREAUTH\r\n")]);
        assert_eq!(injected(Protocol::Imap, &turns), 11);
        assert_eq!(
            foreign(Protocol::Imap, &[Server(b"220 smtp\r\n")]),
            "220 smtp"
        );
        assert_eq!(
            foreign(Protocol::Imap, &after_hello(&[Server(b"a2 OK\r\n")])),
            "a2 OK"
        );
        assert_eq!(foreign(Protocol::Imap, &[Server(b"\r\n")]), "");
    }
}
