use super::*;

#[test]
fn references_are_read() {
    assert_eq!(
        SecretRef::parse("env:APP_KEY"),
        SecretRef::Env("APP_KEY".into())
    );
    assert_eq!(
        SecretRef::parse("file:/run/a b"),
        SecretRef::File("/run/a b".into())
    );
    assert_eq!(SecretRef::parse("prompt"), SecretRef::Prompt);
}

#[test]
fn anything_else_is_inline_and_forgotten() {
    for text in [
        "hunter2",
        "",
        "env:",
        "env:9A",
        "env:hunter 2",
        "file:",
        "ENV:A",
        "file:a\nb",
    ] {
        let secret = SecretRef::parse(text);
        assert!(secret.is_inline(), "{text}");
        assert_eq!(format!("{secret:?}"), "SecretRef([literal secret elided])");
        assert!(serde_json::to_string(&secret).is_err());
    }
}

#[test]
fn what_a_text_must_not_carry() {
    for text in [
        "u:p@h:1",
        "https://u:p/w@h/",
        "see u:p@h",
        "//u:p@h",
        "u:p/w@h",
        "file u:p@h",
    ] {
        assert_eq!(leak(text), Some(Leak::Credentials), "{text}");
    }
    for text in [
        "https://a/?b",
        "https://a/#b",
        "ftp://a?b",
        "a/b?c=d",
        "a?b&c=d",
    ] {
        assert_eq!(leak(text), Some(Leak::Query), "{text}");
    }
    for text in [
        "me@example.org",
        "C:\\a\\me@b",
        "C:/a/me@b",
        "https://a:1/@b",
        "a?b",
    ] {
        assert_eq!(leak(text), None, "{text}");
    }
    assert!(SecretRef::parse("file:https://u:p@h").is_inline());
}

#[test]
fn messages_repeat_hosts_and_plain_words_only() {
    for (text, told) in [
        ("https://192.0.2.10:1/a/b", "\"https://192.0.2.10:1/…\""),
        ("https://a.example/", "\"https://a.example/\""),
        ("https://[2001:db8::1]:1", "\"https://[2001:db8::1]:1\""),
        ("https://u:p@a.example/", "the value"),
        ("https://a.example/?k=v", "the value"),
        ("https://hunter2", "the value"),
        ("Hunter2SecretXyz", "the value"),
        ("hunter2secretxyz", "the value"),
        ("zqxjkvbwpfgh", "the value"),
        ("deadbeef0123456789", "the value"),
        ("LINE", "\"LINE\""),
        ("Twilio", "\"Twilio\""),
        ("cloud-api", "\"cloud-api\""),
        ("", "the value"),
    ] {
        assert_eq!(shown(text), told, "{text}");
    }
    assert!(is_plain_key("skil_queue") && is_plain_key("base_ulr"));
    assert!(
        !is_plain_key("hunter2") && !is_plain_key("a b") && !is_plain_key("A") && !is_plain_key("")
    );
}

#[test]
fn credentials_in_text_are_seen() {
    let token = format!(
        "https://api.telegram.org/bot123456789:{}/setWebhook",
        "A".repeat(35)
    );
    for text in [
        "https://u:p@host/",
        "see https://a/ and https://u@h",
        &token,
    ] {
        assert!(carries_credentials(text), "{text}");
    }
    for text in [
        "https://1.2.3.4:28090",
        "mail me@example.org",
        "https://a/@b",
        "12:34-56:78",
    ] {
        assert!(!carries_credentials(text), "{text}");
    }
}
