//! Stores out of a generator with a fixed seed, in every container: Java lists what we write, we list what Java writes.

mod rules;

use std::collections::HashSet;
use std::path::Path;

use trustpack_core::keystore::{Format, Password, WriteOptions};

use crate::kit::{self, Held, Item, Random, found, listed};
use crate::stores::{Answer, Listed, Requests, difference, has_bouncy};
use crate::types::BOUNCY_PKCS12;

use rules::{RULES, Rules, STORES, THEIRS, date};

/// A store, and the password that opens it.
struct Sample {
    items: Vec<Item>,
    password: String,
    /// Of keys without one of their own; `None`: that of the store.
    key_password: Option<String>,
}

#[test]
fn java_lists_the_sample_that_we_write_and_we_list_its_own() {
    if !has_bouncy() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut requests = Requests::default();
    let mut expected = Vec::new();
    for (place, rules) in RULES.iter().enumerate() {
        let random = Random::new(0x7275_7374 + place as u64);
        for number in 0..rules.stores + THEIRS {
            let sample = rules.sample(&random);
            let path = folder.path().join(format!("{place}-{number}"));
            if number < rules.stores {
                rules.write(&sample, &random, &path);
                let own = |item: &Item| {
                    let password = item.key_password.as_ref().or(sample.key_password.as_ref());
                    password.map(|password| (rules.of.folded(&item.alias), password.clone()))
                };
                let keys: Vec<(String, String)> = sample.items.iter().filter_map(own).collect();
                let keys = keys.iter();
                let keys = keys.map(|(alias, password)| (alias.as_str(), password.as_str()));
                requests.list(&path, rules.of, Some(&sample.password), keys);
            } else {
                let mut items = sample.items.clone();
                for item in &mut items {
                    item.key_password = item
                        .key_password
                        .take()
                        .or_else(|| sample.key_password.clone());
                }
                requests.make(&path, rules.of, &sample.password, &items);
            }
            expected.push((rules, number, path, sample));
        }
    }
    let Some(answers) = requests.java() else {
        return;
    };
    assert_eq!(answers.len(), expected.len());
    let mut wrong = Vec::new();
    for ((rules, number, path, sample), answer) in expected.iter().zip(answers) {
        let (whose, difference) = if *number < rules.stores {
            ("ours", rules.wrong(sample, answer))
        } else {
            ("theirs", rules.wrong_of_theirs(sample, path, answer))
        };
        let (word, provider) = (rules.of.word, rules.of.provider);
        wrong.extend(difference.map(|difference| {
            format!("{word} of {provider}, store {number} ({whose}): {difference}")
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Rules {
    fn sample(&self, random: &Random) -> Sample {
        let (pairs, anchors) = (kit::pairs(), kit::anchors());
        let secrets: Vec<Held> = kit::secrets()
            .into_iter()
            .filter(
                |held| matches!(held, Held::Secret(name, _) if self.of.secrets().contains(name)),
            )
            .collect();
        // the first store of many is empty, some have one entry
        let count = *random.pick(&[0, 1, 1, 2, 5, 10, 20, 50]);
        let mut taken = HashSet::new();
        let mut keys = self.keys;
        let mut items = Vec::new();
        while items.len() < count {
            let alias = self.aliases.text(random, 12);
            if !taken.insert(self.of.folded(&alias)) {
                continue;
            }
            let kind = if keys == 0 { 2 } else { random.below(4) };
            let held = match kind {
                0 => Held::Private(random.pick(&pairs).clone()),
                1 if !secrets.is_empty() => random.pick(&secrets).clone(),
                _ => Held::Trusted(random.pick(&anchors).clone()),
            };
            let mut item = Item::new(&alias, held);
            item.created = Some(date(self.of, random));
            if item.is_key() {
                keys -= 1;
                if self.own && random.below(3) == 0 {
                    item.key_password = Some(self.key_passwords.text(random, 10));
                }
            }
            items.push(item);
        }
        let password = self.store_passwords.text(random, 10);
        // BouncyCastle has one password for all of a PKCS#12
        let shared = !self.own && self.of != BOUNCY_PKCS12;
        Sample {
            items,
            password,
            key_password: shared.then(|| self.key_passwords.text(random, 10)),
        }
    }

    fn write(&self, sample: &Sample, random: &Random, path: &Path) {
        let password = Password::new(&sample.password);
        let key_password = sample.key_password.as_ref().map(Password::new);
        let options = WriteOptions {
            password: Some(&password),
            key_password: key_password.as_ref(),
            keep_alias_case: !self.of.folds(),
            random: Some(random),
            ..WriteOptions::default()
        };
        let bytes = kit::write(&sample.items, self.of.format, &options)
            .unwrap_or_else(|error| panic!("{:?}: {error}", self.of));
        std::fs::write(path, bytes).unwrap();
    }

    /// What is wrong with Java's list of a store of ours.
    fn wrong(&self, sample: &Sample, answer: Answer) -> Option<String> {
        match answer {
            Ok(theirs) => difference(self.of.seen(listed(&sample.items)), self.of.seen(theirs)),
            Err(said) => Some(format!("{said}; password {:?}", sample.password)),
        }
    }

    /// What is wrong with our list of a store of theirs, against what they say and what they were given.
    fn wrong_of_theirs(&self, sample: &Sample, path: &Path, answer: Answer) -> Option<String> {
        let theirs = match answer {
            Ok(theirs) => self.of.seen(theirs),
            Err(said) => return Some(format!("{said}; password {:?}", sample.password)),
        };
        let contents = match kit::read(&std::fs::read(path).unwrap(), Some(&sample.password)) {
            Ok(contents) => contents,
            Err(error) => return Some(error.to_string()),
        };
        assert_eq!(contents.format, self.of.format);
        let key_password = |alias: &str| {
            let folded = self.of.folded(alias);
            let mut items = sample.items.iter();
            let item = items.find(|item| self.of.folded(&item.alias) == folded);
            let own = item.and_then(|item| item.key_password.as_deref());
            let shared = sample.key_password.as_deref();
            own.or(shared).unwrap_or(&sample.password)
        };
        let ours = self.of.seen(found(&contents.store, key_password));
        let undated = |list: Vec<Listed>| -> Vec<Listed> {
            let undate = |entry| Listed {
                created: None,
                ..entry
            };
            list.into_iter().map(undate).collect()
        };
        let given = undated(self.of.seen(listed(&sample.items)));
        difference(ours, theirs.clone()).or_else(|| difference(given, undated(theirs)))
    }
}

#[test]
fn the_sample_has_every_kind_of_entry() {
    for rules in RULES {
        let random = Random::new(1);
        let samples: Vec<Sample> = (0..STORES).map(|_| rules.sample(&random)).collect();
        let items = || samples.iter().flat_map(|sample| &sample.items);
        let has = |is: fn(&Item) -> bool| items().any(is);
        assert!(has(|item| matches!(item.held, Held::Private(_))));
        assert!(has(|item| matches!(item.held, Held::Trusted(_))));
        assert_eq!(
            has(|item| matches!(item.held, Held::Secret(..))),
            !rules.of.secrets().is_empty()
        );
        assert!(has(|item| item.alias.contains(|c| c > '\u{ffff}')));
        assert!(samples.iter().any(|sample| sample.items.is_empty()));
        assert!(rules.of.format != Format::Pkcs12 || !has(|item| item.alias.contains('\0')));
    }
}
