use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use time::macros::datetime;

use super::*;

const AT: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn channel(name: &str, warnings: usize) -> ChannelPage {
    ChannelPage {
        name: name.to_owned(),
        article: format!("<article id=\"{name}\">{{{{script}}}}</article>\n"),
        soonest: Some((AT, format!("<{name}>"))),
        warnings,
    }
}

fn page(channels: &[ChannelPage]) -> String {
    String::from_utf8(render(channels, AT, "0123").bytes).unwrap()
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[test]
fn what_a_channel_says_is_no_place_of_the_page() {
    let page = page(&[channel("one", 0)]);
    assert!(page.contains("<article id=\"one\">{{script}}</article>"));
    assert_eq!(
        between(&page, "<title>", "</title>"),
        "one: ready to be set up · 2026-11-21"
    );
    assert!(page.contains("The next to end: <bdi>&lt;one&gt;</bdi>, on 2026-11-21"));
    assert!(!page.contains("<nav class=\"contents\""));
}

#[test]
fn several_channels_have_a_way_to_each() {
    let page = page(&[channel("one", 1), channel("two", 0)]);
    assert!(page.contains("<h1>2 channels: ready to be set up, with 1 warning to look at</h1>"));
    assert!(page.contains("<a href=\"#two\"><bdi>two</bdi></a>"));
    assert!(page.contains("data-bundle=\"0123\""));
}

#[test]
fn the_policy_names_what_is_in_the_page() {
    let page = page(&[channel("one", 0)]);
    let digest = |content: &str| STANDARD.encode(Sha256::digest(content.as_bytes()));
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    let style = between(&page, "<style>", "</style>");
    for (content, whole) in [(style, STYLE), (SCRIPT, SCRIPT)] {
        assert_eq!(content, whole);
        assert!(policy.contains(&digest(content)), "{policy}");
    }
    assert!(page.contains(&format!("<script>{SCRIPT}</script>")));
    // what would end the elements, or make markup of a name, or leave the page
    for word in [
        "</",
        "<!--",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "http:",
        "https:",
    ] {
        assert!(!SCRIPT.contains(word), "{word}");
        assert!(!STYLE.contains(word), "{word}");
    }
}

#[test]
fn the_place_of_a_secret_is_told_and_not_copied() {
    let of = steps::place_of_secret;
    assert!(of("env:A_B").ends_with("environment variable <code>A_B</code></span>"));
    assert!(of("file:a<b").ends_with("in the file <code>a&lt;b</code></span>"));
    assert_eq!(
        of("(not recorded yet)"),
        "<span class=\"plain\">(not recorded yet)</span>"
    );
    for reference in ["env:A", "file:a", "prompt"] {
        assert!(!of(reference).contains("data-copies"));
    }
}
