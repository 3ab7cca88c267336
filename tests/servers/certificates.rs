//! A small CA on disk, and the chains that servers are configured with.

#![allow(dead_code, reason = "a benchmark uses its own part")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use sha2::{Digest, Sha256};

use super::support::pki::{self, Certified};
use super::support::run;

/// The name in every certificate.
pub(crate) const NAME: &str = "server.trustpack.test";

/// A root and an intermediate, with their files in a folder.
pub(crate) struct Authority {
    folder: PathBuf,
    root: Certified,
    issuing: Certified,
}

/// What a server is configured with; the files are named by its stem.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The server's certificate, then the intermediate.
    pub file: PathBuf,
    /// The server's certificate alone.
    pub leaf: PathBuf,
    /// The private key, unencrypted.
    pub key: PathBuf,
    /// The private key, then the chain.
    pub with_key: PathBuf,
}

impl Authority {
    /// Writes `root.pem`, `issuing.pem` and `issuing.key`.
    pub(crate) fn new(folder: &Path) -> Self {
        let root = pki::ca("Root", None, |_| {});
        let issuing = pki::ca("Issuing", Some(&root), |_| {});
        let made = Self {
            folder: folder.to_owned(),
            root,
            issuing,
        };
        write(&made.root_file(), &made.root.pem());
        write(&made.issuing_file(), &made.issuing.pem());
        write(&made.issuing_key(), &made.issuing.key.serialize_pem());
        made
    }

    pub(crate) fn root_file(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    pub(crate) fn issuing_file(&self) -> PathBuf {
        self.folder.join("issuing.pem")
    }

    pub(crate) fn issuing_key(&self) -> PathBuf {
        self.folder.join("issuing.key")
    }

    /// A chain whose server has an RSA key of 2048 bits.
    pub(crate) fn rsa(&self, stem: &str) -> Chain {
        self.issue(
            stem,
            KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap(),
        )
    }

    /// A chain whose server has a key on P-256.
    pub(crate) fn ecdsa(&self, stem: &str) -> Chain {
        self.issue(stem, KeyPair::generate().unwrap())
    }

    fn issue(&self, stem: &str, key: KeyPair) -> Chain {
        let leaf = pki::server_with(key, &[NAME], Some(&self.issuing), |parameters| {
            // for the suites that encrypt to the server's key, or agree with it
            parameters.key_usages = vec![
                KeyUsagePurpose::DigitalSignature,
                KeyUsagePurpose::KeyEncipherment,
                KeyUsagePurpose::KeyAgreement,
            ];
            // one of them is shown to servers
            let client = ExtendedKeyUsagePurpose::ClientAuth;
            parameters.extended_key_usages.push(client);
        });
        let chain = self.chain(stem);
        write(&chain.leaf, &leaf.pem());
        write(&chain.key, &leaf.key.serialize_pem());
        chain.join(&self.issuing_file())
    }

    /// A chain whose server has a key that only openssl makes: what `-newkey` and its options say.
    pub(crate) fn by_openssl(&self, openssl: &Path, stem: &str, new_key: &[&str]) -> Chain {
        let issuer = (self.issuing_file(), self.issuing_key());
        self.by_openssl_under(openssl, stem, new_key, &issuer)
    }

    /// As [`Self::by_openssl`], under another issuer: its certificate and its key.
    pub(crate) fn by_openssl_under(
        &self,
        openssl: &Path,
        stem: &str,
        new_key: &[&str],
        (issuer, issuer_key): &(PathBuf, PathBuf),
    ) -> Chain {
        let chain = self.chain(stem);
        let config = self.folder.join("request.cnf");
        let text = "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n\
                    [extensions]\nsubjectAltName = DNS:server.trustpack.test\n";
        write(&config, text);
        run(Command::new(openssl)
            .args(["req", "-x509", "-nodes", "-days", "30", "-subj"])
            .arg(format!("/O=trustpack tests/CN={NAME}"))
            .arg("-config")
            .arg(config)
            .arg("-CA")
            .arg(issuer)
            .arg("-CAkey")
            .arg(issuer_key)
            .arg("-newkey")
            .args(new_key)
            .arg("-keyout")
            .arg(&chain.key)
            .arg("-out")
            .arg(&chain.leaf));
        chain.join(issuer)
    }

    fn chain(&self, stem: &str) -> Chain {
        let file = |suffix: &str| self.folder.join(format!("{stem}{suffix}"));
        Chain {
            file: file("-chain.pem"),
            leaf: file(".pem"),
            key: file(".key"),
            with_key: file("-all.pem"),
        }
    }
}

impl Chain {
    fn join(self, issuer: &Path) -> Self {
        let chain = read(&self.leaf) + &read(issuer);
        write(&self.file, &chain);
        write(&self.with_key, &(read(&self.key) + &chain));
        for key in [&self.key, &self.with_key] {
            // nnrpd takes no key that others may read
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(key, private).unwrap();
        }
        self
    }

    /// SHA-256 of the configured certificates, in the order of the file.
    pub(crate) fn sha256(&self) -> Vec<String> {
        fingerprints(&read(&self.file))
    }
}

/// SHA-256 of the certificates in a text, in order.
pub(crate) fn fingerprints(text: &str) -> Vec<String> {
    let blocks = pem::parse_many(text).unwrap();
    let certificates = blocks.iter().filter(|block| block.tag() == "CERTIFICATE");
    certificates
        .map(|block| {
            let digest = Sha256::digest(block.contents());
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        })
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
