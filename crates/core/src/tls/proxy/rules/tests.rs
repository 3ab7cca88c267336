use super::*;

fn environment(variables: &[(&str, &str)]) -> Result<ProxyRules, ProxyUrlError> {
    ProxyRules::from_environment(|wanted| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn shown(rules: &ProxyRules, host: &str) -> Option<String> {
    rules.for_target(host, 443).map(ToString::to_string)
}

#[test]
fn no_proxy_has_these_forms() {
    for (no_proxy, host, port, excepted) in [
        ("*", "anything", 1, true),
        ("example.com", "example.com", 443, true),
        ("example.com", "EXAMPLE.com.", 443, true),
        ("example.com", "a.b.example.com", 443, true),
        ("example.com", "badexample.com", 443, false),
        ("example.com", "example.com.evil.test", 443, false),
        (".example.com", "example.com", 443, true),
        (".example.com", "a.example.com", 443, true),
        ("*.example.com", "a.example.com", 443, true),
        ("EXAMPLE.com.", "a.example.com", 443, true),
        ("example.com:8443", "example.com", 8443, true),
        ("example.com:8443", "example.com", 443, false),
        ("a.test, b.test c.test", "c.test", 443, true),
        ("a.test,,b.test", "d.test", 443, false),
        ("192.0.2.1", "192.0.2.1", 443, true),
        ("192.0.2.1", "192.0.2.10", 443, false),
        ("2.1", "192.0.2.1", 443, false),
        ("192.0.2.1:80", "192.0.2.1", 443, false),
        ("192.0.2.1:443", "192.0.2.1", 443, true),
        ("192.0.2.0/24", "192.0.2.77", 443, true),
        ("192.0.2.7/24", "192.0.2.77", 443, true),
        ("192.0.2.0/24", "192.0.3.1", 443, false),
        ("192.0.2.0/24", "::ffff:192.0.2.1", 443, true),
        ("192.0.2.0/99", "192.0.2.1", 443, false),
        ("fd00::/8", "fd12::1", 443, true),
        ("2001:db8::1", "2001:DB8:0::1", 443, true),
        ("[2001:db8::1]", "2001:db8::1", 443, true),
        ("[2001:db8::1]:443", "2001:db8::1", 443, true),
        ("[2001:db8::1]:444", "2001:db8::1", 443, false),
        ("::1", "a.test", 443, false),
        (".", "a.test", 443, false),
        (":443", "a.test", 443, false),
        ("", "a.test", 443, false),
    ] {
        let proxy = "http://proxy".parse().unwrap();
        let rules = ProxyRules::always(proxy).except(no_proxy);
        let direct = rules.for_target(host, port).is_none();
        assert_eq!(direct, excepted, "{no_proxy:?} {host}:{port}");
    }
}

#[test]
fn the_environment_has_an_order() {
    let all = [
        ("ALL_PROXY", "http://d"),
        ("all_proxy", "http://c"),
        ("HTTPS_PROXY", "http://b"),
        ("https_proxy", "http://a"),
    ];
    for (count, expected) in [(1, "d"), (2, "c"), (3, "b"), (4, "a")] {
        let rules = environment(&all[..count]).unwrap();
        assert_eq!(
            shown(&rules, "x.test"),
            Some(format!("http://{expected}:80"))
        );
    }
    let empty = environment(&[("https_proxy", " "), ("ALL_PROXY", "socks5h://d")]).unwrap();
    assert_eq!(shown(&empty, "x.test").as_deref(), Some("socks5h://d:1080"));
    assert_eq!(environment(&[("no_proxy", "x")]).unwrap().proxy, None);
    assert_eq!(shown(&ProxyRules::none(), "x.test"), None);
}

#[test]
fn lower_case_no_proxy_wins() {
    let rules = environment(&[
        ("https_proxy", "p"),
        ("NO_PROXY", "upper.test"),
        ("no_proxy", "lower.test"),
    ])
    .unwrap();
    assert!(rules.for_target("lower.test", 443).is_none());
    assert!(rules.for_target("upper.test", 443).is_some());
}

#[test]
fn loopback_needs_an_explicit_proxy() {
    let environment = environment(&[("https_proxy", "http://p")]).unwrap();
    let always = ProxyRules::always("http://p".parse().unwrap());
    for host in [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "127.0.0.2",
        "::1",
        "::ffff:127.0.0.1",
    ] {
        assert!(environment.for_target(host, 443).is_none(), "{host}");
        assert!(always.for_target(host, 443).is_some(), "{host}");
    }
    assert!(environment.for_target("notlocalhost", 443).is_some());
}

#[test]
fn a_broken_variable_is_named_and_not_repeated() {
    let error = environment(&[("HTTPS_PROXY", "http://u:SECRET@h:x")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the proxy in HTTPS_PROXY is not understood: the port is no number"
    );
    let rules = environment(&[("https_proxy", "http://u:SECRET@h")]).unwrap();
    assert!(!format!("{rules:?}").contains("SECRET"));
}
