//! What every page for a browser shares: its frame with the policy, the look, a few words of its script, and text that
//! cannot become markup.
//!
//! A page is one file. Its policy (Content Security Policy Level 3) allows its script and its style sheet by their digests
//! and nothing else, so that nothing is loaded and nothing leaves it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::text;

/// Around the body: the policy, the icon, the shapes of severities.
const DOCUMENT: &str = include_str!("html/document.html");

/// What a page is made of.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    /// In HTML.
    pub(crate) title: &'a str,
    /// With `html/base.css` at its beginning.
    pub(crate) style: &'a str,
    /// In HTML.
    pub(crate) body: &'a str,
    /// With `html/common.js` at its beginning.
    pub(crate) script: &'a str,
}

impl Document<'_> {
    /// How long a page is beside its body.
    pub(crate) const fn len_without_body(&self) -> usize {
        DOCUMENT.len() + self.title.len() + self.style.len() + self.script.len() + POLICY_LENGTH
    }

    /// The page.
    pub(crate) fn page(&self) -> String {
        let policy = policy(self.script, self.style);
        fill(DOCUMENT, |place| match place {
            "policy" => &policy,
            "title" => self.title,
            "style" => self.style,
            "body" => self.body,
            "script" => self.script,
            _ => "",
        })
    }
}

/// What a policy comes to: two digests of 44 characters, and its words.
const POLICY_LENGTH: usize = 256;

/// Nothing is loaded, and nothing runs but what has these digests.
fn policy(script: &str, style: &str) -> String {
    let digest = |content: &str| STANDARD.encode(Sha256::digest(content.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(script),
        digest(style)
    )
}

/// Puts the parts into their places, `{{word}}`, in one pass, so that a name that looks like a place is none.
pub(crate) fn fill<'a>(template: &str, part: impl Fn(&str) -> &'a str) -> String {
    let mut page = String::new();
    for (number, piece) in template.split("{{").enumerate() {
        match piece.split_once("}}") {
            Some((place, rest)) if number > 0 => {
                page.push_str(part(place));
                page.push_str(rest);
            }
            _ => page.push_str(piece),
        }
    }
    page
}

/// Text within an element: what would be markup is not, and what would steer or hide is spelled out.
pub(crate) fn escaped(text: &str) -> String {
    without_markup(&text::escape(text))
}

/// A name of somebody else's, which keeps its own direction and does not turn its neighbours around.
pub(crate) fn named(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}

/// What a script shall have to the letter, as the value of an attribute.
pub(crate) fn attribute(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in without_markup(text).chars() {
        match character {
            // a reader of HTML makes one line end of the other, and drops some controls
            _ if character.is_control() => {
                safe.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => safe.push(character),
        }
    }
    safe
}

fn without_markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_has_no_places() {
        let part = |place: &str| match place {
            "a" => "{{b}}",
            _ => "",
        };
        assert_eq!(fill("{{a}} }} {{c}}.", part), "{{b}} }} .");
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(
            escaped("<a b='c'>\u{202e}&"),
            "&lt;a b=&#39;c&#39;&gt;\\u{202e}&amp;"
        );
        assert_eq!(named("\"\n"), "<bdi>&quot;\\n</bdi>");
        assert_eq!(attribute("two\nlines\"\r"), "two&#10;lines&quot;&#13;");
    }

    #[test]
    fn the_length_of_a_page_is_known_before() {
        let document = Document {
            title: "title",
            style: "style",
            body: "body",
            script: "script",
        };
        let page = document.page();
        assert!(page.len() <= document.len_without_body() + "body".len());
        assert!(page.contains("<title>title</title>"));
    }
}
