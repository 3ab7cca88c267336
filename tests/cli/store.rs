//! What the verbs of `trustpack store` do to files: bytes, modes, backups, and flows of several steps.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::pki::{ca, server};
use crate::support::server::Server;
use crate::support::{fixture, judge, run, stderr, stdout, trustpack};

/// A folder with the files that the verbs are tried on, and the passwords in the environment of its commands.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// Names here, and what they are copies of.
const FILES: [(&str, &str); 21] = [
    ("cacerts", "keystores/p12/cacerts"),
    ("chain.p7b", "der/chain.p7b"),
    ("clear.key", "pki/server.key.pem"),
    ("encrypted.key", "pem/encrypted.key.pem"),
    ("fullchain.pem", "pki/fullchain-server.pem"),
    ("issuing.crl", "crl/issuing.crl"),
    ("issuing.key", "pki/intermediate.key.pem"),
    ("issuing.pem", "pki/intermediate.pem"),
    ("key-password.jks", "keystores/jks/key-password.jks"),
    ("keys.jks", "keystores/jks/key.jks"),
    ("keys.p12", "keystores/p12/keytool-key.p12"),
    ("legacy.p12", "keystores/p12/openssl-legacy.p12"),
    ("other-root.pem", "pki/other-root.pem"),
    ("request.pem", "pem/request.pem"),
    ("revoked.crl", "pem/root.crl"),
    ("root.pem", "pki/root.pem"),
    ("secret.jceks", "keystores/jceks/secret.jceks"),
    ("server.pem", "pki/server.pem"),
    ("trust.jks", "keystores/jks/trust.jks"),
    ("trust.p12", "keystores/p12/keytool-trust.p12"),
    ("upper-case.jks", "keystores/jks/upper-case.jks"),
];

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, origin) in FILES {
            let path = folder.path().join(name);
            fs::copy(fixture(origin), &path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o777
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = trustpack();
        command
            .current_dir(self.folder.path())
            .env("STORE_PASS", "changeit")
            .env("NEW_PASS", "new-secret")
            .env("KEY_PASS", "key-secret")
            .env("CA_PASS", "ca-secret")
            .args(arguments);
        command
    }

    /// `trustpack store`, which has to work.
    pub(crate) fn store(&self, arguments: &str) -> Output {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        run(&mut self.command(&[&["store"], arguments.as_slice()].concat()))
    }

    /// The private key of a store in the clear, and its certificates.
    fn key_of(&self, store: &str, alias: &str, more: &str) -> String {
        let arguments =
            format!("export {store} {alias} --what key-and-chain -o - --key-password none {more}");
        stdout(&self.store(&arguments))
    }

    /// Every file with its bytes.
    pub(crate) fn all(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let files = entries
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file());
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        names.map(|name| (name.clone(), self.read(&name))).collect()
    }
}

pub(crate) const PASS: &str = "--password env:STORE_PASS";

/// One of each verb that writes, all of which change something.
const WRITING: [&str; 16] = [
    "new new.p12 --password env:STORE_PASS",
    "new new.bks --password env:STORE_PASS",
    "import trust.jks other-root.pem --password env:STORE_PASS",
    "import-key trust.jks encrypted.key fullchain.pem --alias again --key-password env:KEY_PASS --input-password env:STORE_PASS --password env:STORE_PASS",
    "import-reply keys.jks server.test chain.p7b --password env:STORE_PASS",
    "export trust.jks test-root -o exported.cer --password env:STORE_PASS",
    "export trust.jks --all -o certificates/ --password env:STORE_PASS",
    "delete trust.jks test-root --password env:STORE_PASS",
    "rename trust.jks test-root root --password env:STORE_PASS",
    "copy keys.jks server.test --as server-old --password env:STORE_PASS",
    "copy keys.jks server.test --to trust.p12 --password env:STORE_PASS",
    "append-chain keys.jks server.test root.pem --password env:STORE_PASS",
    "trim-chain keys.jks server.test --password env:STORE_PASS",
    "passwd keys.jks --new-password env:NEW_PASS --password env:STORE_PASS",
    "key-passwd keys.jks server.test --new-key-password env:KEY_PASS --password env:STORE_PASS",
    "repair upper-case.jks --password env:STORE_PASS",
];

