use super::super::testing::Turn::{Client, Server};
use super::super::testing::{foreign, injected, not_offered, play, refusal};
use super::super::{Progress, Protocol};
use super::*;

const BANNER: &[u8] = b"220 mail.imc.org SMTP service ready\r\n";
const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";
const OFFER: &[u8] =
    b"250-mail.imc.org offers a warm hug of welcome\r\n250-8BITMIME\r\n250-StartTLS\r\n250 DSN\r\n";

#[test]
fn the_conversation_of_rfc_3207() {
    let turns = [
        Server(BANNER),
        Client(EHLO),
        Server(OFFER),
        Client(b"STARTTLS\r\n"),
        Server(b"220 Go ahead\r\n"),
        Client(b""),
    ];
    assert_eq!(play(Protocol::Smtp, &turns), Ok(Progress::Secure));
}

#[test]
fn lmtp_says_lhlo_and_every_reply_may_be_long() {
    let turns = [
        Client(b""),
        Server(b"220-wait\r\n220\r\n"),
        Client(b"LHLO [127.0.0.1]\r\n"),
        Server(b"250-a\n250 STARTTLS\n"),
        Client(b"STARTTLS\r\n"),
        Server(b"220-go\r\n220 ahead\r\n"),
    ];
    assert_eq!(play(Protocol::Lmtp, &turns), Ok(Progress::Secure));
}

#[test]
fn every_step_can_be_refused() {
    let no = Server(b"554-No SMTP here\r\n554 go away\r\n");
    let answer = "554-No SMTP here";
    let turns = [no];
    assert_eq!(refusal(Protocol::Smtp, &turns), answer);
    let turns = [Server(BANNER), Client(EHLO), no];
    assert_eq!(refusal(Protocol::Smtp, &turns), answer);
    let turns = [
        Server(BANNER),
        Client(EHLO),
        Server(OFFER),
        Client(b"STARTTLS\r\n"),
        no,
    ];
    assert_eq!(refusal(Protocol::Smtp, &turns), answer);
}

#[test]
fn without_the_keyword_starttls_is_not_tried() {
    let offer = |offer| {
        not_offered(
            Protocol::Smtp,
            &[Server(BANNER), Client(EHLO), Server(offer)],
        )
    };
    assert_eq!(offer(b"250 HELP\r\n"), "250 HELP");
    assert_eq!(
        offer(b"250-mx\r\n250-XSTARTTLS\r\n250 HELP\r\n"),
        "250-XSTARTTLS, 250 HELP"
    );
    let error = play(
        Protocol::Smtp,
        &[Server(BANNER), Client(EHLO), Server(b"250 HELP\r\n")],
    );
    let error = error.unwrap_err().to_string();
    assert_eq!(
        error,
        "smtp: the server does not offer STARTTLS: \"250 HELP\""
    );
}

#[test]
fn what_comes_out_of_turn_is_refused() {
    let start = [
        Server(BANNER),
        Client(EHLO),
        Server(OFFER),
        Client(b"STARTTLS\r\n"),
    ];
    let go = [&start[..], &[Server(b"220 go\r\n250 injected\r\n")]].concat();
    assert_eq!(injected(Protocol::Smtp, &go), 14);
    let go = [&start[..], &[Server(b"220 go\r\n"), Server(b"x")]].concat();
    assert_eq!(injected(Protocol::Smtp, &go), 1);
}

#[test]
fn an_answer_ahead_of_its_question_is_refused() {
    let mut talk = super::super::Conversation::new(Protocol::Smtp, &super::super::testing::NAMES);
    let error = talk.receive(&[BANNER, OFFER].concat()).unwrap_err();
    let bytes = OFFER.len();
    let protocol = Protocol::Smtp;
    assert_eq!(
        error,
        super::super::StarttlsError::Injected { protocol, bytes }
    );
}

#[test]
fn other_protocols_are_told_apart() {
    for (said, shown) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            "HTTP/1.1 400 Bad Request",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-OpenSSH_9.6"),
        (b"* OK IMAP4rev1\r\n", "* OK IMAP4rev1"),
        (b"200 news.example\r\n", "200 news.example"),
    ] {
        assert_eq!(foreign(Protocol::Smtp, &[Server(said)]), shown);
    }
    foreign(Protocol::Smtp, &[Server(b"\x15\x03\x01\x00\x02\x02\x46")]);
}

#[test]
fn the_address_literal_is_that_of_rfc_5321() {
    for (address, literal) in [
        ("192.0.2.1", "[192.0.2.1]"),
        ("::ffff:192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
    ] {
        assert_eq!(address_literal(address.parse().ok()), literal);
    }
}
