use super::super::testing::Turn::{Client, Server};
use super::super::testing::{foreign, injected, not_offered, play, refusal};
use super::super::{Progress, Protocol, StarttlsError};
use super::*;

const ASK: super::super::testing::Turn<'_> = Client(b"STARTTLS\r\n");

#[test]
fn the_conversation_of_rfc_5804() {
    let greeting = b"\"IMPLEMENTATION\" \"Example1 \\\"ManageSieved\\\" v001\"\r\n\
            \"SASL\" {16}\r\nDIGEST-MD5\r\nOK x\r\n\"SIEVE\" {7+}\r\nfileint\r\n{8}\r\nstarttls\r\n\
            \"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n";
    let turns = [
        Client(b""),
        Server(greeting),
        ASK,
        Server(b"OK (TAG {2}\r\nab) \"go\"\r\n"),
    ];
    assert_eq!(play(Protocol::Sieve, &turns), Ok(Progress::Secure));
}

#[test]
fn a_no_keeps_the_words_of_the_server() {
    assert_eq!(
        refusal(Protocol::Sieve, &[Server(b"BYE (TRYLATER) \"busy\"\r\n")]),
        "BYE (TRYLATER) busy"
    );
    let turns = [
        Server(b"\"STARTTLS\"\r\nOK\r\n"),
        ASK,
        Server(b"NO {4}\r\nnope\r\n"),
    ];
    assert_eq!(refusal(Protocol::Sieve, &turns), "NO nope");
}

#[test]
fn without_the_capability_starttls_is_not_tried() {
    let greeting = Server(b"\"SASL\" \"STARTTLS\"\r\n\"XSTARTTLS\"\r\nOK\r\n");
    assert_eq!(not_offered(Protocol::Sieve, &[greeting]), "SASL, XSTARTTLS");
}

#[test]
fn leftovers_and_strangers_are_refused() {
    let turns = [
        Server(b"\"STARTTLS\"\r\nOK\r\n"),
        ASK,
        Server(b"OK\r\n\"SASL\" \"\"\r\n"),
    ];
    assert_eq!(injected(Protocol::Sieve, &turns), 11);
    assert_eq!(
        foreign(Protocol::Sieve, &[Server(b"HTTP/1.1 400 Bad\r\n")]),
        "HTTP/1.1 400 Bad"
    );
    assert_eq!(foreign(Protocol::Sieve, &[Server(b"\"open\r\n")]), "\"open");
    assert_eq!(foreign(Protocol::Sieve, &[Server(b"\r\n")]), "");
    let turns = [Server(b"\"STARTTLS\"\r\nOK\r\n"), ASK, Server(b"\"x\"\r\n")];
    assert_eq!(foreign(Protocol::Sieve, &turns), "x");
}

#[test]
fn a_literal_has_a_budget() {
    let result = play(Protocol::Sieve, &[Server(b"\"SASL\" {8193}\r\n")]);
    let protocol = Protocol::Sieve;
    assert_eq!(
        result,
        Err(StarttlsError::TooMuch {
            protocol,
            bytes: 8193
        })
    );
    let huge = "{99999999999999999999999999}";
    assert_eq!(literal(&Token::Atom(huge.to_owned())), None);
}
