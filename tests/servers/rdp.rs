//! xrdp: TLS after the negotiation of the security protocol (X.224).

use std::process::Command;

use super::kit::{Server, Setup, judge};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("xrdp")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let config = format!(
        "[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:{port}
security_layer=tls
crypt_level=high
certificate={chain}
key_file={key}
ssl_protocols=TLSv1.2, TLSv1.3

[Logging]
LogFile={log}
LogLevel=INFO
EnableSyslog=false

[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
",
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
        log = setup.path("xrdp.log").display(),
    );
    let config = setup.write("xrdp.ini", config);
    let mut command = Command::new(program);
    command.arg("--nodaemon").arg("--config").arg(config);
    Some(setup.start(&mut command, &[("rdp", port)]))
}

#[test]
fn xrdp_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("rdp", &modern(Some("rdp")));
}
