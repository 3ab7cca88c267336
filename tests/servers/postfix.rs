//! Postfix: STARTTLS where it may be and where it must be, and TLS from the first byte.

use std::process::Command;

use rustix::process::Signal;

use super::certificates::NAME;
use super::kit::{Server, Setup, judge, needs_root};
use super::record::modern;
use super::support::run;

/// `smtp`, and two ports like those for submission: `submission` insists on STARTTLS, `tls` begins with TLS.
pub(crate) fn start() -> Option<Server> {
    judge("postfix")?;
    let program = judge("master")?;
    needs_root("postfix")?;
    let mut setup = Setup::new();
    let [smtp, submission, tls] = setup.ports();
    let folder = setup.path("");
    let config = format!(
        "compatibility_level = 3.6
queue_directory = {folder}queue
data_directory = {folder}data
meta_directory = {folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
myhostname = {NAME}
mydestination =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = /dev/stdout
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {all}
",
        folder = folder.display(),
        all = setup.chain.with_key.display(),
    );
    setup.write("main.cf", config);
    let services = format!(
        "127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
127.0.0.1:{tls} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
"
    );
    setup.write("master.cf", services);
    setup.create("queue/pid");
    let mut own = vec![setup.create("data")];
    for queue in ["private", "public", "active", "incoming", "deferred"] {
        own.push(setup.create(&format!("queue/{queue}")));
    }
    run(Command::new("chown").arg("postfix").args(own));
    let mut command = Command::new(program);
    // debugging means the foreground, and no session of its own
    command
        .arg("-d")
        .arg("-c")
        .arg(&folder)
        .env("MAIL_CONFIG", &folder);
    let services = [("smtp", smtp), ("submission", submission), ("tls", tls)];
    // it would wait for its children, of which none has anything to finish
    Some(setup.start(&mut command, &services).ends_by(Signal::KILL))
}

#[test]
fn postfix_presents_its_chain() {
    let Some(server) = start() else { return };
    server.presents("smtp", &modern(Some("smtp")));
    server.presents("tls", &modern(None));
    let url = format!("127.0.0.1:{}", server.port("submission"));
    let record = super::record::fetch(&url, &["--starttls", "smtp"]);
    super::record::assert_record(&record, &server.chain, &modern(Some("smtp")));
}
