//! Every decoder with what it is made for, and with damage.

use super::*;
use crate::cert::asn1::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING};

/// One element; lengths up to 64 KiB.
fn der(tag: u8, contents: impl AsRef<[u8]>) -> Vec<u8> {
    let contents = contents.as_ref();
    let mut der = vec![tag];
    match u16::try_from(contents.len()).unwrap().to_be_bytes() {
        [0, short] if short < 0x80 => der.push(short),
        [0, one] => der.extend([0x81, one]),
        two => der.extend([0x82, two[0], two[1]]),
    }
    der.extend(contents);
    der
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    der(SEQUENCE, parts.concat())
}

fn object(oid: &str) -> Vec<u8> {
    let arcs: Vec<u64> = oid.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut contents = Vec::new();
    let first = arcs[0] * 40 + arcs[1];
    for arc in std::iter::once(&first).chain(&arcs[2..]) {
        let mut octets = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            octets.insert(0, u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        contents.extend(octets);
    }
    der(OBJECT_IDENTIFIER, contents)
}

fn text(text: &str) -> Vec<u8> {
    der(0x0c, text)
}

fn number(octet: u8) -> Vec<u8> {
    der(INTEGER, [octet])
}

/// What `oid` says, as JSON.
fn shown(oid: &str, value: &[u8]) -> String {
    match extension(oid, value) {
        Decoded::Known(value) => serde_json::to_string(&value).unwrap(),
        other => panic!("{oid}: {other:?}"),
    }
}

fn samples() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let uri = |address: &str| der(0x86, address);
    let time = b"20260101000000Z";
    let timestamp = {
        let mut sct = vec![0];
        sct.extend([7; 32]);
        sct.extend(1_767_225_600_000_u64.to_be_bytes());
        sct.extend([0, 0, 4, 3, 0, 2, 9, 9]);
        let length = u8::try_from(sct.len()).unwrap();
        let list = [&[0, length + 2, 0, length][..], &sct].concat();
        der(OCTET_STRING, list)
    };
    vec![
        (
            "2.5.29.9",
            sequence(&[sequence(&[
                object("1.3.6.1.5.5.7.9.4"),
                der(0x31, der(0x13, "DE")),
            ])]),
            r#"[{"type":{"oid":"1.3.6.1.5.5.7.9.4","name":"countryOfCitizenship"},"value":["DE"]}]"#,
        ),
        ("2.5.29.14", der(OCTET_STRING, [0xab, 0xcd]), r#""abcd""#),
        (
            "2.5.29.15",
            der(BIT_STRING, [7, 0b1000_0110, 0x80]),
            r#"["digitalSignature","keyCertSign","cRLSign","decipherOnly"]"#,
        ),
        (
            "2.5.29.16",
            sequence(&[der(0x80, time)]),
            r#"{"not_before":"2026-01-01T00:00:00Z"}"#,
        ),
        (
            "2.5.29.17",
            sequence(&[
                der(0x82, "a.example"),
                der(0x81, "a@b"),
                uri("http://x"),
                der(0x87, [192, 0, 2, 1]),
                der(
                    0x87,
                    [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                ),
                der(0x88, [42, 3]),
                der(
                    0xa4,
                    sequence(&[der(0x31, sequence(&[object("2.5.4.3"), text("D")]))]),
                ),
                der(
                    0xa0,
                    [object("1.3.6.1.5.5.7.8.9"), der(0xa0, text("ü@b"))].concat(),
                ),
                der(0xa5, der(0xa1, text("p"))),
                der(0xa3, [5, 0]),
            ]),
            r#"[{"dns":"a.example"},{"email":"a@b"},{"uri":"http://x"},{"ip":"192.0.2.1"},{"ip":"2001:db8::1"},{"registered_id":{"oid":"1.2.3","name":null}},{"directory":"CN=D"},{"other":{"type":{"oid":"1.3.6.1.5.5.7.8.9","name":"smtpUTF8Mailbox"},"value":"ü@b"}},{"edi_party":[{"[1]":["p"]}]},{"x400":"0500"}]"#,
        ),
        (
            "2.5.29.19",
            sequence(&[der(1, [0xff]), number(1)]),
            r#"{"ca":true,"path_len":1}"#,
        ),
        ("2.5.29.19", sequence(&[]), r#"{"ca":false}"#),
        ("2.5.29.20", der(INTEGER, [1, 0]), "256"),
        ("2.5.29.21", der(0x0a, [1]), r#""keyCompromise""#),
        ("2.5.29.21", der(0x0a, [7]), "7"),
        (
            "2.5.29.23",
            object("1.2.840.10040.2.3"),
            r#"{"oid":"1.2.840.10040.2.3","name":"holdInstructionReject"}"#,
        ),
        ("2.5.29.24", der(0x18, time), r#""2026-01-01T00:00:00Z""#),
        (
            "2.5.29.28",
            sequence(&[
                der(0xa0, der(0xa0, uri("http://c"))),
                der(0x82, [0xff]),
                der(0x83, [0, 0x40]),
            ]),
            r#"{"name":[{"uri":"http://c"}],"only_contains_ca_certs":true,"only_some_reasons":["keyCompromise"]}"#,
        ),
        (
            "2.5.29.30",
            sequence(&[
                der(0xa0, sequence(&[der(0x82, ".example")])),
                der(
                    0xa1,
                    [
                        sequence(&[der(0x87, [10, 0, 0, 0, 255, 0, 0, 0])]),
                        sequence(&[der(0x87, [10, 0, 0, 0, 255, 0, 255, 0])]),
                    ]
                    .concat(),
                ),
            ]),
            r#"{"permitted":[{"dns":".example"}],"excluded":[{"ip":"10.0.0.0/8"},{"ip":"10.0.0.0/ff00ff00"}]}"#,
        ),
        (
            "2.5.29.31",
            sequence(&[sequence(&[der(0xa0, der(0xa0, uri("http://c")))])]),
            r#"[{"name":[{"uri":"http://c"}]}]"#,
        ),
        (
            "2.5.29.32",
            sequence(&[
                sequence(&[object("2.23.140.1.2.1")]),
                sequence(&[
                    object("1.2.3"),
                    sequence(&[
                        sequence(&[object("1.3.6.1.5.5.7.2.1"), der(0x16, "http://p")]),
                        sequence(&[object("1.3.6.1.5.5.7.2.2"), sequence(&[text("read me")])]),
                        sequence(&[object("1.2.4"), number(1)]),
                    ]),
                ]),
            ]),
            r#"[{"policy":{"oid":"2.23.140.1.2.1","name":"domain-validated"}},{"policy":{"oid":"1.2.3","name":null},"qualifiers":[{"cps":"http://p"},{"user_notice":"read me"},{"type":{"oid":"1.2.4","name":null},"value":1}]}]"#,
        ),
        (
            "2.5.29.33",
            sequence(&[sequence(&[object("1.2.3"), object("1.2.4")])]),
            r#"[{"issuer_policy":{"oid":"1.2.3","name":null},"subject_policy":{"oid":"1.2.4","name":null}}]"#,
        ),
        (
            "2.5.29.35",
            sequence(&[der(0x80, [1]), der(0xa1, der(0x82, "i")), der(0x82, [2])]),
            r#"{"key_identifier":"01","issuer":[{"dns":"i"}],"serial_number":"02"}"#,
        ),
        (
            "2.5.29.36",
            sequence(&[der(0x80, [0]), der(0x81, [1])]),
            r#"{"require_explicit_policy":0,"inhibit_policy_mapping":1}"#,
        ),
        (
            "2.5.29.37",
            sequence(&[object("1.3.6.1.4.1.311.20.2.2"), object("1.3.6.1.5.2.3.5")]),
            r#"[{"oid":"1.3.6.1.4.1.311.20.2.2","name":"microsoftSmartcardLogon"},{"oid":"1.3.6.1.5.2.3.5","name":"pkinitKdc"}]"#,
        ),
        ("2.5.29.54", number(0), "0"),
        (
            "1.3.6.1.5.5.7.1.1",
            sequence(&[sequence(&[object("1.3.6.1.5.5.7.48.1"), uri("http://o")])]),
            r#"[{"method":{"oid":"1.3.6.1.5.5.7.48.1","name":"ocsp"},"location":{"uri":"http://o"}}]"#,
        ),
        (
            "1.3.6.1.5.5.7.1.3",
            sequence(&[
                sequence(&[object("0.4.0.1862.1.1")]),
                sequence(&[
                    object("0.4.0.1862.1.2"),
                    sequence(&[der(0x13, "EUR"), number(5), number(3)]),
                ]),
                sequence(&[
                    object("0.4.0.1862.1.5"),
                    sequence(&[sequence(&[der(0x16, "http://d"), der(0x13, "en")])]),
                ]),
                sequence(&[
                    object("0.4.0.1862.1.6"),
                    sequence(&[object("0.4.0.1862.1.6.3")]),
                ]),
                sequence(&[
                    object("0.4.0.19495.2"),
                    sequence(&[
                        sequence(&[sequence(&[object("0.4.0.19495.1.2"), text("PSP_PI")])]),
                        text("Bank"),
                        text("DE-B"),
                    ]),
                ]),
                sequence(&[
                    object("1.3.6.1.5.5.7.11.2"),
                    sequence(&[object("0.4.0.194121.1.1")]),
                ]),
            ]),
            r#"[{"statement":{"oid":"0.4.0.1862.1.1","name":"qcCompliance"}},{"statement":{"oid":"0.4.0.1862.1.2","name":"qcLimitValue"},"value":{"currency":"EUR","amount":5,"exponent":3}},{"statement":{"oid":"0.4.0.1862.1.5","name":"qcPDS"},"value":[{"url":"http://d","language":"en"}]},{"statement":{"oid":"0.4.0.1862.1.6","name":"qcType"},"value":[{"oid":"0.4.0.1862.1.6.3","name":"qcType-web"}]},{"statement":{"oid":"0.4.0.19495.2","name":"qcPSD2"},"value":{"roles":[[{"oid":"0.4.0.19495.1.2","name":"psd2PaymentInitiation"},"PSP_PI"]],"authority":"Bank","authority_id":"DE-B"}},{"statement":{"oid":"1.3.6.1.5.5.7.11.2","name":"pkixQCSyntax-v2"},"value":{"semantics":{"oid":"0.4.0.194121.1.1","name":"semanticsNatural"}}}]"#,
        ),
        (
            "1.3.6.1.5.5.7.1.7",
            sequence(&[
                // RFC 3779 appendix B: 10.0.32/20, 10.3/16, and the range from 10.2.48.0 to 10.2.64.255
                sequence(&[
                    der(OCTET_STRING, [0, 1, 1]),
                    sequence(&[
                        der(BIT_STRING, [4, 10, 0, 0x20]),
                        der(BIT_STRING, [0, 10, 3]),
                        sequence(&[
                            der(BIT_STRING, [4, 10, 2, 0x30]),
                            der(BIT_STRING, [0, 10, 2, 0x40]),
                        ]),
                    ]),
                ]),
                sequence(&[der(OCTET_STRING, [0, 2]), der(5, [])]),
            ]),
            r#"[{"family":"IPv4","subsequent_family":1,"addresses":["10.0.32.0/20","10.3.0.0/16","10.2.48.0-10.2.64.255"]},{"family":"IPv6","addresses":"inherit"}]"#,
        ),
        (
            "1.3.6.1.5.5.7.1.8",
            sequence(&[
                der(
                    0xa0,
                    sequence(&[number(5), sequence(&[number(7), number(9)])]),
                ),
                der(0xa1, der(5, [])),
            ]),
            r#"{"as_numbers":[5,"7-9"],"routing_domains":"inherit"}"#,
        ),
        (
            "1.3.6.1.5.5.7.1.14",
            sequence(&[sequence(&[object("1.3.6.1.5.5.7.21.1")])]),
            r#"{"language":{"oid":"1.3.6.1.5.5.7.21.1","name":"proxyInheritAll"}}"#,
        ),
        (
            "1.3.6.1.5.5.7.1.24",
            sequence(&[number(5), number(17), number(9)]),
            r#"["status_request (5)","status_request_v2 (17)",9]"#,
        ),
        ("1.3.6.1.5.5.7.48.1.5", der(5, []), r#""present""#),
        (
            "1.2.840.113549.1.9.15",
            sequence(&[sequence(&[object("1.2.840.113549.3.2"), number(40)])]),
            r#"[{"type":{"oid":"1.2.840.113549.3.2","name":"RC2-CBC"},"value":40}]"#,
        ),
        (
            "1.3.6.1.4.1.11129.2.4.2",
            timestamp,
            r#"[{"version":1,"log_id":"0707070707070707070707070707070707070707070707070707070707070707","timestamp":"2026-01-01T00:00:00Z","signature_algorithm":"SHA256withECDSA","signature":"0909"}]"#,
        ),
        (
            "1.3.6.1.4.1.311.20.2",
            der(0x1e, [0, b'C', 0, b'A']),
            r#""CA""#,
        ),
        (
            "1.3.6.1.4.1.311.21.1",
            der(INTEGER, [3, 0, 2]),
            r#"{"certificate_index":2,"key_index":3}"#,
        ),
        (
            "1.3.6.1.4.1.311.21.7",
            sequence(&[object("1.2.3"), number(100), number(4)]),
            r#"{"template":{"oid":"1.2.3","name":null},"major_version":100,"minor_version":4}"#,
        ),
        (
            "1.3.6.1.4.1.311.25.2",
            sequence(&[der(
                0xa0,
                [
                    object("1.3.6.1.4.1.311.25.2.1"),
                    der(0xa0, der(OCTET_STRING, "S-1-5-21")),
                ]
                .concat(),
            )]),
            r#"[{"other":{"type":{"oid":"1.3.6.1.4.1.311.25.2.1","name":"ntdsObjectSid"},"value":"S-1-5-21"}}]"#,
        ),
        (
            "2.16.840.1.113730.1.1",
            der(BIT_STRING, [0, 0b1100_0111]),
            r#"["client","server","sslCA","emailCA","objCA"]"#,
        ),
        (
            "2.16.840.1.113730.1.13",
            der(0x16, "made by hand"),
            r#""made by hand""#,
        ),
        (
            "1.2.840.113533.7.65.0",
            sequence(&[der(0x1b, "V7.1"), der(BIT_STRING, [5, 0xa0])]),
            r#"{"version":"V7.1","flags":["keyUpdateAllowed","pKIXCertificate"]}"#,
        ),
        (
            "2.23.140.3.1",
            sequence(&[der(0x13, "PSD"), der(0x13, "DE"), text("B")]),
            r#"{"scheme":"PSD","country":"DE","reference":"B"}"#,
        ),
        (
            "1.2.643.100.112",
            sequence(&[text("a"), text("b"), text("c"), text("d")]),
            r#"{"sign_tool":"a","ca_tool":"b","sign_tool_certificate":"c","ca_tool_certificate":"d"}"#,
        ),
    ]
}

#[test]
fn every_decoder_says_what_the_bytes_say() {
    for (oid, value, expected) in samples() {
        assert_eq!(shown(oid, &value), expected, "{oid}");
        assert!(name(oid).is_some(), "{oid} has a decoder and no name");
    }
}

#[test]
fn cut_and_lengthened_values_are_broken_and_flipped_ones_no_panic() {
    for (oid, value, _) in samples() {
        for length in 0..value.len() {
            assert_eq!(
                extension(oid, &value[..length]),
                Decoded::Broken,
                "{oid} cut at {length}"
            );
        }
        let long = [&value[..], &[0]].concat();
        assert_eq!(extension(oid, &long), Decoded::Broken, "{oid} lengthened");
        for place in 0..value.len() {
            for flip in [0x01, 0x1f, 0x80, 0xff] {
                let mut bad = value.clone();
                bad[place] ^= flip;
                let _ = extension(oid, &bad);
            }
        }
    }
}

#[test]
fn what_is_not_known_is_shown_by_its_structure() {
    assert_eq!(
        extension("1.2.3", &sequence(&[number(1)])),
        Decoded::Unknown(Some(Value::List(vec![Value::Number(1)])))
    );
    assert_eq!(extension("1.2.3", b"junk"), Decoded::Unknown(None));
    // a name without a decoder
    assert_eq!(name("1.3.36.8.3.3"), Some("admission"));
    assert!(matches!(
        extension("1.3.36.8.3.3", b""),
        Decoded::Unknown(None)
    ));
}

#[test]
fn names_of_strangers_cannot_steer_a_terminal() {
    let value = sequence(&[der(0x82, "a\u{202e}\u{1b}[2J\u{0}")]);
    assert_eq!(
        shown("2.5.29.17", &value),
        r#"[{"dns":"a\\u{202e}\\u{1b}[2J\\u{0}"}]"#
    );
}
