//! openssl reads every PEM, DER, P7B and PKCS#12 that we write; we read what it writes.

use std::path::Path;
use std::process::Command;

use trustpack_core::keystore::{self, EntryKind, Error, Format, Password, ReadOptions};

use crate::support::pki::{Certified, ca, pem, server};
use crate::support::{judge, run, stdout, trustpack};

struct Chain {
    leaf: Certified,
    issuing: Certified,
    root: Certified,
}

fn chain(folder: &Path) -> Chain {
    let root = ca("Root", None, |_| {});
    let issuing = ca("Issuing", Some(&root), |_| {});
    let leaf = server(&["openssl.test"], Some(&issuing), |_| {});
    let all = [leaf.der.clone(), issuing.der.clone(), root.der.clone()];
    std::fs::write(folder.join("chain.pem"), pem(&all)).unwrap();
    std::fs::write(folder.join("leaf.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), leaf.key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cas.pem"), pem(&all[1..])).unwrap();
    std::fs::write(folder.join("pass"), "changeit").unwrap();
    Chain {
        leaf,
        issuing,
        root,
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> Option<Command> {
    let mut command = judge("openssl")?;
    command.current_dir(folder).args(arguments);
    Some(command)
}

fn convert(folder: &Path, arguments: &[&str]) {
    run(trustpack()
        .current_dir(folder)
        .arg("convert")
        .args(arguments));
}

/// The certificates in openssl's PEM output, as DER, in order.
fn certificates(text: &str) -> Vec<keystore::CertificateDer<'static>> {
    let contents = keystore::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    contents
        .store
        .entries()
        .iter()
        .flat_map(|entry| entry.certificates().to_vec())
        .collect()
}

#[test]
fn openssl_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let chain = chain(path);
    let all = vec![
        chain.leaf.der.clone(),
        chain.issuing.der.clone(),
        chain.root.der.clone(),
    ];
    let Some(mut command) = openssl(
        path,
        &[
            "x509", "-inform", "DER", "-in", "leaf.cer", "-outform", "PEM",
        ],
    ) else {
        return;
    };

    convert(path, &["leaf.pem", "-o", "leaf.cer"]);
    assert_eq!(certificates(&stdout(&run(&mut command))), all[..1]);

    convert(path, &["chain.pem", "-o", "chain.p7b"]);
    let mut command = openssl(
        path,
        &[
            "pkcs7",
            "-inform",
            "DER",
            "-in",
            "chain.p7b",
            "-print_certs",
        ],
    )
    .unwrap();
    assert_eq!(
        certificates(&stdout(&run(&mut command))),
        all,
        "the order is kept"
    );

    convert(path, &["chain.p7b", "-o", "again.pem"]);
    let mut command = openssl(
        path,
        &["storeutl", "-noout", "-text", "-certs", "again.pem"],
    )
    .unwrap();
    assert!(stdout(&run(&mut command)).contains("Total found: 3"));
    assert_eq!(
        std::fs::read_to_string(path.join("again.pem")).unwrap(),
        std::fs::read_to_string(path.join("chain.pem")).unwrap()
    );

    convert(
        path,
        &["chain.pem", "-o", "trust.p12", "--password", "file:pass"],
    );
    let list = [
        "pkcs12",
        "-in",
        "trust.p12",
        "-passin",
        "file:pass",
        "-nokeys",
    ];
    assert_eq!(
        certificates(&stdout(&run(&mut openssl(path, &list).unwrap()))),
        all
    );

    convert(
        path,
        &[
            "key.pem",
            "chain.pem",
            "-o",
            "key.p12",
            "--password",
            "file:pass",
        ],
    );
    let list = ["pkcs12", "-in", "key.p12", "-passin", "file:pass", "-nodes"];
    let text = stdout(&run(&mut openssl(path, &list).unwrap()));
    assert_eq!(
        certificates(&text),
        all,
        "the chain follows the key, end entity first"
    );
    assert!(text.contains("PRIVATE KEY"), "{text}");
    let check = [
        "pkcs12",
        "-in",
        "key.p12",
        "-passin",
        "file:pass",
        "-info",
        "-noout",
    ];
    let info = openssl(path, &check).unwrap().output().unwrap();
    let said = String::from_utf8_lossy(&info.stderr).into_owned();
    assert!(said.contains("PBES2, PBKDF2, AES-256-CBC"), "{said}");
}

