//! Writes `fixtures/pki/`: `cargo fixtures`. Running it again changes nothing.
//!
//! Dates and serial numbers are fixed and RSA PKCS#1 and Ed25519 signatures are deterministic (RFC 8017 section
//! 8.2, RFC 8032), so the same keys give the same bytes. A key is generated only when its file is missing.

#![expect(
    clippy::disallowed_methods,
    reason = "the generator of the fixtures writes files"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    PKCS_ED25519, PKCS_RSA_SHA256, SanType, SignatureAlgorithm,
};
use time::OffsetDateTime;
use time::macros::datetime;

fn main() -> Result<(), Box<dyn Error>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut generator = Generator {
        folder: top.join("pki"),
        issuers: BTreeMap::new(),
        chains: BTreeMap::new(),
    };
    fs::create_dir_all(&generator.folder)?;
    for recipe in RECIPES {
        generator.make(recipe)?;
    }
    let readme = fs::read_to_string(top.join("README.md"))?;
    for recipe in RECIPES {
        if !readme.contains(&format!("`{}`", recipe.name)) {
            return Err(format!("fixtures/README.md does not describe {}", recipe.name).into());
        }
    }
    Ok(())
}

/// One certificate with its key. CAs stand before those that they issue to.
struct Recipe {
    name: &'static str,
    kind: Kind,
    /// Another recipe; itself when `None`.
    issuer: Option<&'static str>,
    key: &'static SignatureAlgorithm,
    serial: u8,
    valid: (OffsetDateTime, OffsetDateTime),
    organization: &'static str,
    common_name: Option<&'static str>,
    alt_names: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Root,
    Intermediate,
    /// May issue below `inside.test` only, and not below `not.inside.test`.
    Constrained,
    Server,
    Client,
}

const FAR: (OffsetDateTime, OffsetDateTime) = (
    datetime!(2026-01-01 00:00:00 UTC),
    datetime!(2045-12-31 23:59:59 UTC),
);
const PAST: (OffsetDateTime, OffsetDateTime) = (
    datetime!(2026-01-01 00:00:00 UTC),
    datetime!(2026-01-31 23:59:59 UTC),
);
/// After 2049, where UTCTime ends (RFC 5280 section 4.1.2.5).
const FUTURE: (OffsetDateTime, OffsetDateTime) = (
    datetime!(2090-01-01 00:00:00 UTC),
    datetime!(2090-12-31 23:59:59 UTC),
);

/// RSA where an old Java must use the key; Ed25519 needs Java 15.
const DEFAULT: Recipe = Recipe {
    name: "",
    kind: Kind::Server,
    issuer: Some("intermediate"),
    key: &PKCS_RSA_SHA256,
    serial: 0,
    valid: FAR,
    organization: "trustpack test",
    common_name: None,
    alt_names: &[],
};

