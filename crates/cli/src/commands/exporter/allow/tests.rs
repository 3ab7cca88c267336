use super::*;

fn list(entries: &[&str]) -> AllowList {
    AllowList::new(entries.iter().map(|entry| entry.parse().unwrap()).collect())
}

fn permits(entries: &[&str], target: &str) -> bool {
    list(entries).permits(&target.parse().unwrap())
}

#[test]
fn nothing_is_allowed_that_is_not_listed() {
    assert!(!permits(&[], "example.org:443"));
    assert!(!permits(&[], "127.0.0.1:443"));
}

#[test]
fn names_suffixes_addresses_and_networks_with_and_without_ports() {
    for (entry, inside, outside) in [
        ("example.org", "EXAMPLE.org.:443", "a.example.org:443"),
        ("example.org:443", "https://example.org", "example.org:8443"),
        ("*.example.org", "a.b.example.org:25", "example.org:443"),
        ("*.example.org:443", "a.example.org:443", "a.example.org:25"),
        ("*.example.org", "a.example.org:1", "evilexample.org:1"),
        ("*", "anything.test:1", "10.0.0.1:1"),
        ("*:443", "anything.test:443", "anything.test:25"),
        ("10.0.0.1", "10.0.0.1:5", "10.0.0.2:5"),
        ("10.0.0.1:443", "10.0.0.1:443", "10.0.0.1:444"),
        ("10.0.0.1", "[::ffff:10.0.0.1]:5", "[::ffff:10.0.0.2]:5"),
        ("::1", "[::1]:5", "[::2]:5"),
        ("[::1]:443", "[::1]:443", "[::1]:444"),
        ("10.0.0.0/8", "10.1.2.3:4", "11.1.2.3:4"),
        ("10.0.0.0/8:443", "10.1.2.3:443", "10.1.2.3:4"),
        ("2001:db8::/32", "[2001:db8::1]:4", "[2001:db9::1]:4"),
        (
            "[2001:db8::/32]:443",
            "[2001:db8::1]:443",
            "[2001:db8::1]:4",
        ),
    ] {
        assert!(permits(&[entry], inside), "{entry} {inside}");
        assert!(!permits(&[entry], outside), "{entry} {outside}");
    }
}

#[test]
fn what_is_no_entry_is_told() {
    for wrong in [
        "",
        "https://example.org",
        "exa mple.org",
        "*.",
        "a*.example.org",
        "*.*.org",
        "10.0.0.0/33",
        "example.org:https",
        "example.org:70000",
        "[::1",
        "[::1]x",
        "/etc/passwd",
    ] {
        assert!(wrong.parse::<Allowed>().is_err(), "{wrong:?}");
    }
}

#[test]
fn networks_fence_names_in_and_single_addresses_alone_do_not() {
    assert_eq!(list(&["*", "10.0.0.1"]).fence(), None);
    let fence = list(&["*", "192.0.2.1:443", "10.0.0.0/8"]).fence().unwrap();
    assert!(fence.admits("10.1.1.1:1".parse().unwrap()));
    assert!(fence.admits("192.0.2.1:443".parse().unwrap()));
    assert!(!fence.admits("192.0.2.1:80".parse().unwrap()));
    assert!(!fence.admits("127.0.0.1:443".parse().unwrap()));
}
