//! InspIRCd with its module for STARTTLS.

use std::process::Command;

use super::kit::{Server, Setup, is_root, judge};
use super::record::modern;

/// `irc` greets with notices before it answers; `tls` begins with TLS.
pub(crate) fn start() -> Option<Server> {
    start_with("yes")
}

/// openssl takes anything before the answer to STARTTLS for a refusal, so that it needs a server without notices.
fn start_with(notices: &str) -> Option<Server> {
    let program = judge("inspircd")?;
    let mut setup = Setup::new();
    let [irc, tls] = setup.ports();
    let folder = setup.path("");
    let folder = folder.display();
    let config = format!(
        r#"<server name="irc.trustpack.test" description="trustpack tests" network="trustpack">
<admin name="trustpack" nick="trustpack" email="trustpack@trustpack.test">
<path configdir="{folder}" datadir="{folder}" logdir="{folder}">
<pid file="{folder}/pid">
<dns server="127.0.0.1" enabled="no">
<module name="ssl_gnutls">
<module name="starttls">
<sslprofile name="Clients" provider="gnutls" certfile="{chain}" keyfile="{key}" cafile="" crlfile="">
<starttls provider="Clients">
<bind address="127.0.0.1" port="{irc}" type="clients">
<bind address="127.0.0.1" port="{tls}" type="clients" sslprofile="Clients">
<connect name="all" allow="*" timeout="60" resolvehostnames="{notices}">
"#,
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
    );
    let config = setup.write("inspircd.conf", config);
    let mut command = Command::new(program);
    command
        .arg("--nofork")
        .arg(format!("--config={}", config.display()));
    if is_root() {
        command.arg("--runasroot");
    }
    Some(setup.start(&mut command, &[("irc", irc), ("tls", tls)]))
}

#[test]
fn inspircd_presents_its_chain() {
    let Some(server) = start_with("no") else {
        return;
    };
    server.presents("irc", &modern(Some("irc")));
    server.presents("tls", &modern(None));
}

#[test]
fn inspircd_presents_its_chain_after_notices() {
    let Some(server) = start() else { return };
    server.presents_with("irc", &[], &modern(Some("irc")));
}
