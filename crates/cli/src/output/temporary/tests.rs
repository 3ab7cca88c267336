use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn leftovers_go_and_nothing_else() {
    let desk = tempfile::tempdir().unwrap();
    let put = |name: &str| fs::write(desk.path().join(name), "x").unwrap();
    put(".trustpack-a1B2c3D4.tmp");
    let kept = [
        ".trustpack-a1B2c3D4",
        ".trustpack-a1B2c3D45.tmp",
        ".trustpack-a1B2c3-4.tmp",
        ".trustpack-notes",
        "trustpack-a1B2c3D4.tmp",
    ];
    kept.iter().copied().for_each(put);
    let live = named(desk.path(), 0o600).unwrap();
    let live_name = live
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    platform::testing::symlink(
        "trustpack-a1B2c3D4.tmp",
        desk.path().join(".trustpack-linkLINK.tmp"),
    )
    .unwrap();
    fs::create_dir(desk.path().join(".trustpack-folderFO.tmp")).unwrap();
    sweep_now(desk.path());
    let mut expected: Vec<&str> = kept.to_vec();
    expected.extend([
        live_name.as_str(),
        ".trustpack-linkLINK.tmp",
        ".trustpack-folderFO.tmp",
    ]);
    expected.sort_unstable();
    assert_eq!(names(desk.path()), expected);
    assert!(
        !names(desk.path())
            .iter()
            .any(|name| name == ".trustpack-a1B2c3D4.tmp")
    );
    drop(live);
    assert!(!desk.path().join(live_name).exists());
}

#[test]
fn a_run_looks_through_a_folder_once() {
    let desk = tempfile::tempdir().unwrap();
    // in one process with other tests, one of theirs may have been swept under this folder's number
    sweep(desk.path());
    let leftover = desk.path().join(".trustpack-a1B2c3D4.tmp");
    fs::write(&leftover, "x").unwrap();
    sweep(desk.path());
    assert!(leftover.exists());
}

#[test]
fn one_without_its_lock_is_a_leftover() {
    let desk = tempfile::tempdir().unwrap();
    let (file, path) = named(desk.path(), 0o600).unwrap().keep().unwrap();
    sweep_now(desk.path());
    assert!(path.exists());
    drop(file);
    sweep_now(desk.path());
    assert!(!path.exists());
}
