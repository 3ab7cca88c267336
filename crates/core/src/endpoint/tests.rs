use super::*;

#[test]
fn no_error_repeats_a_credential() {
    for text in [
        "https://u:SECRET@host:1/",
        "u:SECRET@host:1",
        "https://host:1x/?t=SECRET",
        "ftp://a@SECRET:b@host",
        "https://u:SEC/RET:SECRET@h",
    ] {
        let error = text.parse::<Endpoint>().unwrap_err().to_string();
        assert!(!error.contains("SECRET"), "{text}: {error}");
    }
}

#[test]
fn what_people_write_becomes_one_canonical_text() {
    for (text, canonical) in [
        ("api.infobip.com", "api.infobip.com:443"),
        ("API.Infobip.COM:8443", "api.infobip.com:8443"),
        ("https://api.infobip.com", "api.infobip.com:443"),
        (
            "HTTPS://api.infobip.com:8443/a/b?c#d",
            "api.infobip.com:8443",
        ),
        ("https://api.infobip.com?x=1@2", "api.infobip.com:443"),
        ("tls://mail.example.com:465", "mail.example.com:465"),
        ("api.example.com.", "api.example.com.:443"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example:443"),
        ("https://Bücher.Example/", "xn--bcher-kva.example:443"),
        ("smtp://mail.example.com", "smtp://mail.example.com:25"),
        ("mail.example.com:25", "mail.example.com:25"),
        ("tls://mail.example.com:25", "tls://mail.example.com:25"),
        ("POSTGRESQL://db.example", "postgres://db.example:5432"),
        ("imaps://mail.example.com", "mail.example.com:993"),
        ("wss://[::1]:8443", "[::1]:8443"),
        ("my_host:443", "my_host:443"),
        ("127.0.0.1", "127.0.0.1:443"),
        ("127.0.0.1:8443", "127.0.0.1:8443"),
        ("[::1]", "[::1]:443"),
        ("[0:0::0001]:8443", "[::1]:8443"),
        ("::1", "[::1]:443"),
        ("2001:db8::1", "[2001:db8::1]:443"),
        ("https://[2001:db8::1]/x", "[2001:db8::1]:443"),
    ] {
        let endpoint: Endpoint = text.parse().unwrap();
        assert_eq!(endpoint.to_string(), canonical, "{text}");
        assert_eq!(canonical.parse::<Endpoint>().unwrap(), endpoint, "{text}");
        assert!(endpoint.server_name().is_some(), "{text}");
    }
}

#[test]
fn what_is_no_endpoint_says_why() {
    for (text, why) in [
        ("", "empty"),
        ("a b", "white space"),
        ("host\n", "white space"),
        ("gopher://example.com", "not known"),
        ("http://example.com", "write https://"),
        ("tls://host", "default port"),
        ("https://", "host is missing"),
        (":443", "host is missing"),
        ("https://user:secret@host", "user information"),
        ("user@host:443", "user information"),
        ("host:", "from 1 to 65535"),
        ("host:0", "from 1 to 65535"),
        ("host:65536", "from 1 to 65535"),
        ("host:99999999999999999999", "from 1 to 65535"),
        ("host:https", "no number"),
        ("host:+443", "no number"),
        ("host/path", "https://"),
        ("C:\\store.jks", "https://"),
        ("b\u{a0}cher.example", "white space"),
        ("bü_cher.example", "UTS 46"),
        ("300.1.1.1", "neither"),
        ("127.1", "neither"),
        ("1.2.3.4.:443", "neither"),
        ("-a.example", "no host name"),
        ("a..b", "no host name"),
        (".", "neither"),
        ("*.example.com", "no host name"),
        ("[::1", "not closed"),
        ("[::1]443", "after the bracket"),
        ("[127.0.0.1]:443", "no IPv6"),
        ("a:b:c", "no IPv6"),
        ("[fe80::1%eth0]:443", "zone"),
    ] {
        let error = text.parse::<Endpoint>().unwrap_err();
        assert!(error.why.contains(why), "{text}: {error}");
        assert_eq!(error.text, without_credentials(text));
    }
}

#[test]
fn scheme_and_port_say_what_comes_before_tls() {
    for (text, protocol, guessed) in [
        ("mail.example.com:587", Some(Protocol::Smtp), true),
        ("smtp://mail.example.com:2500", Some(Protocol::Smtp), false),
        ("tls://mail.example.com:25", None, false),
        ("smtps://mail.example.com", None, false),
        ("mail.example.com", None, false),
    ] {
        let endpoint: Endpoint = text.parse().unwrap();
        assert_eq!(endpoint.starttls(), protocol, "{text}");
        assert_eq!(endpoint.is_guessed(), guessed, "{text}");
    }
    let at_once = "mail.example.com:25".parse::<Endpoint>().unwrap();
    assert_eq!(at_once.with_starttls(None).starttls(), None);
}

#[test]
fn a_plain_word_is_a_path() {
    for text in [
        "api.infobip.com:443",
        "localhost:8443",
        "host:99999",
        "[::1]",
        "[::1]:443",
        "[broken",
        "::1",
        "https://host",
        "smtp://host",
    ] {
        assert!(Endpoint::looks_like(text), "{text}");
    }
    for text in [
        "",
        "-",
        ":443",
        "host",
        "api.infobip.com",
        "store.jks",
        "./store:443",
        "a/b:443",
        "C:\\a.pem",
        "C:a.pem",
        "host:https",
        "host:",
        "://x",
        "a b://x",
    ] {
        assert!(!Endpoint::looks_like(text), "{text}");
    }
}

#[test]
fn a_trailing_dot_is_no_part_of_the_identity() {
    let endpoint: Endpoint = "api.example.com.".parse().unwrap();
    assert_eq!(endpoint.host(), "api.example.com.");
    assert_eq!(endpoint.server_name().unwrap().to_str(), "api.example.com");
}

#[test]
fn the_first_connect_rule_that_applies_wins() {
    let rules: Vec<ConnectRule> = ["API.example.com:443=10.0.0.1:8443", "[::1]:9"]
        .iter()
        .map(|rule| rule.parse().unwrap())
        .collect();
    let dialled = |target: &str| connect_for(&rules, &target.parse().unwrap()).unwrap();
    assert_eq!(dialled("api.example.com").to_string(), "10.0.0.1:8443");
    assert_eq!(dialled("api.example.com:8443").to_string(), "[::1]:9");
    assert_eq!(connect_for(&[], &"a.example".parse().unwrap()), None);
    assert_eq!(rules[0].to_string(), "api.example.com:443=10.0.0.1:8443");
}

#[test]
fn a_connect_rule_needs_an_address_with_a_port() {
    for text in [
        "",
        "=",
        "a=",
        "a:443=10.0.0.1",
        "10.0.0.1",
        "a:443=b:c",
        "a b=c:1",
    ] {
        assert!(text.parse::<ConnectRule>().is_err(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = (text.parse::<Endpoint>(), text.parse::<ConnectRule>(), Endpoint::looks_like(&text));
    }
}
