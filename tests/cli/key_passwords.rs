//! Under which password a key ends, what an unknown password must not do, and what stays closed.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::store::{Desk, PASS};
use crate::support::{run, stderr};

/// Whether the key opens with the password of the store alone.
/// Exports the key with the store's password and what `own` adds, and tells whether it came
/// out in the clear: a key that stays locked may be handed on as it is (PKCS#12), or refused.
fn opens(desk: &Desk, store: &str, alias: &str, own: &str) -> bool {
    let arguments =
        format!("store export {store} {alias} --what key -o - --key-password none {own} {PASS}");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = desk.command(&arguments).output().unwrap();
    output.status.success()
        && String::from_utf8_lossy(&output.stdout).contains("-----BEGIN PRIVATE KEY-----")
}

fn opens_with_the_store(desk: &Desk, store: &str, alias: &str) -> bool {
    opens(desk, store, alias, "")
}

fn opens_with_its_own(desk: &Desk, store: &str, alias: &str) -> bool {
    let own = format!("--key-password {alias}=env:KEY_PASS");
    opens(desk, store, alias, &own)
}

fn refused(desk: &Desk, arguments: &str) -> String {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = desk.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn in_a_pkcs12_keys_end_under_the_password_of_the_store() {
    let desk = Desk::new();
    desk.store(&format!(
        "repair legacy.p12 --key-password env:KEY_PASS {PASS}"
    ));
    assert!(opens_with_the_store(&desk, "legacy.p12", "server.test"));

    let import = "import-key own.p12 clear.key fullchain.pem --alias k --key-password env:KEY_PASS";
    desk.store(&format!("{import} {PASS}"));
    assert!(!opens_with_the_store(&desk, "own.p12", "k"));
    desk.store(&format!(
        "key-passwd own.p12 k --key-password env:KEY_PASS {PASS}"
    ));
    assert!(opens_with_the_store(&desk, "own.p12", "k"));
}

#[test]
fn a_key_keeps_its_own_password_whatever_its_alias_becomes() {
    let desk = Desk::new();
    let convert = "convert key-password.jks -o upper.jks --key-password SERVER.TEST=env:KEY_PASS";
    run(&mut desk.command(
        &format!("{convert} {PASS}")
            .split_whitespace()
            .collect::<Vec<_>>(),
    ));
    let import =
        "import-key other.jks key-password.jks --alias new --key-password server.test=env:KEY_PASS";
    desk.store(&format!("{import} --input-password env:STORE_PASS {PASS}"));
    for (store, alias) in [("upper.jks", "server.test"), ("other.jks", "new")] {
        assert!(!opens_with_the_store(&desk, store, alias), "{store}");
        assert!(opens_with_its_own(&desk, store, alias), "{store}");
    }
}

#[test]
fn who_does_not_know_the_password_changes_nothing() {
    let desk = Desk::new();
    let before = desk.all();
    let told = refused(
        &desk,
        "store passwd keys.jks --password none --new-password env:NEW_PASS",
    );
    assert!(
        told.contains("the password that it has is needed"),
        "{told}"
    );
    // and an empty store does not take the place of a good one
    let convert = "convert keys.p12 -o trust.jks --force --input-password none";
    let told = refused(&desk, &format!("{convert} {PASS}"));
    assert!(told.contains("a part of it is locked"), "{told}");
    let told = refused(&desk, "store import keys.p12 root.pem --password none");
    assert!(told.contains("a password is needed"), "{told}");
    assert_eq!(desk.all(), before);
}

#[test]
fn the_same_key_is_added_once_though_its_alias_got_a_number() {
    let desk = Desk::new();
    desk.store(&format!("rename keys.jks server.test other {PASS}"));
    let import = format!("import-key keys.jks clear.key fullchain.pem {PASS}");
    desk.store(&import);
    let once = desk.read("keys.jks");
    desk.store(&import);
    assert_eq!(desk.read("keys.jks"), once);
}

#[test]
fn a_backup_is_as_closed_as_the_store() {
    let desk = Desk::new();
    fs::set_permissions(desk.path("keys.jks"), Permissions::from_mode(0o644)).unwrap();
    desk.store(&format!(
        "rename keys.jks server.test other --backup {PASS}"
    ));
    assert_eq!(
        (desk.mode("keys.jks"), desk.mode("keys.jks.bak")),
        (0o640, 0o640)
    );
}

#[test]
fn what_stdout_leads_to_is_not_replaced() {
    let desk = Desk::new();
    let kept = desk.path("kept.txt");
    fs::write(&kept, "precious\n").unwrap();
    let file = File::options().append(true).open(&kept).unwrap();
    let mut command = desk.command(&[
        "convert",
        "root.pem",
        "-o",
        "/dev/stdout",
        "--format",
        "pem",
    ]);
    let status = command.stdout(file).status().unwrap();
    assert!(status.success());
    let text = fs::read_to_string(&kept).unwrap();
    assert!(
        text.starts_with("precious\n-----BEGIN CERTIFICATE-----"),
        "{text}"
    );
}
