//! PostgreSQL: SSLRequest of the frontend/backend protocol.

use super::input::{Fault, Input, MAX_LINE, shown};
use super::{Dialogue, Step};

/// SSLRequest, and one byte of answer.
#[derive(Debug)]
pub(super) struct Postgres;

impl Dialogue for Postgres {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(REQUEST);
    }

    fn read(&mut self, input: &mut Input, _output: &mut Vec<u8>) -> Result<Step, Fault> {
        match input.rest() {
            [] => Ok(Step::More),
            // The one other protocol whose server speaks first and begins with that letter.
            other @ [b'S', b'S', b'H', b'-', ..] => Err(Fault::Unexpected(shown(other))),
            [b'S', ..] => {
                input.take(1);
                Ok(Step::Secure)
            }
            [b'N'] => Err(Fault::NotOffered("N".to_owned())),
            [b'E', rest @ ..] => match error(rest) {
                Some(message) => Err(Fault::Refused(message)),
                None => Ok(Step::More),
            },
            other => Err(Fault::Unexpected(shown(other))),
        }
    }
}

/// The message of an ErrorResponse, once it is there. Nobody has proved who sent it: words to show, no more.
fn error(bytes: &[u8]) -> Option<String> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    match usize::try_from(length) {
        Ok(length) if (4..=MAX_LINE).contains(&length) => {
            // Fields of one letter and a text with a NUL at its end; M is the message for people.
            let mut fields = bytes.get(4..length)?.split(|&byte| byte == 0);
            Some(
                fields
                    .find_map(|field| field.strip_prefix(b"M"))
                    .map(text)
                    .unwrap_or_default(),
            )
        }
        // Without a length, as servers before 7.4 and failures to fork say it.
        _ => {
            let end = bytes.iter().position(|&byte| byte == 0)?;
            bytes.get(..end).map(text)
        }
    }
}

/// Length 8, then the code 80877103 = 1234 << 16 | 5679.
const REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play, refusal};
    use super::super::{Conversation, Progress, Protocol, testing};
    use super::*;

    const ASK: Turn<'_> = Client(REQUEST);

    #[test]
    fn one_letter_is_the_go_ahead() {
        assert_eq!(REQUEST[4..], 80_877_103_u32.to_be_bytes());
        assert_eq!(
            play(Protocol::Postgres, &[ASK, Server(b"S")]),
            Ok(Progress::Secure)
        );
        assert_eq!(not_offered(Protocol::Postgres, &[ASK, Server(b"N")]), "N");
    }

    #[test]
    fn an_error_keeps_its_message() {
        let new = b"E\0\0\0\x34SFATAL\0C53300\0Msorry, too many clients already\0\0";
        assert_eq!(
            refusal(Protocol::Postgres, &[ASK, Server(new)]),
            "sorry, too many clients already"
        );
        let old = b"EFATAL 1: no fork\n\0";
        assert_eq!(
            refusal(Protocol::Postgres, &[ASK, Server(old)]),
            "FATAL 1: no fork"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        assert_eq!(injected(Protocol::Postgres, &[ASK, Server(b"SE\0\0")]), 3);
        assert_eq!(
            foreign(Protocol::Postgres, &[ASK, Server(b"HTTP/1.1 400\r\n")]),
            "HTTP/1.1 400"
        );
        let mut talk = Conversation::new(Protocol::Postgres, &testing::NAMES);
        let ssh = talk.receive(b"SSH-2.0-x\r\n").unwrap_err().to_string();
        assert_eq!(
            ssh,
            "postgres: the server speaks another protocol: \"SSH-2.0-x\""
        );
    }
}
