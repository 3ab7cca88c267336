//! Responses made by openssl (`fixtures/tls`), and damage.

use proptest::prelude::*;
use time::macros::datetime;

use super::read::read_answer;
use super::*;
use crate::cert::asn1::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use crate::cert::testing::{self, from_pem};

const GOOD: &[u8] = include_bytes!("../../../../fixtures/tls/ocsp-good.der");
const THREE: &[u8] = include_bytes!("../../../../fixtures/tls/ocsp-three.der");
const SERVER: &str = include_str!("../../../../fixtures/pki/server.pem");
const RENEWED: &str = include_str!("../../../../fixtures/pki/server-renewed.pem");

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

#[test]
fn a_good_answer_by_the_hash_of_a_key() {
    let response = OcspResponse::from_der(GOOD).unwrap();
    assert_eq!(response.status, OcspStatus::Successful);
    assert_eq!(
        response.produced_at,
        Some(datetime!(2026-11-25 02:37:04 UTC))
    );
    assert_eq!(
        response.responder.as_deref(),
        Some("fdf8f3d4bb5899b390376cb5902053b3f3442f45")
    );
    assert!(response.certificates.is_empty());
    let [answer] = response.answers.as_slice() else {
        panic!("{response:?}");
    };
    assert_eq!(
        (answer.serial.as_str(), &answer.status),
        ("10", &CertificateStatus::Good)
    );
    assert_eq!(answer.this_update, datetime!(2026-11-25 02:37:04 UTC));
    assert_eq!(answer.next_update, Some(datetime!(2026-12-02 02:37:04 UTC)));
    assert!(answer.is_about(&from_pem(SERVER)));
    assert!(!answer.is_about(&from_pem(RENEWED)));
    assert!(answer.timestamps.is_none() && !answer.extensions_broken);
}

#[test]
fn three_answers_by_a_name() {
    let response = OcspResponse::from_der(THREE).unwrap();
    assert_eq!(
        response.responder.as_deref(),
        Some("CN=trustpack test issuing CA,O=trustpack test")
    );
    let answers: Vec<_> = response
        .answers
        .iter()
        .map(|answer| (answer.serial.as_str(), answer.status.word()))
        .collect();
    assert_eq!(
        answers,
        [("10", "good"), ("11", "revoked"), ("17", "unknown")]
    );
    assert_eq!(
        response.answers[1].status,
        CertificateStatus::Revoked {
            at: datetime!(2026-02-01 0:00 UTC),
            reason: Some("keyCompromise".to_owned()),
        }
    );
    assert_eq!(response.answers[1].next_update, None);
}

#[test]
fn a_response_may_have_no_answer() {
    for (code, word) in [
        (1, "malformed_request"),
        (2, "internal_error"),
        (3, "try_later"),
        (5, "sig_required"),
        (6, "unauthorized"),
    ] {
        let response = OcspResponse::from_der(&[0x30, 3, 0x0a, 1, code]).unwrap();
        assert_eq!(response.status.word(), word);
        assert!(response.answers.is_empty() && response.produced_at.is_none());
    }
}

#[test]
fn timestamps_come_out_of_their_wrapping() {
    let time = element(0x18, b"20260101000000Z");
    let id = [
        element(SEQUENCE, &element(OBJECT_IDENTIFIER, &[0x2b, 14, 3, 2, 26])),
        element(OCTET_STRING, &[1; 20]),
        element(OCTET_STRING, &[2; 20]),
        element(INTEGER, &[5]),
    ]
    .concat();
    let list = element(OCTET_STRING, &element(OCTET_STRING, b"list"));
    let oid = [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 5];
    let extension = [element(OBJECT_IDENTIFIER, &oid), list].concat();
    for (extensions, timestamps) in [
        (
            element(SEQUENCE, &element(SEQUENCE, &extension)),
            Some(&b"list"[..]),
        ),
        (b"junk".to_vec(), None),
    ] {
        let extensions = element(0xa1, &extensions);
        let answer = [&element(SEQUENCE, &id)[..], &[0x80, 0], &time, &extensions].concat();
        let answer = read_answer(&element(SEQUENCE, &answer)).unwrap();
        assert_eq!(answer.timestamps.as_deref(), timestamps);
        assert_eq!(answer.extensions_broken, timestamps.is_none());
    }
}

#[test]
fn a_serial_number_keeps_its_zero_octet_on_both_sides() {
    let mut params = testing::params("a.test");
    params.serial_number = Some(vec![0x80, 1].into());
    let certificate = testing::self_sign(params, testing::new_key()).certificate;
    let answer = OcspAnswer {
        serial_octets: vec![0, 0x80, 1],
        hash_algorithm: SHA256.to_owned(),
        issuer_name_hash: Sha256::digest(certificate.issuer().der()).to_vec(),
        ..OcspResponse::from_der(GOOD).unwrap().answers.remove(0)
    };
    assert!(answer.is_about(&certificate));
    let other = OcspAnswer {
        issuer_name_hash: vec![1],
        ..answer
    };
    assert!(!other.is_about(&certificate));
}

#[test]
fn what_is_no_response_is_an_error_that_says_where() {
    let error = |der: &[u8]| OcspResponse::from_der(der).unwrap_err().to_string();
    for (der, why) in [
        (&b""[..], "it is no DER of a response"),
        (&[0x30, 3, 0x0a, 1, 6, 0], "it is no DER of a response"),
        (&[0x30, 3, 0x0a, 1, 4], "its status is none of RFC 6960"),
        (
            &[0x30, 3, 0x0a, 1, 0],
            "its response bytes are not readable",
        ),
        (&[0x30, 0], "its status is not readable"),
    ] {
        assert_eq!(error(der), format!("not a readable OCSP response: {why}"));
    }
}

proptest! {
    #[test]
    fn no_damage_panics(
        place in 0..GOOD.len(),
        byte in any::<u8>(),
        end in 0..=GOOD.len(),
        junk in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut changed = GOOD.to_vec();
        changed[place] = byte;
        let _ = OcspResponse::from_der(&changed);
        prop_assert!(OcspResponse::from_der(&GOOD[..end]).is_err() || end == GOOD.len());
        let _ = OcspResponse::from_der(&junk);
        let _ = read_answer(&element(SEQUENCE, &junk));
    }
}