const RECIPES: &[Recipe] = &[
    Recipe {
        name: "root",
        kind: Kind::Root,
        issuer: None,
        serial: 1,
        common_name: Some("trustpack test root CA"),
        ..DEFAULT
    },
    Recipe {
        name: "other-root",
        kind: Kind::Root,
        issuer: None,
        serial: 2,
        common_name: Some("trustpack test other root CA"),
        ..DEFAULT
    },
    Recipe {
        name: "intermediate",
        kind: Kind::Intermediate,
        issuer: Some("root"),
        serial: 3,
        common_name: Some("trustpack test issuing CA"),
        ..DEFAULT
    },
    Recipe {
        name: "constrained-intermediate",
        kind: Kind::Constrained,
        issuer: Some("root"),
        serial: 4,
        common_name: Some("trustpack test constrained CA"),
        ..DEFAULT
    },
    Recipe {
        name: "server",
        serial: 16,
        common_name: Some("server.test"),
        alt_names: &["server.test", "www.server.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "server-renewed",
        serial: 17,
        common_name: Some("server.test"),
        alt_names: &["server.test", "www.server.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "server-other-ca",
        issuer: Some("other-root"),
        serial: 18,
        common_name: Some("server.test"),
        alt_names: &["server.test", "www.server.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "server-expired",
        serial: 19,
        valid: PAST,
        common_name: Some("server.test"),
        alt_names: &["server.test", "www.server.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "server-not-yet-valid",
        serial: 20,
        valid: FUTURE,
        common_name: Some("server.test"),
        alt_names: &["server.test", "www.server.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "ip",
        serial: 21,
        common_name: Some("127.0.0.1"),
        alt_names: &["127.0.0.1", "::1", "192.0.2.10"],
        ..DEFAULT
    },
    Recipe {
        name: "ip-without-san",
        serial: 22,
        common_name: Some("127.0.0.1"),
        alt_names: &["server.test"],
        ..DEFAULT
    },
    Recipe {
        name: "wildcard",
        serial: 23,
        common_name: Some("*.wild.test"),
        alt_names: &["*.wild.test"],
        ..DEFAULT
    },
    Recipe {
        name: "client-only",
        kind: Kind::Client,
        serial: 24,
        common_name: Some("client.test"),
        alt_names: &["client.test"],
        ..DEFAULT
    },
    Recipe {
        name: "constrained-inside",
        issuer: Some("constrained-intermediate"),
        serial: 25,
        common_name: Some("api.inside.test"),
        alt_names: &["api.inside.test"],
        ..DEFAULT
    },
    Recipe {
        name: "constrained-outside",
        issuer: Some("constrained-intermediate"),
        serial: 26,
        common_name: Some("api.outside.test"),
        alt_names: &["api.outside.test"],
        ..DEFAULT
    },
    Recipe {
        name: "non-ascii",
        serial: 27,
        organization: "Žluťoučký kůň 株式会社",
        common_name: Some("Müller & Söhne, \"Prüfstelle\""),
        alt_names: &["non-ascii.test"],
        ..DEFAULT
    },
    Recipe {
        name: "no-cn",
        key: &PKCS_ED25519,
        serial: 28,
        alt_names: &["no-cn.test"],
        ..DEFAULT
    },
    Recipe {
        name: "self-signed",
        issuer: None,
        serial: 29,
        common_name: Some("self-signed.test"),
        alt_names: &["self-signed.test", "localhost"],
        ..DEFAULT
    },
    Recipe {
        name: "self-signed-ed25519",
        issuer: None,
        key: &PKCS_ED25519,
        serial: 30,
        common_name: Some("ed25519.test"),
        alt_names: &["ed25519.test"],
        ..DEFAULT
    },
];

struct Generator {
    folder: PathBuf,
    issuers: BTreeMap<&'static str, CertifiedIssuer<'static, KeyPair>>,
    /// PEM of what a server sends: without the root.
    chains: BTreeMap<&'static str, String>,
}

impl Generator {
    fn make(&mut self, recipe: &Recipe) -> Result<(), Box<dyn Error>> {
        let key = self.key(recipe)?;
        let params = params(recipe)?;
        let issuer = match recipe.issuer {
            Some(name) => Some(self.issuers.get(name).ok_or("the issuer comes later")?),
            None => None,
        };
        let issued = match issuer {
            Some(issuer) => CertifiedIssuer::signed_by(params, key, issuer)?,
            None => CertifiedIssuer::self_signed(params, key)?,
        };
        let mut chain = issued.pem();
        self.write(&format!("{}.pem", recipe.name), &chain)?;
        if let Some(rest) = recipe.issuer.and_then(|name| self.chains.get(name)) {
            chain.push_str(rest);
        }
        match recipe.kind {
            Kind::Root => {}
            Kind::Intermediate | Kind::Constrained => {
                self.chains.insert(recipe.name, chain);
            }
            Kind::Server | Kind::Client => {
                self.write(&format!("fullchain-{}.pem", recipe.name), &chain)?;
            }
        }
        self.issuers.insert(recipe.name, issued);
        Ok(())
    }

    fn key(&self, recipe: &Recipe) -> Result<KeyPair, Box<dyn Error>> {
        let name = format!("{}.key.pem", recipe.name);
        match fs::read_to_string(self.folder.join(&name)) {
            Ok(pem) => Ok(KeyPair::from_pkcs8_pem_and_sign_algo(&pem, recipe.key)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate_for(recipe.key)?;
                self.write(&name, &key.serialize_pem())?;
                Ok(key)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(name), text)
    }
}

fn params(recipe: &Recipe) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = recipe.valid;
    params.serial_number = Some(u64::from(recipe.serial).into());
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, recipe.organization);
    if let Some(name) = recipe.common_name {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    for name in recipe.alt_names {
        params.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName((*name).try_into()?),
        });
    }
    params.use_authority_key_identifier_extension = recipe.issuer.is_some();
    params.is_ca = match recipe.kind {
        Kind::Root => IsCa::Ca(BasicConstraints::Unconstrained),
        Kind::Intermediate | Kind::Constrained => IsCa::Ca(BasicConstraints::Constrained(0)),
        Kind::Server | Kind::Client => IsCa::ExplicitNoCa,
    };
    params.key_usages = match recipe.kind {
        Kind::Root | Kind::Intermediate | Kind::Constrained => {
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign]
        }
        // Ed25519 cannot encipher (RFC 9295 section 3).
        Kind::Server if recipe.key == &PKCS_RSA_SHA256 => vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
        ],
        Kind::Server | Kind::Client => vec![KeyUsagePurpose::DigitalSignature],
    };
    params.extended_key_usages = match recipe.kind {
        Kind::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
        Kind::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        Kind::Root | Kind::Intermediate | Kind::Constrained => Vec::new(),
    };
    if recipe.kind == Kind::Constrained {
        let subtree = |name: &str| vec![GeneralSubtree::DnsName(name.to_owned())];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: subtree("inside.test"),
            excluded_subtrees: subtree("not.inside.test"),
        });
    }
    Ok(params)
}
