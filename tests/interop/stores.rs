//! What another program finds in a store: requests to `Stores.java` and `stores.py`, and their answers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::kit::{Held, Item};
use crate::support::{judge, judge_file, python, root, run};
use crate::types::Type;

pub(crate) const BOUNCY_JAR: &str = "/usr/share/java/bcprov.jar";

/// One entry as a judge, or as we, see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    pub alias: String,
    pub kind: String,
    /// `None` where the format has no date.
    pub created: Option<i64>,
    /// SHA-256 of each.
    pub certificates: Vec<String>,
    pub algorithm: String,
    /// SHA-256 of the key's encoding.
    pub key: String,
}

/// The entries that a judge found, or why it refused.
pub(crate) type Answer = Result<Vec<Listed>, String>;

/// Requests for one run of a judge.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    text: String,
}

impl Requests {
    /// To list a store; `keys` are aliases with the passwords of their keys.
    pub(crate) fn list<'a>(
        &mut self,
        file: &Path,
        of: Type,
        password: Option<&str>,
        keys: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let password = password.map_or_else(|| "-".to_owned(), hex);
        self.start("list", file, of, &password);
        self.text += &format!("\t{password}");
        for (alias, key_password) in keys {
            self.text += &format!("\t{}={}", hex(alias), hex(key_password));
        }
        self.text.push('\n');
    }

    /// To write a store of these entries, and list it.
    pub(crate) fn make(&mut self, file: &Path, of: Type, password: &str, items: &[Item]) {
        self.start("make", file, of, &hex(password));
        self.text += &format!("\t{}\n", items.len());
        for item in items {
            let (kind, certificates, algorithm, key) = match &item.held {
                Held::Trusted(certificate) => (
                    "trusted",
                    std::slice::from_ref(certificate),
                    "-",
                    "-".into(),
                ),
                Held::Private(pair) => {
                    let key = hex_of(&pair.pkcs8);
                    ("private", &pair.chain[..], pair.algorithm, key)
                }
                Held::Secret(algorithm, octets) => ("secret", &[][..], *algorithm, hex_of(octets)),
            };
            let certificates: Vec<String> = certificates.iter().map(|der| hex_of(der)).collect();
            let key_password = item.key_password.as_deref().unwrap_or(password);
            self.text += &format!(
                "{}\t{kind}\t{}\t{algorithm}\t{key}\t{}\n",
                hex(&item.alias),
                certificates.join(","),
                hex(key_password)
            );
        }
    }

    /// Any request in a line.
    pub(crate) fn raw(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    fn start(&mut self, verb: &str, file: &Path, of: Type, password: &str) {
        let (file, word, provider) = (file.display(), of.word, of.provider);
        self.text += &format!("{verb}\t{file}\t{word}\t{provider}\t{password}");
    }

    /// Puts them to Java; `None` when it is not here.
    pub(crate) fn java(&self) -> Option<Vec<Answer>> {
        let classes = compiled()?;
        let mut java = judge("java")?;
        java.arg("-cp")
            .arg(format!("{}:{BOUNCY_JAR}", classes.display()))
            .args(["-XX:+UseSerialGC", "Stores"]);
        Some(self.ask(java))
    }

    /// Puts them to a Python that has `module`; `None` when there is none.
    pub(crate) fn python(&self, module: &str) -> Option<Vec<Answer>> {
        let mut python = python(module)?;
        python.arg(root().join("tests/interop/stores.py"));
        Some(self.ask(python))
    }

    fn ask(&self, mut judge: Command) -> Vec<Answer> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requests");
        std::fs::write(&path, &self.text).unwrap();
        let output = run(judge.stdin(Stdio::from(std::fs::File::open(path).unwrap())));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines();
        let mut answers = Vec::new();
        while let Some(line) = lines.next() {
            answers.push(match line.split_once('\t') {
                Some(("ok", count)) => {
                    let count = count.parse().unwrap();
                    Ok(lines.by_ref().take(count).map(parse).collect())
                }
                _ => Err(line.to_owned()),
            });
        }
        answers
    }
}

/// Whether Java and BouncyCastle are here.
pub(crate) fn has_bouncy() -> bool {
    judge("java").is_some() && judge_file(BOUNCY_JAR).is_some()
}

/// What differs first between two lists, in any order.
pub(crate) fn difference(mut ours: Vec<Listed>, mut theirs: Vec<Listed>) -> Option<String> {
    ours.sort();
    theirs.sort();
    let first = ours
        .iter()
        .zip(&theirs)
        .find(|(ours, theirs)| ours != theirs);
    (ours != theirs).then(|| {
        format!(
            "{} entries against {}, the first that differ: {first:#?}",
            ours.len(),
            theirs.len()
        )
    })
}

#[track_caller]
pub(crate) fn assert_same(what: &str, ours: Vec<Listed>, theirs: Vec<Listed>) {
    if let Some(difference) = difference(ours, theirs) {
        panic!("{what}: {difference}");
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex_of(&Sha256::digest(bytes))
}

pub(crate) fn hex(text: &str) -> String {
    hex_of(text.as_bytes())
}

pub(crate) fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> String {
    let digits: Vec<u8> = text.bytes().collect();
    let bytes = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).unwrap();
        u8::from_str_radix(pair, 16).unwrap()
    });
    String::from_utf8(bytes.collect()).unwrap()
}

fn parse(line: &str) -> Listed {
    let fields: Vec<&str> = line.split('\t').collect();
    let [alias, kind, created, certificates, algorithm, key] = fields[..] else {
        panic!("{line:?}")
    };
    let certificates = certificates.split(',').filter(|digest| *digest != "-");
    Listed {
        alias: unhex(alias),
        kind: kind.to_owned(),
        created: Some(created.parse().unwrap()),
        certificates: certificates.map(str::to_owned).collect(),
        algorithm: algorithm.to_owned(),
        key: key.to_owned(),
    }
}

/// The folder of the compiled `Stores.java`, compiled once for all tests and kept while it does not change.
fn compiled() -> Option<PathBuf> {
    static COMPILED: OnceLock<Option<PathBuf>> = OnceLock::new();
    COMPILED
        .get_or_init(|| {
            let mut javac = judge("javac")?;
            let source = root().join("tests/interop/Stores.java");
            let version = &digest(&std::fs::read(&source).unwrap())[..16];
            let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
            let classes = target.join(format!("stores-{version}"));
            if !classes.is_dir() {
                let folder = tempfile::tempdir_in(target).unwrap().keep();
                run(javac.arg("-d").arg(&folder).arg(&source));
                // another test process may have been faster; its classes are the same
                if std::fs::rename(&folder, &classes).is_err() {
                    std::fs::remove_dir_all(&folder).unwrap();
                }
            }
            Some(classes)
        })
        .clone()
}
