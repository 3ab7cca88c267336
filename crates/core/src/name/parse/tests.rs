use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> String {
    Name::parse(text).unwrap().to_string()
}

#[test]
fn both_forms_give_the_same_name() {
    for (text, expected) in [
        ("CN=a,OU=b,OU=c,O=d,C=DE", "CN=a,OU=b,OU=c,O=d,C=DE"),
        ("/C=DE/O=d/OU=c/OU=b/CN=a", "CN=a,OU=b,OU=c,O=d,C=DE"),
        ("CN=x,DC=example,DC=com", "CN=x,DC=example,DC=com"),
        ("/DC=com/DC=example/CN=x", "CN=x,DC=example,DC=com"),
        ("cn=a , o = b ;c=DE", "CN=a,O=b,C=DE"),
        (r"CN=a\, b,O=\#c\ ", r"CN=a\, b,O=\#c\ "),
        (r#"O="Acme, Inc. ",CN="a+b""#, r"O=Acme\, Inc.\ ,CN=a\+b"),
        (r"CN=Z\C3\BCrich 🦀", "CN=Zürich 🦀"),
        (r"/CN=a\/b\+c", r"CN=a/b\+c"),
        // DER sorts a set, and it is shown from its end
        ("CN=a+UID=b,O=c", "UID=b+CN=a,O=c"),
        ("/O=c/UID=b+CN=a", "UID=b+CN=a,O=c"),
        ("OID.2.5.4.3=a,1.2.3.4=b", "CN=a,1.2.3.4=b"),
        (
            "EMAILADDRESS=a@b.example,S=x,G=y,SURNAME=z",
            "emailAddress=a@b.example,ST=x,GN=y,SN=z",
        ),
        ("CN=#0c0161", "CN=a"),
        ("", ""),
        ("/", ""),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn types_decide_the_string() {
    let tags = |text: &str| -> Vec<u8> {
        let name = Name::parse(text).unwrap();
        name.attributes
            .iter()
            .map(|attribute| attribute.tag)
            .collect()
    };
    assert_eq!(
        tags("/C=DE/DC=com/serialNumber=7/CN=a"),
        [0x13, 0x16, 0x13, 0x0c]
    );
}

#[test]
fn what_is_no_name_is_refused() {
    for text in [
        "CN",
        "a",
        "CN=a,",
        "CN=a,,O=b",
        "=a",
        "XX=a",
        "CN=",
        "CN=a\\",
        r"CN=\q",
        r"CN=\4",
        "CN=\"a",
        "CN=\"a\"b",
        "CN=#zz",
        "CN=#0c",
        "CN=#0c0161ff",
        r"CN=\ff",
        r"CN=\20",
        "C=DEU",
        "C=D1",
        "DC=münchen",
        "serialNumber=ü",
        "/CN",
        "/CN=a/",
        "/CN=a/b",
        "//CN=a",
        "1.2.=a",
        "OID.=a",
    ] {
        assert!(Name::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_shown_is_read_again(values in prop::collection::vec((0..4_usize, "\\PC{1,20}", any::<bool>()), 1..6)) {
        // a blank value may be in a name that is read, and is never typed
        prop_assume!(values.iter().all(|(_, value, _)| !value.trim().is_empty()));
        let kinds = ["CN", "OU", "O", "1.2.3.4"];
        let mut sets: Vec<Vec<Attribute>> = Vec::new();
        for (kind, value, joins) in values {
            let attribute = Attribute::new(kinds[kind], Value::Text(value)).unwrap();
            match sets.last_mut().filter(|_| joins) {
                Some(set) => set.push(attribute),
                None => sets.push(vec![attribute]),
            }
        }
        let sets: Vec<Vec<u8>> = sets.iter().map(|set| encode_set(set).unwrap()).collect();
        let parts: Vec<&[u8]> = sets.iter().map(Vec::as_slice).collect();
        let name = Name::from_der(&asn1::element(asn1::SEQUENCE, &parts));
        let again = Name::parse(&name.unescaped()).unwrap();
        prop_assert_eq!(again.der(), name.der());
    }

    #[test]
    fn any_text_is_a_name_or_an_error(text in "\\PC{0,60}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!(name.is_well_formed());
        }
    }
}
