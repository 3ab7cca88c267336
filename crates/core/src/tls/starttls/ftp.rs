//! FTP (RFC 4217 section 4).

use super::input::{Fault, Input};
use super::reply::{Between, Replies};
use super::{Dialogue, Step};

/// Banner, AUTH TLS.
#[derive(Debug, Default)]
pub(super) struct Ftp {
    replies: Replies,
    asked: bool,
}

impl Dialogue for Ftp {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(reply) = self.replies.read(input, Between::Free)? else {
            return Ok(Step::More);
        };
        match (self.asked, reply.code) {
            // "Service ready in nnn minutes"; the banner follows (RFC 959 section 5.4).
            (false, 120) => Ok(Step::Next),
            (false, 220) => {
                self.asked = true;
                output.extend_from_slice(b"AUTH TLS\r\n");
                Ok(Step::Asked)
            }
            // 334 asks for security data, and some servers say it where TLS needs none (RFC 2228 section 3).
            (true, 234 | 334) => Ok(Step::Secure),
            _ => Err(reply.fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{Client, Server};
    use super::super::testing::{foreign, injected, play, refusal};
    use super::super::{Progress, Protocol};

    const ASK: &[u8] = b"AUTH TLS\r\n";

    #[test]
    fn the_conversation_of_rfc_4217() {
        for (banner, answer) in [
            (&b"220 ready\r\n"[..], &b"234 AUTH TLS successful\r\n"[..]),
            (
                b"220-Welcome\r\n  to 220 files\r\n\r\n220 ready\r\n",
                b"334 go\r\n",
            ),
            (
                b"120 in 1 minute\r\n220 ready\r\n",
                b"234-TLS\r\nnow\r\n234 go\r\n",
            ),
        ] {
            let turns = [Client(b""), Server(banner), Client(ASK), Server(answer)];
            assert_eq!(play(Protocol::Ftp, &turns), Ok(Progress::Secure));
        }
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        assert_eq!(
            refusal(Protocol::Ftp, &[Server(b"421 Too many users\r\n")]),
            "421 Too many users"
        );
        let turns = [
            Server(b"220 x\r\n"),
            Client(ASK),
            Server(b"530 Please login with USER and PASS.\r\n"),
        ];
        assert_eq!(
            refusal(Protocol::Ftp, &turns),
            "530 Please login with USER and PASS."
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let turns = [
            Server(b"220 x\r\n"),
            Client(ASK),
            Server(b"234 go\r\n230 in\r\n"),
        ];
        assert_eq!(injected(Protocol::Ftp, &turns), 8);
        assert_eq!(
            foreign(Protocol::Ftp, &[Server(b"+OK POP3\r\n")]),
            "+OK POP3"
        );
    }
}
