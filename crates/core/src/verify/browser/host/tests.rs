use super::*;

#[test]
fn a_wildcard_is_a_whole_label_above_two_others() {
    for (host, pattern) in [
        ("a.example.com", "*.example.com"),
        ("a.example.com", "A.Example.com"),
        ("a_b.example.com", "a_b.example.com"),
    ] {
        assert!(matches_dns(host, pattern), "{host} {pattern}");
    }
    for (host, pattern) in [
        ("a.com", "*.com"),
        ("example.com", "*.example.com"),
        ("a.b.example.com", "*.example.com"),
        ("a.example.com", "a*.example.com"),
        ("a.example.com", "a.example.com."),
        ("1.2.3.4", "1.2.3.4"),
    ] {
        assert!(!matches_dns(host, pattern), "{host} {pattern}");
    }
}
