//! IRC with the `tls` extension of IRCv3.

use super::input::{Fault, Input};
use super::{Dialogue, Step};

/// STARTTLS at once; the server tells all kinds of things before it answers.
#[derive(Debug)]
pub(super) struct Irc;

impl Dialogue for Irc {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(b"STARTTLS\r\n");
    }

    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(line) = input.line()? else {
            return Ok(Step::More);
        };
        let (command, parameters) = command(&line);
        match command {
            "670" => Ok(Step::Secure),
            // STARTTLS failed, unknown command, not registered, banned.
            "691" | "421" | "451" | "465" | "ERROR" => Err(Fault::Refused(line)),
            "PING" => {
                output.extend_from_slice(format!("PONG {parameters}\r\n").as_bytes());
                Ok(Step::Next)
            }
            _ if is_command(command) => Ok(Step::Next),
            _ => Err(Fault::Unexpected(line)),
        }
    }
}

/// `[@tags] [:source] command [parameters]` (RFC 1459 section 2.3.1, IRCv3 message tags).
fn command(line: &str) -> (&str, &str) {
    let mut rest = line;
    for mark in ['@', ':'] {
        if rest.starts_with(mark) {
            rest = rest
                .split_once(' ')
                .map_or("", |(_, rest)| rest.trim_start());
        }
    }
    rest.split_once(' ').unwrap_or((rest, ""))
}

fn is_command(word: &str) -> bool {
    let letters = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    !word.is_empty() && (letters || digits)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{Client, Server};
    use super::super::testing::{foreign, injected, play, refusal};
    use super::super::{Progress, Protocol};

    const ASK: super::super::testing::Turn<'_> = Client(b"STARTTLS\r\n");

    #[test]
    fn notices_and_pings_come_before_the_answer() {
        let talk = b":irc.example NOTICE AUTH :*** Looking up your hostname...\r\n\
            PING :12345\r\n@time=1 :irc.example 020 * :Please wait\r\n";
        let turns = [
            ASK,
            Server(talk),
            Client(b"PONG :12345\r\n"),
            Server(b":irc.example 670 * :STARTTLS successful, proceed with TLS handshake\r\n"),
        ];
        assert_eq!(play(Protocol::Irc, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        for no in [
            ":irc.example 691 * :STARTTLS failed (Wrong moon phase)",
            ":irc.example 421 * STARTTLS :Unknown command",
            ":irc.example 451 STARTTLS :You have not registered",
            "ERROR :Closing Link",
        ] {
            let line = format!("{no}\r\n");
            assert_eq!(refusal(Protocol::Irc, &[ASK, Server(line.as_bytes())]), no);
        }
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let turns = [ASK, Server(b":x 670 * :go\r\nPING :x\r\n")];
        assert_eq!(injected(Protocol::Irc, &turns), 9);
        for line in [
            "HTTP/1.1 400 Bad Request",
            "* OK IMAP",
            "SSH-2.0-x",
            "+OK",
            "",
        ] {
            let said = format!("{line}\r\n");
            assert_eq!(
                foreign(Protocol::Irc, &[ASK, Server(said.as_bytes())]),
                line
            );
        }
    }
}
