//! MariaDB: SSLRequest after the server's greeting.

use std::process::Command;

use super::kit::{Server, Setup, judge, user};
use super::record::modern;
use super::support::run;

pub(crate) fn start() -> Option<Server> {
    let (install, program) = judge("mariadb-install-db").zip(judge("mariadbd"))?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let data = format!("--datadir={}", setup.path("data").display());
    let user = format!("--user={}", user());
    run(Command::new(install).args([
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        &user,
        &data,
    ]));
    let file = |option: &str, path: &std::path::Path| format!("--{option}={}", path.display());
    let mut command = Command::new(program);
    command
        .args([
            "--no-defaults",
            "--skip-grant-tables",
            "--skip-networking=0",
            "--bind-address=127.0.0.1",
        ])
        .args([
            "--innodb-buffer-pool-size=8M",
            "--innodb-flush-log-at-trx-commit=0",
            &user,
            &data,
        ])
        .arg(format!("--port={port}"))
        .arg(file("socket", &setup.path("socket")))
        .arg(file("pid-file", &setup.path("pid")))
        .arg(file("ssl-cert", &setup.chain.file))
        .arg(file("ssl-key", &setup.chain.key));
    Some(setup.start(&mut command, &[("mysql", port)]))
}

#[test]
fn mariadb_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("mysql", &modern(Some("mysql")));
}
