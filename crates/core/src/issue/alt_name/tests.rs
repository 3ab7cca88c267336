use super::*;

fn der(text: &str) -> Vec<u8> {
    GeneralName::parse(text).unwrap().der().to_vec()
}

#[test]
fn every_kind_is_encoded() {
    for (text, tag, value) in [
        ("dns:h.example", DNS, &b"h.example"[..]),
        ("h.example", DNS, b"h.example"),
        ("H.Example", DNS, b"h.example"),
        ("*.example.org", DNS, b"*.example.org"),
        ("müller.example", DNS, b"xn--mller-kva.example"),
        ("localhost", DNS, b"localhost"),
        ("my_host", DNS, b"my_host"),
        ("192.0.2.1", IP, &[192, 0, 2, 1]),
        (
            "ip:::1",
            IP,
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ),
        ("a.b@h.example", EMAIL, b"a.b@h.example"),
        ("email:a@müller.example", EMAIL, b"a@xn--mller-kva.example"),
        ("https://h.example/x?y", URI, b"https://h.example/x?y"),
        ("uri:urn:uuid:1", URI, b"urn:uuid:1"),
        ("uri:http://u@[::1]:80/", URI, b"http://u@[::1]:80/"),
        ("uri:ldap:///CN=a", URI, b"ldap:///CN=a"),
        ("7.example", DNS, b"7.example"),
        ("rid:1.2.3", REGISTERED, &[0x2a, 3]),
    ] {
        assert_eq!(der(text), asn1::element(tag, &[value]), "{text}");
    }
    let name = Name::parse("/DC=com/DC=example").unwrap();
    assert_eq!(
        der("dir:DC=example,DC=com"),
        asn1::element(DIRECTORY, &[name.der()])
    );
}

#[test]
fn what_is_none_is_refused() {
    let long = format!("{}.example", "a".repeat(64));
    for text in [
        "",
        "dns:",
        "-a.example",
        "a..example",
        "a b.example",
        "*.com",
        "a.*.example",
        "dns:a\u{202e}b",
        "dns:a\0b",
        long.as_str(),
        "ip:300.1.1.1",
        "ip:h.example",
        "email:a",
        "email:@h",
        "email:ü@h.example",
        "uri:nothing",
        "uri:https://h/ü",
        "uri:1:x",
        "dir:CN",
        "rid:x",
        "192.0.2.1.",
        "300.1.1.1",
        "dns:10.0.0.1",
        "host.7",
        "*",
        "email:a@10.0.0.1",
        "dir:",
        "dir:CN=\\20",
        "uri:http://[::1/",
        "uri:http://[::g]/",
        "uri:http://h]/",
        "uri:http://:80/",
        "uri:http://h:x/",
        "uri:http://h:65536/",
    ] {
        assert!(GeneralName::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_others_encoded_is_judged_alike() {
    for (tag, value, sound) in [
        (DNS, &b"h.example"[..], true),
        (DNS, b"*.h.example", true),
        (DNS, b"*", false),
        (DNS, b"", false),
        (DNS, b"m\xc3\xbcller.example", false),
        (IP, &[10, 0, 0, 1], true),
        (IP, &[10, 0, 0], false),
        (IP, &[], false),
        (EMAIL, b"a@h.example", true),
        (EMAIL, b"a", false),
        (URI, b"spiffe://h/x", true),
        (URI, b"/x", false),
        (DIRECTORY, &[0x30, 0], false),
        // otherName, whatever is in it
        (0xa0, &[], true),
    ] {
        let der = asn1::element(tag, &[value]);
        let name = asn1::Reader::new(&der).next().unwrap();
        assert_eq!(problem(name).is_none(), sound, "{tag} {value:?}");
    }
}

#[test]
fn constraints_have_their_own_forms() {
    let constraint = |text: &str| GeneralName::parse_constraint(text).unwrap().der().to_vec();
    assert_eq!(
        constraint("dns:example.com"),
        asn1::element(DNS, &[b"example.com"])
    );
    assert_eq!(
        constraint("dns:.example.com"),
        asn1::element(DNS, &[b".example.com"])
    );
    assert_eq!(
        constraint("email:example.com"),
        asn1::element(EMAIL, &[b"example.com"])
    );
    assert_eq!(
        constraint("ip:10.1.2.3/8"),
        asn1::element(IP, &[&[10, 0, 0, 0, 255, 0, 0, 0]])
    );
    for text in ["example.com", "ip:10.0.0.1", "rid:1.2.3"] {
        assert!(GeneralName::parse_constraint(text).is_err(), "{text}");
    }
}
