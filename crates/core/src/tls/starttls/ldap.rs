//! LDAP (RFC 4511 section 4.14).

use super::input::{Fault, Input, MAX_TALK, shown};
use super::{Dialogue, Step};

/// The extended request StartTLS, and its response.
#[derive(Debug)]
pub(super) struct Ldap;

impl Dialogue for Ldap {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(REQUEST);
    }

    fn read(&mut self, input: &mut Input, _output: &mut Vec<u8>) -> Result<Step, Fault> {
        let rest = input.rest();
        let stranger = || Fault::Unexpected(shown(rest));
        if rest.first().is_some_and(|&tag| tag != SEQUENCE) {
            return Err(stranger());
        }
        let (header, length) = match header(rest) {
            Header::Incomplete => return Ok(Step::More),
            Header::Invalid => return Err(stranger()),
            Header::Complete { header, length } => (header, length),
        };
        let whole = header.saturating_add(length);
        if whole > MAX_TALK {
            return Err(Fault::TooMuch(whole));
        }
        let Some(body) = rest.get(header..whole) else {
            return Ok(Step::More);
        };
        let result = response(body).ok_or_else(stranger)?;
        input.take(whole);
        result
    }
}

/// `messageID, [APPLICATION 24] { resultCode, matchedDN, diagnosticMessage, … }` (RFC 4511 sections 4.1.1, 4.12).
fn response(body: &[u8]) -> Option<Result<Step, Fault>> {
    let (id, rest) = element(body, INTEGER)?;
    let (operation, _) = element(rest, EXTENDED_RESPONSE)?;
    let (code, rest) = element(operation, ENUMERATED)?;
    let (_matched, rest) = element(rest, OCTET_STRING)?;
    let (message, _) = element(rest, OCTET_STRING)?;
    match (code, id) {
        ([0], [MESSAGE_ID]) => Some(Ok(Step::Secure)),
        ([0], _) => None,
        // Message 0 is the notice of disconnection (section 4.4.1), which says why too.
        (_, [MESSAGE_ID] | [0]) => {
            let message = String::from_utf8_lossy(message);
            let code = code
                .iter()
                .fold(0, |code: u32, &byte| code << 8 | u32::from(byte));
            Some(Err(Fault::Refused(format!(
                "{} {message}",
                result_code(code)
            ))))
        }
        _ => None,
    }
}

/// The name of a result code (RFC 4511 appendix A), of those that a server gives to StartTLS.
fn result_code(code: u32) -> String {
    let name = match code {
        1 => "operationsError",
        2 => "protocolError",
        8 => "strongerAuthRequired",
        10 => "referral",
        13 => "confidentialityRequired",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => "result",
    };
    format!("{name} ({code})")
}

/// What an element with this tag holds, and what stands behind it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let Header::Complete { header, length } = header(bytes) else {
        return None;
    };
    let (_, rest) = bytes.split_at_checked(header)?;
    (bytes.first() == Some(&tag)).then_some(())?;
    rest.split_at_checked(length)
}

enum Header {
    Complete { header: usize, length: usize },
    Incomplete,
    Invalid,
}

/// Tag and length of an element; the length is definite, short or long (RFC 4511 section 5.1).
fn header(bytes: &[u8]) -> Header {
    let [_, first, rest @ ..] = bytes else {
        return Header::Incomplete;
    };
    let count = usize::from(first & 0x7f);
    if first & 0x80 == 0 {
        return Header::Complete {
            header: 2,
            length: count,
        };
    }
    if count == 0 || count > MAX_LENGTH_BYTES {
        return Header::Invalid;
    }
    let Some(digits) = rest.get(..count) else {
        return Header::Incomplete;
    };
    let length = digits
        .iter()
        .fold(0_u32, |length, &byte| length << 8 | u32::from(byte));
    match usize::try_from(length) {
        Ok(length) => Header::Complete {
            header: 2 + count,
            length,
        },
        Err(_) => Header::Invalid,
    }
}

/// `LDAPMessage { messageID 1, extendedReq { requestName 1.3.6.1.4.1.1466.20037 } }`.
const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const MESSAGE_ID: u8 = 1;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;
const EXTENDED_RESPONSE: u8 = 0x78;

/// Active Directory always writes four.
const MAX_LENGTH_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, play, refusal};
    use super::super::{Progress, Protocol, StarttlsError};
    use super::*;

    const ASK: Turn<'_> = Client(REQUEST);
    const GO: &[u8] = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
    /// As Active Directory writes it: long lengths, and the name of the response.
    const GO_LONG: &[u8] = b"\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\
        \x0a\x01\x00\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20037";

    #[test]
    fn the_conversation_of_rfc_4511() {
        assert_eq!(REQUEST.len(), 0x1d + 2);
        for answer in [GO, GO_LONG] {
            assert_eq!(
                play(Protocol::Ldap, &[ASK, Server(answer)]),
                Ok(Progress::Secure)
            );
        }
    }

    #[test]
    fn a_no_keeps_the_words_of_the_server() {
        let no = b"\x30\x13\x02\x01\x01\x78\x0e\x0a\x01\x34\x04\x00\x04\x07no cert";
        assert_eq!(
            refusal(Protocol::Ldap, &[ASK, Server(no)]),
            "unavailable (52) no cert"
        );
        let notice = b"\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x02\x04\x00\x04\x00";
        assert_eq!(
            refusal(Protocol::Ldap, &[ASK, Server(notice)]),
            "protocolError (2)"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        assert_eq!(
            injected(Protocol::Ldap, &[ASK, Server(&[GO, b"0"].concat())]),
            1
        );
        assert_eq!(
            foreign(Protocol::Ldap, &[ASK, Server(b"220 smtp\r\n")]),
            "220 smtp"
        );
        for other in [
            &b"\x30\x80\x02\x01\x01"[..],
            b"\x30\x85\x00\x00\x00\x00\x01",
            b"\x30\x00",
            b"\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x7f\x04\x00",
        ] {
            foreign(Protocol::Ldap, &[ASK, Server(other)]);
        }
    }

    #[test]
    fn a_length_has_a_budget() {
        let result = play(Protocol::Ldap, &[ASK, Server(b"\x30\x84\xff\xff\xff\xff")]);
        assert!(
            matches!(result, Err(StarttlsError::TooMuch { .. })),
            "{result:?}"
        );
    }
}
