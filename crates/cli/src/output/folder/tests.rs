use super::*;

const MEMBERS: &[Member<'_>] = &[
    Member {
        path: "LIST",
        bytes: b"list",
        privacy: Privacy::Public,
    },
    Member {
        path: "a/key",
        bytes: b"key",
        privacy: Privacy::Private,
    },
];

fn nothing(_: &Path) -> BTreeSet<String> {
    BTreeSet::new()
}

fn mode(path: &Path) -> u32 {
    platform::mode(&fs::metadata(path).unwrap()).unwrap() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    files_in(folder).unwrap().into_iter().collect()
}

#[test]
fn a_folder_is_made_whole_with_its_modes() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("out/");
    let save = || save(&path, MEMBERS, Existing::Keep, nothing).unwrap();
    assert_eq!(save(), Saved::Written);
    assert_eq!(save(), Saved::Unchanged);
    assert_eq!(names(desk.path()), ["out/LIST", "out/a/key"]);
    assert_eq!(mode(&path.join("a/key")), 0o600);
}

/// A run that was killed may have left the old folder whole, and the next one finds nothing to do.
#[test]
fn what_a_kill_left_goes_also_when_nothing_is_written() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("out");
    save(&path, MEMBERS, Existing::Keep, nothing).unwrap();
    let left = desk.path().join(format!("{PREFIX}AbCdEf"));
    fs::create_dir(&left).unwrap();
    fs::write(left.join("LIST"), "list").unwrap();
    let saved = save(&path, MEMBERS, Existing::Keep, nothing).unwrap();
    assert_eq!(saved, Saved::Unchanged);
    assert!(!left.exists());
}

#[test]
fn an_empty_folder_is_filled() {
    let desk = tempfile::tempdir().unwrap();
    assert_eq!(
        save(desk.path(), MEMBERS, Existing::Keep, nothing).unwrap(),
        Saved::Written
    );
    assert_eq!(names(desk.path()), ["LIST", "a/key"]);
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 2);
}

#[test]
fn an_earlier_one_is_replaced_and_nothing_else() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("out");
    fs::create_dir_all(path.join("old")).unwrap();
    fs::write(path.join("LIST"), "old list").unwrap();
    fs::write(path.join("old/file"), "old").unwrap();
    assert!(save(&path, MEMBERS, Existing::Keep, nothing).is_err());
    let error = save(&path, MEMBERS, Existing::Replace, |_| {
        BTreeSet::from(["LIST".to_owned()])
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("old/file"), "{error}");
    assert_eq!(names(&path), ["LIST", "old/file"]);
    let owned = |_: &Path| BTreeSet::from(["LIST".to_owned(), "old/file".to_owned()]);
    save(&path, MEMBERS, Existing::Replace, owned).unwrap();
    assert_eq!(names(&path), ["LIST", "a/key"]);
    assert_eq!(fs::read(path.join("LIST")).unwrap(), b"list");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
}

/// As where something is mounted.
#[test]
fn a_folder_that_cannot_be_exchanged_gets_its_names_one_by_one() {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("LIST"), "old list").unwrap();
    fs::create_dir(desk.path().join(".trustpack-bundle-a1B2c3")).unwrap();
    fs::write(desk.path().join(".trustpack-bundle-a1B2c3/LIST"), "").unwrap();
    let there = files_in(desk.path()).unwrap();
    refuse_foreign("out", &there, &BTreeSet::from(["LIST".to_owned()])).unwrap();
    exchange(desk.path(), &there, MEMBERS).unwrap();
    assert_eq!(names(desk.path()), ["LIST", "a/key"]);
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 2);
}

#[test]
fn a_link_to_a_folder_stays_a_link() {
    let desk = tempfile::tempdir().unwrap();
    fs::create_dir(desk.path().join("folder")).unwrap();
    let link = desk.path().join("link");
    platform::testing::symlink("folder", &link).unwrap();
    save(&link, MEMBERS, Existing::Keep, nothing).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(names(&desk.path().join("folder")), ["LIST", "a/key"]);
}

#[test]
fn a_folder_keeps_its_mode() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("out");
    fs::create_dir(&path).unwrap();
    platform::set_mode(&path, 0o750).unwrap();
    save(&path, MEMBERS, Existing::Keep, nothing).unwrap();
    assert_eq!(mode(&path), 0o750);
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let desk = tempfile::tempdir().unwrap();
    let twice = [
        Member {
            path: "a",
            bytes: b"",
            privacy: Privacy::Public,
        },
        Member {
            path: "a/b",
            bytes: b"",
            privacy: Privacy::Public,
        },
    ];
    let path = desk.path().join("out");
    assert!(save(&path, &twice, Existing::Keep, nothing).is_err());
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 0);
    fs::create_dir(&path).unwrap();
    fs::write(path.join("kept"), "kept").unwrap();
    let owned = |_: &Path| BTreeSet::from(["kept".to_owned()]);
    assert!(save(&path, &twice, Existing::Replace, owned).is_err());
    assert_eq!(names(desk.path()), ["out/kept"]);
}

#[test]
fn moves_are_undone() {
    let desk = tempfile::tempdir().unwrap();
    let path = |name: &str| desk.path().join(name);
    fs::write(path("a"), "a").unwrap();
    let moves = [(path("a"), path("b")), (path("missing"), path("c"))];
    assert!(move_all(&moves).is_err());
    assert_eq!(names(desk.path()), ["a"]);
}
