//! Pages that show a terminal show what the program really prints.
//!
//! A block of `console` has commands behind `$ ` and what they print. All blocks of a page run in one folder, in order;
//! `TRUSTPACK_PAGES=overwrite` writes down what they print now.

use std::fs;

use crate::docs::{server_test, words_of};
use crate::store::Desk;
use crate::support::{root, stderr, stdout};

const BEGIN: &str = "```console\n";
const END: &str = "```\n";

/// Where the server stands in the pages; the real one has another port every time.
const PLACE: &str = "192.0.2.7:443";

/// The page with what its commands print now.
fn played(page: &str) -> String {
    let desk = Desk::new();
    std::os::unix::fs::symlink(root().join("docs"), desk.path("docs")).unwrap();
    let server = server_test();
    let at = server.address.to_string();
    let mut made = String::new();
    let mut rest = page;
    while let Some((before, block)) = rest.split_once(BEGIN) {
        let (block, after) = block.split_once(END).unwrap();
        made += before;
        made += BEGIN;
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let mut words = words_of(command);
            if command.contains("https://server.test") {
                words.extend(["--connect".to_owned(), at.clone()]);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = desk.command(&words).output().unwrap();
            // as on a terminal, but for the order of the two
            let told = stderr(&output) + &stdout(&output);
            made += &format!("$ {command}\n{}", told.replace(&at, PLACE));
        }
        made += END;
        rest = after;
    }
    made + rest
}

#[test]
fn terminals_show_what_is_printed() {
    let is_rewriting =
        std::env::var_os("TRUSTPACK_PAGES").is_some_and(|value| value == "overwrite");
    let mut shown = 0;
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    for path in docs.chain([root().join("README.md")]) {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        shown += page.matches(BEGIN).count();
        let played = played(&page);
        if is_rewriting {
            fs::write(&path, played).unwrap();
        } else {
            assert_eq!(page, played, "{}", path.display());
        }
    }
    assert!(shown >= 7, "{shown}");
}
