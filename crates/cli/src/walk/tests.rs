use std::ffi::OsStr;
use std::fs;

use tempfile::TempDir;

use super::*;
use crate::platform::testing::{OsStrExt, UnixListener, symlink};

fn folder(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

/// Paths below the folder, with what was said of those that are no files.
fn walked(folder: &Path, filter: Filter) -> Vec<String> {
    let below = |path: &Path| {
        let path = path.strip_prefix(folder).unwrap_or(path);
        path.display().to_string()
    };
    Walk::of(folder, filter)
        .map(|step| match step {
            Step::File(path) => below(&path),
            Step::Failed { path, error } => format!("{} ! {error}", below(&path)),
            Step::Skipped { path, what } => format!("{} is {what}", below(&path)),
        })
        .collect()
}

fn filter(include: &[&str], exclude: &[&str]) -> Filter {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    Filter::new(&texts(include), &texts(exclude)).unwrap()
}

#[test]
fn files_come_in_name_order_whatever_their_depth() {
    let folder = folder(&["b.pem", "a/z.pem", "a/b/c.pem", "a.pem", "c"]);
    let expected = ["a/b/c.pem", "a/z.pem", "a.pem", "b.pem", "c"];
    assert_eq!(walked(folder.path(), Filter::default()), expected);
}

#[test]
fn patterns_fit_paths_and_names() {
    let folder = folder(&["a.pem", "a.txt", "in/b.pem", "in/deep/c.pem", "out/d.pem"]);
    let path = folder.path();
    assert_eq!(
        walked(path, filter(&["*.pem"], &[])),
        ["a.pem", "in/b.pem", "in/deep/c.pem", "out/d.pem"]
    );
    assert_eq!(walked(path, filter(&["in/*.pem"], &[])), ["in/b.pem"]);
    assert_eq!(
        walked(path, filter(&["in/**"], &[])),
        ["in/b.pem", "in/deep/c.pem"]
    );
    assert_eq!(
        walked(path, filter(&["**/*.pem"], &["deep"])),
        ["a.pem", "in/b.pem", "out/d.pem"]
    );
    assert_eq!(
        walked(path, filter(&[], &["./in/", "out/**", "*.txt"])),
        ["a.pem"]
    );
    assert!(Filter::new(&["a**".to_owned()], &[]).is_err());
}

#[test]
fn a_folder_is_left_out_however_it_is_spelled() {
    let folder = folder(&["pki/a.pem", "srv/pki/b.pem", "c.pem"]);
    let path = folder.path();
    let whole = |below: &str| format!("{}/{below}", path.display());
    for (pattern, expected) in [
        ("pki/".to_owned(), vec!["c.pem"]),
        ("./pki".to_owned(), vec!["c.pem"]),
        ("srv//pki/".to_owned(), vec!["c.pem", "pki/a.pem"]),
        (whole("srv/pki/"), vec!["c.pem", "pki/a.pem"]),
        (whole("srv"), vec!["c.pem", "pki/a.pem"]),
        // the folder that is named
        (whole(""), vec![]),
    ] {
        let walked = walked(path, filter(&[], &[&pattern]));
        assert_eq!(walked, expected, "{pattern}");
    }
    assert_eq!(
        walked(path, filter(&[&whole("pki/*.pem")], &[])),
        ["pki/a.pem"]
    );
}

#[test]
fn a_file_counts_under_its_own_name_and_a_hard_link_is_a_file() {
    let folder = folder(&["b.pem", "in/c.pem"]);
    let path = folder.path();
    symlink("b.pem", path.join("1234.0")).unwrap();
    symlink("in/c.pem", path.join("a.pem")).unwrap();
    symlink("in", path.join("all")).unwrap();
    fs::hard_link(path.join("b.pem"), path.join("hard.pem")).unwrap();
    let own = ["b.pem", "hard.pem", "in/c.pem"];
    assert_eq!(walked(path, Filter::default()), own);
    // a link to what is left out under its own name
    assert_eq!(
        walked(path, filter(&[], &["in", "b.pem", "hard.pem"])),
        ["all/c.pem", "1234.0"]
    );
}

#[test]
fn of_several_links_to_a_file_elsewhere_the_most_telling_counts() {
    let elsewhere = folder(&["x", "y", "sub/z"]);
    let folder = folder(&["m.pem"]);
    let path = folder.path();
    for (name, of) in [
        ("002c0b4f.0", "x"),
        ("GlobalSign.pem", "x"),
        ("GlobalSign-again.pem", "x"),
        ("a94d09e5.0", "y"),
        ("a94d09e5.r0", "y"),
        ("other", "sub"),
    ] {
        symlink(elsewhere.path().join(of), path.join(name)).unwrap();
    }
    assert_eq!(
        walked(path, Filter::default()),
        ["m.pem", "other/z", "GlobalSign-again.pem", "a94d09e5.0"],
        "what only links lead to comes last, in name order"
    );
    assert!(is_hash_name(Path::new("x/002c0b4f.0")) && is_hash_name(Path::new("002c0b4f.r12")));
    for name in ["002c0b4.0", "002c0b4f.pem", "002c0b4f.", "002c0b4g.0"] {
        assert!(!is_hash_name(Path::new(name)), "{name}");
    }
}

#[test]
fn links_of_one_folder_to_another_wait_for_it() {
    let folder = folder(&["one/a.pem", "two/b.pem"]);
    let path = folder.path();
    symlink("../two/b.pem", path.join("one/link.pem")).unwrap();
    let mut walk = Walk::new(Filter::default());
    let mut names = Vec::new();
    for named in ["one", "two", "one"] {
        walk.enter(&path.join(named));
        names.extend(walk.by_ref());
    }
    walk.follow_links();
    names.extend(walk);
    let [Step::File(one), Step::File(two)] = names.as_slice() else {
        panic!("{names:?}")
    };
    assert!(one.ends_with("one/a.pem") && two.ends_with("two/b.pem"));
}

#[test]
fn loops_and_links_to_nothing_end() {
    let folder = folder(&["a/b.pem"]);
    let path = folder.path();
    symlink("..", path.join("a/up")).unwrap();
    symlink(".", path.join("here")).unwrap();
    symlink("nothing", path.join("lost")).unwrap();
    symlink("self", path.join("self")).unwrap();
    symlink("a", path.join("z")).unwrap();
    assert_eq!(
        walked(path, Filter::default()),
        [
            "a/b.pem",
            "lost is a link to nothing",
            "self is a link to itself"
        ]
    );
}

#[test]
fn what_is_no_file_is_told() {
    let folder = folder(&["a.pem"]);
    let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();
    symlink("/dev/zero", folder.path().join("zero")).unwrap();
    assert_eq!(
        walked(folder.path(), Filter::default()),
        ["a.pem", "socket is a socket", "zero is a device"]
    );
}

#[test]
fn names_that_are_no_text_are_read_and_patterns_fit_them() {
    let folder = folder(&[]);
    let name = OsStr::from_bytes(b"\xff\xfe.pem");
    fs::write(folder.path().join(name), "x").unwrap();
    let steps: Vec<Step> = Walk::of(folder.path(), filter(&["*.pem"], &[])).collect();
    let [Step::File(path)] = steps.as_slice() else {
        panic!("{steps:?}")
    };
    assert_eq!(path.file_name(), Some(name));
    assert_eq!(fs::read(path).unwrap(), b"x");
}

#[test]
fn a_folder_that_is_missing_is_a_failure() {
    let folder = folder(&[]);
    let steps = walked(&folder.path().join("missing"), Filter::default());
    assert_eq!(steps.len(), 1);
    assert!(steps[0].contains(" ! No such file"), "{steps:?}");
}

#[test]
fn depth_ends_and_the_neighbours_are_read() {
    let deep = format!("{}c.pem", "a/".repeat(40));
    let folder = folder(&[&deep, "b.pem"]);
    let steps = walked(folder.path(), Filter::default());
    let error = format!("{} ! folders nested deeper than 32", ["a"; 32].join("/"));
    assert_eq!(steps, [error.as_str(), "b.pem"]);
}
