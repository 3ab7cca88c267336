//! BKS and UBER built field by field.

use crate::bks::{self, CERTIFICATE, DIGEST, END, KEY, SEALED, SECRET};
use crate::java::DataOutput;
use crate::java::certificate::X509;
use crate::protect::{Cipher, Hash, Scheme, bouncy_form};
use crate::testing::stores::CREATED;
use crate::testing::{self, PASSWORD, der};

const ITERATIONS: u32 = 16;
const SALT: [u8; DIGEST] = [7; DIGEST];

/// A BKS file of one version with a sound MAC.
pub(crate) fn signed(version: u32, build: impl Fn(&mut DataOutput)) -> Vec<u8> {
    let stream = stream(build);
    let form = bouncy_form(PASSWORD);
    let mac = bks::mac(version, &form, &SALT, ITERATIONS, &stream);
    file(version, &[&stream[..], &mac].concat())
}

/// An UBER file of any content, sound or not, with the digest of what the content should be.
pub(crate) fn encrypted(clear: &[u8], digest_of: &[u8]) -> Vec<u8> {
    let clear = [clear, &Hash::Sha1.digest(&[digest_of])[..]].concat();
    let scheme = Scheme::pkcs12(Cipher::Twofish, &SALT, ITERATIONS);
    let content = scheme.encrypt(&bouncy_form(PASSWORD), &clear).unwrap();
    file(1, &content)
}

/// The entries with their end mark.
pub(crate) fn stream(build: impl Fn(&mut DataOutput)) -> Vec<u8> {
    let mut stream = DataOutput::default();
    build(&mut stream);
    stream.raw(&[END]);
    stream.into_bytes()
}

fn file(version: u32, content: &[u8]) -> Vec<u8> {
    let mut file = DataOutput::default();
    file.u32(version);
    file.blob(&SALT).unwrap();
    file.u32(ITERATIONS);
    file.raw(content);
    file.into_bytes()
}

/// What every entry starts with.
pub(crate) fn head(stream: &mut DataOutput, tag: u8, alias: &str, chain: u32) {
    stream.raw(&[tag]);
    stream.utf(alias).unwrap();
    stream.i64(CREATED.millis());
    stream.u32(chain);
    for _ in 0..chain {
        certificate(stream);
    }
}

fn certificate(stream: &mut DataOutput) {
    stream.utf(X509).unwrap();
    stream.blob(&der(testing::CERT_A)).unwrap();
}

pub(crate) fn trusted(stream: &mut DataOutput, alias: &str) {
    head(stream, CERTIFICATE, alias, 0);
    certificate(stream);
}

pub(crate) fn key(
    stream: &mut DataOutput,
    kind: u8,
    encoding: &str,
    algorithm: &str,
    bytes: &[u8],
) {
    stream.raw(&[kind]);
    stream.utf(encoding).unwrap();
    stream.utf(algorithm).unwrap();
    stream.blob(bytes).unwrap();
}

/// A key of `kind` as BouncyCastle seals it, at any price.
pub(crate) fn sealed(kind: u8, encoding: &str, bytes: &[u8], iterations: u32) -> Vec<u8> {
    let mut clear = DataOutput::default();
    key(&mut clear, kind, encoding, "EC", bytes);
    let mut sealed = DataOutput::default();
    sealed.blob(&SALT).unwrap();
    sealed.u32(iterations);
    // what claims to be dear is never opened
    let cheap = iterations.min(1000);
    let scheme = Scheme::pkcs12(Cipher::TripleDes, &SALT, cheap);
    let encrypted = scheme.encrypt(&bouncy_form(PASSWORD), clear.bytes());
    sealed.raw(&encrypted.unwrap());
    sealed.into_bytes()
}

/// Every kind of entry and key that the grammar has.
pub(crate) fn every_kind(stream: &mut DataOutput) {
    trusted(stream, "Root");
    head(stream, KEY, "plain", 1);
    key(stream, 0, "PKCS#8", "EC", &der(testing::KEY));
    head(stream, KEY, "public", 0);
    key(stream, 1, "X.509", "EC", &der(testing::PUBLIC_KEY));
    head(stream, KEY, "aes", 0);
    key(stream, 2, "RAW", "AES", &[9; 16]);
    head(stream, SECRET, "bytes", 0);
    stream.blob(b"secret").unwrap();
    head(stream, SECRET, "own", 1);
    stream.blob(&der(testing::ENCRYPTED_KEY)).unwrap();
    head(stream, SEALED, "locked", 0);
    stream.blob(&[0; 48]).unwrap();
    trusted(stream, "root");
}

/// The same, with keys that the store's password opens.
pub(crate) fn every_kind_sealed(stream: &mut DataOutput) {
    every_kind(stream);
    head(stream, SEALED, "private", 1);
    let private = sealed(0, "PKCS#8", &der(testing::KEY), 8);
    stream.blob(&private).unwrap();
    head(stream, SEALED, "secret", 0);
    stream.blob(&sealed(2, "RAW", &[9; 16], 8)).unwrap();
}
