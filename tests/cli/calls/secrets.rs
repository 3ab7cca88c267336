//! The token stands in the path of every URL: it is in no byte of what is told, whoever repeats it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::{TOKEN, World, at};
use crate::support::api::{self, Api, Request};

/// An HTTP proxy that lets everything through and keeps what it reads in clear.
fn proxy(to: SocketAddr) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&heard);
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                let mut head = [0; 1024];
                let count = client.read(&mut head).unwrap_or(0);
                said.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&head[..count]));
                let server = TcpStream::connect(to).unwrap();
                let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
                let pipe = |mut from: TcpStream, mut to: TcpStream| {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    })
                };
                let back = pipe(server.try_clone().unwrap(), client.try_clone().unwrap());
                let _ = pipe(client, server).join();
                let _ = back.join();
            });
        }
    });
    (address, heard)
}

type Answer = fn(&Request, &mut dyn Write);

/// Each repeats the path, in which the token is, in another way.
const ANSWERS: &[Answer] = &[
    |request, out| {
        api::json(
            out,
            "200 OK",
            &serde_json::json!({"ok": true, "result": {"url": request.path}}).to_string(),
        )
    },
    |request, out| {
        api::json(out, "404 Not Found", &serde_json::json!({"ok": false, "error_code": 404, "description": format!("no {}", request.path)}).to_string())
    },
    |request, out| {
        api::json(out, "200 OK", &serde_json::json!({"ok": true, "result": {"url": "x", "last_error_message": format!("Connection refused {}", request.path)}}).to_string())
    },
    |request, out| {
        api::reply(
            out,
            "502 Bad Gateway",
            "text/html",
            &format!("<html><title>{0}</title>{0}", request.path),
        )
    },
    |request, out| {
        api::reply(
            out,
            "200 OK",
            "text/plain",
            &request.path.replace(':', "%3a"),
        )
    },
    |request, out| {
        api::reply(
            out,
            "200 OK",
            "text/plain",
            request.path.rsplit(':').next().unwrap(),
        )
    },
    |request, out| {
        let _ = out.write_all(
            format!(
                "HTTP/1.1 301 Moved\r\nLocation: https://x.example{}\r\nContent-Length: 0\r\n\r\n",
                request.path
            )
            .as_bytes(),
        );
    },
    |request, out| {
        let _ = out.write_all(format!("{}\r\n\r\n", request.path).as_bytes());
    },
    |request, out| {
        let _ = out.write_all(
            format!(
                "HTTP/1.1 200 {}\r\nX: {}\r\nContent-Length: 1000\r\n\r\n{}",
                request.path, request.path, request.path
            )
            .as_bytes(),
        );
    },
];

#[test]
fn the_token_is_told_by_nobody() {
    let part = TOKEN.split_once(':').unwrap().1;
    for (place, answer) in ANSWERS.iter().enumerate() {
        let world = World::new();
        world.spec("telegram.toml", |text| text);
        let api = Api::tls(&world.server(&["api.telegram.org"]), &[], answer);
        let (proxy, heard) = proxy(api.address);
        let proxy = format!("http://{proxy}");
        let connect = at("api.telegram.org:443", &api);
        for verb in ["status", "delete", "set-webhook"] {
            let ways: [&[&str]; 2] = [&["--proxy", &proxy], &[&connect, "-4", "--json"]];
            for way in ways {
                let words = [
                    "telegram",
                    verb,
                    "telegram.toml",
                    "--trust",
                    "root.pem",
                    "--send",
                ];
                let mut words = [&words[..], way].concat();
                if verb == "set-webhook" {
                    words.extend(["--certificate", "none"]);
                }
                let mut command = world.command(&words);
                // whatever a library would log
                command
                    .env("RUST_LOG", "trace")
                    .env("RUST_BACKTRACE", "full");
                let output = command.output().unwrap();
                let told = [output.stdout, output.stderr].concat();
                let told = String::from_utf8_lossy(&told);
                assert!(!told.contains(part), "{place} {verb}: {told}");
                assert!(!told.contains(TOKEN), "{place} {verb}: {told}");
                assert!(!told.contains("panicked"), "{place} {verb}: {told}");
            }
        }
        let heard = heard.lock().unwrap();
        assert!(
            heard.starts_with("CONNECT api.telegram.org:443 HTTP/1.1"),
            "{heard}"
        );
        assert!(!heard.contains(part), "{heard}");
        assert!(!api.heard().is_empty(), "{place}");
    }
}

#[test]
fn a_literal_is_refused_and_not_repeated() {
    let world = World::new();
    world.spec("telegram.toml", |text| {
        text.replace("file:secrets/bot-token", TOKEN)
    });
    let part = TOKEN.split_once(':').unwrap().1;
    for verb in ["status", "delete", "set-webhook"] {
        let ran = world.run(&["telegram", verb, "telegram.toml", "--send"]);
        ran.ended(2, "handover.bot_token");
        assert!(!ran.all().contains(part), "{ran:?}");
    }
    let api = format!("https://api.telegram.org/bot{TOKEN}");
    for words in [["--token", TOKEN], ["--api", &api]] {
        let ran = world.run(&[&["telegram", "status", "telegram.toml"][..], &words].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!ran.all().contains(part), "{ran:?}");
    }
}
