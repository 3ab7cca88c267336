//! INN's server for readers, without the rest of INN.

use std::process::Command;

use super::kit::{Server, Setup, judge, needs_root};
use super::record::modern;

pub(crate) fn start() -> Option<Server> {
    let program = judge("nnrpd")?;
    // another user would need innbind, installed and setuid
    needs_root("nnrpd")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let config = format!(
        "domain: trustpack.test
pathhost: trustpack.test
pathnews: {folder}
pathdb: {folder}
pathetc: {folder}
pathlog: {folder}
pathrun: {folder}
pathtmp: {folder}
pathoverview: {folder}
mta: \"/bin/true %s\"
hismethod: hisv6
ovmethod: tradindexed
enableoverview: true
readerswhenstopped: true
runasuser: root
runasgroup: root
tlscertfile: {chain}
tlskeyfile: {key}
tlscafile: {issuing}
",
        folder = setup.path("").display(),
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
        issuing = setup.authority.issuing_file().display(),
    );
    let config = setup.write("inn.conf", config);
    let readers = "auth all { hosts: \"*\" default: \"<guest>\" }\naccess all { users: \"*\" newsgroups: \"*\" }\n";
    setup.write("readers.conf", readers);
    setup.write(
        "storage.conf",
        "method tradspool { class: 0 newsgroups: * }\n",
    );
    setup.write("active", "control 0000000000 0000000001 y\n");
    for empty in ["newsgroups", "active.times", "group.index", "history"] {
        setup.write(empty, "");
    }
    // the libraries lie beside the folder of the program
    let libraries = program.ancestors().nth(2).unwrap().to_owned();
    let mut command = Command::new(program);
    command.args(["-D", "-f", "-b", "127.0.0.1", "-p", &port.to_string()]);
    command
        .env("INNCONF", config)
        .env("LD_LIBRARY_PATH", libraries);
    Some(setup.start(&mut command, &[("nntp", port)]))
}

#[test]
fn nnrpd_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("nntp", &modern(Some("nntp")));
}
