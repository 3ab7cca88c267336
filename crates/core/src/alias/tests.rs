use super::*;
use crate::cert::testing;
use proptest::prelude::*;
use rcgen::SanType;

#[test]
fn file_names_are_readable_and_harmless() {
    for (name, stem) in [
        ("api.example.com", "api.example.com"),
        ("*.example.com", "wildcard.example.com"),
        ("../../etc/passwd", "etc-passwd"),
        ("Größe (Test) CA", "größe-test-ca"),
        ("-rf", "rf"),
    ] {
        assert_eq!(file_stem(&testing::certificate(name, true, 0, 1)), stem);
    }
    let nothing = file_stem(&testing::certificate("///", true, 0, 1));
    assert!(nothing.starts_with("sha256-"), "{nothing}");
    let long = file_stem(&testing::certificate(&"ö".repeat(64), true, 0, 1));
    assert!(long.len() < 210);
}

#[test]
fn common_name_then_alt_name_then_subject_then_digest() {
    let mut params = testing::dated_params("", false, 0, testing::DAY);
    let alias = |params: &rcgen::CertificateParams| {
        of(&testing::parse(
            params.self_signed(testing::shared_key()).unwrap(),
        ))
    };
    let digest = alias(&params);
    assert!(digest.starts_with("sha256-"), "{digest}");
    assert_eq!(digest.len(), "sha256-".len() + 8);

    params
        .distinguished_name
        .push(rcgen::DnType::OrganizationName, "Example Org");
    assert_eq!(alias(&params), "o=example org");
    params
        .distinguished_name
        .push(rcgen::DnType::OrganizationName, "Ex\u{202e}ample\nOrg\u{7}");
    assert_eq!(alias(&params), "o=example org");

    let name = "WWW.Example.org".try_into().unwrap();
    params.subject_alt_names = vec![SanType::DnsName(name)];
    assert_eq!(alias(&params), "www.example.org");

    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, " Example\tRoot\u{7} ");
    assert_eq!(alias(&params), "example root");
}

#[test]
fn a_name_of_control_characters_is_no_name() {
    let certificate = testing::certificate("\u{1}\u{202e}", false, 0, testing::DAY);
    assert_eq!(of(&certificate), certificate.fingerprint().short());
}

#[test]
fn taken_names_get_numbers_and_case_does_not_count() {
    let mut aliases = Aliases::default();
    assert_eq!(aliases.unique("ca"), "ca");
    assert_eq!(aliases.unique("CA"), "CA-2");
    assert!(aliases.take("Ca-3"));
    assert_eq!(aliases.unique("ca"), "ca-4");
    assert!(aliases.contains("cA-4"));
}

proptest! {
    #[test]
    fn any_text_becomes_a_clean_alias(text in any::<String>()) {
        let alias = clean(&text);
        prop_assert!(alias.chars().count() <= MAX_CHARS);
        prop_assert!(!alias.chars().any(text::is_unsafe));
        prop_assert_eq!(alias.trim(), &alias);
        prop_assert_eq!(clean(&alias), alias);
    }

    #[test]
    fn aliases_stay_unique_without_case(names in prop::collection::vec("[aAbBßẞİıσςΣ1-3-]{0,3}|.{0,4}", 0..40)) {
        let mut aliases = Aliases::default();
        let mut seen = HashSet::new();
        for name in &names {
            prop_assert!(seen.insert(aliases.unique(name).to_lowercase()));
        }
    }
}