#[test]
fn a_dry_run_writes_nothing_and_the_same_without_it_writes() {
    for arguments in WRITING {
        let desk = Desk::new();
        let before = desk.all();
        let said = stderr(&desk.store(&format!("{arguments} --dry-run")));
        assert!(said.contains("dry run: "), "{arguments}: {said}");
        assert!(
            desk.all() == before,
            "{arguments} --dry-run changed a file: {said}"
        );
        assert!(!desk.path("certificates").exists(), "{arguments}: {said}");
        let said = stderr(&desk.store(arguments));
        assert!(said.contains("wrote "), "{arguments}: {said}");
    }
}

#[test]
fn saying_it_twice_changes_nothing_the_second_time() {
    // taking away and renaming name what is gone afterwards; the second time says that it is not there
    let once = ["delete", "rename", "trim-chain"];
    for arguments in WRITING {
        if once.iter().any(|verb| arguments.starts_with(verb)) {
            continue;
        }
        let desk = Desk::new();
        desk.store(arguments);
        let folder = desk.path("certificates");
        if folder.exists() {
            let said = stderr(&desk.store(arguments));
            assert!(said.contains("test-root.pem is unchanged"), "{said}");
            continue;
        }
        let before = desk.all();
        let said = stderr(&desk.store(arguments));
        assert!(
            said.contains("nothing to do") || said.contains("is unchanged"),
            "{arguments}: {said}"
        );
        assert!(desk.all() == before, "{arguments} changed a file: {said}");
    }
}

#[test]
fn a_failure_leaves_the_store_and_no_new_file() {
    let desk = Desk::new();
    let before = desk.all();
    for arguments in [
        "import trust.jks missing.pem --password env:STORE_PASS",
        "import missing/trust.jks root.pem --password env:STORE_PASS",
        "import-key root.pem/new.jks clear.key server.pem --password env:STORE_PASS",
        "import-key new.p12 key-password.jks --password env:STORE_PASS",
        "copy secret.jceks hmac --to trust.jks --password env:STORE_PASS",
        "copy keys.jks server.test --to new.pem --password env:STORE_PASS",
        "append-chain keys.jks server.test root.pem other-root.pem --password env:STORE_PASS",
        "passwd keys.jks --new-password none --password env:STORE_PASS",
        "export trust.jks --all -o new.cer --password env:STORE_PASS",
        "key-passwd key-password.jks --all --new-key-password env:NEW_PASS --password env:STORE_PASS",
    ] {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let output = desk
            .command(&[&["store"], arguments.as_slice()].concat())
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("\nhint: "), "{arguments:?}: {said}");
        assert!(desk.all() == before, "{arguments:?} changed a file: {said}");
    }
}

#[test]
fn a_store_with_a_key_is_closed_to_others_and_one_without_is_not() {
    let desk = Desk::new();
    desk.store(&format!(
        "import-key new.jks clear.key fullchain.pem {PASS}"
    ));
    desk.store(&format!("copy new.jks --all --to new.p12 {PASS}"));
    desk.store(&format!(
        "export new.jks --what key -o new.key --key-password none {PASS}"
    ));
    for name in ["new.jks", "new.p12", "new.key"] {
        assert_eq!(desk.mode(name), 0o600, "{name}");
    }
    // the umask of whoever runs the tests is not known, so only what everybody may is looked at
    let path = desk.path("trust.jks");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let said = stderr(&desk.store(&format!("import trust.jks other-root.pem {PASS}")));
    assert_eq!(desk.mode("trust.jks"), 0o644, "{said}");
    assert!(!said.contains("open to every user"), "{said}");
    let said = stderr(&desk.store(&format!("copy keys.jks server.test --to trust.jks {PASS}")));
    assert_eq!(desk.mode("trust.jks"), 0o640, "{said}");
    assert!(
        said.contains("trust.jks was open to every user of this machine"),
        "{said}"
    );
}

