//! A bundle is opened as it was packed, and in no other way.

use super::*;

type Files = Vec<(String, Vec<u8>)>;

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&sign::testing::pkcs8()).unwrap()
}

/// Two channels, three hosts, signed.
fn packed() -> Bundle {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let chain = first.chain("192.0.2.10");
    let channels = vec![
        infobip(&first, &second).pack().unwrap(),
        telegram(chain, &[&first]).pack().unwrap(),
    ];
    let signing_key = key();
    let options = BundleOptions {
        created: NOW,
        signing_key: Some(&signing_key),
    };
    Bundle::new(channels, &options).unwrap()
}

fn files(bundle: &Bundle) -> Files {
    let files = bundle.files().iter();
    files
        .map(|file| (file.path.clone(), file.bytes.clone()))
        .collect()
}

/// What is found, as `file id`.
fn refused(result: Result<OpenedBundle, OpenError>) -> Vec<String> {
    let error = result.unwrap_err();
    let findings = error.findings("the bundle");
    assert!(findings.iter().all(|found| found.severity == Critical));
    let lines = findings.iter();
    lines
        .map(|found| format!("{} {}", found.subject, found.id))
        .collect()
}

#[test]
fn what_was_packed_is_opened() {
    let bundle = packed();
    for opened in [
        open(files(&bundle)).unwrap(),
        open_zip(&bundle.to_zip().unwrap()).unwrap(),
    ] {
        let names = opened.channels.iter().map(|channel| &*channel.channel.name);
        assert_eq!(names.collect::<Vec<_>>(), ["support_tg", "support_wa"]);
        assert_eq!(opened.paths().count(), bundle.files().len());
        let [telegram, infobip] = opened.channels.as_slice() else {
            panic!("{:?}", opened.channels);
        };
        assert_eq!(telegram.trusted().len(), 1);
        assert_eq!(infobip.anchors().certificates().len(), 4);
        assert_eq!(infobip.hosts.len(), 2);
        let accepted = infobip.record.hosts.iter().all(|host| host.accepted);
        assert!(accepted, "{:?}", infobip.record);
        let outlooks = infobip.record.hosts[0].after_renewal.iter();
        let outlooks: Vec<&str> = outlooks.map(|renewal| &*renewal.outlook).collect();
        assert_eq!(outlooks, ["holds", "holds", "depends"]);
        assert_eq!(opened.signer(), Some(key().verifying_key()));
        assert!(opened.is_signed_by(&key().verifying_key()));
    }
}

#[test]
fn a_changed_byte_in_any_file_is_told_with_its_name() {
    let whole = files(&packed());
    for place in 0..whole.len() {
        let name = whole[place].0.clone();
        let length = whole[place].1.len();
        // every byte of what decides, some of each other file
        let step = match &*name {
            MANIFEST | SIGNATURE => 1,
            _ => 1 + length / 7,
        };
        for at in (0..length).step_by(step) {
            let mut changed = whole.clone();
            changed[place].1[at] ^= 0x20;
            let told = refused(open(changed));
            assert!(
                told.iter().any(|line| line.starts_with(&name)) || name == MANIFEST,
                "{name} at {at}: {told:?}"
            );
        }
        let mut cut = whole.clone();
        cut[place].1.pop();
        let told = refused(open(cut));
        assert!(told.iter().any(|line| line.starts_with(&name)), "{told:?}");
    }
}

#[test]
fn a_changed_byte_anywhere_in_the_zip_is_refused() {
    let authority = Authority::new("Private");
    let packed = telegram(authority.chain("192.0.2.10"), &[&authority]).pack();
    let bundle = bundle_at(vec![packed.unwrap()], NOW).unwrap();
    let zip = bundle.to_zip().unwrap();
    let names: Vec<&str> = bundle.files().iter().map(|file| &*file.path).collect();
    // a third of the headers and of the directory, and every so often the files: each asks for the whole bundle
    let directory = zip.windows(4).position(|four| four == b"PK\x01\x02");
    let directory = directory.unwrap();
    let heads = zip[..directory].windows(4).enumerate();
    let heads: Vec<usize> = heads
        .filter(|(_, four)| *four == b"PK\x03\x04")
        .flat_map(|(at, _)| at..at + 64)
        .collect();
    let places = heads.into_iter().chain(directory..zip.len());
    for at in places.step_by(3).chain((0..zip.len()).step_by(4099)) {
        let mut other = zip.clone();
        other[at] ^= 1 << (at % 8);
        let error = open_zip(&other).expect_err("a changed byte");
        let told = error.findings("the bundle");
        let is_named = told
            .iter()
            .any(|found| names.contains(&&*found.subject) || found.subject == "the bundle");
        let is_hostile = matches!(error, OpenError::Unzip(UnzipError::Unsafe { .. }));
        let is_extra = told.iter().any(|found| found.id == "BUNDLE-EXTRA");
        assert!(is_named || is_hostile || is_extra, "byte {at}: {told:?}");
    }
    for length in (0..zip.len()).step_by(4099) {
        assert!(open_zip(&zip[..length]).is_err());
    }
    for tail in [&b"\0"[..], b"PK\x05\x06", &zip] {
        assert!(open_zip(&[&zip, tail].concat()).is_err());
        assert!(open_zip(&[tail, &zip].concat()).is_err());
    }
}

