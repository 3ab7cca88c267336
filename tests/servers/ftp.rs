//! vsftpd: AUTH TLS on the control connection.

use std::process::Command;

use super::kit::{Server, Setup, is_root, judge};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("vsftpd")?;
    let mut setup = Setup::new();
    let [ftp, tls] = setup.ports();
    let empty = setup.create("empty");
    let config = |port: u16, implicit: &str| {
        format!(
            "listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
run_as_launching_user={launching}
secure_chroot_dir={empty}
anon_root={empty}
allow_anon_ssl=YES
seccomp_sandbox=NO
ssl_enable=YES
implicit_ssl={implicit}
rsa_cert_file={chain}
rsa_private_key_file={key}
",
            launching = if is_root() { "NO" } else { "YES" },
            empty = empty.display(),
            chain = setup.chain.file.display(),
            key = setup.chain.key.display(),
        )
    };
    // vsftpd refuses options that another user owns, and takes one port for each process
    let explicit = setup.write("explicit.conf", config(ftp, "NO"));
    let implicit = setup.write("implicit.conf", config(tls, "YES"));
    let mut both = Command::new("sh");
    both.args(["-c", "\"$0\" \"$1\" & \"$0\" \"$2\" & wait"]);
    both.arg(program).arg(explicit).arg(implicit);
    Some(setup.start(&mut both, &[("ftp", ftp), ("tls", tls)]))
}

#[test]
fn vsftpd_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("ftp", &modern(Some("ftp")));
    server.presents("tls", &modern(None));
}
