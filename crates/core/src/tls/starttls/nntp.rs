//! NNTP (RFC 4642 section 2.2).

use super::input::{Fault, Input};
use super::reply::{Between, Replies};
use super::{Dialogue, Step};

/// Greeting, STARTTLS.
#[derive(Debug, Default)]
pub(super) struct Nntp {
    replies: Replies,
    asked: bool,
}

impl Dialogue for Nntp {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(reply) = self.replies.read(input, Between::Coded)? else {
            return Ok(Step::More);
        };
        match (self.asked, reply.code) {
            // With and without posting (RFC 3977 section 5.1).
            (false, 200 | 201) => {
                self.asked = true;
                output.extend_from_slice(b"STARTTLS\r\n");
                Ok(Step::Asked)
            }
            (true, 382) => Ok(Step::Secure),
            _ => Err(reply.fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{Client, Server};
    use super::super::testing::{foreign, injected, play, refusal};
    use super::super::{Progress, Protocol};

    const HELLO: [super::super::testing::Turn<'_>; 3] = [
        Client(b""),
        Server(b"201 news.example, no posting\r\n"),
        Client(b"STARTTLS\r\n"),
    ];

    #[test]
    fn the_conversation_of_rfc_4642() {
        let turns = [
            &HELLO[..],
            &[Server(b"382 Continue with TLS negotiation\r\n")],
        ]
        .concat();
        assert_eq!(play(Protocol::Nntp, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        for no in [
            "580 Can not initiate TLS negotiation",
            "500 What?",
            "483 no",
        ] {
            let line = format!("{no}\r\n");
            let turns = [&HELLO[..], &[Server(line.as_bytes())]].concat();
            assert_eq!(refusal(Protocol::Nntp, &turns), no);
        }
        assert_eq!(
            refusal(Protocol::Nntp, &[Server(b"400 busy\r\n")]),
            "400 busy"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let turns = [&HELLO[..], &[Server(b"382 go\r\n\r\n")]].concat();
        assert_eq!(injected(Protocol::Nntp, &turns), 2);
        assert_eq!(
            foreign(Protocol::Nntp, &[Server(b"220 mail SMTP\r\n")]),
            "220 mail SMTP"
        );
    }
}