#[test]
fn what_is_missing_or_too_many_is_named() {
    let whole = files(&packed());
    for place in 0..whole.len() {
        let mut less = whole.clone();
        let (name, bytes) = less.remove(place);
        let told = refused(open(less.clone()));
        let wanted = match &*name {
            MANIFEST => "the bundle BUNDLE-MISSING".to_owned(),
            name => format!("{name} BUNDLE-MISSING"),
        };
        assert!(told.contains(&wanted), "{told:?}");
        // under another case it is another file
        less.push((name.to_uppercase().replace("MANIFEST", "Manifest"), bytes));
        assert!(refused(open(less)).contains(&wanted));
    }
    let mut more = whole.clone();
    more.push(("support_tg/trust/more.cer".to_owned(), Vec::new()));
    let told = refused(open(more));
    assert_eq!(told, ["support_tg/trust/more.cer BUNDLE-EXTRA"]);
    let mut more = whole;
    more.push(("../up".to_owned(), Vec::new()));
    assert!(refused(open(more)).contains(&"../up BUNDLE-BROKEN".to_owned()));
}

#[test]
fn another_signature_is_no_signature() {
    let whole = files(&packed());
    let manifest = whole.iter().find(|(name, _)| name == MANIFEST).unwrap();
    let mut other = whole.clone();
    let place = other.iter().position(|(name, _)| name == SIGNATURE);
    let other_key = SigningKey::from_pkcs8(&sign::testing::other_pkcs8()).unwrap();
    other[place.unwrap()].1 = other_key.sign(&manifest.1);
    let told = refused(open(other));
    assert_eq!(told, ["MANIFEST.sig BUNDLE-SIGNATURE"]);
    let opened = open(whole).unwrap();
    assert!(!opened.is_signed_by(&other_key.verifying_key()));
}

/// Somebody who changes a file and its hash in the manifest has to be consistent as well.
fn with_hashes_mended(mut files: Files) -> Files {
    let place = files.iter().position(|(name, _)| name == MANIFEST).unwrap();
    let mut manifest: Manifest = serde_json::from_slice(&files[place].1).unwrap();
    manifest.signer = None;
    files.retain(|(name, _)| name != SIGNATURE);
    for file in &mut manifest.files {
        if let Some((_, bytes)) = files.iter().find(|(name, _)| *name == file.path) {
            file.size = bytes.len();
            file.sha256 = store::hex_sha256(bytes);
        }
    }
    "0".repeat(64).clone_into(&mut manifest.manifest_sha256);
    let place = files.iter().position(|(name, _)| name == MANIFEST).unwrap();
    files[place].1 = manifest.to_bytes().unwrap();
    files
}

fn replaced(mut files: Files, path: &str, bytes: Vec<u8>) -> Files {
    let found = files.iter_mut().find(|(name, _)| name == path);
    found.unwrap().1 = bytes;
    with_hashes_mended(files)
}

#[test]
fn files_that_are_not_what_the_manifest_says_are_refused() {
    let whole = files(&packed());
    assert!(open(with_hashes_mended(whole.clone())).is_ok());
    let stranger = Authority::new("Stranger").root.der().to_vec();
    let trust = "support_tg/trust/trust.cer";
    for bytes in [stranger, b"no certificate".to_vec(), Vec::new()] {
        let told = refused(open(replaced(whole.clone(), trust, bytes)));
        assert_eq!(told, [format!("{trust} BUNDLE-CONTENT")]);
    }
    let text = |path: &str| {
        let bytes = &whole.iter().find(|(name, _)| name == path).unwrap().1;
        String::from_utf8(bytes.clone()).unwrap()
    };
    let chain = "support_tg/chains/192.0.2.10_28090.pem";
    let first = text(chain)
        .split_inclusive("-----END CERTIFICATE-----")
        .next()
        .unwrap()
        .to_owned();
    let told = refused(open(replaced(whole.clone(), chain, first.into_bytes())));
    assert_eq!(told, [format!("{chain} BUNDLE-CONTENT")]);
    let model = "support_tg/channel.json";
    for changed in [
        text(model).replace("support_tg", "other"),
        text(model).replace("192.0.2.10:28090", "192.0.2.11:28090"),
        "{}".to_owned(),
    ] {
        let told = refused(open(replaced(whole.clone(), model, changed.into_bytes())));
        assert!(
            told.iter().any(|line| line.ends_with("BUNDLE-CONTENT")),
            "{told:?}"
        );
    }
}

#[test]
fn a_key_in_the_trust_file_is_refused() {
    let authority = Authority::new("Private");
    let mut key = authority.intermediate.key.serialize_pem();
    let der = authority.root.der();
    key.push_str(&sign::testing::pem("CERTIFICATE", der));
    let told = refused(open(replaced(
        files(&packed()),
        "support_tg/trust/trust.cer",
        key.into_bytes(),
    )));
    assert_eq!(told, ["support_tg/trust/trust.cer CERT-KEY-IN-TRUST"]);
}

#[test]
fn what_is_no_bundle_is_none() {
    assert!(matches!(
        open(Vec::new()),
        Err(OpenError::NoManifest { .. })
    ));
    let manifest = |text: &str| open(vec![(MANIFEST.to_owned(), text.into())]);
    assert!(matches!(manifest("{"), Err(OpenError::Manifest { .. })));
    assert!(matches!(
        manifest("{\"version\": 1}"),
        Err(OpenError::Manifest { .. })
    ));
    assert!(matches!(
        manifest("{\"version\": 2}"),
        Err(OpenError::TooNew { version: 2 })
    ));
    assert!(matches!(open_zip(b"PK"), Err(OpenError::Unzip(_))));
}
