use proptest::prelude::*;

use super::*;
use crate::cert::testing;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8";

fn digest() -> [u8; 32] {
    std::array::from_fn(|place| match u8::try_from(place).unwrap() {
        31 => 0xff,
        octet => octet,
    })
}

#[test]
fn every_form_is_read() {
    let upper = HEX.to_uppercase();
    let pairs: Vec<&str> = (0..32).map(|at| &upper[2 * at..2 * at + 2]).collect();
    let colons = pairs.join(":");
    let certificate = Expectation::Certificate(digest());
    let key = Expectation::PublicKey(digest());
    for (text, expected) in [
        (HEX.to_owned(), certificate),
        (upper, certificate),
        (colons.clone(), certificate),
        (format!("sha256:{HEX}"), certificate),
        (format!("SHA256:{colons}"), certificate),
        (format!(" sha256:{HEX}\n"), certificate),
        (format!("sha256/{BASE64}="), key),
        (format!("sha256//{BASE64}="), key),
        (format!("sha256/{BASE64}"), key),
        (format!("sha256:{BASE64}="), key),
        (format!("certificate:sha256:{BASE64}="), certificate),
        (format!("spki:{colons}"), key),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
}

#[test]
fn anything_else_says_what_was_expected() {
    for text in [
        "",
        "sha256:",
        "sha256",
        "sha1:00",
        &HEX[1..],
        &format!("{HEX}00"),
        &format!("+{}", &HEX[1..]),
        &format!("sha256/{HEX}"),
        "sha256/AAAA",
        "spki:x",
        "zürich",
        "sha25ü",
    ] {
        let error = text.parse::<Expectation>().unwrap_err().to_string();
        assert!(
            error.contains("expected sha256: and 64 hex digits"),
            "{error}"
        );
    }
    let error = "AA:".repeat(19) + "AA";
    let error = error.parse::<Expectation>().unwrap_err().to_string();
    assert!(error.ends_with("(this has the length of SHA-1)"), "{error}");
}

#[test]
fn a_renewal_keeps_the_key_and_not_the_certificate() {
    let [old, new] = [0, 60].map(|from| testing::certificate("a", false, from, 60));
    let key = Sha256::digest(old.subject_public_key_info()).into();
    let key = Expectation::PublicKey(key);
    let certificate = Expectation::Certificate(*old.fingerprint().as_bytes());
    assert!(key.matches(&old) && key.matches(&new));
    assert!(certificate.matches(&old) && !certificate.matches(&new));
}

proptest! {
    #[test]
    fn what_is_shown_is_read_again(digest in any::<[u8; 32]>(), is_key in any::<bool>()) {
        let expectation = match is_key {
            true => Expectation::PublicKey(digest),
            false => Expectation::Certificate(digest),
        };
        prop_assert_eq!(expectation.to_string().parse(), Ok(expectation));
    }

    #[test]
    fn no_text_panics(text in "(sha256[:/])?.{0,70}") {
        let _ = text.parse::<Expectation>();
    }
}
