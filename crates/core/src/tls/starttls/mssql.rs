//! Microsoft SQL Server: PRELOGIN (MS-TDS section 2.2.6.5). The handshake then travels in [`TdsFraming`].
//!
//! [`TdsFraming`]: super::TdsFraming

use super::input::{Fault, Input, shown};
use super::tds;
use super::{Dialogue, Step};

/// PRELOGIN that asks for encryption, and its response.
#[derive(Debug, Default)]
pub(super) struct Mssql {
    response: Vec<u8>,
}

impl Dialogue for Mssql {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend(tds::message(tds::PRELOGIN, OPTIONS));
    }

    fn read(&mut self, input: &mut Input, _output: &mut Vec<u8>) -> Result<Step, Fault> {
        let rest = input.rest();
        let Some((packet, behind)) = tds::packet(rest)? else {
            return Ok(Step::More);
        };
        self.response.extend_from_slice(packet.data);
        let last = packet.last;
        let taken = rest.len() - behind.len();
        input.take(taken);
        if !last {
            return Ok(Step::Next);
        }
        match encryption(&self.response) {
            // OFF encrypts the login alone: that is TLS too.
            Some(ENCRYPT_OFF | ENCRYPT_ON | ENCRYPT_REQ) => Ok(Step::Secure),
            Some(ENCRYPT_NOT_SUP) => Err(Fault::NotOffered("ENCRYPT_NOT_SUP".to_owned())),
            _ => Err(Fault::Unexpected(shown(&self.response))),
        }
    }
}

/// The value of the option ENCRYPTION. The table has rows of token (1), offset (2) and length (2); offsets count from
/// its beginning.
fn encryption(response: &[u8]) -> Option<u8> {
    let (rows, _) = response.as_chunks::<5>();
    let table = rows.iter().take_while(|[token, ..]| *token != TERMINATOR);
    for [token, high, low, length @ ..] in table {
        if *token == ENCRYPTION && *length == [0, 1] {
            let offset = usize::from(u16::from_be_bytes([*high, *low]));
            return response.get(offset).copied();
        }
    }
    None
}

#[rustfmt::skip]
const OPTIONS: &[u8] = &[
    0x00, 0, 21, 0, 6,           // VERSION
    ENCRYPTION, 0, 27, 0, 1,
    0x02, 0, 28, 0, 1,           // INSTOPT
    0x03, 0, 29, 0, 4,           // THREADID
    TERMINATOR,
    0, 0, 0, 0, 0, 0,            // of no version in particular
    ENCRYPT_ON,
    0,                           // whichever instance listens here
    0, 0, 0, 0,                  // our thread, for the server's traces
];
const ENCRYPTION: u8 = 0x01;
const TERMINATOR: u8 = 0xff;
const ENCRYPT_OFF: u8 = 0;
const ENCRYPT_ON: u8 = 1;
const ENCRYPT_NOT_SUP: u8 = 2;
const ENCRYPT_REQ: u8 = 3;

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play};
    use super::super::{Progress, Protocol};

    const ASK: Turn<'_> = Client(
        b"\x12\x01\0\x29\0\0\x01\0\0\0\x15\0\x06\x01\0\x1b\0\x01\x02\0\x1c\0\x01\x03\0\x1d\0\x04\xff\
        \0\0\0\0\0\0\x01\0\0\0\0\0",
    );

    fn response(encryption: u8) -> Vec<u8> {
        let mut packet =
            b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x10\0\x10\x84\0\0"
                .to_vec();
        packet.push(encryption);
        packet
    }

    #[test]
    fn the_server_agrees_to_encrypt() {
        for value in [0, 1, 3] {
            let turns = [ASK, Server(&response(value)), Client(b"")];
            assert_eq!(
                play(Protocol::Mssql, &turns),
                Ok(Progress::Secure),
                "{value}"
            );
        }
    }

    #[test]
    fn a_response_may_come_in_several_packets() {
        let data = &response(1)[8..];
        let first = [&b"\x04\0\0\x0d\0\0\x01\0"[..], &data[..5]].concat();
        let second = [&b"\x04\x01\0\x15\0\0\x02\0"[..], &data[5..]].concat();
        let turns = [ASK, Server(&first), Server(&second)];
        assert_eq!(play(Protocol::Mssql, &turns), Ok(Progress::Secure));
    }

    #[test]
    fn a_server_without_encryption_says_so() {
        assert_eq!(
            not_offered(Protocol::Mssql, &[ASK, Server(&response(2))]),
            "ENCRYPT_NOT_SUP"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let more = [response(1), b"\x12".to_vec()].concat();
        assert_eq!(injected(Protocol::Mssql, &[ASK, Server(&more)]), 1);
        assert_eq!(
            foreign(Protocol::Mssql, &[ASK, Server(b"HTTP/1.1 400\r\n")]),
            "HTTP/1.1 400"
        );
        foreign(Protocol::Mssql, &[ASK, Server(&response(7))]);
        foreign(Protocol::Mssql, &[ASK, Server(b"\x04\x01\0\x08\0\0\x01\0")]);
        foreign(
            Protocol::Mssql,
            &[ASK, Server(b"\x04\x01\0\x0d\0\0\x01\0\x01\xff\xff\0\x01")],
        );
    }
}
