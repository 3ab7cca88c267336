//! Bundles of every variant, packed from loopback servers: a Java TLS client with the packed trust file accepts and refuses
//! where `verify-bundle --live` says so; keytool, openssl, unzip and sha256sum read what is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use trustpack_core::channel::{Kind, Spec, hosts};

use crate::support::java::ask;
use crate::support::pki::{Certified, ca, server};
use crate::support::server::Server;
use crate::support::{judge, root, run, stderr, stdout, trustpack};

const PASSWORD: &str = "changeit";

/// Everything above the servers of one variant.
struct Authority {
    root: Certified,
    issuing: Certified,
    /// Of the same root; issues after a change of intermediate.
    other: Certified,
    /// Of nobody that is trusted.
    stranger: Certified,
}

impl Authority {
    fn new() -> Self {
        let root = ca("Bundle root", None, |_| {});
        Self {
            issuing: ca("Bundle issuing", Some(&root), |_| {}),
            other: ca("Bundle other issuing", Some(&root), |_| {}),
            stranger: ca("Bundle stranger", None, |_| {}),
            root,
        }
    }

    fn serve(&self, host: &str, stage: Stage) -> Server {
        let named = match stage {
            Stage::WrongName => "elsewhere.example",
            _ => host,
        };
        let issuer = match stage {
            Stage::OtherIntermediate => &self.other,
            Stage::Stranger => &self.stranger,
            _ => &self.issuing,
        };
        let leaf = server(&[named], Some(issuer), |_| {});
        let mut chain: Vec<CertificateDer<'static>> = vec![leaf.der.clone()];
        match stage {
            Stage::MissingIntermediate => {}
            _ => chain.push(issuer.der.clone()),
        }
        Server::start(chain, leaf.pkcs8())
    }
}

/// What becomes of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Packed,
    Renewed,
    OtherIntermediate,
    MissingIntermediate,
    WrongName,
    Stranger,
}

const STAGES: [Stage; 6] = [
    Stage::Packed,
    Stage::Renewed,
    Stage::OtherIntermediate,
    Stage::MissingIntermediate,
    Stage::WrongName,
    Stage::Stranger,
];

/// The example of a kind, with a password that can be had.
fn specification(folder: &Path, name: &str) -> PathBuf {
    let text = fs::read_to_string(root().join(format!("docs/examples/{name}.toml"))).unwrap();
    let text = text.replace("\"prompt\"", "\"env:STORE_PASS\"");
    let text = text.replace("env:BANK_TRUST_PASSWORD", "env:STORE_PASS");
    let path = folder.join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

const VARIANTS: [&str; 7] = [
    "telegram",
    "instagram",
    "whatsapp-infobip",
    "whatsapp-other-basic",
    "whatsapp-other-oauth",
    "whatsapp-cloud-api",
    "whatsapp-twilio",
];

fn channel(folder: &Path, arguments: &[&str], servers: &[(String, Server)]) -> Output {
    let mut command = trustpack();
    command.arg("channel").args(arguments).current_dir(folder);
    for (endpoint, server) in servers {
        command.args(["--connect", &format!("{endpoint}={}", server.address)]);
    }
    // the same bundle twice, as zip and as folder
    static EPOCH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let now = || time::OffsetDateTime::now_utc().unix_timestamp().to_string();
    command.env("SOURCE_DATE_EPOCH", EPOCH.get_or_init(now));
    command.env("STORE_PASS", PASSWORD).output().unwrap()
}

/// The only file in a folder.
fn only(folder: &Path) -> PathBuf {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert_eq!(files.len(), 1, "{}", folder.display());
    files.remove(0).unwrap().path()
}

/// Java's word for what is in a trust file.
fn store_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("jks") => "JKS",
        _ => "DER",
    }
}

