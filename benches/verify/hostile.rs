//! The slowest questions that a hostile server, or whoever made a store, can put. No promise: the times are told in the
//! documentation of `verify`.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, PKCS_RSA_SHA256, PublicKeyData,
    SignatureAlgorithm, SigningKey,
};
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::CertificateDer;
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use crate::CLIENTS;
use crate::figure::{Clock, in_words};

type Der = CertificateDer<'static>;

/// What is presented, and the store.
struct Question {
    name: String,
    presented: Vec<Der>,
    anchors: Vec<Der>,
}

/// Every question to every client, each of three times with certificates that nobody has judged before.
pub(crate) fn print_slowest() {
    println!(
        "\n{:<66} {}",
        "hostile questions, the slowest of 3 runs",
        CLIENTS.map(head).concat()
    );
    for question in questions() {
        let slowest = CLIENTS.map(|client| {
            let runs = (0..3).map(|_| question.seconds(client));
            runs.fold(0.0, f64::max)
        });
        let slowest = slowest.map(|seconds| format!("{:>10}", in_words(seconds)));
        println!("{:<66} {}", question.name, slowest.concat());
    }
}

fn head(client: Client) -> String {
    format!("{:>10}", client.word())
}

impl Question {
    fn seconds(&self, client: Client) -> f64 {
        let chain = PresentedChain::from_ders(self.presented.iter().cloned());
        let parse = |der: &Der| Certificate::from_der(der.clone()).unwrap();
        let anchors = TrustAnchors::new("hostile", self.anchors.iter().map(parse).collect());
        let name = ServerName::try_from(HOST).unwrap();
        let at = OffsetDateTime::now_utc();
        Clock::Thread.seconds(&mut || {
            let verdict = verify(&chain, &anchors, &name, at, client, HOST);
            assert!(!verdict.is_accepted(), "{}", self.name);
        })
    }
}

fn questions() -> Vec<Question> {
    let of = |kind| move || KeyPair::generate_for(kind).unwrap();
    let [p256, p521] = [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P521_SHA512].map(of);
    let mut questions = Vec::new();
    questions.extend(one_name("P-256", p256));
    questions.extend(one_name("P-521", p521));
    for octets in [256, 512, 1024, 2048] {
        let mut number = 0;
        let next = || {
            number += 1;
            Huge::new(octets, number)
        };
        let kind = format!("RSA {} and a long exponent", octets * 8);
        questions.extend(one_name(&kind, next));
    }
    questions.extend([mesh(50), mesh(3)]);
    questions
}

/// A thousand CAs of one name, none of which signed the server's certificate: presented, and in the store.
fn one_name<K: SigningKey>(kind: &str, mut key: impl FnMut() -> K) -> [Question; 2] {
    let authority = authority("CA");
    let absent = Issuer::from_params(&authority, key());
    let key_of_server = KeyPair::generate().unwrap();
    let end_entity = server().signed_by(&key_of_server, &absent).unwrap();
    let end_entity = end_entity.der().clone();
    let many: Vec<Der> = (0..MANY)
        .map(|_| authority.signed_by(&key(), &absent).unwrap().der().clone())
        .collect();
    let presented = [end_entity.clone()].into_iter().chain(many.clone());
    [
        Question {
            name: format!("{MANY} presented of one name, {kind}"),
            presented: presented.collect(),
            anchors: vec![],
        },
        Question {
            name: format!("{MANY} in the store of one name, {kind}"),
            presented: vec![end_entity],
            anchors: many,
        },
    ]
}

/// So many CAs that all signed each other, and one of them the server's certificate. No root is known.
fn mesh(size: usize) -> Question {
    let authorities: Vec<(CertificateParams, KeyPair)> = (0..size)
        .map(|number| {
            (
                authority(&format!("CA {number}")),
                KeyPair::generate().unwrap(),
            )
        })
        .collect();
    let issuers = authorities
        .iter()
        .map(|(name, key)| Issuer::from_params(name, key));
    let issuers: Vec<_> = issuers.collect();
    let key = KeyPair::generate().unwrap();
    let end_entity = server().signed_by(&key, &issuers[0]).unwrap();
    let crossed = authorities.iter().flat_map(|(name, key)| {
        let signed = |issuer| name.signed_by(key, issuer).unwrap().der().clone();
        issuers.iter().map(signed).collect::<Vec<_>>()
    });
    Question {
        name: format!("mesh of {size} CAs, each signed by each"),
        presented: [end_entity.der().clone()]
            .into_iter()
            .chain(crossed)
            .collect(),
        anchors: vec![],
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    parameters
}

fn server() -> CertificateParams {
    CertificateParams::new([HOST.to_owned()]).unwrap()
}

/// An RSA key as expensive as one may be, whose signatures are junk of the right length.
struct Huge {
    public: Vec<u8>,
    octets: usize,
}

impl Huge {
    /// With an exponent of 64 bits, which the crypto library does not take.
    fn new(octets: usize, number: u16) -> Self {
        let [high, low] = u16::try_from(octets + 1).unwrap().to_be_bytes();
        let mut modulus = vec![0xc1; octets];
        modulus[1..3].copy_from_slice(&number.to_be_bytes());
        let mut fields = vec![0x02, 0x82, high, low, 0];
        fields.extend(modulus);
        fields.extend([0x02, 9, 0]);
        fields.extend([0xff; 8]);
        let [high, low] = u16::try_from(fields.len()).unwrap().to_be_bytes();
        let public = [vec![0x30, 0x82, high, low], fields].concat();
        Self { public, octets }
    }
}

impl PublicKeyData for Huge {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for Huge {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(vec![0x41; self.octets])
    }
}

const HOST: &str = "hostile.example";
const MANY: usize = 1000;
