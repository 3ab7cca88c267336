//! haproxy, which reads the key and the chain from one file.

use std::process::Command;

use super::kit::{Server, Setup, judge};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("haproxy")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let config = format!(
        "defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend server
  bind 127.0.0.1:{port} ssl crt {}
  http-request return status 204
",
        setup.chain.with_key.display()
    );
    let config = setup.write("haproxy.cfg", config);
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(config);
    Some(setup.start(&mut command, &[("https", port)]))
}

#[test]
fn haproxy_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("https", &modern(None));
}
