use super::super::testing::Turn::{self, Client, Server};
use super::super::testing::{foreign, injected, not_offered, play, refusal};
use super::super::{Progress, Protocol, StarttlsError};
use super::*;

const OPEN: Turn<'_> = Client(
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
        xmlns:stream='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>",
);
const HEADER: &[u8] = b"<?xml version='1.0'?>\n<stream:stream from='im.example.com' id='a>b'\n \
        version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const FEATURES: &[u8] = b"<stream:features>\n<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>\
        <required/></starttls><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>\n";
const ASK: Turn<'_> = Client(STARTTLS);

fn asked<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
    [
        &[OPEN, Server(HEADER), Client(b""), Server(FEATURES), ASK],
        turns,
    ]
    .concat()
}

fn opened<'a>(turns: &[Turn<'a>]) -> Vec<Turn<'a>> {
    [&[OPEN, Server(HEADER)], turns].concat()
}

#[test]
fn the_conversation_of_rfc_6120() {
    for proceed in [
        &b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"[..],
        b"<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"></proceed>",
    ] {
        let turns = asked(&[Server(proceed)]);
        assert_eq!(play(Protocol::Xmpp, &turns), Ok(Progress::Secure));
    }
}

#[test]
fn between_servers_the_namespace_is_another() {
    let expected = b"<?xml version='1.0'?><stream:stream xmlns='jabber:server' \
            xmlns:stream='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>";
    let turns = [
        Client(expected),
        Server(HEADER),
        Server(FEATURES),
        ASK,
        Server(b"<proceed/>"),
    ];
    assert_eq!(play(Protocol::XmppServer, &turns), Ok(Progress::Secure));
}

#[test]
fn the_name_cannot_leave_its_attribute() {
    let header = Xmpp::new("jabber:client", "a'/><b c=\"&").header;
    assert!(
        header.contains("to='a&apos;/&gt;&lt;b c=&quot;&amp;' "),
        "{header}"
    );
}

#[test]
fn a_no_keeps_the_words_of_the_server() {
    let failure = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";
    assert_eq!(
        refusal(Protocol::Xmpp, &asked(&[Server(failure)])),
        "failure"
    );
    let error =
        b"<stream:error><host-unknown xmlns='urn:x'/><text xml:lang='en'>we don&apos;t > serve\
            </text></stream:error></stream:stream>";
    let turns = opened(&[Server(error)]);
    assert_eq!(
        refusal(Protocol::Xmpp, &turns),
        "host-unknown we don't > serve"
    );
    assert_eq!(
        refusal(Protocol::Xmpp, &opened(&[Server(b"</stream:stream>")])),
        "</stream>"
    );
}

#[test]
fn without_the_feature_starttls_is_not_tried() {
    let turns = opened(&[Server(
        b"<stream:features><bind/><x><starttls/></x></stream:features>",
    )]);
    assert_eq!(not_offered(Protocol::Xmpp, &turns), "bind, x");
    let turns = opened(&[Server(b"<stream:features/>")]);
    assert_eq!(not_offered(Protocol::Xmpp, &turns), "");
}

#[test]
fn what_comes_out_of_turn_is_refused() {
    assert_eq!(
        injected(Protocol::Xmpp, &asked(&[Server(b"<proceed/>\n")])),
        1
    );
    let binary = Server(b"<proceed/>\x16\x03\x03>\xff>");
    assert_eq!(injected(Protocol::Xmpp, &asked(&[binary])), 6);
    let mut talk = super::super::Conversation::new(Protocol::Xmpp, &super::super::testing::NAMES);
    let early = talk
        .receive(&[HEADER, FEATURES, b"<proceed/>"].concat())
        .unwrap_err();
    let protocol = Protocol::Xmpp;
    assert_eq!(
        early,
        StarttlsError::Injected {
            protocol,
            bytes: 10
        }
    );
}

#[test]
fn strangers_are_told_apart() {
    let strange = |said| foreign(Protocol::Xmpp, &[OPEN, Server(said)]);
    assert_eq!(
        strange(b"HTTP/1.1 400 Bad Request\r\n"),
        "HTTP/1.1 400 Bad Request"
    );
    assert_eq!(strange(b"<html>\n"), "<html>");
    strange(b"<!DOCTYPE html>");
    strange(b"</stream>");
    strange(b"<stream:stream><message>");
    strange(b"<stream:stream><proceed/>");
    strange(b"<stream:stream><!-- no --><features/>");
    strange(b"<stream:stream><features></error>");
    strange(b"<stream:\xff>");
    strange(b"\x15\x03\x01\x00\x02\x02\x46");
}

#[test]
fn one_tag_has_a_budget() {
    let long = [b"<stream:stream a='", &[b'>'; MAX_LINE][..]].concat();
    let result = play(Protocol::Xmpp, &[OPEN, Server(&long)]);
    assert!(
        matches!(result, Err(StarttlsError::TooMuch { .. })),
        "{result:?}"
    );
}
