use super::*;

fn mode(path: &Path) -> u32 {
    platform::mode(&fs::metadata(path).unwrap()).unwrap() & 0o777
}

#[test]
fn a_private_file_is_0600_and_an_existing_mode_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    assert_eq!(
        save(&path, b"a", Privacy::Private, Existing::Keep).unwrap(),
        Saved::Written
    );
    assert_eq!(mode(&path), 0o600);
    platform::set_mode(&path, 0o640).unwrap();
    save(&path, b"b", Privacy::Private, Existing::Replace).unwrap();
    assert_eq!(mode(&path), 0o640);
    platform::set_mode(&path, 0o644).unwrap();
    save(&path, b"public", Privacy::Public, Existing::Replace).unwrap();
    assert_eq!(mode(&path), 0o644);
    save(&path, b"b", Privacy::Private, Existing::Replace).unwrap();
    assert_eq!(mode(&path), 0o640);
    assert_eq!(fs::read(&path).unwrap(), b"b");
    platform::set_mode(&path, 0o666).unwrap();
    save(&path, b"c", Privacy::Private, Existing::Replace).unwrap();
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn another_content_is_kept_unless_told_and_the_same_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    save(&path, b"a", Privacy::Public, Existing::Keep).unwrap();
    assert_eq!(
        save(&path, b"a", Privacy::Public, Existing::Keep).unwrap(),
        Saved::Unchanged
    );
    assert!(save(&path, b"b", Privacy::Public, Existing::Keep).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"a");
}

#[test]
fn a_change_by_somebody_else_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    fs::write(&path, b"theirs").unwrap();
    assert!(save(&path, b"ours", Privacy::Public, Existing::Was(b"old")).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    save(&path, b"ours", Privacy::Public, Existing::Was(b"theirs")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"ours");
}

#[test]
fn a_device_is_written_to() {
    assert_eq!(
        save(
            Path::new("/dev/null"),
            b"a",
            Privacy::Public,
            Existing::Keep
        )
        .unwrap(),
        Saved::Written
    );
    assert!(
        save(
            Path::new("/dev/full"),
            b"a",
            Privacy::Public,
            Existing::Keep
        )
        .is_err()
    );
}

#[test]
fn a_link_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let link = folder.path().join("link");
    platform::testing::symlink("target", &link).unwrap();
    save(&link, b"new", Privacy::Public, Existing::Keep).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&target).unwrap(), b"new");
    platform::testing::symlink("loop", folder.path().join("loop")).unwrap();
    assert!(
        save(
            &folder.path().join("loop"),
            b"x",
            Privacy::Public,
            Existing::Replace
        )
        .is_err()
    );
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-folder/store");
    assert!(save(&missing, b"a", Privacy::Public, Existing::Keep).is_err());
    assert!(save(folder.path(), b"a", Privacy::Public, Existing::Replace).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