#[test]
fn we_read_what_openssl_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let chain = chain(path);
    let export = [
        "pkcs12",
        "-export",
        "-in",
        "leaf.pem",
        "-inkey",
        "key.pem",
        "-certfile",
        "cas.pem",
    ];
    let export = [
        &export[..],
        &[
            "-name",
            "größe",
            "-passout",
            "file:pass",
            "-out",
            "made.p12",
        ],
    ]
    .concat();
    let password = Password::new("changeit");
    for variant in [
        &[][..],
        &["-legacy"],
        &["-nomac"],
        &["-keypbe", "NONE", "-certpbe", "NONE"],
        &[
            "-keypbe",
            "AES-128-CBC",
            "-certpbe",
            "AES-192-CBC",
            "-macalg",
            "SHA512",
        ],
        &[
            "-legacy",
            "-keypbe",
            "PBE-SHA1-3DES",
            "-certpbe",
            "PBE-SHA1-3DES",
            "-macalg",
            "SHA1",
        ],
    ] {
        let Some(mut command) = openssl(path, &[&export, variant].concat()) else {
            return;
        };
        run(&mut command);
        let bytes = std::fs::read(path.join("made.p12")).unwrap();
        let contents = keystore::read(
            &bytes,
            &ReadOptions {
                password: Some(&password),
            },
        )
        .unwrap_or_else(|error| panic!("{variant:?}: {error}"));
        assert_eq!(contents.format, Format::Pkcs12);
        let entry = contents
            .store
            .find("größe")
            .unwrap_or_else(|| panic!("{variant:?}: {:?}", contents.store));
        let EntryKind::PrivateKey { key, chain: found } = &entry.kind else {
            panic!("{variant:?}")
        };
        let expected = [
            chain.leaf.der.clone(),
            chain.issuing.der.clone(),
            chain.root.der.clone(),
        ];
        assert_eq!(found, &expected, "{variant:?}");
        assert_eq!(
            key.unlock(Some(&password)).unwrap().secret_pkcs8(),
            chain.leaf.pkcs8(),
            "{variant:?}"
        );
        let wrong = Password::new("changedit");
        if !variant.contains(&"NONE") && !variant.contains(&"-nomac") {
            let refused = keystore::read(
                &bytes,
                &ReadOptions {
                    password: Some(&wrong),
                },
            );
            assert!(
                matches!(refused, Err(Error::WrongPassword { .. })),
                "{variant:?}: {refused:?}"
            );
        }
    }

    // What openssl writes without Java's attribute is there for us, and marked.
    let nokeys = [
        "pkcs12",
        "-export",
        "-nokeys",
        "-in",
        "chain.pem",
        "-passout",
        "file:pass",
        "-out",
        "trust.p12",
    ];
    run(&mut openssl(path, &nokeys).unwrap());
    let bytes = std::fs::read(path.join("trust.p12")).unwrap();
    let contents = keystore::read(
        &bytes,
        &ReadOptions {
            password: Some(&password),
        },
    )
    .unwrap();
    assert_eq!(contents.store.len(), 3);
    assert!(
        contents
            .notes
            .iter()
            .any(|note| note.message.contains("Java")),
        "{:?}",
        contents.notes
    );

    for outform in ["DER", "PEM"] {
        let p7b = [
            "crl2pkcs7",
            "-nocrl",
            "-certfile",
            "chain.pem",
            "-outform",
            outform,
            "-out",
            "made.p7b",
        ];
        run(&mut openssl(path, &p7b).unwrap());
        let contents = keystore::read(
            &std::fs::read(path.join("made.p7b")).unwrap(),
            &ReadOptions::default(),
        )
        .unwrap();
        assert_eq!(contents.store.len(), 3, "{outform}");
    }
    // `openssl x509 -trustout` writes TRUSTED CERTIFICATE with settings behind the certificate.
    let trusted = [
        "x509",
        "-in",
        "leaf.pem",
        "-trustout",
        "-addtrust",
        "serverAuth",
        "-out",
        "trusted.pem",
    ];
    run(&mut openssl(path, &trusted).unwrap());
    let text = std::fs::read_to_string(path.join("trusted.pem")).unwrap();
    assert_eq!(certificates(&text), std::slice::from_ref(&chain.leaf.der));
}
