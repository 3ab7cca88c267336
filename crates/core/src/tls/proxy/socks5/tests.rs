use super::super::{Conversation, Proxy};
use super::*;

fn talk(proxy: &str, host: &str) -> Conversation {
    let target = ProxyTarget::Name(host.to_owned(), 443);
    Conversation::new(&proxy.parse::<Proxy>().unwrap(), &target).unwrap()
}

/// All that was said, and how it ended, when the answers come in pieces of `step` bytes.
fn run(
    proxy: &str,
    host: &str,
    answers: &[u8],
    step: usize,
) -> (Vec<u8>, Result<Progress, ProxyError>) {
    let mut talk = talk(proxy, host);
    let mut said = talk.take_output();
    let mut early = None;
    for bytes in answers.chunks(step) {
        match talk.receive(bytes) {
            Ok(Progress::Talking) => {}
            Ok(Progress::Connected { early: more }) => {
                early.get_or_insert_with(Vec::new).extend(more);
            }
            Err(error) => return (said, Err(error)),
        }
        said.extend(talk.take_output());
    }
    let end = early.map_or(Progress::Talking, |early| Progress::Connected { early });
    (said, Ok(end))
}

#[test]
fn without_login() {
    let bound: [&[u8]; 3] = [
        &[1, 192, 0, 2, 1, 4, 56],
        &[3, 3, b'b', b'n', b'd', 4, 56],
        &[4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 56],
    ];
    for bound in bound {
        let answers = [&[5, 0, 5, 0, 0], bound, b"220 x"].concat();
        for step in [1, 2, 3, answers.len()] {
            let (said, end) = run("socks5h://p", "server.test", &answers, step);
            assert_eq!(said, b"\x05\x01\x00\x05\x01\x00\x03\x0bserver.test\x01\xbb");
            let early = b"220 x".to_vec();
            assert_eq!(end, Ok(Progress::Connected { early }));
        }
    }
}

#[test]
fn with_login() {
    let answers = b"\x05\x02\x01\x00\x05\x00\x00\x01\0\0\0\0\0\0";
    for step in [1, 4, answers.len()] {
        let (said, end) = run("socks5://robot:pass@p", "192.0.2.1", answers, step);
        let expected =
            b"\x05\x02\x00\x02\x01\x05robot\x04pass\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb";
        assert_eq!(said, expected);
        assert!(matches!(end, Ok(Progress::Connected { early }) if early.is_empty()));
    }
}

#[test]
fn an_ipv6_address_goes_as_such() {
    let (said, _) = run("socks5://p", "2001:db8::1", &[5, 0], 2);
    assert_eq!(said.get(3..7), Some(&[5, 1, 0, 4][..]));
    assert_eq!(said.len(), 3 + 4 + 16 + 2);
}

#[test]
fn refusals_are_told_apart() {
    let refused = |why: &str| ProxyError::Refused {
        why: why.to_owned(),
    };
    for (proxy, answers, error) in [
        (
            "socks5://p",
            &[5, 0xff][..],
            ProxyError::AuthenticationRequired,
        ),
        ("socks5://p", &[5, 2], ProxyError::AuthenticationRequired),
        (
            "socks5://u:w@p",
            &[5, 0xff],
            refused("it wants another authentication than a user name and a password"),
        ),
        (
            "socks5://u:w@p",
            &[5, 1],
            refused("it chooses authentication method 1, which was not offered"),
        ),
        (
            "socks5://u:w@p",
            &[5, 2, 1, 1],
            ProxyError::AuthenticationRefused,
        ),
        (
            "socks5://p",
            &[5, 0, 5, 4],
            ProxyError::Unreachable {
                code: 4,
                why: "host unreachable",
            },
        ),
        (
            "socks5://p",
            &[5, 0, 5, 99, 0, 1],
            ProxyError::Unreachable {
                code: 99,
                why: "unassigned reply code",
            },
        ),
    ] {
        for step in [1, answers.len()] {
            assert_eq!(run(proxy, "h", answers, step).1, Err(error.clone()));
        }
    }
}

#[test]
fn what_is_no_socks_is_named() {
    for answers in [
        &b"HTTP/1.1 400 Bad Request\r\n"[..],
        b"\x04\x5a",
        b"\x05\x00HTTP",
        b"\x05\x00\x05\x00\x00\x02",
    ] {
        let (_, end) = run("socks5://p", "h", answers, 1);
        assert!(matches!(end, Err(ProxyError::NotAProxy { .. })));
    }
    let (_, end) = run("socks5://p", "h", b"HTTP/1.1 400 Bad Request\r\n", 100);
    assert_eq!(
        end.unwrap_err().to_string(),
        "no SOCKS5 proxy answers; it says \"HTTP/1.1 400 Bad Request\""
    );
}

#[test]
fn an_echo_does_not_bring_the_credentials_into_the_error() {
    let mut talk = talk("socks5://robot:SECRET@p", "h");
    let mut end = Ok(Progress::Talking);
    while let Ok(Progress::Talking) = end {
        let said = talk.take_output();
        end = talk.receive(&said);
    }
    let error = format!("{:?}", end.unwrap_err());
    assert!(
        !error.contains("SECRET") && !error.contains("robot"),
        "{error}"
    );
}

#[test]
fn what_does_not_fit_one_octet_of_length_is_not_sent() {
    let proxy = Proxy {
        credentials: Some(Credentials::new("u", "SECRET".repeat(50))),
        ..("socks5://p".parse().unwrap())
    };
    let target = ProxyTarget::Name("h".to_owned(), 1);
    let error = Conversation::new(&proxy, &target).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the password cannot be sent to the proxy: it is longer than 255 bytes"
    );
}
