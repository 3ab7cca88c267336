use super::super::{Conversation, Proxy};
use super::*;

fn talk(proxy: &str) -> Conversation {
    let target = ProxyTarget::Name("server.example.com".to_owned(), 443);
    Conversation::new(&proxy.parse::<Proxy>().unwrap(), &target).unwrap()
}

fn answer(proxy: &str, answer: &[u8], step: usize) -> Result<Progress, ProxyError> {
    let mut talk = talk(proxy);
    let mut early = Vec::new();
    let mut connected = false;
    for bytes in answer.chunks(step) {
        if let Progress::Connected { early: more } = talk.receive(bytes)? {
            connected = true;
            early.extend(more);
        }
    }
    Ok(match connected {
        true => Progress::Connected { early },
        false => Progress::Talking,
    })
}

#[test]
fn the_request_is_that_of_the_rfc() {
    let request = |proxy: &str| String::from_utf8(talk(proxy).take_output()).unwrap();
    assert_eq!(
        request("http://p"),
        "CONNECT server.example.com:443 HTTP/1.1\r\nHost: server.example.com:443\r\n\r\n"
    );
    // RFC 7617 section 2 and, for UTF-8, 2.1
    assert!(
        request("Aladdin:open%20sesame@p")
            .contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")
    );
    assert!(request("test:123%C2%A3@p").contains("Basic dGVzdDoxMjPCow==\r\n"));
}

#[test]
fn addresses_are_written_with_brackets() {
    let proxy: Proxy = "p".parse().unwrap();
    for (name, line) in [
        ("::1", "CONNECT [::1]:25 "),
        ("192.0.2.1", "CONNECT 192.0.2.1:25 "),
    ] {
        let target = ProxyTarget::Name(name.to_owned(), 25);
        let output = Conversation::new(&proxy, &target).unwrap().take_output();
        assert!(output.starts_with(line.as_bytes()));
    }
}

#[test]
fn answers_may_be_cut_anywhere() {
    for (head, early) in [
        ("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n", ""),
        ("HTTP/1.0 200\n\n", "220 mail ESMTP\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "data"),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 299 x\r\n\r\n",
            "\r\n",
        ),
    ] {
        let stream = [head, early].concat();
        let expected = Ok(Progress::Connected {
            early: early.as_bytes().to_vec(),
        });
        for step in [1, 2, 7, stream.len()] {
            assert_eq!(answer("p", stream.as_bytes(), step), expected, "{head:?}");
        }
    }
    let cut = b"HTTP/1.1 200 OK\r\n\r";
    assert_eq!(answer("p", cut, 1), Ok(Progress::Talking));
}

#[test]
fn refusals_are_told_apart() {
    let required = b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\nbody";
    let negotiate =
        b"HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n\r\n";
    let refused = |why: &str| ProxyError::Refused {
        why: why.to_owned(),
    };
    for (proxy, stream, error) in [
        ("p", &required[..], ProxyError::AuthenticationRequired),
        ("u:w@p", required, ProxyError::AuthenticationRefused),
        (
            "u:w@p",
            negotiate,
            refused("407 x; it offers Negotiate, NTLM, and only Basic is spoken here"),
        ),
        (
            "p",
            b"HTTP/1.1 403 For\x1bbidden\r\n\r\n",
            refused("403 For\\x1bbidden"),
        ),
        (
            "p",
            b"HTTP/1.1 101 Switching\r\n\r\n",
            refused("101 Switching"),
        ),
        ("p", b"HTTP/1.1 502\n\n", refused("502")),
    ] {
        for step in [1, stream.len()] {
            assert_eq!(answer(proxy, stream, step), Err(error.clone()));
        }
    }
}

#[test]
fn what_is_no_http_is_named() {
    for stream in [
        &b"SSH-2.0-OpenSSH_9\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\x05\xff",
        b"HTTP/2 200 \r\n\r\n",
        b"HTTP/1.1 2000 \r\n\r\n",
        b"HTTP/1.1 abc \r\n\r\n",
        b"HTTP/1.1 099 \r\n\r\n",
    ] {
        for step in [1, stream.len()] {
            let error = answer("p", stream, step).unwrap_err();
            assert!(matches!(error, ProxyError::NotAProxy { .. }));
        }
    }
    let error = answer("p", b"SSH-2.0-OpenSSH_9\r\n", 100).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no HTTP proxy answers; it says \"SSH-2.0-OpenSSH_9\""
    );
}

#[test]
fn an_echo_does_not_bring_the_credentials_into_the_error() {
    let mut talk = talk("robot:SECRET@p");
    let request = talk.take_output();
    let error = talk.receive(&request).unwrap_err().to_string();
    assert!(
        !error.contains("Basic") && error.contains("CONNECT"),
        "{error}"
    );
}

#[test]
fn headers_have_an_end() {
    let stream = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; MAX_HEAD]].concat();
    let error = ProxyError::TooMuch { bytes: MAX_HEAD };
    assert_eq!(answer("p", &stream, 1000), Err(error.clone()));
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(4000);
    assert_eq!(answer("p", &interim, 999), Err(error));
}

#[test]
fn a_connection_that_ends_may_have_said_why() {
    let closed = |bytes: &[u8]| {
        let mut talk = talk("p");
        talk.receive(bytes).unwrap();
        talk.closed().to_string()
    };
    assert_eq!(
        closed(b"HTTP/1.1 503 Busy\r\n"),
        "the proxy refuses: 503 Busy"
    );
    assert_eq!(
        closed(b"HTTP/1.1 200 OK\r\n"),
        ProxyError::Closed.to_string()
    );
    assert_eq!(closed(b""), ProxyError::Closed.to_string());
}
