//! Remote desktop (MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2).

use super::input::{Fault, Input, shown};
use super::{Dialogue, Step};

/// X.224 Connection Request with the security protocols that we can speak, and the server's choice.
#[derive(Debug)]
pub(super) struct Rdp;

impl Dialogue for Rdp {
    fn open(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(REQUEST);
    }

    fn read(&mut self, input: &mut Input, _output: &mut Vec<u8>) -> Result<Step, Fault> {
        let rest = input.rest();
        let stranger = || Fault::Unexpected(shown(rest));
        if rest.first().is_some_and(|&version| version != TPKT_VERSION) {
            return Err(stranger());
        }
        // TPKT: version (1), reserved (1), length with header, big end first (2).
        let [_, _, high, low, ..] = rest else {
            return Ok(Step::More);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length < TPKT_HEADER + CONFIRM_HEADER {
            return Err(stranger());
        }
        let Some(body) = rest.get(TPKT_HEADER..length) else {
            return Ok(Step::More);
        };
        let step = confirm(body).ok_or_else(stranger)?;
        input.take(length);
        step
    }
}

/// X.224 Connection Confirm: length (1), type (1), references (4), class (1), then the negotiation:
/// type (1), flags (1), length (2), value (4), little end first.
fn confirm(body: &[u8]) -> Option<Result<Step, Fault>> {
    let [_, CONNECTION_CONFIRM, _, _, _, _, _, negotiation @ ..] = body else {
        return None;
    };
    match negotiation {
        // Servers before Windows Server 2003 SP1 do not negotiate.
        [] => Some(Err(Fault::NotOffered("no negotiation".to_owned()))),
        [kind, _, 8, 0, a, b, c, d] => match (*kind, u32::from_le_bytes([*a, *b, *c, *d])) {
            (NEGOTIATION_RESPONSE, 0) => Some(Err(Fault::NotOffered("PROTOCOL_RDP".to_owned()))),
            (NEGOTIATION_RESPONSE, _) => Some(Ok(Step::Secure)),
            (NEGOTIATION_FAILURE, code) => Some(Err(Fault::Refused(failure(code)))),
            _ => None,
        },
        _ => None,
    }
}

/// What a failure code means (section 2.2.1.2.2).
fn failure(code: u32) -> String {
    let name = match code {
        1 => "SSL_REQUIRED_BY_SERVER",
        2 => "SSL_NOT_ALLOWED_BY_SERVER",
        3 => "SSL_CERT_NOT_ON_SERVER",
        4 => "INCONSISTENT_FLAGS",
        5 => "HYBRID_REQUIRED_BY_SERVER",
        6 => "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
        _ => return format!("failure code {code}"),
    };
    name.to_owned()
}

/// TPKT; X.224 Connection Request; RDP_NEG_REQ for TLS (1) and CredSSP over TLS (2).
const REQUEST: &[u8] = &[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];
const TPKT_VERSION: u8 = 3;
const TPKT_HEADER: usize = 4;
const CONFIRM_HEADER: usize = 7;
const CONNECTION_CONFIRM: u8 = 0xd0;
const NEGOTIATION_RESPONSE: u8 = 2;
const NEGOTIATION_FAILURE: u8 = 3;

#[cfg(test)]
mod tests {
    use super::super::testing::Turn::{self, Client, Server};
    use super::super::testing::{foreign, injected, not_offered, play, refusal};
    use super::super::{Progress, Protocol};
    use super::*;

    const ASK: Turn<'_> = Client(REQUEST);

    fn confirmed(kind: u8, value: u8) -> Vec<u8> {
        let head = b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0";
        [&head[..], &[kind, 0x1f, 8, 0, value, 0, 0, 0]].concat()
    }

    #[test]
    fn the_server_chooses_tls() {
        for value in [1, 2] {
            let turns = [ASK, Server(&confirmed(2, value))];
            assert_eq!(play(Protocol::Rdp, &turns), Ok(Progress::Secure));
        }
    }

    #[test]
    fn a_failure_is_told_by_its_name() {
        let turns = |code| refusal(Protocol::Rdp, &[ASK, Server(&confirmed(3, code))]);
        assert_eq!(turns(3), "SSL_CERT_NOT_ON_SERVER");
        assert_eq!(turns(77), "failure code 77");
    }

    #[test]
    fn a_server_with_its_own_security_has_no_tls() {
        let choice = confirmed(2, 0);
        assert_eq!(
            not_offered(Protocol::Rdp, &[ASK, Server(&choice)]),
            "PROTOCOL_RDP"
        );
        let old = b"\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0";
        assert_eq!(
            not_offered(Protocol::Rdp, &[ASK, Server(old)]),
            "no negotiation"
        );
    }

    #[test]
    fn leftovers_and_strangers_are_refused() {
        let more = [confirmed(2, 1), vec![3]].concat();
        assert_eq!(injected(Protocol::Rdp, &[ASK, Server(&more)]), 1);
        foreign(Protocol::Rdp, &[ASK, Server(&confirmed(9, 1))]);
        foreign(Protocol::Rdp, &[ASK, Server(b"\x03\0\0\x04")]);
        foreign(
            Protocol::Rdp,
            &[ASK, Server(b"\x03\0\0\x0c\x07\xd0\0\0\0\0\0\x02")],
        );
        assert_eq!(
            foreign(Protocol::Rdp, &[ASK, Server(b"HTTP/1.1 400\r\n")]),
            "HTTP/1.1 400"
        );
    }
}
