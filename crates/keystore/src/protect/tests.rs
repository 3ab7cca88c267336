use super::*;

#[test]
fn password_forms() {
    let forms = bmp_forms(&Password::new("Beavis"));
    assert_eq!(*forms[0], *b"\0B\0e\0a\0v\0i\0s\0\0");
    assert_eq!(forms.len(), 1);
    let forms = bmp_forms(&Password::new(""));
    assert_eq!((forms[0].as_slice(), forms[1].len()), (&[0, 0][..], 0));
    let forms = byte_forms(&Password::new("Mötley"));
    assert_eq!(forms[0].len(), 7);
    assert_eq!(*forms[1], *b"M\xf6tley");
    assert_eq!(byte_forms(&Password::new("Łódź")).len(), 1);
}

#[test]
fn the_budget_is_for_everything_together() {
    let mut budget = Budget::new();
    budget.charge(3_000_000).unwrap();
    assert_eq!(
        budget.charge(2_147_483_648),
        Err(Refusal::TooManyIterations(2_147_483_648))
    );
    budget.charge(2_000_000).unwrap();
    assert_eq!(budget.charge(1), Err(Refusal::TooManyAltogether(5_000_001)));
    assert!(budget.charge(u64::MAX).is_err());
}

#[test]
fn what_is_foreseen_is_summed_and_not_spent() {
    let mut budget = Budget::new();
    assert_eq!(
        budget.foresee([4_900_000, 4_900_000]),
        Err(Refusal::TooManyAltogether(9_800_000))
    );
    assert_eq!(
        budget.foresee([4_900_000, u64::MAX, 1]),
        Err(Refusal::TooManyIterations(u64::MAX))
    );
    assert_eq!(budget.foresee([2_500_000, 2_500_000]), Ok(()));
    budget.charge(5_000_000).unwrap();
    assert_eq!(
        budget.foresee([1]),
        Err(Refusal::TooManyAltogether(5_000_001))
    );
}

#[test]
fn a_wrong_password_is_one_even_where_its_other_forms_are_too_dear() {
    let salt = ber::encode(ber::OCTET_STRING, &[&[1; 8]]);
    let parameters = ber::encode(ber::SEQUENCE, &[&salt, &ber::unsigned(10)]);
    let der = ber::encode(
        ber::SEQUENCE,
        &[&oid::der(&oid::PBE_SHA1_3DES), &parameters],
    );
    let scheme = Scheme::parse(&Tlv::first(&der).unwrap()).unwrap();
    let mut budget = Budget::new();
    budget.charge(MAX_ITERATIONS - 10).unwrap();
    let mut open = || scheme.decrypt(&[0; 8], &Password::new("é"), &mut budget, |_| false);
    assert_eq!(open(), Err(Refusal::WrongPassword));
    assert_eq!(open(), Err(Refusal::TooManyAltogether(MAX_ITERATIONS + 10)));
}

#[test]
fn unknown_schemes_are_named() {
    let der = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::SHA256)]);
    let refusal = Scheme::parse(&Tlv::first(&der).unwrap()).unwrap_err();
    let message = refusal.of(Format::Pkcs12, "key").to_string();
    assert!(message.contains("2.16.840.1.101.3.4.2.1"), "{message}");
}
