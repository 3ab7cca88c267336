use proptest::collection::vec;
use proptest::prelude::*;

use super::input::{MAX_LINE, MAX_TALK};
use super::testing::NAMES;
use super::*;

#[test]
fn where_the_server_greets_nothing_is_said_before() {
    for &protocol in Protocol::ALL {
        let greets = matches!(
            protocol,
            Protocol::Ftp
                | Protocol::Imap
                | Protocol::Lmtp
                | Protocol::Mysql
                | Protocol::Nntp
                | Protocol::Pop3
                | Protocol::Sieve
                | Protocol::Smtp
        );
        let mut conversation = Conversation::new(protocol, &NAMES);
        assert_eq!(conversation.take_output().is_empty(), greets, "{protocol}");
        assert_eq!(conversation.take_output(), b"");
        assert_eq!(
            conversation.receive(b""),
            Ok(Progress::Talking),
            "{protocol}"
        );
        assert_eq!(conversation.protocol(), protocol);
    }
}

#[test]
fn no_protocol_takes_a_web_or_tls_server_for_its_own() {
    for said in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"\x15\x03\x01\0\x02\x02\x46",
    ] {
        for &protocol in Protocol::ALL {
            let result = Conversation::new(protocol, &NAMES).receive(said);
            assert!(
                matches!(result, Err(StarttlsError::Unexpected { .. })),
                "{protocol}: {result:?}"
            );
        }
    }
}

#[test]
fn too_much_talk_is_refused() {
    let line = [&b"220-"[..], &[b'a'; MAX_LINE]].concat();
    let lines = b"220-a\n".repeat(MAX_TALK / 6 + 1);
    for said in [line, lines] {
        let mut conversation = Conversation::new(Protocol::Smtp, &NAMES);
        let mut pieces = said.chunks(1000).map(|piece| conversation.receive(piece));
        let error = pieces.find_map(Result::err).unwrap();
        assert!(matches!(error, StarttlsError::TooMuch { .. }), "{error}");
    }
}

#[test]
fn a_server_that_hangs_up_is_quoted() {
    let mut conversation = Conversation::new(Protocol::Smtp, &NAMES);
    assert_eq!(
        conversation.closed().to_string(),
        "smtp: the server hung up before TLS"
    );
    let _ = conversation.receive(b"220 hel").unwrap();
    let error = conversation.closed().to_string();
    assert_eq!(error, "smtp: the server hung up before TLS: \"220 hel\"");
    let error = conversation.receive(b"lo\r\nmore").unwrap_err();
    assert_eq!(
        error.to_string(),
        "smtp: 4 bytes came out of turn before TLS, as if injected; they are refused"
    );
    assert_eq!(conversation.closed(), error);
}

/// What servers say, so that a random talk gets past the first step.
const PHRASES: &[&[u8]] = &[
    b"220 ready\r\n",
    b"250-x\r\n",
    b"250 STARTTLS\r\n",
    b"234 go\r\n",
    b"200 news\r\n",
    b"382 go\r\n",
    b"* OK x\r\n",
    b"* CAPABILITY STARTTLS\r\n",
    b"a1 OK\r\n",
    b"a2 OK\r\n",
    b"+OK\r\n",
    b"-ERR\r\n",
    b"\"STARTTLS\"\r\n",
    b"\"SASL\" {3+}\r\nabc\r\n",
    b"OK\r\n",
    b"PING :x\r\n",
    b":x 670 * :go\r\n",
    b"S",
    b"E\0\0\0\x08Mno\0",
    b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
    b"\x30\x84\0\0",
    b"\x15\0\0\0\x0a8\0\x01\0\0\0scramble\0\0\x0a\0\0\0",
    b"\x04\x01\0\x0f\0\0\x01\0\x01\0\x06\0\x01\xff\x01",
    b"\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x02\0\x08\0\x01\0\0\0",
    b"<stream:stream>",
    b"<features><starttls/></features>",
    b"<proceed/>",
    b"&am<![CDATA[]]>",
];

/// Phrases for the most part, and any bytes between.
fn talk() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let phrase = proptest::sample::select(PHRASES).prop_map(<[u8]>::to_vec);
    vec(prop_oneof![4 => phrase, 1 => vec(any::<u8>(), 0..12)], 0..8)
}

fn hear(protocol: Protocol, pieces: &[Vec<u8>]) -> bool {
    let mut conversation = Conversation::new(protocol, &NAMES);
    for piece in pieces {
        let _ = conversation.take_output();
        if conversation.receive(piece) == Ok(Progress::Secure) {
            assert_eq!(conversation.input.rest(), b"", "{protocol}");
            assert_eq!(conversation.receive(b""), Ok(Progress::Secure));
            let error = conversation.receive(b"x").unwrap_err();
            assert_eq!(error, StarttlsError::Injected { protocol, bytes: 1 });
            return true;
        }
    }
    let _ = conversation.closed().to_string();
    false
}

/// From each state any phrase that does not end the talk, as far as it goes.
fn reaches_secure(protocol: Protocol, said: &[Vec<u8>]) -> bool {
    PHRASES.iter().any(|phrase| {
        let longer = [said, &[phrase.to_vec()]].concat();
        let mut conversation = Conversation::new(protocol, &NAMES);
        let last = longer
            .iter()
            .map(|piece| conversation.receive(piece))
            .last();
        match last {
            Some(Ok(Progress::Secure)) => true,
            Some(Ok(Progress::Talking)) if longer.len() < 4 => reaches_secure(protocol, &longer),
            _ => false,
        }
    })
}

#[test]
fn the_phrases_reach_every_go_ahead() {
    for &protocol in Protocol::ALL {
        assert!(reaches_secure(protocol, &[]), "{protocol}");
    }
}

proptest! {
    #[test]
    fn no_stream_panics_and_nothing_is_left_over_when_secure(pieces in talk()) {
        for &protocol in Protocol::ALL {
            hear(protocol, &pieces);
            hear(protocol, &[pieces.concat()]);
            let bytes: Vec<Vec<u8>> = pieces.concat().chunks(1).map(<[u8]>::to_vec).collect();
            hear(protocol, &bytes);
        }
    }
}
