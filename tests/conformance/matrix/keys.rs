//! Keys of every kind: P-256 in this process, the others and their signatures by `openssl`.

use std::io::Write;
use std::process::{Command, Stdio};

use rcgen::{KeyPair, PublicKeyData, SigningKey};

use super::der::{bits, integer, oid, sequence, tlv};

/// A key that can sign certificates and, where rustls has its algorithm, serve.
pub(crate) struct Key {
    pub spki: Vec<u8>,
    pub pkcs8: Vec<u8>,
    quick: Option<KeyPair>,
    usual: Signature,
}

/// How a certificate is signed.
#[derive(Clone)]
pub(crate) struct Signature {
    /// The AlgorithmIdentifier.
    pub algorithm: Vec<u8>,
    /// The command of `openssl` before `-sign`.
    command: &'static [&'static str],
}

impl Key {
    pub(crate) fn p256() -> Self {
        let pair = KeyPair::generate().unwrap();
        Self {
            spki: pair.subject_public_key_info(),
            pkcs8: pair.serialize_der(),
            quick: Some(pair),
            usual: Signature::ecdsa_sha256(),
        }
    }

    /// A P-256 key that says of itself what it is not.
    pub(crate) fn posing_as(spki: Vec<u8>) -> Self {
        Self {
            spki,
            ..Self::p256()
        }
    }

    /// A key of `openssl genpkey`.
    pub(crate) fn openssl(algorithm: &str, option: &str, usual: Signature) -> Self {
        let mut generate = Command::new("openssl");
        generate.args(["genpkey", "-algorithm", algorithm, "-outform", "DER"]);
        if !option.is_empty() {
            generate.args(["-pkeyopt", option]);
        }
        let key = pipe(&mut generate, &[]);
        let mut public = Command::new("openssl");
        public.args(["pkey", "-inform", "DER", "-pubout", "-outform", "DER"]);
        let mut to_pkcs8 = Command::new("openssl");
        to_pkcs8.args([
            "pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-outform", "DER",
        ]);
        Self {
            spki: pipe(&mut public, &key),
            pkcs8: pipe(&mut to_pkcs8, &key),
            quick: None,
            usual,
        }
    }

    pub(crate) fn rsa(size: u32) -> Self {
        let option = format!("rsa_keygen_bits:{size}");
        Self::openssl("RSA", &option, Signature::rsa_sha256())
    }

    pub(crate) fn curve(name: &str, usual: Signature) -> Self {
        Self::openssl("EC", &format!("ec_paramgen_curve:{name}"), usual)
    }

    /// The signature that this key makes when nobody asks for another.
    pub(crate) fn usual(&self) -> Signature {
        self.usual.clone()
    }

    pub(crate) fn sign(&self, message: &[u8], how: &Signature) -> Vec<u8> {
        if let Some(pair) = &self.quick
            && how.algorithm == Signature::ecdsa_sha256().algorithm
        {
            return pair.sign(message).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let (key, text) = (folder.path().join("key"), folder.path().join("text"));
        std::fs::write(&key, &self.pkcs8).unwrap();
        std::fs::write(&text, message).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(how.command);
        match how.command[0] {
            "pkeyutl" => openssl
                .args(["-sign", "-keyform", "DER", "-inkey"])
                .arg(&key)
                .arg("-in")
                .arg(&text),
            _ => openssl
                .args(["-keyform", "DER", "-sign"])
                .arg(&key)
                .arg(&text),
        };
        pipe(&mut openssl, &[])
    }
}

impl Signature {
    /// An algorithm without parameters.
    fn plain(id: &str, command: &'static [&'static str]) -> Self {
        Self {
            algorithm: sequence(&[&oid(id)]),
            command,
        }
    }

    /// An algorithm of RSA, whose parameters are NULL.
    fn rsa(id: &str, command: &'static [&'static str]) -> Self {
        Self {
            algorithm: sequence(&[&oid(id), &[5, 0]]),
            command,
        }
    }

    pub(crate) fn ecdsa_sha1() -> Self {
        Self::plain("1.2.840.10045.4.1", &["dgst", "-sha1"])
    }
    pub(crate) fn ecdsa_sha256() -> Self {
        Self::plain("1.2.840.10045.4.3.2", &["dgst", "-sha256"])
    }
    pub(crate) fn ecdsa_sha384() -> Self {
        Self::plain("1.2.840.10045.4.3.3", &["dgst", "-sha384"])
    }
    pub(crate) fn ecdsa_sha512() -> Self {
        Self::plain("1.2.840.10045.4.3.4", &["dgst", "-sha512"])
    }
    pub(crate) fn rsa_md5() -> Self {
        Self::rsa("1.2.840.113549.1.1.4", &["dgst", "-md5"])
    }
    pub(crate) fn rsa_sha1() -> Self {
        Self::rsa("1.2.840.113549.1.1.5", &["dgst", "-sha1"])
    }
    pub(crate) fn rsa_sha256() -> Self {
        Self::rsa("1.2.840.113549.1.1.11", &["dgst", "-sha256"])
    }
    pub(crate) fn rsa_sha512() -> Self {
        Self::rsa("1.2.840.113549.1.1.13", &["dgst", "-sha512"])
    }
    /// SHA-256 with RSA whose parameters are not there, which many readers let pass.
    pub(crate) fn rsa_sha256_without_null() -> Self {
        Self::plain("1.2.840.113549.1.1.11", &["dgst", "-sha256"])
    }
    pub(crate) fn ed25519() -> Self {
        Self::plain("1.3.101.112", &["pkeyutl", "-rawin"])
    }
    pub(crate) fn ed448() -> Self {
        Self::plain("1.3.101.113", &["pkeyutl", "-rawin"])
    }
    /// RSASSA-PSS with SHA-256 throughout and a salt of 32 octets.
    pub(crate) fn pss_sha256() -> Self {
        let sha256 = sequence(&[&oid("2.16.840.1.101.3.4.2.1"), &[5, 0]]);
        let mask = sequence(&[&oid("1.2.840.113549.1.1.8"), &sha256]);
        let parameters = sequence(&[
            &tlv(0xa0, &[&sha256]),
            &tlv(0xa1, &[&mask]),
            &tlv(0xa2, &[&integer(&[32])]),
        ]);
        Self {
            algorithm: sequence(&[&oid("1.2.840.113549.1.1.10"), &parameters]),
            command: &[
                "dgst",
                "-sha256",
                "-sigopt",
                "rsa_padding_mode:pss",
                "-sigopt",
                "rsa_pss_saltlen:32",
            ],
        }
    }
}

/// The body, signed.
pub(crate) fn signed(body: &[u8], key: &Key, how: &Signature) -> Vec<u8> {
    sequence(&[body, &how.algorithm, &bits(&key.sign(body, how))])
}

/// What a command answers to this input; it has to work.
fn pipe(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{command:?} ended with {}",
        output.status
    );
    output.stdout
}
