//! tinyproxy, microsocks and Dante between fetch and a server.

use std::process::Command;

use super::kit::{Server, Setup, judge, user};
use super::record::{fetch_command, modern};
use super::{nginx, support};

/// HTTP CONNECT for `user:s3cret`.
fn tinyproxy() -> Option<Server> {
    let program = judge("tinyproxy")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let config = format!(
        "Port {port}\nListen 127.0.0.1\nUser {user}\nTimeout 20\nMaxClients 20\nLogLevel Connect\nBasicAuth user s3cret\n",
        user = user()
    );
    let config = setup.write("tinyproxy.conf", config);
    Some(setup.start(
        Command::new(program).arg("-d").arg("-c").arg(config),
        &[("http", port)],
    ))
}

/// SOCKS5 for `user:s3cret`.
fn microsocks() -> Option<Server> {
    let program = judge("microsocks")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let mut command = Command::new(program);
    command.args([
        "-i",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-u",
        "user",
        "-P",
        "s3cret",
    ]);
    Some(setup.start(&mut command, &[("socks5h", port)]))
}

/// SOCKS5 for everybody.
fn dante() -> Option<Server> {
    let program = judge("danted")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let config = format!(
        "logoutput: stderr
internal: 127.0.0.1 port = {port}
external: lo
clientmethod: none
socksmethod: none
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect }}
"
    );
    let config = setup.write("danted.conf", config);
    let mut command = Command::new(program);
    command
        .arg("-f")
        .arg(config)
        .arg("-p")
        .arg(setup.path("pid"));
    Some(setup.start(&mut command, &[("socks5h", port)]))
}

/// The chain arrives through the proxy, whose log names the server's port.
fn passes(proxy: &Server, scheme: &str, credentials: &str) {
    let Some(server) = nginx::start() else { return };
    let url = format!("{scheme}://{credentials}127.0.0.1:{}", proxy.port(scheme));
    server.presents_with("https", &["--proxy", &url], &modern(None));
    let port = server.port("https").to_string();
    assert!(
        proxy.process.log().contains(&port),
        "{}",
        proxy.process.log()
    );
}

/// Nothing arrives, and fetch says why.
fn refuses(proxy: &Server, scheme: &str, credentials: &str) {
    let Some(server) = nginx::start() else { return };
    let url = format!("{scheme}://{credentials}127.0.0.1:{}", proxy.port(scheme));
    let output = fetch_command(&[server.url("https")])
        .args(["--proxy", &url])
        .output()
        .unwrap();
    let text = support::stdout(&output);
    let record: serde_json::Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", support::stderr(&output)));
    assert!(
        !output.status.success() && !record["error"].is_null(),
        "{record:#}"
    );
    assert_eq!(record["chain"], serde_json::json!([]), "{record:#}");
    assert!(
        !text.contains("s3cre") && !support::stderr(&output).contains("s3cre"),
        "a password was told"
    );
}

#[test]
fn tinyproxy_connects_with_the_password() {
    let Some(proxy) = tinyproxy() else { return };
    passes(&proxy, "http", "user:s3cret@");
    refuses(&proxy, "http", "user:s3creT@");
    refuses(&proxy, "http", "");
}

#[test]
fn microsocks_connects_with_the_password() {
    let Some(proxy) = microsocks() else { return };
    passes(&proxy, "socks5h", "user:s3cret@");
    refuses(&proxy, "socks5h", "user:s3creT@");
    refuses(&proxy, "socks5h", "");
}

#[test]
fn dante_connects_without_a_password() {
    let Some(proxy) = dante() else { return };
    passes(&proxy, "socks5h", "");
}
