//! Keys, requests, certificates and a small CA: files, modes, flows of several steps, two processes at once.

use std::fs;
use std::process::Output;

use crate::store::Desk;
use crate::support::{fixture, run, stderr, stdout};

/// A desk with the CA of `docs/issue.md` on it: `ca.p12`.
pub(crate) fn desk_with_ca() -> Desk {
    let desk = Desk::new();
    ok(
        &desk,
        "new ca --subject CN=CA --days 30 --type p-256 --store ca.p12 --password env:STORE_PASS",
    );
    desk
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

pub(crate) fn ok(desk: &Desk, line: &str) -> Output {
    run(&mut desk.command(&words(line)))
}

/// The command ends with this code, and every file is as it was.
pub(crate) fn refused(desk: &Desk, line: &str, code: i32) -> String {
    let before = desk.all();
    let output = desk.command(&words(line)).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{line}: {}",
        stderr(&output)
    );
    assert_eq!(desk.all(), before, "{line}");
    stderr(&output)
}

pub(crate) const CA: &str = "--ca ca.p12 --ca-password env:STORE_PASS";

#[test]
fn a_ca_in_three_commands_and_what_it_revokes() {
    let desk = desk_with_ca();
    assert_eq!(desk.mode("ca.p12"), 0o600);
    ok(
        &desk,
        "new csr --subject CN=h.test --san h.test --type p-256 --new-key h.key --password env:KEY_PASS -o h.csr",
    );
    assert_eq!(desk.mode("h.key"), 0o600);
    assert!(
        desk.read("h.key")
            .starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );
    ok(
        &desk,
        &format!("sign h.csr {CA} --profile server --days 9 --state ca.toml -o h.pem"),
    );
    ok(
        &desk,
        "store export ca.p12 --what certificate -o ca.pem --password env:STORE_PASS",
    );
    let verify = "verify h.pem --host h.test --trust ca.pem";
    ok(&desk, verify);
    ok(
        &desk,
        "revoke h.pem --state ca.toml --reason key-compromise",
    );
    ok(
        &desk,
        &format!("new crl {CA} --state ca.toml --days 7 -o ca.crl"),
    );
    let output = desk
        .command(&words(
            "verify h.pem --host h.test --trust ca.pem --crl ca.crl",
        ))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    // saying it again changes nothing, and the next list has the next number
    refused(&desk, "revoke h.pem --state ca.toml", 0);
    ok(
        &desk,
        &format!("new crl {CA} --state ca.toml --days 7 -o ca.crl --force"),
    );
    assert!(
        String::from_utf8(desk.read("ca.toml"))
            .unwrap()
            .contains("crl-number = 2")
    );
}

#[test]
fn what_is_refused_leaves_every_file_as_it_was() {
    let desk = desk_with_ca();
    let make = "new csr --type p-256 --password none";
    ok(
        &desk,
        &format!("{make} --subject CN=h --san h.test --new-key h.key -o h.csr"),
    );
    let sign = format!("sign h.csr {CA} --state ca.toml -o h.pem");
    let said = refused(&desk, &format!("{sign} --days 31"), 1);
    assert!(
        said.contains("RFC 5280") && said.contains("--allow validity-beyond-issuer"),
        "{said}"
    );
    refused(&desk, &format!("{sign} --days 3 --at 2020-01-01"), 1);
    refused(&desk, "sign h.csr --ca ca.p12 --days 3 -o h.pem", 2);
    refused(
        &desk,
        &format!("{make} --subject CN=h --new-key h.key -o other.csr"),
        2,
    );
    refused(
        &desk,
        &format!("{make} --subject CN=h --new-key new.key -o h.csr"),
        2,
    );
    let long = "a".repeat(65_536);
    refused(
        &desk,
        &format!(
            "new cert --subject CN={long} --days 3 --type p-256 --new-key z.key --password none -o z.pem"
        ),
        1,
    );
    refused(
        &desk,
        "new key --store keys.jks --alias server.test --subject CN=a --days 3 --password env:STORE_PASS",
        2,
    );
    refused(
        &desk,
        "renew keys.jks --days 3 --password env:STORE_PASS",
        2,
    );
}

