use super::*;

#[test]
fn definite_long_and_padded_lengths() {
    for bytes in [
        &[0x04, 0x02, 7, 8][..],
        &[0x04, 0x81, 0x02, 7, 8],
        &[0x04, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 2, 7, 8],
    ] {
        let tlv = Tlv::exactly(bytes, OCTET_STRING).unwrap();
        assert_eq!(tlv.content, [7, 8]);
        assert_eq!(tlv.header + 2, bytes.len());
    }
}

#[test]
fn indefinite_length_and_chunks() {
    let bytes = [
        0x24, 0x80, 0x04, 1, 7, 0x24, 0x80, 0x04, 1, 8, 0, 0, 0x04, 0, 0, 0, 99,
    ];
    let tlv = Tlv::first(&bytes).unwrap();
    assert_eq!(tlv.whole.len(), bytes.len() - 1);
    assert_eq!(*tlv.octets().unwrap(), [7, 8]);
    assert_eq!(to_der(&tlv).unwrap(), [0x04, 2, 7, 8]);
}

#[test]
fn cut_off_values_say_how_much_is_missing() {
    let fault = Tlv::first(&[0x30, 0x05, 0x02, 0x01]).unwrap_err();
    assert_eq!((fault.at, fault.kind), (4, FaultKind::Missing(3)));
    let fault = Tlv::first(&[0x30, 0x80, 0x02, 0x01, 0x00]).unwrap_err();
    assert_eq!((fault.at, fault.kind), (5, FaultKind::Missing(2)));
    assert!(Tlv::first(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]).is_err());
    assert!(Tlv::first(&[0x30, 0xff]).is_err());
    assert!(Tlv::first(&[]).is_err());
}

#[test]
fn deep_nesting_is_refused_and_not_a_stack_overflow() {
    let mut bytes = [0x30, 0x80].repeat(100_000);
    assert_eq!(
        Tlv::first(&bytes).unwrap_err().what,
        "values nested too deeply"
    );
    bytes = [0x24, 0x80].repeat(40);
    bytes.extend([0, 0].repeat(40));
    assert_eq!(Tlv::first(&bytes).unwrap().octets().unwrap().len(), 0);
}

#[test]
fn numbers_both_ways() {
    for (number, der) in [
        (0, &[2, 1, 0][..]),
        (127, &[2, 1, 127]),
        (128, &[2, 2, 0, 128]),
        (10_000, &[2, 2, 0x27, 0x10]),
        (u64::MAX, &[2, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
    ] {
        assert_eq!(unsigned(number), der);
        assert_eq!(Tlv::first(der).unwrap().unsigned().unwrap(), number);
    }
    assert!(Tlv::first(&[2, 1, 0x80]).unwrap().unsigned().is_err());
    assert!(Tlv::first(&[2, 0]).unwrap().unsigned().is_err());
    let huge = encode(INTEGER, &[&[1; 40]]);
    assert_eq!(Tlv::first(&huge).unwrap().unsigned().unwrap(), u64::MAX);
}
