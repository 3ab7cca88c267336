use super::*;

fn matches(asked: &str, pattern: &str, public_ca: bool) -> bool {
    let release = Release::Jdk17;
    Dns {
        asked,
        public_ca,
        release,
    }
    .matches(pattern)
}

#[test]
fn newer_releases_take_a_wildcard_in_the_leftmost_label_only() {
    for (asked, pattern, older, newer) in [
        ("foo.a.com", "*.a.com", true, true),
        ("foo.a.com", "f*.a.com", true, true),
        ("foo.a.com", "foo.*.com", true, false),
        ("x.y.com", "*.*.com", true, false),
        ("foo.a.com", "*.b.com", false, false),
    ] {
        let by = |release| {
            Dns {
                asked,
                public_ca: false,
                release,
            }
            .matches(pattern)
        };
        assert_eq!(by(Release::Jdk17), older, "{asked} {pattern}");
        assert_eq!(by(Release::Jdk21), newer, "{asked} {pattern}");
    }
}

#[test]
fn wildcards_match_as_java_does() {
    for (host, pattern) in [
        ("foo.a.com", "*.a.com"),
        ("foo.com", "f*.com"),
        ("abcde.a.com", "a*c*e.a.com"),
        ("FOO.a.com", "foo.A.COM"),
        ("x.y.com", "*.*.com"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "*.de"),
    ] {
        assert!(matches(host, pattern, false), "{host} {pattern}");
    }
    for (host, pattern) in [
        ("bar.foo.a.com", "*.a.com"),
        ("a.com", "*.a.com"),
        ("bar.com", "f*.com"),
        ("com", "*"),
        ("xn--mnchen-3ya.test", "xn--*.test"),
        ("xn--mnchen-3ya.test", "x*.test"),
        ("xn--mnchen-3ya.test", "*-3ya.test"),
        ("a.com", "*com"),
        ("a.com", "a.*"),
        ("a_b.com", "a_b.com"),
        ("a.com", ""),
        ("a.com", "a.com."),
    ] {
        assert!(!matches(host, pattern, false), "{host} {pattern}");
    }
}

#[test]
fn a_wildcard_for_a_top_level_domain_is_illegal_for_public_roots_only() {
    assert!(!matches("foo.com", "*.com", true));
    assert!(matches("foo.internal", "*.internal", false));
    assert!(matches("foo.a.com", "*.a.com", true));
}
