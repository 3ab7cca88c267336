use proptest::prelude::*;

use super::*;

fn text(body: &str) -> String {
    let body = decode(body.as_bytes(), b"").unwrap();
    String::from_utf8(body.bytes.to_vec()).unwrap()
}

fn why(body: &str) -> String {
    match decode(body.as_bytes(), b"") {
        Ok(body) => body.flaw.unwrap().why,
        Err(flaw) => flaw.why,
    }
}

#[test]
fn every_way_to_wrap_the_same_bytes() {
    for body in [
        "\nSGVs\nbG8/\n",
        "\r\nSGVs\r\nbG8/\r\n",
        "\rSGVs\rbG8/\r",
        "SGVsbG8/",
        " SGVs bG8/ ",
        "\n\n  SGVs  \n\n\tbG8/\t\n  ",
        "\n> SGVs\n> bG8/\n> ",
        "\n>> SGVs\n>> bG8/\n>> ",
        "\n# SGVs\n * bG8/\n# ",
        "\\nSGVs\\nbG8/\\n",
        "\\r\\nSGVs\\r\\nbG8\\/\\r\\n",
        "\\\\nSGVs\\\\nbG8/\\\\n",
        "\\nSGVsbG8\\u002f\\n",
        "\\n\" +\n  \"SGVs\\n\" +\n  \"bG8/\\n\" +\n  \"",
        "\"\n  + \"SGVs\"\n  + \"bG8/\"\n  + \"",
        "',\n 'SGVs',\n 'bG8/',\n '",
        "\\\nSGVs\\\nbG8/\\\n",
        "\n\u{a0}SGVs\u{200b}\nbG8/\u{feff}\n",
        "\nComment: hello\n\nSGVs\nbG8/\n",
    ] {
        let decoded = decode(body.as_bytes(), b"");
        let decoded = decoded.unwrap_or_else(|flaw| panic!("{body:?}: {flaw:?}"));
        assert_eq!(&decoded.bytes[..], b"Hello?", "{body:?}");
    }
}

#[test]
fn a_prefix_of_base64_characters_is_taken_off_where_it_is_one() {
    for (prefix, body) in [
        ("+", "\n+SGVs\n+bG8/\n+"),
        ("// ", "\n// SGVs\n// bG8/\n// "),
    ] {
        let body = decode(body.as_bytes(), prefix.as_bytes()).unwrap();
        assert_eq!(&body.bytes[..], b"Hello?");
    }
}

#[test]
fn headers_of_traditional_encryption() {
    for body in [
        "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nSGVs\n",
        "\nProc-Type:4,ENCRYPTED\r\nDEK-Info:AES-128-CBC,00FF\r\nSGVs\r\n",
        "\\nProc-Type: 4,ENCRYPTED\\nDEK-Info: AES-128-CBC,00FF\\n\\nSGVs\\n",
        " Proc-Type: 4, ENCRYPTED DEK-Info: AES-128-CBC, 00FF SGVs ",
        "\n  Proc-Type: 4,ENCRYPTED\n  DEK-Info: AES-128-CBC,00FF\n\n  SGVs\n",
    ] {
        let decoded = decode(body.as_bytes(), b"").unwrap();
        assert_eq!(
            decoded.dek_info.as_deref(),
            Some("AES-128-CBC,00FF"),
            "{body:?}"
        );
        assert_eq!(&decoded.bytes[..], b"Hel", "{body:?}");
        assert!(decoded.oddities.is_empty());
    }
}

#[test]
fn padding_may_be_missing_but_not_in_the_middle() {
    assert_eq!(text("SGU="), "He");
    assert_eq!(text("SGU"), "He");
    assert_eq!(text("SGU=="), "He");
    assert_eq!(text("SA"), "H");
    let body = decode(b"SGU", b"").unwrap();
    assert_eq!(body.oddities, ["base64 without its padding"]);
    assert_eq!(why("SGU=SGVs"), "base64 goes on after the padding");
    assert!(why("SGVsb").starts_with("base64 of 5 characters"));
}

#[test]
fn what_is_no_base64_is_named() {
    assert_eq!(why("SG%Vs"), "'%' is no base64 character");
    assert_eq!(why("SG\u{7}Vs"), "byte 0x07 is no base64 character");
    assert_eq!(why("\n\n"), "the block is empty");
    assert_eq!(why("SGVs\\u00e4"), "byte 0xe4 is no base64 character");
    let body = decode(b"\nSGVs\nSG?s\n", b"").unwrap();
    assert_eq!(body.flaw.unwrap().at, Some(6));
    assert_eq!(&body.bytes[..], b"Hel");
}

proptest! {
    #[test]
    fn any_body_decodes_or_not(body in any::<Vec<u8>>(), prefix in any::<Vec<u8>>()) {
        let _ = decode(&body, &prefix);
    }

    #[test]
    fn textual_bodies_decode_or_not(body in "[A-Za-z+/=\\\\nu0-9\"' :\n\r,-]{0,80}") {
        let _ = decode(body.as_bytes(), b"");
    }
}