#[test]
fn java_accepts_every_variant_where_the_bundle_says_so() {
    assert_eq!(VARIANTS.len(), Kind::all().len());
    let Some(mut java) = judge("java") else {
        return;
    };
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let authority = Authority::new();
    fs::write(folder.join("root.pem"), authority.root.pem()).unwrap();
    let identity = server(&["identity.example"], Some(&authority.issuing), |_| {});
    fs::write(folder.join("identity.cer"), identity.der.as_ref()).unwrap();

    let mut running = Vec::new();
    let mut questions = String::new();
    let mut ours = Vec::new();
    for variant in VARIANTS {
        let spec = specification(folder, variant);
        let text = fs::read_to_string(&spec).unwrap();
        let channel_of = Spec::read(&text).unwrap().channels.remove(0);
        let hosts = hosts(&channel_of);
        assert!(!hosts.is_empty(), "{variant}");
        for stage in STAGES {
            let servers: Vec<(String, Server)> = hosts
                .iter()
                .map(|host| {
                    let endpoint = host.endpoint.to_string();
                    (endpoint, authority.serve(host.endpoint.host(), stage))
                })
                .collect();
            let target = format!("{variant}/");
            if stage == Stage::Packed {
                let spec = spec.display().to_string();
                let flags = ["pack", &spec, "-o", &target, "--roots", "root.pem"];
                let output = channel(folder, &flags, &servers);
                assert!(
                    output.status.success(),
                    "{variant}: {}{}",
                    stdout(&output),
                    stderr(&output)
                );
            }
            let output = channel(
                folder,
                &["verify-bundle", variant, "--live", "--json"],
                &servers,
            );
            let answer: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("{variant}: {}", stderr(&output)));
            let verdicts = answer["hosts"].as_array().unwrap();
            assert_eq!(verdicts.len(), hosts.len());
            let trust = only(&folder.join(variant).join(&channel_of.name).join("trust"));
            for ((host, (_, server)), verdict) in hosts.iter().zip(&servers).zip(verdicts) {
                questions += &format!(
                    "{}\t{}\t{PASSWORD}\t{}\t{}\n",
                    trust.display(),
                    store_type(&trust),
                    host.endpoint.host(),
                    server.address.port()
                );
                ours.push((
                    variant,
                    stage,
                    store_type(&trust),
                    verdict["accepted"] == true,
                ));
            }
            running.push(servers);
        }
    }
    let answers = ask(&mut java, &questions);
    let mut wrong = Vec::new();
    for (line, (variant, stage, container, accepted)) in answers.lines().zip(&ours) {
        // what the container holds decides: a DER has the root alone
        let expected = match stage {
            Stage::Packed | Stage::Renewed | Stage::OtherIntermediate => true,
            Stage::MissingIntermediate => *container == "JKS",
            Stage::WrongName | Stage::Stranger => false,
        };
        if (line == "accepted") != expected || *accepted != expected {
            wrong.push(format!(
                "{variant} {stage:?} ({container}): Java says {line:?}, we say {accepted}, expected {expected}"
            ));
        }
    }
    assert_eq!(answers.lines().count(), ours.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} handshakes over {} variants", ours.len(), VARIANTS.len());
}

/// A signed bundle of infobip and of Telegram as zips and folders.
struct Bundles {
    desk: tempfile::TempDir,
}

impl Bundles {
    fn new() -> Self {
        let desk = tempfile::tempdir().unwrap();
        let folder = desk.path();
        let authority = Authority::new();
        fs::write(folder.join("root.pem"), authority.root.pem()).unwrap();
        fs::write(folder.join("identity.cer"), authority.issuing.der.as_ref()).unwrap();
        run(Command::new("openssl")
            .args([
                "genpkey",
                "-algorithm",
                "ed25519",
                "-aes256",
                "-pass",
                "env:SIGN_PASS",
            ])
            .args(["-out", "release.pem"])
            .env("SIGN_PASS", PASSWORD)
            .current_dir(folder));
        run(Command::new("openssl")
            .args([
                "pkey",
                "-in",
                "release.pem",
                "-passin",
                "env:SIGN_PASS",
                "-pubout",
            ])
            .args(["-out", "release.pub"])
            .env("SIGN_PASS", PASSWORD)
            .current_dir(folder));
        for variant in ["whatsapp-infobip", "telegram"] {
            let spec = specification(folder, variant);
            let text = fs::read_to_string(&spec).unwrap();
            let hosts = hosts(&Spec::read(&text).unwrap().channels[0]);
            let servers: Vec<(String, Server)> = hosts
                .iter()
                .map(|host| {
                    let name = host.endpoint.host();
                    (
                        host.endpoint.to_string(),
                        authority.serve(name, Stage::Packed),
                    )
                })
                .collect();
            let spec = spec.display().to_string();
            for target in [format!("{variant}.zip"), format!("{variant}/")] {
                let flags = [
                    "pack",
                    &spec,
                    "-o",
                    &target,
                    "--roots",
                    "root.pem",
                    "--sign",
                    "release.pem",
                    "--sign-password",
                    "env:STORE_PASS",
                ];
                let output = channel(folder, &flags, &servers);
                assert!(
                    output.status.success(),
                    "{}{}",
                    stdout(&output),
                    stderr(&output)
                );
            }
        }
        Self { desk }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }
}

