//! A verifier that protects a connection: what is sent over it goes to a server that the trust store vouches for.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use time::OffsetDateTime;

use crate::chain::PresentedChain;
use crate::tls::client::provider;
use crate::tls::verifier::{Judge, Presented};
use crate::trust::TrustAnchors;
use crate::verify::{Client, Refusal, verify};

/// Which servers are trusted.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Public roots. rustls-webpki decides.
    Public(Vec<TrustAnchors>),
    /// A store of the user's, packed for the product. A default Java TLS client decides, as the product is one: every
    /// certificate in it is an anchor.
    Store(TrustAnchors),
}

impl Trust {
    /// Who says so, in words.
    pub fn origin(&self) -> String {
        match self {
            Self::Public(sets) => {
                let origins: Vec<&str> = sets.iter().map(TrustAnchors::origin).collect();
                origins.join(", ")
            }
            Self::Store(anchors) => anchors.origin().to_owned(),
        }
    }
}

/// Refuses every server that is not trusted, and remembers why.
pub(crate) struct TrustVerifier {
    trust: Trust,
    /// For public roots; `None` when there is none that it can read.
    webpki: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
    at: OffsetDateTime,
    seen: Mutex<Seen>,
}

/// What a [`TrustVerifier`] saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// What the server presented.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// Why it is not trusted.
    pub(crate) refusal: Option<Refused>,
}

/// Why a server is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) why: String,
    pub(crate) hint: Option<String>,
}

impl TrustVerifier {
    /// `at` is when certificates must be valid.
    pub(crate) fn new(trust: Trust, at: OffsetDateTime) -> Self {
        let provider = provider();
        let algorithms = provider.signature_verification_algorithms;
        let webpki = match &trust {
            Trust::Public(sets) => {
                let mut roots = RootCertStore::empty();
                let certificates = sets.iter().flat_map(TrustAnchors::certificates);
                roots.add_parsable_certificates(certificates.map(|one| one.der().clone()));
                let builder =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.build().ok()
            }
            Trust::Store(_) => None,
        };
        Self {
            trust,
            webpki,
            algorithms,
            at,
            seen: Mutex::default(),
        }
    }

    /// The trust store, in words.
    pub(crate) fn origin(&self) -> String {
        self.trust.origin()
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By the rules of the client that a store is for.
    fn judge(&self, chain: &PresentedChain, name: &ServerName<'_>) -> Result<(), Refusal> {
        let ask = |anchors: &TrustAnchors, client| {
            let verdict = verify(chain, anchors, name, self.at, client, "");
            verdict.outcome.map(drop)
        };
        match &self.trust {
            Trust::Store(anchors) => ask(anchors, Client::Java),
            Trust::Public(sets) => ask(&TrustAnchors::joined(sets.clone()), Client::Browser),
        }
    }

    fn decide(&self, presented: &Presented<'_>, chain: &PresentedChain) -> Result<(), Refused> {
        let Presented {
            end_entity,
            intermediates,
            name,
            ..
        } = *presented;
        let refused = |refusal: &Refusal| Refused {
            why: refusal.to_string(),
            hint: refusal.hint(),
        };
        let Trust::Public(_) = &self.trust else {
            return self.judge(chain, name).map_err(|refusal| refused(&refusal));
        };
        let at = u64::try_from(self.at.unix_timestamp()).unwrap_or_default();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
        let told = match &self.webpki {
            Some(webpki) => webpki.verify_server_cert(end_entity, intermediates, name, &[], at),
            None => Err(Error::General("there are no roots to trust".to_owned())),
        };
        match told {
            Ok(_) => Ok(()),
            // it decides; our own rules have the better words, where they agree
            Err(error) => Err(match self.judge(chain, name) {
                Err(refusal) => refused(&refusal),
                Ok(()) => Refused {
                    why: error.to_string(),
                    hint: None,
                },
            }),
        }
    }
}

impl Judge for TrustVerifier {
    fn algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.algorithms
    }

    fn judge_chain(&self, presented: &Presented<'_>) -> Result<(), Error> {
        let ders = presented.ders();
        let chain = PresentedChain::from_ders(ders.iter().cloned());
        let decided = self.decide(presented, &chain);
        let mut seen = self.lock();
        seen.chain = ders;
        seen.refusal = decided.clone().err();
        decided.map_err(|_| {
            Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
        })
    }
}

impl fmt::Debug for TrustVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TrustVerifier({})", self.trust.origin())
    }
}