#[test]
fn a_store_gets_a_key_and_a_reply_and_is_renewed() {
    for store in ["new.p12", "new.jks"] {
        let desk = desk_with_ca();
        let password = "--password env:STORE_PASS";
        ok(
            &desk,
            &format!(
                "new key --type p-256 --store {store} --alias api --subject /DC=com/DC=example/CN=api --days 9 {password}"
            ),
        );
        assert_eq!(desk.mode(store), 0o600);
        ok(
            &desk,
            &format!(
                "new csr --key {store} --input-password env:STORE_PASS --san api.test -o api.csr"
            ),
        );
        ok(
            &desk,
            &format!("sign api.csr {CA} --profile mutual --days 9 --chain -o reply.pem"),
        );
        ok(
            &desk,
            &format!("store import-reply {store} api reply.pem {password}"),
        );
        let key = |desk: &Desk| {
            let line =
                format!("store export {store} api --what key -o - --key-password none {password}");
            stdout(&ok(desk, &line))
        };
        let before = key(&desk);
        let renew = format!("renew {store} --entry api --days 5 {CA} {password}");
        ok(&desk, &format!("{renew} --state ca.toml"));
        assert_eq!(key(&desk), before, "the same key");
        let shown = stdout(&ok(
            &desk,
            &format!("inspect {store} {password} --fields subject,sans,place"),
        ));
        assert!(
            shown.contains("CN=api,DC=example,DC=com\tapi.test\t1"),
            "{shown}"
        );
        assert!(shown.contains("CN=CA\t\t2"), "{shown}");
        ok(&desk, &format!("{renew} --rekey --backup"));
        assert_ne!(key(&desk), before, "a new key");
        assert_eq!(desk.mode(&format!("{store}.bak")), 0o600);
        let state = String::from_utf8(desk.read("ca.toml")).unwrap();
        assert_eq!(
            state.matches("[[certificate]]").count(),
            1,
            "only with --state"
        );
    }
}

#[test]
fn an_intermediate_goes_into_a_store_beside_the_state() {
    let desk = desk_with_ca();
    ok(
        &desk,
        &format!(
            "new ca --subject CN=Below --type p-256 --path-length 0 --until-issuer {CA} --state ca.toml --store \
             below.p12 --password env:STORE_PASS"
        ),
    );
    ok(
        &desk,
        "new csr --subject CN=a --san a.test --type p-256 --new-key a.key --password none -o a.csr",
    );
    ok(
        &desk,
        "sign a.csr --ca below.p12 --ca-password env:STORE_PASS --profile server --days 3 --chain -o a.pem",
    );
    ok(
        &desk,
        "store export ca.p12 --what certificate -o ca.pem --password env:STORE_PASS",
    );
    ok(&desk, "verify a.pem --host a.test --trust ca.pem");
}

#[test]
fn many_at_once_lose_nothing() {
    let desk = desk_with_ca();
    ok(
        &desk,
        "new csr --subject CN=a --san a.test --type p-256 --new-key a.key --password none -o a.csr",
    );
    let sign = |number: usize| {
        let line =
            format!("sign a.csr {CA} --profile server --days 3 --state ca.toml -o {number}.pem");
        desk.command(&words(&line)).spawn().unwrap()
    };
    let running: Vec<_> = (0..8).map(sign).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
    }
    let state = String::from_utf8(desk.read("ca.toml")).unwrap();
    assert_eq!(state.matches("status = \"valid\"").count(), 8, "{state}");
    let revoke = |number: usize| {
        let line = format!("revoke {number}.pem --state ca.toml");
        desk.command(&words(&line)).spawn().unwrap()
    };
    let running: Vec<_> = (0..8).map(revoke).collect();
    for child in running {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let state = String::from_utf8(desk.read("ca.toml")).unwrap();
    assert_eq!(state.matches("status = \"revoked\"").count(), 8, "{state}");
}