#[test]
fn other_tools_read_every_file_of_a_bundle() {
    let judges = ["openssl", "keytool", "unzip", "sha256sum"];
    if judges.into_iter().any(|name| judge(name).is_none()) {
        return;
    }
    let bundles = Bundles::new();
    for variant in ["whatsapp-infobip", "telegram"] {
        let folder = bundles.path(variant);
        let zip = bundles.path(&format!("{variant}.zip"));
        run(Command::new("unzip").arg("-t").arg(&zip));

        // hashes, of the folder and of what unzip makes of the zip
        let unzipped = bundles.path(&format!("{variant}-unzipped"));
        run(Command::new("unzip")
            .arg("-q")
            .arg(&zip)
            .arg("-d")
            .arg(&unzipped));
        let sums = trustpack()
            .args(["channel", "verify-bundle", "--sums"])
            .arg(&zip)
            .args(["--key", "release.pub"])
            .current_dir(bundles.desk.path())
            .output()
            .unwrap();
        assert!(sums.status.success(), "{}", stderr(&sums));
        let list = bundles.path("SHA256SUMS");
        fs::write(&list, &sums.stdout).unwrap();
        for place in [&folder, &unzipped] {
            let checked = run(Command::new("sha256sum")
                .arg("-c")
                .arg("--strict")
                .arg(&list)
                .current_dir(place));
            let ok = stdout(&checked)
                .lines()
                .filter(|line| line.ends_with(": OK"))
                .count();
            assert_eq!(ok, stdout(&sums).lines().count());
        }
        run(Command::new("diff").arg("-r").arg(&folder).arg(&unzipped));

        // the signature
        let verified = run(Command::new("openssl")
            .args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"])
            .arg(bundles.path("release.pub"))
            .args(["-in", "MANIFEST.json", "-sigfile", "MANIFEST.sig"])
            .current_dir(&folder));
        assert!(stdout(&verified).contains("Verified Successfully"));

        for entry in fs::read_dir(&folder).unwrap() {
            let channel = entry.unwrap().path();
            if channel.is_dir() {
                certificates_are_read(&channel);
            }
        }
    }
}

fn certificates_are_read(channel: &Path) {
    let trust = only(&channel.join("trust"));
    match store_type(&trust) {
        "JKS" => {
            let listed = run(Command::new("keytool")
                .args([
                    "-list",
                    "-storetype",
                    "JKS",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                ])
                .arg(&trust));
            let entries = stdout(&listed).matches("trustedCertEntry").count();
            assert_eq!(entries, 2, "{}", stdout(&listed));
        }
        _ => {
            run(Command::new("openssl")
                .args(["x509", "-inform", "der", "-noout", "-in"])
                .arg(&trust));
            run(Command::new("keytool")
                .args(["-printcert", "-file"])
                .arg(&trust));
        }
    }
    for entry in fs::read_dir(channel.join("chains")).unwrap() {
        let chain = entry.unwrap().path();
        let found = run(Command::new("openssl")
            .args(["storeutl", "-noout", "-certs"])
            .arg(&chain));
        assert!(
            stdout(&found).contains("Total found: 2"),
            "{}",
            stdout(&found)
        );
        run(Command::new("keytool")
            .args(["-printcert", "-file"])
            .arg(&chain));
    }
    for name in ["channel.json", "report.json", "../MANIFEST.json"] {
        let text = fs::read(channel.join(name)).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap();
    }
}

#[test]
fn openssl_signs_what_we_accept_and_the_reverse() {
    if judge("openssl").is_none() {
        return;
    }
    let bundles = Bundles::new();
    let folder = bundles.path("telegram");
    let ours = fs::read(folder.join("MANIFEST.sig")).unwrap();
    run(Command::new("openssl")
        .args(["pkeyutl", "-sign", "-rawin", "-inkey"])
        .arg(bundles.path("release.pem"))
        .args([
            "-passin",
            "env:SIGN_PASS",
            "-in",
            "MANIFEST.json",
            "-out",
            "MANIFEST.sig",
        ])
        .env("SIGN_PASS", PASSWORD)
        .current_dir(&folder));
    // Ed25519 has one signature for a message (RFC 8032 section 5.1.6)
    assert_eq!(fs::read(folder.join("MANIFEST.sig")).unwrap(), ours);
}
