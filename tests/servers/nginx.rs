//! nginx over TLS 1.2 and 1.3. A benchmark takes this file, `certificates.rs`, `kit.rs`, `record.rs` and
//! `tests/support` by `#[path]`.

use std::process::Command;

use super::kit::{Server, Setup, is_root, judge};

/// A server that answers every request with 204; its scheme is `https`.
#[allow(dead_code, reason = "a benchmark sets the versions apart")]
pub(crate) fn start() -> Option<Server> {
    start_with(&[("https", "ssl_protocols TLSv1.2 TLSv1.3;")])
}

/// The same, a port for each scheme with its directives.
pub(crate) fn start_with(services: &[(&'static str, &str)]) -> Option<Server> {
    let program = judge("nginx")?;
    let mut setup = Setup::new();
    let user = if is_root() { "user root;" } else { "" };
    let folder = setup.create("nginx");
    let mut ports = Vec::new();
    let mut servers = String::new();
    for (scheme, directives) in services {
        let port = setup.port();
        ports.push((*scheme, port));
        servers += &format!(
            "  server {{
    listen 127.0.0.1:{port} ssl;
    {directives}
    ssl_certificate {chain};
    ssl_certificate_key {key};
    return 204;
  }}
",
            chain = setup.chain.file.display(),
            key = setup.chain.key.display(),
        );
    }
    let config = format!(
        "daemon off; {user} pid pid; error_log stderr; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
{servers}}}
"
    );
    let config = setup.write("nginx.conf", config);
    let mut command = Command::new(program);
    command
        .args(["-e", "stderr", "-p"])
        .arg(folder)
        .arg("-c")
        .arg(config);
    Some(setup.start(&mut command, &ports))
}

#[test]
fn nginx_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("https", &super::record::modern(None));
    let fields =
        serde_json::json!({ "engine": "tls", "protocol": "TLSv1.2", "possession": "proven" });
    server.presents_with("https", &["--tls-version", "1.2"], &fields);
    let fields =
        serde_json::json!({ "engine": "probe", "protocol": "TLSv1.2", "possession": "unproven" });
    server.presents_with("https", &["--engine", "probe"], &fields);
}
