use proptest::prelude::*;

use super::*;

fn sound(bytes: &[u8]) -> String {
    let utf = decode_utf(bytes);
    assert_eq!(utf.flaw, None, "{bytes:02x?}");
    utf.text
}

#[test]
fn known_answers_of_write_utf() {
    assert_eq!(encode_utf("\0"), [0xc0, 0x80]);
    assert_eq!(
        encode_utf("\u{1f600}"),
        [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]
    );
    assert_eq!(encode_utf("ä"), "ä".as_bytes());
    assert_eq!(encode_utf("ლ"), "ლ".as_bytes());
    assert_eq!(sound(&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]), "\u{1f600}");
    assert_eq!(sound(&[b'a', 0xc0, 0x80, b'b']), "a\0b");
    // Java writes NUL in two bytes and reads it in one as well.
    assert_eq!(sound(&[0]), "\0");
}

#[test]
fn plain_utf8_is_read_and_named() {
    let utf = decode_utf("x\u{1f600}y".as_bytes());
    assert_eq!(utf.text, "x\u{1f600}y");
    assert_eq!(utf.flaw, Some(PLAIN));
}

#[test]
fn malformed_bytes_become_replacement_characters() {
    for (bytes, text) in [
        (&[0xff][..], "\u{fffd}"),
        (&[b'a', 0x80, b'b'], "a\u{fffd}b"),
        (&[0xc3], "\u{fffd}"),
        (&[0xed, 0xa0, 0xbd], "\u{fffd}"), // a high surrogate alone
        (&[0xed, 0xb8, 0x80, b'x'], "\u{fffd}x"), // a low surrogate alone
        (&[0xed, 0xa0, 0xbd, b'x'], "\u{fffd}x"),
        (&[b'f', 0xfc, b'r'], "f\u{fffd}r"), // Latin-1
    ] {
        let utf = decode_utf(bytes);
        assert_eq!(utf.text, text, "{bytes:02x?}");
        assert_eq!(utf.flaw, Some(MALFORMED), "{bytes:02x?}");
    }
}

#[test]
fn a_length_that_lies_is_cut_off_at_the_end_of_the_input() {
    let mut input = DataInput::new(Format::Jks, &[0xff, 0xff, 0xff, 0xff, 1, 2]);
    assert_eq!(
        input.blob("blob"),
        Err(Error::Truncated {
            format: Format::Jks,
            at: 6,
            needed: 0xffff_ffff - 2,
            what: "blob".to_owned(),
        })
    );
}

proptest! {
    #[test]
    fn modified_utf8_comes_back(text in any::<String>()) {
        prop_assert_eq!(sound(&encode_utf(&text)), text);
    }

    #[test]
    fn any_bytes_decode(bytes in any::<Vec<u8>>()) {
        let utf = decode_utf(&bytes);
        if utf.flaw.is_none() && !bytes.contains(&0) {
            // Java accepts overlong forms, so only the text is compared.
            prop_assert_eq!(sound(&encode_utf(&utf.text)), utf.text);
        }
    }
}
