//! A small public key infrastructure for rehearsals and tests: a root, an intermediate, four servers.
//!
//! Pure: no socket, no file, no clock. Keys are new in every [`DemoPki`] and exist in memory only.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

/// A demo CA and the servers that have certificates from it.
///
/// Servers send end entity and intermediate, not the root: as RFC 8446 section 4.4.2 allows and most do.
#[derive(Clone)]
pub struct DemoPki {
    root: Arc<Authority>,
    intermediate: Arc<Authority>,
    servers: [Arc<DemoCertificate>; DemoServer::ALL.len()],
}

/// The servers of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DemoServer {
    /// `api.infobip.com`, the API that a store must trust.
    Api,
    /// `demo.api-us.infobip.com`, a base URL of one account.
    BaseUrl,
    /// `api.twilio.com`, the API of another provider.
    Twilio,
    /// The product's own front end on this machine: `localhost`, `127.0.0.1` and `::1`, the addresses as IP SANs.
    FrontEnd,
}

/// What a server needs to present itself.
pub struct DemoCertificate {
    /// End entity, then intermediate.
    pub chain: Vec<CertificateDer<'static>>,
    /// PKCS#8; `Debug` shows nothing of it.
    pub key: PrivatePkcs8KeyDer<'static>,
    config: Arc<ServerConfig>,
}

/// The demo could not be made; nobody has seen this happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the demo certificates could not be made: {why}")]
pub struct DemoError {
    /// What the library says.
    pub why: String,
}

impl DemoPki {
    /// New CAs, called after `trustpack demo`, and servers. Everything is valid from an hour before `at`, as real CAs do for clocks that are late.
    ///
    /// # Errors
    /// When a key cannot be generated.
    pub fn new(at: OffsetDateTime) -> Result<Self, DemoError> {
        Self::named("trustpack demo", at)
    }

    /// The same under another name: the CA to which a server may move.
    ///
    /// # Errors
    /// When a key cannot be generated.
    pub fn named(name: &str, at: OffsetDateTime) -> Result<Self, DemoError> {
        let root = Authority::root(name, at)?;
        let intermediate = Authority::intermediate(name, &root, at)?;
        let servers = issue_all(&intermediate, at)?;
        Ok(Self {
            root: Arc::new(root),
            intermediate: Arc::new(intermediate),
            servers,
        })
    }

    /// What the same CA issues at the next renewal: new keys, new certificates, same intermediate and root.
    ///
    /// # Errors
    /// When a key cannot be generated.
    pub fn renew(&self, at: OffsetDateTime) -> Result<Self, DemoError> {
        Ok(Self {
            root: Arc::clone(&self.root),
            intermediate: Arc::clone(&self.intermediate),
            servers: issue_all(&self.intermediate, at)?,
        })
    }

    /// The root certificate, which no server sends.
    pub fn root(&self) -> &CertificateDer<'static> {
        self.root.0.der()
    }

    /// The intermediate certificate.
    pub fn intermediate(&self) -> &CertificateDer<'static> {
        self.intermediate.0.der()
    }

    /// Chain and key of one server.
    pub fn certificate(&self, which: DemoServer) -> &DemoCertificate {
        let [api, base_url, twilio, front_end] = &self.servers;
        match which {
            DemoServer::Api => api,
            DemoServer::BaseUrl => base_url,
            DemoServer::Twilio => twilio,
            DemoServer::FrontEnd => front_end,
        }
    }

    /// Ready for a rustls server: TLS 1.2 and 1.3, no client certificate.
    pub fn server_config(&self, which: DemoServer) -> Arc<ServerConfig> {
        Arc::clone(&self.certificate(which).config)
    }
}

impl std::fmt::Debug for DemoPki {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DemoPki").finish_non_exhaustive()
    }
}

impl DemoServer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Api, Self::BaseUrl, Self::Twilio, Self::FrontEnd];

    /// The host that clients ask for.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Api => "api.infobip.com",
            Self::BaseUrl => "demo.api-us.infobip.com",
            Self::Twilio => "api.twilio.com",
            Self::FrontEnd => "localhost",
        }
    }

    fn alt_names(self) -> Result<Vec<SanType>, rcgen::Error> {
        let mut names = vec![SanType::DnsName(self.host().try_into()?)];
        if self == Self::FrontEnd {
            names.push(SanType::IpAddress([127, 0, 0, 1].into()));
            names.push(SanType::IpAddress([0, 0, 0, 0, 0, 0, 0, 1].into()));
        }
        Ok(names)
    }
}

impl DemoCertificate {
    fn issue(which: DemoServer, issuer: &Authority, at: OffsetDateTime) -> Result<Self, DemoError> {
        let key = generate()?;
        let mut params = params(which.host(), at, LEAF_LIFETIME);
        params.is_ca = IsCa::ExplicitNoCa;
        params.subject_alt_names = which.alt_names()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &issuer.0)?;
        let chain = vec![certificate.der().clone(), issuer.0.der().clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain.clone(), PrivateKeyDer::from(key.clone_key()))?;
        Ok(Self {
            chain,
            key,
            config: Arc::new(config),
        })
    }
}

