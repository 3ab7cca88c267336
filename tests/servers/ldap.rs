//! OpenLDAP: StartTLS, and TLS from the first byte.

use std::process::Command;

use super::kit::{Server, Setup, judge};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("slapd")?;
    let mut setup = Setup::new();
    let [ldap, tls] = setup.ports();
    let config = format!(
        "pidfile {pid}
TLSCertificateFile {chain}
TLSCertificateKeyFile {key}
TLSCACertificateFile {issuing}
",
        pid = setup.path("pid").display(),
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
        issuing = setup.authority.issuing_file().display(),
    );
    let config = setup.write("slapd.conf", config);
    let urls = format!("ldap://127.0.0.1:{ldap} ldaps://127.0.0.1:{tls}");
    let mut command = Command::new(program);
    // with a level of debugging it stays in the foreground
    command.args(["-d", "0", "-h", &urls, "-f"]).arg(config);
    Some(setup.start(&mut command, &[("ldap", ldap), ("tls", tls)]))
}

#[test]
fn slapd_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("ldap", &modern(Some("ldap")));
    server.presents("tls", &modern(None));
}
