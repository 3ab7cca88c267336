//! A file with what the tools say of it, and what was found when it was read.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde_json::Value;
use sha2::{Digest, Sha256};
use trustpack_core::keystore::{self, Contents, Entry, Error, Password, ReadOptions};

/// Every fact that is checked, by the name that `exceptions.tsv` uses.
pub(crate) const FACTS: [&str; 31] = [
    // of any file
    "read",
    "format",
    "refused",
    "trailing",
    "remarks",
    "labels",
    // of a store and its entries
    "integrity",
    "password",
    "entries",
    "alias",
    "kind",
    "chain",
    "created",
    "bags",
    "visible",
    // of keys
    "key",
    "key-algorithm",
    "key-password",
    "key-certificate",
    "protection",
    // of certificates
    "certificates",
    "public-key",
    "issuer-and-subject",
    "serial",
    "validity",
    "version",
    "signature-algorithm",
    "extensions",
    // of other objects
    "requests",
    "crls",
    "public-keys",
];

/// A file of the corpus.
pub(crate) struct File<'f> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) facts: &'f Value,
}

impl File<'_> {
    pub(crate) fn kind(&self) -> &str {
        text(&self.facts["type"])
    }

    pub(crate) fn must_be_refused(&self) -> bool {
        text(&self.facts["expectation"]) == "must-reject"
    }

    /// A store's status stands beside its password; a key's is that no tool opened it though it is encrypted.
    pub(crate) fn password_is_unknown(&self) -> bool {
        let nobody_opened = |key: &Value| {
            let mut tools = key.as_object().into_iter().flatten();
            key["encrypted"] == true && !tools.any(|(_, told)| told["ok"] == true)
        };
        text(&self.facts["password_status"]).starts_with("failed")
            || nobody_opened(&self.facts["key"])
    }

    pub(crate) fn password(&self) -> Option<Password> {
        self.facts["password"].as_str().map(Password::new)
    }

    /// Reads it as a user does who knows the password.
    pub(crate) fn read(&self, findings: &mut Findings) -> Option<Contents> {
        let read = self.read_with(self.password().as_ref());
        let contents = findings.ok("read", read.map_err(|error| error.to_string()))?;
        self.remarks(&contents, findings);
        Some(contents)
    }

    /// What the facts remark on is remarked on.
    fn remarks(&self, contents: &Contents, findings: &mut Findings) {
        let told = text(&self.facts["note"]);
        for (_, ours) in REMARKS.iter().filter(|(theirs, _)| told.contains(theirs)) {
            let mut notes = contents.notes.iter();
            let is_told = notes.any(|note| note.message.contains(ours));
            findings.holds("remarks", is_told, || {
                format!("{told:?}, and nothing of {ours:?} in {:?}", contents.notes)
            });
        }
    }

    pub(crate) fn read_with(&self, password: Option<&Password>) -> Result<Contents, Error> {
        keystore::read(&self.bytes, &ReadOptions { password })
    }
}

/// Words of the facts' notes, and of ours. Most of their remarks are on what other tools make of a file.
const REMARKS: [(&str, &str); 4] = [
    ("(bom)", "byte order mark"),
    (
        "aux trust data after the certificate",
        "trust settings are not kept",
    ),
    ("leading text that is not PEM", "complete, then"),
    ("two entries with the same alias", "more than once"),
];

/// What of one file does not hold, and how many facts were looked at: judged, and not to be told.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) wrong: Vec<(&'static str, String)>,
    pub(crate) counts: BTreeMap<&'static str, (usize, usize)>,
}

impl Findings {
    pub(crate) fn same<L: PartialEq<R> + Debug, R: Debug>(
        &mut self,
        fact: &'static str,
        of: &str,
        found: &L,
        expected: &R,
    ) {
        self.holds(fact, found == expected, || {
            format!("{of}: {found:?}, expected {expected:?}")
        });
    }

    pub(crate) fn holds(&mut self, fact: &'static str, holds: bool, why: impl FnOnce() -> String) {
        assert!(FACTS.contains(&fact), "{fact} is no name of a fact");
        self.counts.entry(fact).or_default().0 += 1;
        if !holds {
            self.wrong.push((fact, why()));
        }
    }

    pub(crate) fn ok<T>(&mut self, fact: &'static str, found: Result<T, String>) -> Option<T> {
        self.holds(fact, found.is_ok(), || {
            found.as_ref().err().cloned().unwrap_or_default()
        });
        found.ok()
    }

    pub(crate) fn fail(&mut self, fact: &'static str, why: String) {
        self.holds(fact, false, || why);
    }

    /// A fact that nothing here can check.
    pub(crate) fn unjudged(&mut self, fact: &'static str) {
        self.counts.entry(fact).or_default().1 += 1;
    }
}

/// What no file of the corpus is locked with.
pub(crate) fn wrong_password() -> Password {
    Password::new("not the password")
}

pub(crate) fn all_fingerprints(contents: &Contents) -> Vec<String> {
    let entries = contents.store.entries().iter();
    entries.flat_map(fingerprints).collect()
}

pub(crate) fn fingerprints(entry: &Entry) -> Vec<String> {
    entry.certificates().iter().map(|der| sha256(der)).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
