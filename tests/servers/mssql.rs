//! A stand-in for SQL Server: see `mssql.py`.

use serde_json::json;

use super::kit::{Server, Setup};
use super::support::{python, root};

pub(crate) fn start() -> Option<Server> {
    let mut command = python("ssl")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    command
        .arg(root().join("tests/servers/mssql.py"))
        .arg(port.to_string());
    command.arg(&setup.chain.file).arg(&setup.chain.key);
    Some(setup.start(&mut command, &[("mssql", port)]))
}

#[test]
fn the_stand_in_for_sql_server_presents_its_chain() {
    let Some(server) = start() else { return };
    let fields = json!({
        "engine": "tls", "possession": "proven", "protocol": "TLSv1.2", "starttls": "mssql", "error": null,
    });
    server.presents("mssql", &fields);
}
