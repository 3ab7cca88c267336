use super::*;

fn entry(alias: &str) -> Entry {
    Entry::trusted(Alias::new(alias), CertificateDer::from(vec![0x30, 0]))
}

#[test]
fn taken_aliases_get_the_first_free_suffix() {
    let mut store = KeyStore::new();
    for alias in ["a", "a-2"] {
        store.push(entry(alias)).unwrap();
    }
    assert!(store.push(entry("a")).is_err());
    assert_eq!(store.push_renamed(entry("a")).as_str(), "a-3");
    assert_eq!(store.push_renamed(entry("a")).as_str(), "a-4");
    store.replace(1, entry("b"));
    assert_eq!(store.push_renamed(entry("a")).as_str(), "a-2");
    assert_eq!(store.position("b"), Some(1));
    assert_eq!(store.position("B"), Some(1));
    assert_eq!(store.position("c"), None);
}

#[test]
fn a_positional_alias_does_not_hide_a_given_one() {
    let mut store = KeyStore::new();
    store.push(entry("1")).unwrap();
    let positional = Entry {
        alias: Alias::positional(1),
        ..entry("x")
    };
    assert_eq!(store.push_renamed(positional).as_str(), "1-2");
}

#[test]
fn a_hundred_thousand_equal_aliases_are_no_hard_work() {
    let mut store = KeyStore::new();
    for _ in 0..100_000 {
        store.push_renamed(entry("a"));
    }
    assert_eq!(store.len(), 100_000);
}
