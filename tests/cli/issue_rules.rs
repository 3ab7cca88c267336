//! What `new`, `sign`, `renew` and `revoke` refuse, and that nothing is left behind then.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::issue::{CA, desk_with_ca, ok, refused};
use crate::store::Desk;

/// A desk with the CA, and a request for `h.test` in `h.csr`.
fn desk_with_request() -> Desk {
    let desk = desk_with_ca();
    ok(
        &desk,
        "new csr --san h.test --type p-256 --new-key h.key --password none -o h.csr",
    );
    desk
}

fn state(desk: &Desk) -> String {
    String::from_utf8(desk.read("ca.toml")).unwrap()
}

/// Whoever asks can write what nobody takes; the CA says no, unless it is told.
#[test]
fn a_request_for_what_nobody_takes_is_refused() {
    for (extension, rule, said) in [
        ("san=3000", "alt-name", "list of alternative names is empty"),
        ("san=300587030a0000", "alt-name", "has 3 octets"),
        ("san=300382012a", "alt-name", "a star alone"),
        ("san=30028200", "alt-name", "it is empty"),
        (
            "san=300582036162630500",
            "broken-extension",
            "subjectAltName",
        ),
        (
            "san=300a82083230332e302e3131",
            "alt-name",
            "ends in a number",
        ),
        (
            "nameConstraints=critical,300ea00c300a8208612e6578616d706c",
            "ca-key-usage",
            "it has name constraints, and is no CA",
        ),
    ] {
        let desk = desk_with_ca();
        let make = format!(
            "new csr --subject CN=a --extension {extension} --type p-256 --new-key h.key --password none -o h.csr"
        );
        let told = refused(&desk, &make, 1);
        assert!(told.contains(said), "{extension}: {told}");
        ok(&desk, &format!("{make} --allow {rule}"));
        let sign = format!(
            "sign h.csr {CA} --profile server --days 3 --copy nameConstraints --state ca.toml -o h.pem"
        );
        let told = refused(&desk, &sign, 1);
        assert!(
            told.contains(said) && told.contains(&format!("--allow {rule}")),
            "{extension}: {told}"
        );
        ok(&desk, &format!("{sign} --allow {rule}"));
    }
}

/// Each file that is to be written is looked at before the first one is.
#[test]
fn a_missing_folder_is_found_before_anything_is_written() {
    let desk = desk_with_request();
    let fresh = "--type p-256 --new-key new.key --password none";
    for line in [
        format!("new csr --san a.test {fresh} -o nowhere/a.csr"),
        format!("new cert --san a.test --days 3 {fresh} -o nowhere/a.pem"),
        format!("new ca --subject CN=a --days 3 {fresh} -o nowhere/a.pem"),
        format!("new ca --subject CN=a --days 3 {fresh} -o a.p12"),
        format!("new ca --subject CN=a --days 3 {CA} --state ca.toml {fresh} -o nowhere/a.pem"),
        format!("sign h.csr {CA} --days 3 --state ca.toml -o nowhere/h.pem"),
        format!("sign h.csr {CA} --days 3 --state ca.toml -o h.p12"),
        format!("sign h.csr {CA} --days 3 --state nowhere/ca.toml -o h.pem"),
        format!("sign h.csr {CA} --days 3 --state ca.toml --chain -o h.cer"),
        format!(
            "renew server.pem --rekey --new-key new.key --new-password none {CA} --state ca.toml -o nowhere/h.pem"
        ),
    ] {
        refused(&desk, &line, 2);
    }
    ok(
        &desk,
        &format!("sign h.csr {CA} --days 3 --state ca.toml -o h.pem"),
    );
    let list = format!("new crl {CA} --state ca.toml --days 3");
    refused(&desk, &format!("{list} -o nowhere/ca.crl"), 2);
    refused(&desk, &format!("{list} -o nowhere/ca.crl --force"), 2);
    refused(&desk, &format!("{list} -o ca.p12"), 2);
}

#[test]
fn the_state_keeps_its_comments_and_a_read_only_one_stays_as_it_is() {
    let desk = desk_with_request();
    let sign = format!("sign h.csr {CA} --profile server --days 3 --state ca.toml");
    ok(&desk, &format!("{sign} -o h.pem"));
    let commented = format!("# kept by Ann\n{}# the end\n", state(&desk));
    fs::write(desk.path("ca.toml"), commented).unwrap();
    ok(&desk, "revoke h.pem --state ca.toml --reason superseded");
    ok(&desk, &format!("{sign} -o i.pem"));
    let text = state(&desk);
    assert!(
        text.starts_with("# kept by Ann\n") && text.contains("# the end\n"),
        "{text}"
    );
    assert_eq!(text.matches("[[certificate]]").count(), 2, "{text}");

    fs::set_permissions(desk.path("ca.toml"), Permissions::from_mode(0o444)).unwrap();
    for line in [
        format!("{sign} -o j.pem"),
        "revoke i.pem --state ca.toml".to_owned(),
        format!("new crl {CA} --state ca.toml --days 3 -o ca.crl"),
    ] {
        let told = refused(&desk, &line, 2);
        assert!(told.contains("is read-only"), "{told}");
    }
}

#[test]
fn another_reason_is_not_passed_over_in_silence() {
    let desk = desk_with_request();
    ok(
        &desk,
        &format!("sign h.csr {CA} --days 3 --state ca.toml -o h.pem"),
    );
    ok(&desk, "revoke h.pem --state ca.toml --reason superseded");
    let again = "revoke h.pem --state ca.toml";
    for (more, is_told) in [
        ("", false),
        ("--reason superseded", false),
        ("--reason key-compromise", true),
        ("--since 2026-01-01", true),
    ] {
        let said = refused(&desk, &format!("{again} {more}"), 0);
        assert!(
            said.contains("already") && said.contains("(superseded)"),
            "{said}"
        );
        assert_eq!(said.contains("not written down"), is_told, "{more}: {said}");
    }
}

/// RFC 5280 section 5.2.3: a number is never used twice, so there is no list after the highest.
#[test]
fn the_numbers_of_lists_end() {
    let desk = desk_with_request();
    ok(
        &desk,
        &format!("sign h.csr {CA} --days 3 --state ca.toml -o h.pem"),
    );
    for number in [i64::MAX.to_string(), u64::MAX.to_string()] {
        let text = state(&desk).replace("crl-number = 0", &format!("crl-number = {number}"));
        fs::write(desk.path("ca.toml"), text).unwrap();
        let list = format!("new crl {CA} --state ca.toml --days 3 -o ca.crl");
        let told = refused(&desk, &list, 2);
        assert!(told.contains(&number), "{told}");
        let text = state(&desk).replace(&number, "0");
        fs::write(desk.path("ca.toml"), text).unwrap();
    }
}

/// Its beginning says which name is meant.
#[test]
fn a_long_name_is_not_printed_whole() {
    let desk = Desk::new();
    let long = "a".repeat(60_000);
    ok(
        &desk,
        &format!(
            "new ca --subject CN={long} --days 3 --type p-256 --new-key ca.key --password none -o ca.pem --allow long-name"
        ),
    );
    ok(
        &desk,
        "new csr --san h.test --type p-256 --new-key h.key --password none -o h.csr",
    );
    let sign = "sign h.csr --ca ca.key ca.pem --days";
    let told = refused(&desk, &format!("{sign} 9 -o h.pem"), 1);
    assert!(told.len() < 1_000, "{}", told.len());
    let said = ok(&desk, &format!("{sign} 2 --state ca.toml -o h.pem"));
    assert!(said.stderr.len() < 1_000, "{}", said.stderr.len());
}
