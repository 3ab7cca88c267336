//! pyjks reads our JKS, JCEKS, BKS and UBER, keys included; we read the JKS that it writes.

use trustpack_core::keystore::{Password, WriteOptions};

use crate::kit::{self, Held, Item, Random, found, listed};
use crate::stores::{Requests, assert_same};
use crate::types::{BKS, JCEKS, JKS, Type, UBER};

const PASSWORD: &str = "changeit";
const OWN_PASSWORD: &str = "a key's own";

/// pyjks takes aliases for plain UTF-8: no zero, and nothing beyond the BMP in what Java and we write.
fn items(of: Type) -> Vec<Item> {
    let mut items = Vec::new();
    for (pair, alias) in kit::pairs()
        .into_iter()
        .zip(["größe λόγος", "证书", "c", "d"])
    {
        items.push(Item::new(alias, Held::Private(pair)));
    }
    for held in kit::secrets() {
        if let Held::Secret(name, _) = &held
            && of.secrets().contains(name)
        {
            let alias = name.to_lowercase();
            items.push(Item::new(&alias, held));
        }
    }
    items[1].key_password = Some(OWN_PASSWORD.to_owned());
    items.push(Item::new("root", Held::Trusted(kit::anchors().remove(0))));
    items
}

#[test]
fn pyjks_lists_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let (password, random) = (Password::new(PASSWORD), Random::new(3));
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&random),
        ..WriteOptions::default()
    };
    let mut requests = Requests::default();
    let types = [JKS, JCEKS, BKS, UBER];
    for of in types {
        let items = items(of);
        let path = folder.path().join(of.word);
        std::fs::write(&path, kit::write(&items, of.format, &options).unwrap()).unwrap();
        let owner = items[1].alias.as_str();
        requests.list(&path, of, Some(PASSWORD), [(owner, OWN_PASSWORD)]);
    }
    let Some(answers) = requests.python("jks") else {
        return;
    };
    assert_eq!(answers.len(), types.len());
    for (of, answer) in types.into_iter().zip(answers) {
        let theirs = answer.unwrap_or_else(|said| panic!("{of:?}: {said}"));
        assert_same(of.word, listed(&items(of)), theirs);
    }
}

#[test]
fn we_list_what_pyjks_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut items = items(JKS);
    // in plain UTF-8, which Java refuses and we name
    items.push(Item::new(
        "smile \u{1f600}",
        Held::Trusted(kit::anchors().remove(1)),
    ));
    let mut requests = Requests::default();
    requests.make(&path, JKS, PASSWORD, &items);
    let Some(mut answers) = requests.python("jks") else {
        return;
    };
    let theirs = answers.remove(0).unwrap();
    let contents = kit::read(&std::fs::read(path).unwrap(), Some(PASSWORD)).unwrap();
    let own = |alias: &str| match alias == items[1].alias {
        true => OWN_PASSWORD,
        false => PASSWORD,
    };
    assert_same("pyjks", found(&contents.store, own), theirs);
    let is_told = |note: &trustpack_core::keystore::Note| note.message.contains("plain UTF-8");
    assert!(contents.notes.iter().any(is_told), "{:?}", contents.notes);
}
