//! POP3 (RFC 2595 section 4).

use super::input::{Fault, Input};
use super::{Dialogue, Step};

/// Greeting, STLS.
#[derive(Debug, Default)]
pub(super) struct Pop3 {
    asked: bool,
}

impl Dialogue for Pop3 {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(line) = input.line()? else {
            return Ok(Step::More);
        };
        // The indicators are in upper case (RFC 1939 section 3).
        match line.split(' ').next() {
            Some("+OK") if self.asked => Ok(Step::Secure),
            Some("+OK") => {
                self.asked = true;
                output.extend_from_slice(b"STLS\r\n");
                Ok(Step::Asked)
            }
            Some("-ERR") => Err(Fault::Refused(line)),
            _ => Err(Fault::Unexpected(line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{Client, Server};
    use super::super::testing::{foreign, injected, play, refusal};
    use super::super::{Progress, Protocol};

    #[test]
    fn the_conversation_of_rfc_2595() {
        let turns = [
            Client(b""),
            Server(b"+OK POP3 server ready\r\n"),
            Client(b"STLS\r\n"),
            Server(b"+OK Begin TLS negotiation\r\n"),
        ];
        assert_eq!(play(Protocol::Pop3, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        assert_eq!(
            refusal(Protocol::Pop3, &[Server(b"-ERR [SYS/TEMP] busy\r\n")]),
            "-ERR [SYS/TEMP] busy"
        );
        let turns = [
            Server(b"+OK\r\n"),
            Client(b"STLS\r\n"),
            Server(b"-ERR Command not permitted\r\n"),
        ];
        assert_eq!(
            refusal(Protocol::Pop3, &turns),
            "-ERR Command not permitted"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let turns = [
            Server(b"+OK\r\n"),
            Client(b"STLS\r\n"),
            Server(b"+OK\r\n+OK you are root\r\n"),
        ];
        assert_eq!(injected(Protocol::Pop3, &turns), 18);
        assert_eq!(
            foreign(Protocol::Pop3, &[Server(b"HTTP/1.0 400 Bad\r\n")]),
            "HTTP/1.0 400 Bad"
        );
        assert_eq!(foreign(Protocol::Pop3, &[Server(b"+OKAY\r\n")]), "+OKAY");
    }
}
