//! PostgreSQL: SSLRequest before TLS.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use super::kit::{Server, Setup, judge};
use super::record::modern;
use super::support::run;

pub(crate) fn start() -> Option<Server> {
    let (initdb, program) = judge("initdb").zip(judge("postgres"))?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let data = setup.create("data");
    let key = setup.path("postgres.key");
    std::fs::copy(&setup.chain.key, &key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    run(setup
        .unprivileged(&initdb, &[&data, &key])
        .current_dir(&data)
        .args([
            "--no-sync",
            "--no-locale",
            "--auth=trust",
            "--username=trustpack",
            "-D",
        ])
        .arg(&data));
    let mut command = setup.unprivileged(&program, &[]);
    command.arg("-D").arg(&data);
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", setup.chain.file.display()),
        format!("ssl_key_file={}", key.display()),
    ] {
        command.arg("-c").arg(setting);
    }
    // TERM would wait for clients
    Some(
        setup
            .start(&mut command, &[("postgres", port)])
            .ends_by(Signal::INT),
    )
}

#[test]
fn postgres_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("postgres", &modern(Some("postgres")));
}
