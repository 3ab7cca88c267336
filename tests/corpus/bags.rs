//! The bags of PKCS#12 that OpenSSL and pyca see, those that Java does not show among them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trustpack_core::keystore::{Contents, EntryKind, Password, Timestamp};

use crate::facts::{File, Findings, all_fingerprints, fingerprints, list, sha256, text};
use crate::pkcs12::{private_keys, public_half};

/// The bags of a file as OpenSSL lists them, names as pyca decodes them.
pub(crate) struct Bags<'f> {
    keys: Vec<&'f Value>,
    certificates: Vec<&'f Value>,
    /// Every name that a certificate bears, by fingerprint; none is the empty name.
    names: BTreeMap<&'f str, BTreeSet<&'f str>>,
    /// The name of the one certificate that pyca takes for the key's.
    key_name: Option<&'f str>,
}

impl<'f> Bags<'f> {
    pub(crate) fn new(facts: &'f Value) -> Self {
        let of_kind = |kind| {
            let bags = list(&facts["bags"]).iter();
            bags.filter(|bag| text(&bag["bag"]) == kind)
                .collect::<Vec<_>>()
        };
        let certificates = of_kind("cert");
        let pyca = &facts["pyca"];
        let decoded: Vec<&Value> = list(&pyca["additional"])
            .iter()
            .chain(pyca["cert"].is_object().then_some(&pyca["cert"]))
            .collect();
        let mut names: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for named in decoded.iter().chain(&certificates) {
            let (digest, name) = (text(&named["sha256"]), text(&named["friendly_name"]));
            // OpenSSL mangles what is not ASCII, so it is asked only where pyca says nothing
            if pyca.is_null() || named.get("bag").is_none() {
                names.entry(digest).or_default().insert(name);
            }
        }
        Self {
            keys: of_kind("key"),
            certificates,
            names,
            key_name: pyca["cert"]["friendly_name"].as_str(),
        }
    }

    pub(crate) fn check(&self, file: &File<'_>, contents: &Contents, findings: &mut Findings) {
        self.keys(contents, file.password().as_ref(), findings);
        self.certificates(contents, findings);
        self.trusted(contents, findings);
    }

    /// Key bags and private keys are the same, in the same order.
    fn keys(&self, contents: &Contents, password: Option<&Password>, findings: &mut Findings) {
        let found = private_keys(contents);
        findings.same("bags", "keys", &found.len(), &self.keys.len());
        for ((entry, key), bag) in found.into_iter().zip(&self.keys) {
            let alias = entry.alias.as_str();
            if let Some(name) = bag["friendly_name"].as_str() {
                let name = match self.key_name {
                    Some(decoded) if !name.is_ascii() || name.contains('\\') => decoded,
                    _ => name,
                };
                findings.same("alias", "key bag", &without_number(alias), &name);
            }
            if let Some(created) = java_time(text(&bag["local_key_id"])) {
                let found = entry.created.map(Timestamp::millis);
                findings.same("created", alias, &found, &Some(created));
            }
            let leaf = self.certificates.iter().find(|certificate| {
                let id = &certificate["local_key_id"];
                id.is_string() && *id == bag["local_key_id"]
            });
            if let Some(leaf) = leaf {
                let found = fingerprints(entry).into_iter().next();
                findings.same("chain", alias, &found.as_deref(), &leaf["sha256"].as_str());
            }
            public_half(key, password, text(&bag["spki_sha256"]), findings);
        }
    }

    /// No certificate is lost and none is made up.
    fn certificates(&self, contents: &Contents, findings: &mut Findings) {
        let found: BTreeSet<String> = all_fingerprints(contents).into_iter().collect();
        let told = self.certificates.iter().map(|bag| text(&bag["sha256"]));
        let told: BTreeSet<String> = told.map(str::to_owned).collect();
        findings.same("bags", "certificates", &found, &told);
    }

    /// A certificate is an entry when its bag says so, or when it is in no key's chain.
    fn trusted(&self, contents: &Contents, findings: &mut Findings) {
        let keys = private_keys(contents);
        let chained: Vec<String> = keys.iter().flat_map(|(key, _)| fingerprints(key)).collect();
        let belongs_to_key = |bag: &Value| {
            let id = &bag["local_key_id"];
            id.is_string() && self.keys.iter().any(|key| key["local_key_id"] == *id)
        };
        let mut expected: Vec<&str> = self
            .certificates
            .iter()
            .filter(|bag| {
                let digest = text(&bag["sha256"]);
                let says_so = bag["oracle_trusted_key_usage"] == true && !belongs_to_key(bag);
                says_so || !chained.iter().any(|chained| chained == digest)
            })
            .map(|bag| text(&bag["sha256"]))
            .collect();
        let mut found = Vec::new();
        for entry in contents.store.entries() {
            let EntryKind::TrustedCertificate(der) = &entry.kind else {
                continue;
            };
            let digest = sha256(der);
            let alias = entry.alias.as_str();
            let name = if entry.alias.is_given() {
                without_number(alias)
            } else {
                ""
            };
            let names = self.names.get(digest.as_str());
            findings.holds(
                "alias",
                names.is_some_and(|names| names.contains(name)),
                || format!("certificate bag: {alias:?}, expected one of {names:?}"),
            );
            found.push(digest);
        }
        expected.sort_unstable();
        found.sort_unstable();
        findings.same("entries", "certificates of their own", &found, &expected);
    }
}

/// `alias-2` is how a second entry of the same name is called.
fn without_number(alias: &str) -> &str {
    match alias.rsplit_once('-') {
        Some((name, number)) if number.len() == 1 && number > "1" => name,
        _ => alias,
    }
}

/// The localKeyID that Java gives, `Time <ms>`, in hexadecimal.
fn java_time(local_key_id: &str) -> Option<i64> {
    let octets = local_key_id.as_bytes().chunks(2);
    let octets = octets.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let octets = octets.collect::<Option<Vec<u8>>>()?;
    let text = String::from_utf8(octets).ok()?;
    text.strip_prefix("Time ")?.parse().ok()
}