#[test]
fn a_backup_is_the_old_file_and_the_next_one_beside_it() {
    let desk = Desk::new();
    let (first, mode) = (desk.read("trust.jks"), desk.mode("trust.jks"));
    desk.store(&format!("delete trust.jks test-root --backup {PASS}"));
    assert!(desk.read("trust.jks.bak") == first);
    assert_eq!(desk.mode("trust.jks.bak"), mode);
    let second = desk.read("trust.jks");
    desk.store(&format!(
        "rename trust.jks test-issuing issuing --backup {PASS}"
    ));
    assert!(desk.read("trust.jks.bak.2") == second);
    assert!(desk.read("trust.jks.bak") == first);
    // what changes nothing keeps nothing
    desk.store(&format!("rename trust.jks issuing issuing --backup {PASS}"));
    assert!(!desk.path("trust.jks.bak.3").exists());
}

#[test]
fn copies_renamed_and_moved_keys_are_the_same_key() {
    let desk = Desk::new();
    let key = desk.key_of("keys.jks", "server.test", PASS);
    assert!(key.contains("-----BEGIN PRIVATE KEY-----"), "{key}");
    assert_eq!(key.matches("-----BEGIN CERTIFICATE-----").count(), 2);
    desk.store(&format!("copy keys.jks server.test --as clone {PASS}"));
    desk.store(&format!("rename keys.jks server.test first {PASS}"));
    for alias in ["clone", "first"] {
        assert_eq!(desk.key_of("keys.jks", alias, PASS), key, "{alias}");
    }
    // into another store, whose password it gets, and not a fixed one
    for extension in ["jks", "jceks", "p12", "bks", "uber", "bcfks"] {
        let store = format!("other.{extension}");
        desk.store(&format!(
            "copy keys.jks clone --to {store} --to-password env:NEW_PASS {PASS}"
        ));
        let moved = desk.key_of(&store, "clone", "--password env:NEW_PASS");
        assert_eq!(moved, key, "{store}");
    }
    // and back from PKCS#12 with its chain
    run(&mut desk.command(&[
        "convert",
        "other.p12",
        "-o",
        "back.jks",
        "--password",
        "env:STORE_PASS",
        "--input-password",
        "env:NEW_PASS",
    ]));
    assert_eq!(desk.key_of("back.jks", "clone", PASS), key);
}

#[test]
fn passwords_are_changed_for_what_had_them() {
    let desk = Desk::new();
    let key = desk.key_of("keys.jks", "server.test", PASS);
    for store in ["keys.jks", "keys.p12"] {
        desk.store(&format!(
            "passwd {store} --new-password env:NEW_PASS {PASS}"
        ));
        let moved = desk.key_of(store, "server.test", "--password env:NEW_PASS");
        assert_eq!(moved, key, "{store}");
    }
    // a key with a password of its own keeps it, until told otherwise
    let own = "--key-password server.test=env:KEY_PASS";
    desk.store(&format!(
        "passwd key-password.jks --new-password env:NEW_PASS {PASS}"
    ));
    let new = "--password env:NEW_PASS";
    let kept = desk.key_of("key-password.jks", "server.test", &format!("{own} {new}"));
    assert_eq!(kept, key);
    desk.store(&format!("key-passwd key-password.jks --all {own} {new}"));
    assert_eq!(desk.key_of("key-password.jks", "server.test", new), key);
    // in PEM a key stays encrypted
    desk.store("key-passwd encrypted.key --all --key-password env:STORE_PASS --new-key-password env:NEW_PASS");
    let text = String::from_utf8(desk.read("encrypted.key")).unwrap();
    assert!(
        text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
        "{text}"
    );
    assert!(key.starts_with(&stdout(&desk.store(
        "export encrypted.key --what key -o - --key-password none --password env:NEW_PASS"
    ))));
}

