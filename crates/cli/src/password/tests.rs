use super::*;

fn read(bytes: &[u8]) -> Result<Password> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    read_one(file.path().to_owned(), "", "")
}

#[test]
fn one_line_end_is_not_part_of_the_password() {
    for bytes in [b"secret".as_slice(), b"secret\n", b"secret\r\n"] {
        assert_eq!(read(bytes).unwrap().expose_secret(), "secret");
    }
    assert_eq!(
        read(b" with blanks \n").unwrap().expose_secret(),
        " with blanks "
    );
    assert!(read(b"\n").unwrap().is_empty());
    assert!(read(b"one\ntwo\n").is_err());
    assert!(read(b"\xff").is_err());
}

#[test]
fn a_key_may_be_named_before_its_source() {
    let parse = |text: &str| text.parse::<KeyPasswordSource>().unwrap();
    assert_eq!(parse("env:X").alias, None);
    assert_eq!(parse("pass:a=empty").alias, None);
    assert_eq!(parse("api=env:X").alias.as_deref(), Some("api"));
    assert_eq!(parse("a=b=file:c=d").alias.as_deref(), Some("a=b"));
    for wrong in ["=env:X", "api=", "api=hunter2", "hunter2"] {
        let error = wrong.parse::<KeyPasswordSource>().unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_refused_source_is_never_repeated() {
    let error = "hunter2".parse::<PasswordSource>().unwrap_err();
    assert!(!error.contains("hunter2"));
    let literal: PasswordSource = "pass:hunter2".parse().unwrap();
    assert!(!format!("{literal:?}").contains("hunter2"));
}
