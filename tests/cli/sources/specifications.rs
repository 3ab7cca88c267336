//! Specifications of channels, and the servers and passwords that they name.

use super::*;

/// A specification of one channel, with a server of its own and an identity whose password is where `password` says.
fn specification(folder: &Path, password: &str) {
    put(folder, "identity.p12", "keystores/p12/openssl-key.p12");
    let text = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
    let (before, _) = text.split_once("[channel.trust]").unwrap();
    // a port that nobody listens at
    let before = before.replace("192.0.2.10:28090", "127.0.0.1:1");
    let identity =
        format!("[channel.identity]\nfile = \"identity.p12\"\npassword = \"{password}\"\n");
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("shop.toml"), before + &identity).unwrap();
    fs::write(folder.join("store.pass"), "changeit\n").unwrap();
}

#[test]
fn a_specification_in_a_folder_is_read_and_its_servers_are_asked_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    specification(&folder.join("channels"), "file:store.pass");
    let exclude = ["--exclude", "*.p12"];
    let (code, report, told) = check(folder, &[&["channels"], exclude.as_slice()].concat());
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(subjects(&report), [one("channels/identity.p12", 2, &[])]);
    let line = "note: channels/shop.toml: a channel specification with 1 server, asked only when the file is named";
    assert!(told.contains(line), "{told}");

    let (code, report, told) = check(folder, &["channels/shop.toml"]);
    assert_eq!(code, Some(1), "{told}");
    let found = subjects(&report);
    assert_eq!(found[0].0, "127.0.0.1:1");
    assert_eq!(found[1], one("channels/identity.p12", 2, &[]));
    assert!(!told.contains("asked only"), "{told}");
}

#[test]
fn the_password_that_a_specification_names_is_used_and_one_that_is_missing_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let message = |password: &str, arguments: &[&str]| {
        specification(&folder.join("channels"), password);
        let exclude = ["channels", "--exclude", "*.p12"];
        let (code, report, told) = check(folder, &[exclude.as_slice(), arguments].concat());
        let finding = &report["subjects"][0]["findings"][0]["message"];
        let finding = finding.as_str().unwrap_or_default().to_owned();
        (code, finding, told)
    };
    let (code, finding, _) = message("env:TRUSTPACK_TEST_NOT_SET", &[]);
    assert_eq!(code, Some(2));
    assert!(
        finding.contains("TRUSTPACK_TEST_NOT_SET is not set"),
        "{finding}"
    );
    let (code, finding, _) = message("file:/dev/zero", &[]);
    assert_eq!(code, Some(2));
    assert!(finding.contains("this is no file"), "{finding}");
    // a wrong one is no reason to leave the others untried, and a rule comes first
    fs::write(folder.join("wrong.pass"), "wrong\n").unwrap();
    let wrong = "file:../wrong.pass";
    let (code, finding, _) = message(wrong, &[]);
    assert_eq!(code, Some(2));
    assert!(finding.contains("password"), "{finding}");
    let (code, _, told) = message(wrong, &["--password", "pass:changeit"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, _, told) = message(wrong, &["--password-for", "*.p12=pass:changeit"]);
    assert_eq!(code, Some(0), "{told}");
}
