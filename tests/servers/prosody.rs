//! Prosody: STARTTLS for clients and between servers.

use std::process::Command;

use super::certificates::NAME;
use super::kit::{Server, Setup, judge};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("prosody")?;
    let mut setup = Setup::new();
    let [clients, servers, tls] = setup.ports();
    let config = format!(
        r#"run_as_root = true
data_path = "{folder}"
certificates = "{folder}"
pidfile = "{folder}/pid"
modules_enabled = {{ "tls", "saslauth", "dialback" }}
interfaces = {{ "127.0.0.1" }}
local_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {clients} }}
s2s_ports = {{ {servers} }}
c2s_direct_tls_ports = {{ {tls} }}
log = {{ info = "*console" }}
ssl = {{ certificate = "{chain}", key = "{key}" }}
c2s_direct_tls_ssl = {{ certificate = "{chain}", key = "{key}" }}
VirtualHost "{NAME}"
"#,
        folder = setup.path("").display(),
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
    );
    let config = setup.write("prosody.cfg.lua", config);
    let mut command = Command::new(program);
    command.args(["-F", "--config"]).arg(config);
    let services = [("xmpp", clients), ("xmpp-server", servers), ("tls", tls)];
    Some(setup.start(&mut command, &services))
}

#[test]
fn prosody_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("xmpp", &modern(Some("xmpp")));
    server.presents("xmpp-server", &modern(Some("xmpp-server")));
    server.presents("tls", &modern(None));
}
