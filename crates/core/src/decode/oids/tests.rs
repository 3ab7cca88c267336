use std::collections::HashSet;

use super::*;

#[test]
fn every_identifier_has_one_name() {
    let mut seen = HashSet::new();
    for (oid, name) in [EXTENSIONS, PURPOSES, POLICIES, OTHERS]
        .into_iter()
        .flatten()
    {
        assert!(seen.insert(oid), "{oid} twice");
        assert!(
            oid.split('.').all(|arc| arc.parse::<u64>().is_ok()),
            "{oid}"
        );
        assert!(!name.is_empty());
    }
    assert_eq!(name("2.23.140.1.2.1"), Some("domain-validated"));
    assert_eq!(name("1.2.3"), None);
}
