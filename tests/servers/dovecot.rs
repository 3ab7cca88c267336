//! Dovecot: IMAP, POP3, LMTP and ManageSieve with STARTTLS, IMAP also with TLS from the first byte.

use std::process::Command;

use super::kit::{Server, Setup, group, is_root, judge, user};
use super::record::modern;
use super::support::judge_file;

pub(crate) fn start() -> Option<Server> {
    let program = judge("dovecot")?;
    for part in ["imap-login", "pop3-login", "lmtp", "managesieve-login"] {
        judge_file(&format!("/usr/lib/dovecot/{part}"))?;
    }
    let mut setup = Setup::new();
    let [imap, tls, pop3, lmtp, sieve] = setup.ports();
    let folder = setup.path("");
    let users = if is_root() {
        String::new()
    } else {
        let (user, group) = (user(), group());
        format!(
            "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n"
        )
    };
    let listener = |service: &str, name: &str, port: u16| {
        format!(
            "service {service} {{\n  chroot =\n  inet_listener {name} {{\n    port = {port}\n  }}\n}}\n"
        )
    };
    let config = format!(
        "base_dir = {folder}run
state_dir = {folder}state
log_path = /dev/stderr
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
mail_location = maildir:{folder}mail
{users}passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = home={folder}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
{}{}",
        listener("lmtp", "lmtp", lmtp),
        listener("managesieve-login", "sieve", sieve),
        folder = folder.display(),
        chain = setup.chain.file.display(),
        key = setup.chain.key.display(),
    );
    let config = setup.write("dovecot.conf", config);
    let mut command = Command::new(program);
    command.arg("-F").arg("-c").arg(config);
    let services = [
        ("imap", imap),
        ("tls", tls),
        ("pop3", pop3),
        ("lmtp", lmtp),
        ("sieve", sieve),
    ];
    Some(setup.start(&mut command, &services))
}

#[test]
fn dovecot_presents_its_chain() {
    let Some(server) = start() else { return };
    for scheme in ["imap", "pop3", "lmtp", "sieve"] {
        server.presents(scheme, &modern(Some(scheme)));
    }
    server.presents("tls", &modern(None));
}
