//! Plays conversations, whole and in pieces, for the tests of all protocols.

use super::{Conversation, Names, Progress, Protocol, StarttlsError};

/// Who says what.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn<'a> {
    /// What the client must say now, and nothing else.
    Client(&'a [u8]),
    /// What the server says.
    Server(&'a [u8]),
}

/// What comes of the last turn; the same whether the bytes come whole or one at a time.
pub(super) fn play(protocol: Protocol, turns: &[Turn<'_>]) -> Result<Progress, StarttlsError> {
    let whole = play_in(protocol, turns, usize::MAX);
    for step in [1, 3] {
        let pieces = play_in(protocol, turns, step);
        match (&whole, &pieces) {
            (Err(StarttlsError::Injected { .. }), Err(StarttlsError::Injected { .. }))
            | (Err(StarttlsError::Unexpected { .. }), Err(StarttlsError::Unexpected { .. }))
            | (Err(StarttlsError::TooMuch { .. }), Err(StarttlsError::TooMuch { .. })) => {}
            _ => assert_eq!(whole, pieces, "in steps of {step}"),
        }
    }
    whole
}

fn play_in(protocol: Protocol, turns: &[Turn<'_>], step: usize) -> Result<Progress, StarttlsError> {
    let mut conversation = Conversation::new(protocol, &NAMES);
    let mut result = Ok(Progress::Talking);
    for turn in turns {
        match turn {
            Turn::Client(expected) => {
                let said = conversation.take_output();
                let texts = [&said, *expected].map(|bytes| bytes.escape_ascii().to_string());
                assert_eq!(texts[0], texts[1], "{protocol}");
            }
            Turn::Server(bytes) => {
                assert_eq!(
                    conversation.take_output(),
                    b"",
                    "{protocol}: said what nobody heard"
                );
                for piece in bytes.chunks(step.min(bytes.len()).max(1)) {
                    result = conversation.receive(piece);
                }
            }
        }
    }
    if let Err(error) = &result {
        assert_eq!(conversation.receive(b"more").as_ref(), Err(error));
        assert_eq!(conversation.take_output(), b"");
    }
    result
}

/// The server's words of a refusal.
pub(super) fn refusal(protocol: Protocol, turns: &[Turn<'_>]) -> String {
    match play(protocol, turns) {
        Err(StarttlsError::Refused { answer, .. }) => answer,
        other => panic!("{protocol}: {other:?}"),
    }
}

/// What a server offers that has no STARTTLS.
pub(super) fn not_offered(protocol: Protocol, turns: &[Turn<'_>]) -> String {
    match play(protocol, turns) {
        Err(StarttlsError::NotOffered { answer, .. }) => answer,
        other => panic!("{protocol}: {other:?}"),
    }
}

/// What the server says that speaks another protocol.
pub(super) fn foreign(protocol: Protocol, turns: &[Turn<'_>]) -> String {
    match play(protocol, turns) {
        Err(StarttlsError::Unexpected { answer, .. }) => answer,
        other => panic!("{protocol}: {other:?}"),
    }
}

/// How many bytes came out of turn.
pub(super) fn injected(protocol: Protocol, turns: &[Turn<'_>]) -> usize {
    match play(protocol, turns) {
        Err(StarttlsError::Injected { bytes, .. }) => bytes,
        other => panic!("{protocol}: {other:?}"),
    }
}

pub(super) const NAMES: Names<'static> = Names {
    server: "im.example.com",
    client: None,
};