#[test]
fn a_reply_and_the_chain_of_a_key() {
    let desk = Desk::new();
    let chain = |desk: &Desk| {
        let pem = desk.store(&format!("export keys.jks --what chain -o - {PASS}"));
        stdout(&pem).matches("-----BEGIN CERTIFICATE-----").count()
    };
    let key = desk.key_of("keys.jks", "server.test", PASS);
    desk.store(&format!(
        "import-reply keys.jks server.test chain.p7b {PASS}"
    ));
    assert_eq!(chain(&desk), 3);
    desk.store(&format!("trim-chain keys.jks server.test --count 2 {PASS}"));
    assert_eq!(chain(&desk), 1);
    desk.store(&format!(
        "append-chain keys.jks server.test root.pem issuing.pem {PASS}"
    ));
    assert_eq!(chain(&desk), 3);
    desk.store(&format!("trim-chain keys.jks server.test {PASS}"));
    assert_eq!(desk.key_of("keys.jks", "server.test", PASS), key);
}

#[test]
fn what_a_server_presents_goes_into_a_store_at_once() {
    let root = ca("Root", None, |_| {});
    let issuing = ca("Issuing", Some(&root), |_| {});
    let leaf = server(&["localhost"], Some(&issuing), |_| {});
    let chain = vec![leaf.der.clone(), issuing.der.clone()];
    let listening = Server::start(chain, leaf.pkcs8());
    let desk = Desk::new();
    fs::write(desk.path("private-root.pem"), root.pem()).unwrap();
    let endpoint = format!("https://localhost:{}", listening.address.port());
    let import = format!("import new.jks {endpoint} --roots private-root.pem -4 {PASS}");
    let table = stdout(&desk.store(&import));
    assert!(table.contains("add as issuing"), "{table}");
    assert!(table.contains("add as root"), "{table}");
    assert!(!table.contains("add as localhost"), "{table}");
    let said = stderr(&desk.store(&import));
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn keytool_lists_what_the_verbs_wrote() {
    let Some(_) = judge("keytool") else { return };
    let desk = Desk::new();
    let listed = |store: &str, password: &str| {
        let mut keytool = judge("keytool").unwrap();
        let output = run(keytool
            .current_dir(desk.folder.path())
            .args(["-J-Duser.language=en", "-list", "-keystore", store])
            .args(["-storepass", password]));
        stdout(&output)
    };
    desk.store(&format!("repair upper-case.jks {PASS}"));
    assert!(listed("upper-case.jks", "changeit").contains("server1, "));
    desk.store(&format!("copy trust.jks --all --to trust.p12 {PASS}"));
    desk.store(&format!("rename trust.p12 test-issuing Issuing {PASS}"));
    let list = listed("trust.p12", "changeit");
    assert_eq!(list.matches("trustedCertEntry").count(), 2, "{list}");
    desk.store(&format!("repair legacy.p12 {PASS}"));
    desk.store(&format!(
        "passwd legacy.p12 --new-password env:NEW_PASS {PASS}"
    ));
    let list = listed("legacy.p12", "new-secret");
    assert!(
        list.contains("server.test") && list.contains("PrivateKeyEntry"),
        "{list}"
    );
}

#[test]
fn two_at_the_same_time_lose_nothing() {
    let desk = Desk::new();
    let names = ["one", "two", "three", "four"];
    let started: Vec<_> = names
        .iter()
        .map(|name| {
            let arguments = ["store", "copy", "trust.jks", "test-root", "--as", name];
            let mut command = desk.command(&arguments);
            command
                .args(["--password", "env:STORE_PASS"])
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let found = stdout(&desk.store("find trust.jks --cert root.pem"));
    for name in names {
        assert!(found.contains(name), "{name} is not in {found}");
    }
}
