use super::*;

/// A name of one-attribute sets: last arc of 2.5.4, tag, value.
fn name(attributes: &[(u8, u8, &[u8])]) -> Name {
    let mut sets = Vec::new();
    for (arc, tag, value) in attributes {
        let value_length = u8::try_from(value.len()).unwrap();
        let pair = value_length + 7;
        sets.extend([
            0x31,
            pair + 2,
            0x30,
            pair,
            6,
            3,
            0x55,
            4,
            *arc,
            *tag,
            value_length,
        ]);
        sets.extend(*value);
    }
    let mut der = vec![0x30, u8::try_from(sets.len()).unwrap()];
    der.extend(sets);
    Name::from_der(&der)
}

#[test]
fn shows_the_most_specific_attribute_first_and_escapes() {
    let shown = name(&[
        (6, 0x13, b"DE"),
        (10, 0x0c, b"Acme, Inc."),
        (3, 0x0c, b" #a+b "),
    ]);
    assert_eq!(shown.to_string(), "CN=\\ #a\\+b\\ ,O=Acme\\, Inc.,C=DE");
    assert_eq!(name(&[(3, 0x0c, b"#x")]).to_string(), "CN=\\#x");
}

#[test]
fn the_most_specific_common_name_is_decoded() {
    let both = name(&[(3, 0x0c, b"general"), (3, 0x1e, b"\x00s\x00p")]);
    assert_eq!(both.common_name(), Some("sp"));
    assert_eq!(both.to_string(), "CN=sp,CN=general");
}

#[test]
fn a_name_cannot_forge_terminal_output() {
    let evil = name(&[(3, 0x0c, "a\u{202e}b\n".as_bytes())]);
    assert_eq!(evil.to_string(), "CN=a\\u{202e}b\\n");
    assert_eq!(evil.common_name(), Some("a\\u{202e}b\\n"));
}

#[test]
fn other_types_are_shown_in_hex() {
    assert_eq!(name(&[(3, 0x02, &[7])]).to_string(), "CN=#020107");
    assert_eq!(name(&[(3, 0x0c, &[0xff])]).to_string(), "CN=#0c01ff");
}

#[test]
fn comparison_ignores_case_white_space_and_string_type() {
    let utf8 = name(&[(10, 0x0c, b"Acme  Root")]);
    let printable = name(&[(10, 0x13, b" ACME root ")]);
    let bmp = name(&[(10, 0x1e, b"\x00A\x00c\x00m\x00e\x00 \x00R\x00o\x00o\x00t")]);
    assert_eq!(utf8, printable);
    assert_eq!(utf8, bmp);
    assert_ne!(utf8, name(&[(11, 0x0c, b"Acme Root")]));
    assert!(utf8.is_same_for_java(&printable));
    assert!(!utf8.is_same_for_java(&bmp));
}

#[test]
fn order_and_number_of_attributes_matter() {
    let one = name(&[(10, 0x0c, b"a"), (11, 0x0c, b"b")]);
    assert_ne!(one, name(&[(11, 0x0c, b"b"), (10, 0x0c, b"a")]));
    assert_ne!(one, name(&[(10, 0x0c, b"a")]));
    assert!(one.is_within_for_java(&name(&[(10, 0x13, b"A")])));
    assert!(!one.is_within_for_java(&name(&[(11, 0x0c, b"b")])));
}

#[test]
fn damage_is_no_panic() {
    for bytes in [
        &b""[..],
        b"\x30",
        b"\x30\x05\x31\x03\x30\x01\x06",
        b"\x31\x00",
    ] {
        assert!(Name::from_der(bytes).is_empty());
        assert!(!Name::from_der(bytes).is_well_formed());
    }
}
