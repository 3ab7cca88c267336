//! The values of secrets, while a call is sent; and texts without them.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use trustpack_keystore::Password;
use zeroize::Zeroizing;

use super::template::{basic, json};

/// Secrets by their names. `Debug` prints the names only, and the memory is wiped on drop.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, Password>,
    /// Everything that must not be repeated, the longest first.
    forms: Vec<Zeroizing<String>>,
}

/// Why a secret cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} ({reference}) cannot be sent: {why}")]
pub struct Unfit {
    /// Which secret.
    pub name: String,
    /// Where it is.
    pub reference: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// What stands where a secret stood.
const ELIDED: &str = "[secret elided]";

impl Secrets {
    /// Adds one.
    pub fn insert(&mut self, name: impl Into<String>, value: Password) {
        self.keep_from_texts(value.expose_secret());
        self.values.insert(name.into(), value);
    }

    /// Adds what stands beside a user name, which must not be repeated in that form either.
    pub fn insert_beside(&mut self, user: &str, name: impl Into<String>, value: Password) {
        let both = basic(user, value.expose_secret());
        self.forms.push(both);
        self.insert(name, value);
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(Password::expose_secret)
    }

    fn keep_from_texts(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        self.forms.extend(forms(value));
        // of a bot token the part after the colon is the secret
        if let Some((digits, rest)) = value.split_once(':')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && rest.len() >= SECRET_PART
        {
            self.forms.extend(forms(rest));
        }
        self.forms
            .sort_by(|one, other| (other.len(), &**one).cmp(&(one.len(), &**other)));
        self.forms.dedup();
    }

    /// The text without any of them, however they are encoded. Case counts, except in percent-encoding.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for form in self.forms.iter().filter(|form| !form.is_empty()) {
            if form.len() < WHOLE_WORD {
                text = without_word(&text, form);
            } else if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), ELIDED);
            }
        }
        text
    }
}

/// Shorter than that it is no token's secret part.
const SECRET_PART: usize = 16;

/// Shorter than that it is part of half of all words, and goes where it stands by itself only: who reads an error must
/// still understand it.
const WHOLE_WORD: usize = 4;

/// The text without a word.
fn without_word(text: &str, word: &str) -> String {
    let is_apart = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    let mut rest = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(word) {
        let end = at + word.len();
        if is_apart(text[..at].chars().next_back()) && is_apart(text[end..].chars().next()) {
            rest.push_str(&text[done..at]);
            rest.push_str(ELIDED);
            done = end;
        }
    }
    rest.push_str(&text[done..]);
    rest
}

/// How a server may repeat a value.
fn forms(value: &str) -> Vec<Zeroizing<String>> {
    let query: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let percent = query.replace('+', "%20");
    let quoted = json(value);
    let inside = quoted.trim_matches('"').to_owned();
    let base64 = BASE64_STANDARD_NO_PAD.encode(value);
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let apostrophe = html.replace('\'', "&#39;");
    [
        value.to_owned(),
        lower_percent(&query),
        lower_percent(&percent),
        query,
        percent,
        inside,
        base64,
        html,
        apostrophe,
    ]
    .map(Zeroizing::new)
    .into()
}

/// `%3A` as `%3a`.
fn lower_percent(text: &str) -> String {
    let mut left = 0;
    text.chars()
        .map(|letter| {
            left = if letter == '%' { 3 } else { left };
            left = i32::max(left - 1, -1);
            if left >= 0 {
                letter.to_ascii_lowercase()
            } else {
                letter
            }
        })
        .collect()
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut set = formatter.debug_set();
        set.entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ_";

    #[test]
    fn no_form_of_a_secret_is_repeated() {
        let mut secrets = Secrets::default();
        secrets.insert("token", Password::new(TOKEN));
        secrets.insert_beside("aicc", "password", Password::new("p\"w&ö'<1>"));
        let part = "AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ_";
        let base64 = BASE64_STANDARD_NO_PAD.encode(TOKEN);
        for text in [
            TOKEN,
            part,
            &format!("https://api.telegram.org/bot{TOKEN}/getMe"),
            &format!("/bot123456789%3A{part}/"),
            &format!("/bot123456789%3a{part}/"),
            &base64,
            "p\"w&ö'<1>",
            "{\"p\": \"p\\\"w&ö'<1>\"}",
            "p%22w%26%C3%B6%27%3C1%3E",
            "p%22w%26%c3%b6%27%3c1%3e",
            "p&quot;w&amp;ö'&lt;1&gt;",
            "p&quot;w&amp;ö&#39;&lt;1&gt;",
            &basic("aicc", "p\"w&ö'<1>"),
        ] {
            let told = secrets.redact(text);
            assert!(told.contains(ELIDED), "{text}: {told}");
            for form in &secrets.forms {
                assert!(!told.contains(form.as_str()), "{text}: {told}");
            }
        }
        assert_eq!(secrets.redact("nothing of it"), "nothing of it");
        let told = format!("{secrets:?}");
        assert_eq!(told, "{\"password\", \"token\"}");
    }

    #[test]
    fn a_short_secret_leaves_words_whole() {
        let mut secrets = Secrets::default();
        secrets.insert("password", Password::new("e"));
        let told = secrets.redact("refused: the value \"e\" is the wrong one, e");
        assert_eq!(
            told,
            "refused: the value \"[secret elided]\" is the wrong one, [secret elided]"
        );
    }

    #[test]
    fn percent_encoding_has_two_cases() {
        assert_eq!(lower_percent("A%3AB%C3%B6C"), "A%3aB%c3%b6C");
    }
}
