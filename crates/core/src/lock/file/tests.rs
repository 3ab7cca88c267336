use proptest::prelude::*;

use super::super::testing::locked;
use super::*;

fn fixed() -> Locked {
    Locked {
        target: "api.example.com:443".to_owned(),
        address: None,
        server_name: None,
        cert_type: Some("rsa".to_owned()),
        leaf: Fingerprint::from_bytes([0xab; 32]),
        spki: [0xcd; 32],
        issuer: "CN=\"x\" \\, y,O=Zürich".to_owned(),
        not_after: time::macros::datetime!(2026-12-31 23:59:59 UTC),
        chain: vec![Fingerprint::from_bytes([0xab; 32])],
    }
}

#[test]
fn the_text_is_for_people_too() {
    let lock = Lock::new([fixed()]);
    insta::assert_snapshot!(lock.to_toml(), @r#"
        # Written by trustpack fetch --lock; compared by --locked.
        version = 1

        [[server]]
        target = "api.example.com:443"
        cert_type = "rsa"
        leaf = "sha256:abababababababababababababababababababababababababababababababab"
        spki = "sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        issuer = 'CN="x" \, y,O=Zürich'
        not_after = "2026-12-31T23:59:59Z"
        chain = [
            "sha256:abababababababababababababababababababababababababababababababab",
        ]
        "#);
    assert_eq!(Lock::from_toml(&lock.to_toml()), Ok(lock));
    assert_eq!(
        Lock::from_toml(&Lock::default().to_toml()),
        Ok(Lock::default())
    );
}

#[test]
fn errors_say_where() {
    let text = Lock::new([fixed()]).to_toml();
    let error = |text: &str| Lock::from_toml(text).unwrap_err().to_string();
    for (from, to, message) in [
        (
            "version = 1",
            "version = 2",
            "line 2: version 2 of the lock file is not known",
        ),
        ("version = 1\n", "", "line 1: missing field `version`"),
        (
            "leaf = \"sha256:ab",
            "leaf = \"sha256:",
            "line 7: \"sha256:",
        ),
        (
            "2026-12-31T",
            "31.12.2026 ",
            "line 10: \"31.12.2026 23:59:59Z\" is no time",
        ),
        ("cert_type", "cert_typ", "line 6: unknown field `cert_typ`"),
        ("target = ", "target ", "line 5: "),
        ("leaf = ", "spki = ", "line 8: "),
    ] {
        assert!(text.contains(from));
        let error = error(&text.replacen(from, to, 1));
        assert!(error.starts_with(message), "{error}");
    }
    let server = text.split_once("\n[[server]]").unwrap().1;
    assert_eq!(
        error(&format!("{text}[[server]]{server}")),
        "line 14: api.example.com:443 stands here a second time"
    );
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let [a, b] = ["a:443", "b:443"].map(|target| locked(target, "CA", 0));
    let text = Lock::new([a.clone(), b.clone()]).to_toml();
    assert_eq!(
        Lock {
            servers: vec![b, a]
        }
        .to_toml(),
        text
    );
}

fn any_locked() -> impl Strategy<Value = Locked> {
    let words = (
        any::<String>(),
        any::<String>(),
        any::<[Option<String>; 3]>(),
    );
    let digests = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<Vec<[u8; 32]>>());
    // the years of RFC 3339
    let years = -62_000_000_000_i64..253_000_000_000;
    (words, digests, years).prop_map(|(words, digests, seconds)| {
        let (target, issuer, [address, server_name, cert_type]) = words;
        let (leaf, spki, chain) = digests;
        Locked {
            target,
            address,
            server_name,
            cert_type,
            leaf: Fingerprint::from_bytes(leaf),
            spki,
            issuer,
            not_after: OffsetDateTime::from_unix_timestamp(seconds).unwrap(),
            chain: chain.into_iter().map(Fingerprint::from_bytes).collect(),
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(servers in prop::collection::vec(any_locked(), 0..4)) {
        let lock = Lock::new(servers);
        let text = lock.to_toml();
        prop_assert_eq!(Lock::from_toml(&text), Ok(lock.clone()), "{}", text);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), place in 0_usize..600) {
        let _ = Lock::from_toml(&text);
        let mut changed = Lock::new([fixed()]).to_toml();
        if changed.is_char_boundary(place) && place < changed.len() {
            changed.insert_str(place, &text);
            let _ = Lock::from_toml(&changed);
        }
    }
}
