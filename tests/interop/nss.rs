//! NSS is what Firefox exports with: its `pk12util` writes BER that a DER-only reader refuses.

use std::path::Path;
use std::process::Command;

use trustpack_core::keystore::{self, EntryKind, Password, ReadOptions};

use crate::support::pki::{ca, server};
use crate::support::{judge, run, stdout, trustpack};

fn nss(program: &str, folder: &Path, arguments: &[&str]) -> Option<Command> {
    let mut command = judge(program)?;
    command
        .current_dir(folder)
        .args(arguments)
        .args(["-d", "sql:db"]);
    Some(command)
}

#[test]
fn nss_reads_what_we_write_and_the_reverse() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let root = ca("Root", None, |_| {});
    let leaf = server(&["nss.test"], Some(&root), |_| {});
    std::fs::create_dir(path.join("db")).unwrap();
    std::fs::write(path.join("pass"), "changeit").unwrap();
    std::fs::write(
        path.join("all.pem"),
        leaf.key.serialize_pem() + &leaf.pem() + &root.pem(),
    )
    .unwrap();
    run(trustpack().current_dir(path).args([
        "convert",
        "all.pem",
        "-o",
        "ours.p12",
        "--password",
        "file:pass",
    ]));

    let Some(mut create) = nss("certutil", path, &["-N", "--empty-password"]) else {
        return;
    };
    let Some(mut import) = nss("pk12util", path, &["-i", "ours.p12", "-w", "pass"]) else {
        return;
    };
    run(&mut create);
    run(&mut import);
    let names = stdout(&run(&mut nss("certutil", path, &["-L"]).unwrap()));
    assert!(names.contains("nss.test"), "{names}");

    run(&mut nss(
        "pk12util",
        path,
        &["-o", "theirs.p12", "-n", "nss.test", "-w", "pass"],
    )
    .unwrap());
    let password = Password::new("changeit");
    let bytes = std::fs::read(path.join("theirs.p12")).unwrap();
    let contents = keystore::read(
        &bytes,
        &ReadOptions {
            password: Some(&password),
        },
    )
    .unwrap();
    let entry = contents
        .store
        .find("nss.test")
        .unwrap_or_else(|| panic!("{:?}", contents.store));
    let EntryKind::PrivateKey { key, chain } = &entry.kind else {
        panic!("{entry:?}")
    };
    assert_eq!(chain, &[leaf.der.clone(), root.der.clone()]);
    assert!(key.unlock(Some(&password)).is_ok());
}
