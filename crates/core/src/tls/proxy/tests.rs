use super::*;
use proptest::prelude::*;

fn target() -> ProxyTarget {
    ProxyTarget::Name("server.test".to_owned(), 443)
}

fn talk(proxy: &str) -> Conversation {
    Conversation::new(&proxy.parse().unwrap(), &target()).unwrap()
}

#[test]
fn names_that_would_end_the_request_are_not_sent() {
    for proxy in ["http://p", "socks5h://p"] {
        let proxy: Proxy = proxy.parse().unwrap();
        for name in ["", "a b", "a\r\nX: y", "a/b", "zürich", &"a".repeat(256)] {
            let target = ProxyTarget::Name(name.to_owned(), 1);
            let error = Conversation::new(&proxy, &target).unwrap_err();
            assert!(matches!(error, ProxyError::Unfit { .. }), "{name}");
        }
    }
}

#[test]
fn an_error_stays_and_a_tunnel_stays() {
    let mut failed = talk("http://p");
    let error = failed.receive(b"SSH-2.0-x\r\n").unwrap_err();
    assert_eq!(failed.receive(b"HTTP/1.1 200 OK\r\n\r\n"), Err(error));
    assert!(failed.take_output().is_empty());
    let mut connected = talk("http://p");
    connected.receive(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let early = b"220 ".to_vec();
    assert_eq!(
        connected.receive(b"220 "),
        Ok(Progress::Connected { early })
    );
}

#[test]
fn neither_credentials_nor_output_are_in_debug_texts() {
    let mut talk = talk("http://robot:SECRET@p");
    assert_eq!(format!("{talk:?}"), "Conversation(HTTP)");
    assert!(!talk.take_output().is_empty());
    let credentials = Credentials::new("robot", "SECRET");
    assert_eq!(format!("{credentials:?}"), "[credentials elided]");
}

#[test]
fn what_is_shown_of_an_answer_is_one_harmless_line() {
    assert_eq!(printable(b"SSH-2.0-x\r\nmore"), "SSH-2.0-x");
    assert_eq!(printable(b"\x15\x03\x01\x1b["), "\\x15\\x03\\x01\\x1b[");
    assert_eq!(printable(&[b'a'; 100]).len(), MAX_SHOWN);
}

proptest! {
    #[test]
    fn no_bytes_panic(
        start in prop::sample::select(vec![&b""[..], b"HTTP/1.1 ", b"\x05\x00", b"\x05\x02\x01\x00\x05\x00\x00"]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        step in 1_usize..20,
    ) {
        for proxy in ["http://p", "http://u:w@p", "socks5://p", "socks5h://u:w@p"] {
            let mut talk = talk(proxy);
            for piece in [start, &bytes].concat().chunks(step) {
                let _ = talk.receive(piece);
                talk.take_output();
            }
            let _ = talk.closed().to_string();
        }
    }
}
