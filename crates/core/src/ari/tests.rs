use super::*;
use crate::cert::testing;

/// RFC 9773 section 4.1.
#[test]
fn the_identifier_of_the_standard() {
    let key = [
        0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3, 0x7b, 0x84, 0x7b, 0xa0, 0xae,
        0x2c, 0xde, 0x01, 0xc8, 0xd4,
    ];
    let serial = [0x00, 0x87, 0x65, 0x43, 0x21];
    assert_eq!(
        identifier(&key, &serial),
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
    );
    assert_eq!(
        request_url("https://acme.example/renewal-info/", "a.b"),
        "https://acme.example/renewal-info/a.b"
    );
}

#[test]
fn the_identifier_is_made_of_what_the_certificate_has() {
    let root = testing::root("Root");
    let server = testing::server("a.test", &root).certificate;
    let key = root.certificate.extensions().subject_key_identifier.clone();
    let expected = identifier(&key.unwrap(), server.serial().octets());
    assert_eq!(certificate_id(&server), Some(expected));
    let mut params = testing::server_params("a.test");
    params.use_authority_key_identifier_extension = false;
    let without = testing::issue(params, testing::new_key(), &root).certificate;
    assert_eq!(certificate_id(&without), None);
}

/// RFC 9773 section 4.2, with what a client does not know.
#[test]
fn a_window() {
    let answer = br#"{
            "suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00+02:00"},
            "explanationURL": "https://acme.example.com/docs/ari", "more": [1]
        }"#;
    let window = parse_renewal_info(answer).unwrap();
    assert_eq!(text::rfc3339(window.start), "2025-01-02T04:00:00Z");
    assert_eq!(text::rfc3339(window.end), "2025-01-03T02:00:00Z");
    let url = window.explanation_url.as_deref();
    assert_eq!(url, Some("https://acme.example.com/docs/ari"));
}

#[test]
fn an_explanation_that_is_no_page_does_not_cost_the_window() {
    for odd in [
        "7",
        "null",
        "\"javascript:alert(1)\"",
        "\"https://a b\"",
        "{}",
    ] {
        let answer = format!(
            r#"{{"suggestedWindow": {{"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00Z"}},
                "explanationURL": {odd}}}"#
        );
        let window = parse_renewal_info(answer.as_bytes()).unwrap();
        assert_eq!(window.explanation_url, None, "{odd}");
    }
}

#[test]
fn what_is_no_window_is_an_error_that_says_why() {
    let window = |start: &str, end: &str| {
        let text = format!(r#"{{"suggestedWindow": {{"start": "{start}", "end": "{end}"}}}}"#);
        parse_renewal_info(text.as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(
        window("2025-01-03T04:00:00Z", "2025-01-02T04:00:00Z"),
        "the window ends at 2025-01-02T04:00:00Z and starts at 2025-01-03T04:00:00Z"
    );
    assert!(window("yesterday", "2025-01-02T04:00:00Z").contains("the start of the window"));
    assert!(window("2025-01-02T04:00:00Z", &"9".repeat(9000)).len() < 200);
    for other in [
        &b""[..],
        b"[]",
        b"{}",
        b"{\"suggestedWindow\": 1}",
        b"<html>",
        &[0xff; 9],
    ] {
        assert!(matches!(
            parse_renewal_info(other),
            Err(AriError::Json { .. })
        ));
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert!(parse_renewal_info(&deep).is_err());
}

#[test]
fn a_directory_points_to_https_unless_it_was_plain_itself() {
    let directory = |url: &str, is_plain| {
        let text = format!(r#"{{"newNonce": "x", "renewalInfo": "{url}"}}"#);
        parse_directory(text.as_bytes(), is_plain)
    };
    assert_eq!(directory("https://a/ri", false).unwrap(), "https://a/ri");
    assert_eq!(directory("http://a/ri", true).unwrap(), "http://a/ri");
    for url in [
        "http://a/ri",
        "file:///etc/passwd",
        "https://",
        "https://a b",
    ] {
        assert!(matches!(directory(url, false), Err(AriError::Url { .. })));
    }
    assert_eq!(parse_directory(b"{}", false), Err(AriError::NoRenewalInfo));
}
