//! What `revoke` takes for the certificate that is meant.

use std::fs;

use rcgen::{CertificateParams, KeyPair, SerialNumber};

use crate::issue::{CA, desk_with_ca, ok, refused};
use crate::store::Desk;
use crate::support::pki::pem;
use crate::support::{stderr, stdout};

/// The CA, and two certificates in its state.
fn desk() -> Desk {
    let desk = desk_with_ca();
    ok(
        &desk,
        "new csr --subject CN=s.test --san s.test --type p-256 --new-key s.key --password none -o s.csr",
    );
    for name in ["one.pem", "two.pem"] {
        ok(
            &desk,
            &format!("sign s.csr {CA} --profile server --days 9 --state ca.toml -o {name}"),
        );
    }
    desk
}

#[test]
fn a_stranger_with_the_same_serial_number_is_another_certificate() {
    let desk = desk();
    let serial = ok(&desk, "inspect one.pem --fields serial");
    let serial = stdout(&serial).trim().replace(':', "");
    let digits = |at: usize| u8::from_str_radix(&serial[at..at + 2], 16).unwrap();
    let number: Vec<u8> = (0..serial.len()).step_by(2).map(digits).collect();
    let mut params = CertificateParams::new(vec!["stranger.test".to_owned()]).unwrap();
    params.serial_number = Some(SerialNumber::from_slice(&number));
    let stranger = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    fs::write(
        desk.path("stranger.pem"),
        pem(std::slice::from_ref(stranger.der())),
    )
    .unwrap();
    let told = refused(&desk, "revoke stranger.pem --state ca.toml", 2);
    assert!(told.contains("another certificate"), "{told}");
    assert!(told.contains("CN=s.test"), "{told}");
    ok(&desk, "revoke one.pem --state ca.toml");
}

#[test]
fn of_several_none_is_guessed() {
    let desk = desk();
    let both = [desk.read("one.pem"), desk.read("two.pem")].concat();
    fs::write(desk.path("both.pem"), both).unwrap();
    let told = refused(&desk, "revoke both.pem --state ca.toml", 2);
    assert!(told.contains("2 certificates are in it"), "{told}");
    fs::create_dir(desk.path("folder")).unwrap();
    for name in ["one.pem", "two.pem"] {
        fs::copy(desk.path(name), desk.path("folder").join(name)).unwrap();
    }
    refused(&desk, "revoke folder --state ca.toml", 2);
    // a chain begins with the one that is meant
    ok(
        &desk,
        "store export ca.p12 --what certificate -o ca.pem --password env:STORE_PASS",
    );
    let chain = [desk.read("one.pem"), desk.read("ca.pem")].concat();
    fs::write(desk.path("chain.pem"), chain).unwrap();
    ok(&desk, "revoke chain.pem --state ca.toml");
    // and one behind it that is no issuer of it may as well be meant
    let chain = [
        desk.read("two.pem"),
        desk.read("ca.pem"),
        desk.read("one.pem"),
    ]
    .concat();
    fs::write(desk.path("unclear.pem"), chain).unwrap();
    let told = refused(&desk, "revoke unclear.pem --state ca.toml", 2);
    assert!(told.contains("3 certificates are in it"), "{told}");
}

/// The two certificates of the desk have one key.
#[test]
fn a_key_that_somebody_else_has_is_not_certified_again() {
    let desk = desk();
    let renew = format!("{CA} --state ca.toml --days 9");
    ok(&desk, "revoke two.pem --state ca.toml --reason superseded");
    let told = ok(&desk, &format!("renew two.pem {renew} -o again.pem"));
    assert!(stderr(&told).contains("(superseded)"), "{told:?}");

    ok(
        &desk,
        "revoke one.pem --state ca.toml --reason key-compromise",
    );
    let before = desk.read("ca.toml");
    for again in [
        "sign s.csr --profile server",
        "renew one.pem",
        "renew two.pem",
    ] {
        let told = refused(&desk, &format!("{again} {renew} -o new.pem"), 2);
        assert!(told.contains("key is not certified again"), "{told}");
        assert!(told.contains("(key-compromise)"), "{told}");
        assert!(told.contains("--rekey"), "{told}");
        assert!(!desk.path("new.pem").exists(), "{again}");
        assert_eq!(desk.read("ca.toml"), before, "{again}");
    }
    let told = ok(
        &desk,
        &format!("renew one.pem {renew} --rekey --new-key new.key --new-password none -o new.pem"),
    );
    assert!(stderr(&told).contains("(key-compromise)"), "{told:?}");
}

#[test]
fn a_day_that_no_list_can_say_is_refused_before_it_is_written() {
    let desk = desk();
    let told = refused(
        &desk,
        "revoke one.pem --state ca.toml --since 1969-12-31",
        2,
    );
    assert!(told.contains("1970"), "{told}");
    ok(&desk, "revoke one.pem --state ca.toml --since 1970-01-01");
    ok(
        &desk,
        &format!("new crl {CA} --state ca.toml --days 7 -o ca.crl"),
    );
}
