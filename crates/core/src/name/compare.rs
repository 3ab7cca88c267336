//! Which names are the same: as RFC 5280 asks, and as Java sees it.

use std::hash::{Hash, Hasher};

use super::Name;
use super::attribute::{Attribute, Value};
use super::decode::hex_form;

impl Name {
    /// Equal as `X500Principal.equals` sees it, which folds less than RFC 5280: only PrintableString and UTF8String
    /// of the RFC 2253 attribute types (`AVA.toRFC2253CanonicalString`).
    pub(crate) fn is_same_for_java(&self, other: &Self) -> bool {
        self.der == other.der || self.folded_as_java() == other.folded_as_java()
    }

    /// Whether `self` lies at or below `base` in the directory, as `X500Name.constrains` sees it.
    pub(crate) fn is_within_for_java(&self, base: &Self) -> bool {
        let (own, base) = (self.folded_as_java(), base.folded_as_java());
        // both end every relative name with a separator, so a prefix ends at a boundary
        own.starts_with(base)
    }

    /// Folding costs more than the rest of a certificate, and most names differ in their number of attributes or types.
    fn may_equal(&self, other: &Self) -> bool {
        // within a set of several the order is free
        let is_plain = |name: &Self| {
            name.attributes
                .iter()
                .enumerate()
                .all(|(place, one)| one.rdn == place)
        };
        let mut pairs = self.attributes.iter().zip(&other.attributes);
        self.attributes.len() == other.attributes.len()
            && (!is_plain(self)
                || !is_plain(other)
                || pairs.all(|(one, other)| one.oid == other.oid))
    }

    fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold(self, |_| true))
    }

    fn folded_as_java(&self) -> &str {
        self.folded_as_java.get_or_init(|| {
            fold(self, |attribute| {
                matches!(attribute.tag, 0x0c | 0x13) && RFC_2253.contains(&attribute.kind())
            })
        })
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der || (self.may_equal(other) && self.folded() == other.folded())
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

/// A text in which two names are the same exactly when they match: per relative name a sorted list of type and
/// value; values that `folds` picks lose case and surplus white space (RFC 5280 section 7.1), others stay DER.
fn fold(name: &Name, folds: impl Fn(&Attribute) -> bool) -> String {
    let mut folded = String::with_capacity(name.der.len());
    let mut done = 0;
    // one pass, since a hostile name has tens of thousands of parts
    for rdn in name.attributes.chunk_by(|one, next| one.rdn == next.rdn) {
        // a set of no attributes has its place, too
        let place = rdn.first().map_or(done, Attribute::rdn);
        folded.extend((done..place).map(|_| '\u{1e}'));
        match rdn {
            [one] => push_attribute(&mut folded, name, one, &folds),
            several => {
                let parts = several.iter().map(|one| {
                    let mut part = String::new();
                    push_attribute(&mut part, name, one, &folds);
                    part
                });
                let mut set: Vec<String> = parts.collect();
                set.sort();
                // unit and record separators cannot occur in a folded value
                folded.push_str(&set.join("\u{1f}"));
            }
        }
        folded.push('\u{1e}');
        done = place + 1;
    }
    folded
}

fn push_attribute(
    folded: &mut String,
    name: &Name,
    attribute: &Attribute,
    folds: &impl Fn(&Attribute) -> bool,
) {
    folded.push_str(&attribute.oid);
    folded.push('=');
    match &attribute.value {
        Value::Text(value) if folds(attribute) => push_value(folded, value),
        Value::Text(_) => {
            let der = name.der.get(attribute.place.clone());
            folded.push_str(&hex_form(der.unwrap_or_default()));
        }
        Value::Hex(hex) => folded.push_str(hex),
    }
}

fn push_value(folded: &mut String, value: &str) {
    folded.push('\'');
    for (place, word) in value.split_whitespace().enumerate() {
        if place > 0 {
            folded.push(' ');
        }
        let start = folded.len();
        // names are compared for every server, and most are ASCII
        match word.is_ascii() {
            true => {
                folded.push_str(word);
                let word = folded.get_mut(start..).unwrap_or_default();
                word.make_ascii_lowercase();
            }
            false => folded.push_str(&word.to_lowercase()),
        }
        // the only characters that could make two names look alike
        if word.contains(SEPARATORS) {
            let apart = folded.split_off(start).replace(SEPARATORS, "\u{fffd}");
            folded.push_str(&apart);
        }
    }
}

/// Between the parts of a set, and behind each set.
const SEPARATORS: [char; 2] = ['\u{1f}', '\u{1e}'];

/// `sun.security.x509.AVAKeyword`, the keywords that RFC 2253 knows.
const RFC_2253: [&str; 9] = ["C", "CN", "DC", "L", "O", "OU", "ST", "STREET", "UID"];