#[test]
fn requests_of_the_same_names_say_the_same() {
    let desk = Desk::new();
    ok(
        &desk,
        "new csr --like server.pem --type p-256 --new-key n.key --password none -o n.csr",
    );
    let text = stdout(&ok(&desk, "inspect n.csr"));
    assert!(text.contains("CN=server.test,O=trustpack test"), "{text}");
    assert!(text.contains("dns: server.test"), "{text}");
    assert!(text.contains("holds"), "{text}");
    // what is said now comes first
    ok(
        &desk,
        "new csr --like server.pem --san other.test --key n.key --must-staple -o o.csr",
    );
    let text = stdout(&ok(&desk, "inspect o.csr"));
    assert!(
        text.contains("dns: other.test") && !text.contains("dns: server.test"),
        "{text}"
    );
    assert!(text.contains("status_request"), "{text}");
}

#[test]
fn every_kind_of_name_and_extension_is_in_the_request() {
    let desk = Desk::new();
    fs::write(desk.path("value.der"), [0x0c, 2, b'h', b'i']).unwrap();
    let command = [
        "new",
        "csr",
        "--subject",
        "CN=Größe 🦀,OU=a,OU=b",
        "--san",
        "müller.example",
        "--san",
        "ip:2001:db8::1",
        "--san",
        "uri:https://h.test/x",
        "--san",
        "a@h.test",
        "--san",
        "dir:/DC=com/DC=example",
        "--key-usage",
        "digitalSignature,keyAgreement",
        "--eku",
        "serverAuth,1.2.3.4",
        "--must-staple",
        "--extension",
        "1.2.3.5=critical,0500",
        // readers do not know it
        "--allow",
        "unknown-critical",
        "--extension",
        "1.2.3.6=@value.der",
        "--key",
        "clear.key",
        "-o",
        "all.csr",
    ];
    run(&mut desk.command(&command));
    let text = stdout(&ok(&desk, "inspect all.csr"));
    for part in [
        "CN=Größe 🦀,OU=a,OU=b",
        "dns: xn--mller-kva.example",
        "ip: 2001:db8::1",
        "uri: https://h.test/x",
        "email: a@h.test",
        "DC=example,DC=com",
        "digitalSignature, keyAgreement",
        "1.2.3.4",
        "status_request",
        "1.2.3.5, critical",
        "hi",
        "holds",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// RFC 5280 section 4.2.1.6: where there is no subject, the alternative names are critical, whatever the request says.
#[test]
fn without_a_subject_the_names_of_a_request_become_critical() {
    let desk = desk_with_ca();
    fs::copy(fixture("issue/no-subject.csr"), desk.path("n.csr")).unwrap();
    ok(
        &desk,
        &format!("sign n.csr {CA} --profile server --days 3 -o n.pem"),
    );
    let text = stdout(&ok(&desk, "inspect n.pem"));
    assert!(
        text.contains("subjectAltName (2.5.29.17), critical: dns: nobody.test"),
        "{text}"
    );
}

/// The same key and name: what the CA issued before it was renewed stays valid.
#[test]
fn a_ca_is_renewed_in_its_place() {
    let desk = desk_with_ca();
    ok(
        &desk,
        "new csr --subject CN=a --san a.test --type p-256 --new-key a.key --password none -o a.csr",
    );
    ok(
        &desk,
        &format!("sign a.csr {CA} --profile server --days 9 -o a.pem"),
    );
    ok(&desk, "renew ca.p12 --days 60 --password env:STORE_PASS");
    ok(
        &desk,
        "store export ca.p12 --what certificate -o ca.pem --password env:STORE_PASS",
    );
    ok(&desk, "verify a.pem --host a.test --trust ca.pem");
    // longer than the old one could
    ok(
        &desk,
        &format!("sign a.csr {CA} --profile server --days 50 -o b.pem"),
    );
}
