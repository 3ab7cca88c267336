//! MySQL and MariaDB: SSLRequest of the connection phase.

use super::input::{Fault, Input, shown};
use super::{Dialogue, Step};

/// The server's greeting, and the request, which has no answer.
#[derive(Debug)]
pub(super) struct Mysql;

impl Dialogue for Mysql {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let rest = input.rest();
        let stranger = || Fault::Unexpected(shown(rest));
        // Three bytes of length, little end first, and the number of the packet.
        let [a, b, c, number, body @ ..] = rest else {
            return Ok(Step::More);
        };
        let length = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
        if length == 0 || length > MAX_GREETING || *number != 0 {
            return Err(stranger());
        }
        let Some(body) = body.get(..length) else {
            return Ok(Step::More);
        };
        match body {
            [ERR, _, _, message @ ..] => Err(Fault::Refused(error(message))),
            [PROTOCOL_10, greeting @ ..] => {
                let (version, capabilities) = greeted(greeting).ok_or_else(stranger)?;
                if capabilities & CLIENT_SSL == 0 {
                    return Err(Fault::NotOffered(version));
                }
                output.extend(request());
                input.take(4 + length);
                Ok(Step::Secure)
            }
            _ => Err(stranger()),
        }
    }
}

/// The server's version and the lower half of its capabilities, from the greeting behind the protocol number:
/// version with a NUL at its end, thread id (4), scramble (8), filler (1), capabilities (2), …
fn greeted(greeting: &[u8]) -> Option<(String, u16)> {
    let end = greeting.iter().position(|&byte| byte == 0)?;
    let (version, rest) = greeting.split_at_checked(end)?;
    let [low, high] = rest.get(1 + 4 + 8 + 1..)?.first_chunk()?;
    Some((
        String::from_utf8_lossy(version).into_owned(),
        u16::from_le_bytes([*low, *high]),
    ))
}

/// The text of an error packet; `#` and five characters of SQL state may stand before it.
fn error(message: &[u8]) -> String {
    let text = match message {
        [b'#', _, _, _, _, _, text @ ..] => text,
        text => text,
    };
    String::from_utf8_lossy(text).into_owned()
}

/// Packet 1: capabilities (4), longest packet (4), character set (1), filler (23).
fn request() -> Vec<u8> {
    let capabilities = u32::from(CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION);
    let mut packet = vec![32, 0, 0, 1];
    packet.extend(capabilities.to_le_bytes());
    packet.extend(LONGEST_PACKET.to_le_bytes());
    packet.push(UTF8MB4);
    packet.extend([0; 23]);
    packet
}

const PROTOCOL_10: u8 = 10;
const ERR: u8 = 0xff;
const CLIENT_PROTOCOL_41: u16 = 0x0200;
const CLIENT_SSL: u16 = 0x0800;
const CLIENT_SECURE_CONNECTION: u16 = 0x8000;
const LONGEST_PACKET: u32 = 1 << 24;
const UTF8MB4: u8 = 45;

/// Greetings have about a hundred bytes, errors at most 512; text of another protocol reads as a far greater length.
const MAX_GREETING: usize = 4096;

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play, refusal};
    use super::super::{Progress, Protocol};
    use super::*;

    fn packet(body: &[u8]) -> Vec<u8> {
        [&[u8::try_from(body.len()).unwrap(), 0, 0, 0], body].concat()
    }

    fn greeting(capabilities: u16) -> Vec<u8> {
        let mut body = b"\x0a8.4.3\0\x01\0\0\0scramble\0".to_vec();
        body.extend(capabilities.to_le_bytes());
        body.extend(
            b"\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0scramble1234\0caching_sha2_password\0",
        );
        packet(&body)
    }

    #[test]
    fn the_request_follows_the_greeting_and_has_no_answer() {
        let mut expected = b"\x20\0\0\x01\0\x8a\0\0\0\0\0\x01\x2d".to_vec();
        expected.extend([0; 23]);
        let turns = [Client(b""), Server(&greeting(0xffff)), Client(&expected)];
        assert_eq!(play(Protocol::Mysql, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn an_error_instead_of_a_greeting_keeps_its_words() {
        for (body, words) in [
            (
                &b"\xff\x6a\x04Host '10.0.0.1' is not allowed"[..],
                "Host '10.0.0.1' is not allowed",
            ),
            (
                b"\xff\x10\x04#08004Too many connections",
                "Too many connections",
            ),
        ] {
            assert_eq!(refusal(Protocol::Mysql, &[Server(&packet(body))]), words);
        }
    }

    #[test]
    fn a_server_without_tls_is_told_by_its_capabilities() {
        assert_eq!(
            not_offered(Protocol::Mysql, &[Server(&greeting(!CLIENT_SSL))]),
            "8.4.3"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let more = [greeting(0xffff), b"x".to_vec()].concat();
        assert_eq!(injected(Protocol::Mysql, &[Server(&more), Server(b"y")]), 1);
        foreign(Protocol::Mysql, &[Server(b"SSH-2.0-OpenSSH\r\n")]);
        foreign(Protocol::Mysql, &[Server(b"\0\0\0\0")]);
        foreign(Protocol::Mysql, &[Server(&packet(b"\x0a8.4.3\0\x01"))]);
        foreign(Protocol::Mysql, &[Server(&packet(b"\x093.20\0"))]);
    }
}