impl std::fmt::Debug for DemoCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DemoCertificate")
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}

/// A CA certificate with its key.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn root(name: &str, at: OffsetDateTime) -> Result<Self, DemoError> {
        let params = ca_params(&format!("{name} root CA"), at, ROOT_LIFETIME, None);
        Ok(Self(CertifiedIssuer::self_signed(params, generate()?)?))
    }

    fn intermediate(name: &str, root: &Self, at: OffsetDateTime) -> Result<Self, DemoError> {
        let name = format!("{name} issuing CA");
        let mut params = ca_params(&name, at, INTERMEDIATE_LIFETIME, Some(0));
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Ok(Self(CertifiedIssuer::signed_by(
            params,
            generate()?,
            &root.0,
        )?))
    }
}

fn issue_all(
    issuer: &Authority,
    at: OffsetDateTime,
) -> Result<[Arc<DemoCertificate>; DemoServer::ALL.len()], DemoError> {
    let issue = |which| DemoCertificate::issue(which, issuer, at).map(Arc::new);
    Ok([
        issue(DemoServer::Api)?,
        issue(DemoServer::BaseUrl)?,
        issue(DemoServer::Twilio)?,
        issue(DemoServer::FrontEnd)?,
    ])
}

fn ca_params(
    name: &str,
    at: OffsetDateTime,
    lifetime: Duration,
    path_len: Option<u8>,
) -> CertificateParams {
    let mut params = params(name, at, lifetime);
    params.is_ca = IsCa::Ca(match path_len {
        Some(path_len) => BasicConstraints::Constrained(path_len),
        None => BasicConstraints::Unconstrained,
    });
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn params(name: &str, at: OffsetDateTime, lifetime: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = at.saturating_sub(BACKDATED);
    // Both bounds are inclusive (RFC 5280 section 4.1.2.5).
    params.not_after = params
        .not_before
        .saturating_add(lifetime)
        .saturating_sub(Duration::SECOND);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "trustpack demo");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn generate() -> Result<KeyPair, DemoError> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

impl From<rcgen::Error> for DemoError {
    fn from(error: rcgen::Error) -> Self {
        Self {
            why: error.to_string(),
        }
    }
}

impl From<rustls::Error> for DemoError {
    fn from(error: rustls::Error) -> Self {
        Self {
            why: error.to_string(),
        }
    }
}

/// The limit for public servers from 2029-03-15 (CA/Browser Forum ballot SC-081v3); sooner is allowed.
const LEAF_LIFETIME: Duration = Duration::days(47);
const INTERMEDIATE_LIFETIME: Duration = Duration::days(3 * 365 + 1);
const ROOT_LIFETIME: Duration = Duration::days(15 * 365 + 4);
const BACKDATED: Duration = Duration::HOUR;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::Certificate;

    const AT: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    fn parse(der: &CertificateDer<'static>) -> Certificate {
        Certificate::from_der(der.clone()).unwrap()
    }

    #[test]
    fn servers_send_end_entity_and_intermediate() {
        let pki = DemoPki::new(AT).unwrap();
        for which in DemoServer::ALL {
            let chain = &pki.certificate(which).chain;
            assert_eq!(chain.len(), 2);
            assert_eq!(&chain[1], pki.intermediate());
            let (leaf, intermediate) = (parse(&chain[0]), parse(&chain[1]));
            assert_eq!(leaf.display_name(), which.host());
            assert_eq!(leaf.issuer(), intermediate.subject());
            assert_eq!(intermediate.issuer(), parse(pki.root()).subject());
            assert!(!leaf.is_ca() && intermediate.is_ca());
            let lifetime = leaf.not_after() - leaf.not_before() + Duration::SECOND;
            assert_eq!(lifetime, Duration::days(47));
            assert!(leaf.not_before() < AT && AT < leaf.not_after());
        }
        assert!(parse(pki.root()).is_self_issued());
    }

    #[test]
    fn a_renewal_changes_keys_and_keeps_the_ca() {
        let old = DemoPki::new(AT).unwrap();
        let new = old.renew(AT + Duration::days(30)).unwrap();
        assert_eq!(old.root(), new.root());
        assert_eq!(old.intermediate(), new.intermediate());
        let leaf = |pki: &DemoPki| parse(&pki.certificate(DemoServer::Api).chain[0]);
        let (before, after) = (leaf(&old), leaf(&new));
        assert_eq!(before.subject(), after.subject());
        assert_ne!(
            before.subject_public_key_info(),
            after.subject_public_key_info()
        );
        assert_eq!(after.not_before(), before.not_before() + Duration::days(30));
    }

    #[test]
    fn the_last_moments_of_the_calendar_do_not_panic() {
        for at in [
            OffsetDateTime::UNIX_EPOCH,
            datetime!(9999-12-31 23:59:59 UTC),
        ] {
            let _ = DemoPki::new(at);
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let pki = DemoPki::new(AT).unwrap();
        let shown = format!("{pki:?} {:?}", pki.certificate(DemoServer::Api));
        assert_eq!(
            shown,
            "DemoPki { .. } DemoCertificate { certificates: 2, .. }"
        );
    }
}
