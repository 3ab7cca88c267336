//! Answers that are none, each told in one way: an error or a finding, never a panic, never a secret.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use super::{Ran, TOKEN, World, at};
use crate::support::api::{self, Api, Request};

fn status(answer: impl Fn(&Request, &mut dyn Write) + Send + Sync + 'static, more: &[&str]) -> Ran {
    let world = World::new();
    world.spec("telegram.toml", |text| text);
    let api = Api::tls(&world.server(&["api.telegram.org"]), &[], answer);
    let connect = at("api.telegram.org:443", &api);
    let words = [
        "telegram",
        "status",
        "telegram.toml",
        "--trust",
        "root.pem",
        &connect,
        "--send",
    ];
    let ran = world.run(&[&words[..], more].concat());
    let part = TOKEN.split_once(':').unwrap().1;
    assert!(!ran.all().contains(part), "{ran:?}");
    ran
}

#[test]
fn a_page_is_no_answer() {
    let ran = status(
        |request, out| {
            let page = format!("<html><title>Sign in to {}</title>", request.path);
            api::reply(out, "200 OK", "text/html", &page);
        },
        &[],
    );
    ran.ended(2, "critical CALL-ANSWER");
    ran.ended(
        2,
        "an HTML page with the title \"Sign in to /[elided]/getWebhookInfo",
    );
}

#[test]
fn a_failing_server_is_told() {
    let page = |_: &Request, out: &mut dyn Write| {
        api::reply(
            out,
            "500 Internal Server Error",
            "text/html",
            "<html>oops</html>",
        );
    };
    status(page, &[]).ended(2, "critical CALL-SERVER");
}

#[test]
fn ten_megabytes_are_not_read() {
    let big = |_: &Request, out: &mut dyn Write| {
        let body = "x".repeat(10 << 20);
        api::json(out, "200 OK", &body);
    };
    status(big, &[]).ended(2, "more than 64 KiB");
    // nor without a length
    let endless = |_: &Request, out: &mut dyn Write| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while out.write_all(&[b'x'; 4096]).is_ok() {}
    };
    status(endless, &[]).ended(2, "more than 64 KiB");
    let headers = |_: &Request, out: &mut dyn Write| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\n");
        while out
            .write_all(b"X-More: and more and more and more\r\n")
            .is_ok()
        {}
    };
    status(headers, &[]).ended(2, "no whole answer");
}

#[test]
fn a_slow_server_is_given_up_in_time() {
    let trickle = |_: &Request, out: &mut dyn Write| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
        while out.write_all(b" ").is_ok() && out.flush().is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let start = Instant::now();
    status(trickle, &["--timeout", "1s"]).ended(2, "no whole answer after 1.");
    assert!(start.elapsed() < Duration::from_secs(10));
    let silent = |_: &Request, _: &mut dyn Write| std::thread::sleep(Duration::from_secs(20));
    status(silent, &["--timeout", "1s"]).ended(2, "no whole answer after 1.");
}

#[test]
fn a_broken_answer_is_none() {
    let cut = |_: &Request, out: &mut dyn Write| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"ok\": true");
    };
    status(cut, &[]).ended(2, "no whole answer");
    let nothing = |_: &Request, _: &mut dyn Write| {};
    status(nothing, &[]).ended(2, "no whole answer");
    let other = |_: &Request, out: &mut dyn Write| {
        let _ = out.write_all(b"220 mail.example.com ESMTP\r\n");
    };
    status(other, &[]).ended(2, "no whole answer");
}

#[test]
fn nobody_follows() {
    let world = World::new();
    // whoever is pointed to would hear of it
    let other = Api::plain(|_, out| api::json(out, "200 OK", "{}"));
    let (place, told) = (format!("http://{}", other.address), "in clear: refused");
    let to_plain = place.clone();
    let ran = status(
        move |request, out| {
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: {to_plain}{}\r\nContent-Length: 0\r\n\r\n",
                request.path
            );
            let _ = out.write_all(head.as_bytes());
        },
        &[],
    );
    ran.ended(2, "critical CALL-REDIRECT");
    ran.ended(2, told);
    assert_eq!(other.heard().len(), 0);
    let ran = status(
        |_, out| {
            let _ = out.write_all(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://login.example.com/?next=1\r\nContent-Length: 0\r\n\r\n");
        },
        &[],
    );
    ran.ended(
        2,
        "it points to https://login.example.com/, which is not followed",
    );
    drop(world);
}

#[test]
fn a_terminal_is_not_steered() {
    let ran = status(
        |_, out| {
            api::json(
                out,
                "400 Bad Request",
                "{\"ok\": false, \"error_code\": 400, \"description\": \"\\u001b[2Jbad\\u202e\"}",
            )
        },
        &[],
    );
    ran.ended(1, "TG-REFUSED");
    assert!(
        !ran.all().contains('\u{1b}') && !ran.all().contains('\u{202e}'),
        "{ran:?}"
    );
}

#[test]
fn what_never_reached_a_connection_was_not_sent() {
    let world = World::new();
    world.spec("telegram.toml", |text| text);
    let sent = |api: &str, code| {
        let words = ["telegram", "status", "telegram.toml", "--api", api];
        let ran = world.run(&[&words[..], &["--send", "--json"]].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let answer = ran.json();
        assert_eq!(answer["sent"], answer["calls"][0]["sent"]);
        answer["sent"].as_bool().unwrap()
    };
    // a port that was free a moment ago
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert!(!sent(&format!("http://{address}"), 2));
    // it went out, and what became of it nobody said
    let api = Api::plain(|_, _| {});
    assert!(sent(&format!("http://{}", api.address), 2));
}
