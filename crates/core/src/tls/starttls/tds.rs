//! Packets of TDS, the protocol of SQL Server (MS-TDS section 2.2.3.1).

use super::input::{Fault, shown};
use super::{Protocol, StarttlsError};

/// Carries the TLS records of a handshake in TDS packets, until the handshake is over: see
/// [`Protocol::wraps_handshake`]. Behind it the records travel bare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TdsFraming {
    incoming: Vec<u8>,
}

impl TdsFraming {
    /// What to send instead of `bytes`: one message, in as many packets as it needs.
    pub fn wrap(&mut self, bytes: &[u8]) -> Vec<u8> {
        message(PRELOGIN, bytes)
    }

    /// The bytes that the packets in `bytes` carry; packets may be cut anywhere.
    pub fn unwrap(&mut self, bytes: &[u8]) -> Result<Vec<u8>, StarttlsError> {
        self.incoming.extend_from_slice(bytes);
        let mut carried = Vec::new();
        let mut rest = self.incoming.as_slice();
        while let Some((packet, behind)) =
            packet(rest).map_err(|fault| fault.of(Protocol::Mssql))?
        {
            carried.extend_from_slice(packet.data);
            rest = behind;
        }
        self.incoming = rest.to_vec();
        Ok(carried)
    }
}

/// One packet of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    /// Whether the message ends here.
    pub(super) last: bool,
    /// What it carries.
    pub(super) data: &'a [u8],
}

/// The first packet and what stands behind it, once all of it is there:
/// type (1), status (1), length with header, big end first (2), SPID (2), number (1), window (1), data.
pub(super) fn packet(bytes: &[u8]) -> Result<Option<(Packet<'_>, &[u8])>, Fault> {
    // Servers answer with a response; newer ones wrap TLS as the client does.
    if bytes
        .first()
        .is_some_and(|kind| ![RESPONSE, PRELOGIN].contains(kind))
    {
        return Err(Fault::Unexpected(shown(bytes)));
    }
    let [_, status, high, low, ..] = bytes else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length < HEADER {
        return Err(Fault::Unexpected(shown(bytes)));
    }
    let Some((packet, behind)) = bytes.split_at_checked(length) else {
        return Ok(None);
    };
    let data = packet.get(HEADER..).unwrap_or_default();
    let last = status & END_OF_MESSAGE != 0;
    Ok(Some((Packet { last, data }, behind)))
}

/// A message in packets, the last of which ends it.
pub(super) fn message(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(bytes.len() + HEADER);
    let mut pieces = bytes.chunks(MAX_PACKET - HEADER).peekable();
    let mut number = 1_u8;
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let status = if last { END_OF_MESSAGE } else { 0 };
        let length = u16::try_from(HEADER + piece.len()).unwrap_or(u16::MAX);
        let [high, low] = length.to_be_bytes();
        message.extend([kind, status, high, low, 0, 0, number, 0]);
        message.extend_from_slice(piece);
        number = number.wrapping_add(1);
    }
    message
}

pub(super) const PRELOGIN: u8 = 0x12;
const RESPONSE: u8 = 0x04;
const END_OF_MESSAGE: u8 = 0x01;
const HEADER: usize = 8;
/// What every server takes before a size was agreed upon at login.
const MAX_PACKET: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_travel_in_several_packets() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|at| (at % 251) as u8).collect();
        let wrapped = TdsFraming::default().wrap(&bytes);
        assert_eq!(wrapped.len(), bytes.len() + 3 * HEADER);
        assert_eq!(wrapped[..8], [0x12, 0, 0x10, 0, 0, 0, 1, 0]);
        assert_eq!(wrapped[4096..4104], [0x12, 0, 0x10, 0, 0, 0, 2, 0]);
        assert_eq!(wrapped[8192..8196], [0x12, 1, 0x07, 0x28]);
        for step in [1, 7, 4096, wrapped.len()] {
            let mut framing = TdsFraming::default();
            let pieces = wrapped.chunks(step);
            let carried: Vec<u8> = pieces
                .flat_map(|piece| framing.unwrap(piece).unwrap())
                .collect();
            assert_eq!(carried, bytes);
            assert_eq!(framing, TdsFraming::default());
        }
        assert_eq!(TdsFraming::default().wrap(b""), b"");
    }

    #[test]
    fn responses_and_empty_packets_are_read() {
        let mut framing = TdsFraming::default();
        let stream = b"\x04\x01\0\x08\0\0\0\0\x04\x01\0\x0a\0\0\x01\0ab\x12\x01";
        assert_eq!(framing.unwrap(stream), Ok(b"ab".to_vec()));
        assert_eq!(framing.unwrap(b"\0\x09\0\0\0\0c"), Ok(b"c".to_vec()));
    }

    #[test]
    fn other_bytes_are_refused_again_and_again() {
        for stream in [
            &b"\x16\x03\x03\0\x05"[..],
            b"\x04\x01\0\x07\0\0\0\0",
            b"HTTP",
        ] {
            let mut framing = TdsFraming::default();
            let error = framing.unwrap(stream).unwrap_err();
            assert!(matches!(
                error,
                StarttlsError::Unexpected {
                    protocol: Protocol::Mssql,
                    ..
                }
            ));
            assert_eq!(framing.unwrap(b""), Err(error));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_stream_panics(stream in proptest::collection::vec(0_u8..20, 0..200), step in 1_usize..20) {
            let mut framing = TdsFraming::default();
            for piece in stream.chunks(step) {
                let _ = framing.unwrap(piece);
            }
        }
    }
}
