//! What is sent and what comes back, with servers on loopback in clear; TLS is tested by the program's own tests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use time::Duration as Days;
use trustpack_keystore::Password;

use super::*;
use crate::call::telegram::{Bot, Expected};
use crate::call::{Slot, Template};
use crate::cert::testing::NOW;
use crate::trust::TrustAnchors;

const TOKEN: &str = "123456789:AAsecretsecretsecretsecretsecret_-9";

/// Answers every request with what `answer` makes of its path, and keeps the requests.
fn server(
    answer: impl Fn(&str) -> String + Send + 'static,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let said = Arc::clone(&heard);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let text = request(&mut client);
            let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
            said.lock().unwrap().push(text);
            let _ = client.write_all(answer(&path).as_bytes());
        }
    });
    (address, heard)
}

/// Head and body, however many pieces they come in.
fn request(client: &mut impl Read) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = client.read(&mut buffer).unwrap_or(0);
        text += &String::from_utf8_lossy(&buffer[..count]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return text;
            }
            continue;
        };
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        if count == 0 || body.len() >= length {
            return text;
        }
    }
}

fn bot(api: &str) -> Bot {
    Bot {
        subject: "bot".to_owned(),
        api: api.parse().unwrap(),
        token: Slot::new("token", "env:TOKEN"),
    }
}

fn info(api: &str) -> Call {
    bot(api).webhook_info(Expected {
        url: "https://a.example/".to_owned(),
        at: NOW,
        recent: Days::HOUR,
    })
}

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.insert("token", Password::new(TOKEN));
    secrets
}

fn options() -> CallOptions {
    CallOptions {
        fetch: FetchOptions {
            timeout: Duration::from_secs(5),
            ..FetchOptions::default()
        },
        connect: None,
        trust: Trust::Store(TrustAnchors::new("nobody", Vec::new())),
        at: NOW,
    }
}

#[test]
fn no_text_about_a_call_has_its_token() {
    let part = TOKEN.split_once(':').unwrap().1;
    let answers: [fn(&str) -> String; 5] = [
        |path| format!("HTTP/1.1 200 OK\r\n\r\n{{\"ok\":false,\"description\":\"{path}\"}}"),
        |path| format!("HTTP/1.1 302 Found\r\nLocation: http://x{path}\r\n\r\n"),
        |path| format!("{path}\r\n\r\n"),
        |path| format!("HTTP/1.1 200 {path}\r\nContent-Length: 99\r\n\r\n{path}"),
        |path| format!("HTTP/1.1 200 OK\r\nContent-Length: {path}\r\n\r\n"),
    ];
    for (place, answer) in answers.into_iter().enumerate() {
        let (address, heard) = server(answer);
        let call = info(&format!("http://{address}"));
        let (secrets, options) = (secrets(), options());
        let sent = send(&call, &secrets, &options);
        let judged = sent.as_ref().map(|sent| call.judge(sent, &secrets));
        assert!(sent.as_ref().err().is_none_or(|none| none.sent), "{place}");
        let hint = sent.as_ref().err().and_then(|none| none.error.hint());
        let told = format!("{call:?} {secrets:?} {options:?} {sent:?} {judged:?} {hint:?}");
        let told = match &sent {
            Err(error) => format!("{told} {error}"),
            Ok(_) => told,
        };
        assert!(!told.contains(part), "{place}: {told}");
        let heard = heard.lock().unwrap();
        assert!(heard[0].starts_with(&format!("GET /bot{TOKEN}/getWebhookInfo HTTP/1.1\r\n")));
    }
}

#[test]
fn a_body_is_sent_as_it_is_shown() {
    let (address, heard) = server(|_| "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned());
    let call = bot(&format!("http://{address}")).delete_webhook(true);
    let response = send(&call, &secrets(), &options()).unwrap();
    assert_eq!((response.status, &*response.body), (200, &b"{}"[..]));
    let heard = heard.lock().unwrap();
    assert!(
        heard[0].contains("content-type: application/json\r\n"),
        "{heard:?}"
    );
    assert!(
        heard[0].ends_with("\r\n\r\n{\"drop_pending_updates\":true}"),
        "{heard:?}"
    );
}

#[test]
fn nothing_is_sent_in_clear_to_others() {
    let mut call = info("http://127.0.0.1:1");
    call.url = Template::plain("http://192.0.2.1/");
    let error = send(&call, &secrets(), &options()).unwrap_err();
    assert!(
        matches!(*error.error, CallError::Clear { .. }) && !error.sent,
        "{error:?}"
    );
}

#[test]
fn nothing_is_sent_without_its_secret() {
    let (address, heard) = server(|_| String::new());
    let call = info(&format!("http://{address}"));
    let error = send(&call, &Secrets::default(), &options()).unwrap_err();
    assert!(
        matches!(*error.error, CallError::Unfit(_)) && !error.sent,
        "{error:?}"
    );
    assert_eq!(heard.lock().unwrap().len(), 0);
}

#[test]
fn hosts_of_calls_are_read() {
    for (url, host, port) in [
        ("https://api.telegram.org", "api.telegram.org", 443),
        ("https://10.0.0.7:28090", "10.0.0.7", 28090),
        ("http://[::1]:8081", "::1", 8081),
    ] {
        let endpoint = endpoint(&info(url)).unwrap();
        assert_eq!((endpoint.host(), endpoint.port()), (host, port));
    }
}
