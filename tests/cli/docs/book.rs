//! The pages as a book: every one is in it, every link leads somewhere, every command has its manual page.

use super::*;
use crate::support::require;

/// Every page, by its path below docs/.
fn pages() -> BTreeSet<String> {
    let docs = root().join("docs");
    let mut pages = BTreeSet::new();
    for folder in ["", "deploy/"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                pages.insert(format!("{folder}{name}"));
            }
        }
    }
    pages
}

/// What a page links to, but for other sites.
fn links_of(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1);
    let links = links.filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://")).collect()
}

/// As GitHub and mdBook make it of a heading.
fn anchor_of(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter => letter
            .is_alphanumeric()
            .then(|| letter.to_ascii_lowercase()),
    });
    kept.collect()
}

#[test]
fn every_page_is_in_the_book_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed = links_of(&summary);
    let mut expected = pages();
    expected.remove("SUMMARY.md");
    assert_eq!(listed.len(), expected.len(), "{listed:?}");
    let listed: BTreeSet<String> = listed.into_iter().map(ToOwned::to_owned).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages().into_iter().map(|page| format!("docs/{page}"));
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(ToOwned::to_owned);
    for page in pages.chain(others) {
        let path = root().join(&page);
        let text = fs::read_to_string(&path).unwrap();
        for link in links_of(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{page}: {link}");
            if anchor.is_empty() {
                continue;
            }
            let text = fs::read_to_string(target).unwrap();
            let headings = text.lines().filter(|line| line.starts_with('#'));
            let mut anchors = headings.map(|line| anchor_of(line.trim_start_matches('#')));
            assert!(anchors.any(|found| found == anchor), "{page}: {link}");
        }
    }
}

/// A page for each command, which `man` lays out without a word of complaint.
#[test]
fn every_command_has_its_manual_page() {
    let desk = Desk::new();
    let output = desk.command(&["man", "--folder", "pages/man1"]).output();
    assert!(output.unwrap().status.success());
    let pages = fs::read_dir(desk.path("pages/man1")).unwrap();
    let pages: BTreeSet<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for page in [
        "trustpack.1",
        "trustpack-fetch.1",
        "trustpack-store-import.1",
    ] {
        assert!(pages.contains(page), "{page}: {pages:?}");
    }
    assert!(!pages.iter().any(|page| page.contains("help")), "{pages:?}");
    let again = desk.command(&["man", "store", "import"]).output().unwrap();
    let written = fs::read(desk.path("pages/man1/trustpack-store-import.1")).unwrap();
    assert_eq!(again.stdout, written);
    let man = std::process::Command::new("man").arg("--version").output();
    if !require(man.is_ok(), "man") {
        return;
    }
    for page in pages {
        let output = std::process::Command::new("man")
            .args(["--warnings", "--encoding=UTF-8", "--local-file"])
            .arg(desk.path(&format!("pages/man1/{page}")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{page}");
        assert_eq!(stderr(&output), "", "{page}");
    }
}
