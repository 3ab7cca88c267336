use super::*;

#[test]
fn what_people_write_becomes_one_canonical_text() {
    for (text, canonical) in [
        ("proxy", "http://proxy:80"),
        ("Proxy.Example:3128", "http://proxy.example:3128"),
        ("http://proxy:3128/", "http://proxy:3128"),
        ("HTTP://192.0.2.1", "http://192.0.2.1:80"),
        ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("socks5://proxy", "socks5://proxy:1080"),
        ("socks5h://[::1]", "socks5h://[::1]:1080"),
        ("user:SECRET@proxy:8080", "http://proxy:8080"),
        ("http://@proxy", "http://proxy:80"),
    ] {
        assert_eq!(
            text.parse::<Proxy>().unwrap().to_string(),
            canonical,
            "{text}"
        );
    }
}

#[test]
fn credentials_are_decoded() {
    for (text, expected) in [
        ("http://u:p%40ss%3a%2F@h", Some(("u", "p@ss:/"))),
        ("u:p@ss@h:1", Some(("u", "p@ss"))),
        ("u:a:b@h:1", Some(("u", "a:b"))),
        ("socks5://J%C3%BCrgen@h", Some(("Jürgen", ""))),
        ("socks5://a%3Ab:c@h", Some(("a:b", "c"))),
        ("http://h", None),
        ("http://@h", None),
    ] {
        let proxy: Proxy = text.parse().unwrap();
        let expected = expected.map(|(user, password)| Credentials::new(user, password));
        assert_eq!(proxy.credentials, expected, "{text}");
    }
}

#[test]
fn neither_errors_nor_debug_texts_repeat_credentials() {
    for text in [
        "",
        "https://u:SECRET@h",
        "socks4://u:SECRET@h",
        "ftp://u:SECRET@h",
        "http://u:SEC%zzRET@h",
        "http://u:SECRET%4@h",
        "http://u:SECRET%",
        "http://u:SECRET",
        "http://u:SECRET/SECRET@h",
        "http://u:SECRET@h:0",
        "http://u:SECRET@h:99999",
        "http://u:SECRET@",
        "http://u:SECRET@h/path",
        "http://u:SECRET@h?q",
        "http://u:SECRET%00@h",
        "http://u%3A:SECRET@h",
        "http://u:SECRET%ff@h",
        "http://SECRET @h",
        "http://u:SECRET@zü_rich",
    ] {
        let error = text.parse::<Proxy>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{text}");
    }
    let proxy: Proxy = "u:SECRET@h:1".parse().unwrap();
    assert_eq!(format!("{proxy:?}"), "Proxy(http://h:1, with credentials)");
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(http://|socks5://)?[a-z%0-9:@/\\[\\]ü]{0,30}") {
        let _ = text.parse::<Proxy>();
    }
}
