//! Issuers from where certificates say that they are published (RFC 5280 section 4.2.2.1), by HTTP.
//!
//! Nobody asks for it but the user: each request tells a stranger which certificate is being looked at. So it is off
//! by default, every request is listed, and what comes is only ever a link of a path, never trusted.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use trustpack_keystore::{ReadOptions, read};

use crate::Certificate;
use crate::chain::Issuer;
use crate::signature::{SignatureCheck, check};
use crate::text;

use super::dial::os_words;

/// Fetches issuers; one for a whole run, since it remembers what it was given.
#[derive(Debug)]
pub struct Aia {
    agent: ureq::Agent,
    timeout: Duration,
    cache: Mutex<HashMap<String, Arc<OnceLock<Answer>>>>,
}

/// One request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiaRequest {
    /// What was asked for.
    pub url: String,
    /// How many certificates came, or why none did.
    pub outcome: Result<usize, String>,
    /// Whether the answer to an earlier request of this run was used.
    pub cached: bool,
    /// How long it took.
    pub elapsed: Duration,
}

type Answer = Result<Vec<Certificate>, String>;

impl Aia {
    /// `timeout` is for all requests of one chain together.
    pub fn new(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            // Nor must the server that is asked: where it points to is said, and not followed.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("trustpack/", env!("CARGO_PKG_VERSION")))
            // A variable must not send requests elsewhere than the list says.
            .proxy(None)
            .build();
        Self {
            agent: config.into(),
            timeout,
            cache: Mutex::default(),
        }
    }

    /// The issuers above `start`, as far as they are published, lowest first, each with a good signature on the one
    /// before it. Every request is added to `requests`.
    pub fn issuers(&self, start: &Certificate, requests: &mut Vec<AiaRequest>) -> Vec<Issuer> {
        let began = Instant::now();
        let mut asked = HashSet::new();
        let mut found: Vec<Issuer> = Vec::new();
        let mut child = start.clone();
        while found.len() < MAX_ISSUERS && !child.is_self_issued() {
            let mut next = None;
            for url in &child.extensions().issuer_urls {
                let is_late = began.elapsed() >= self.timeout;
                // A loop asks for the same again.
                if is_late || asked.len() >= MAX_REQUESTS || !asked.insert(url.clone()) {
                    continue;
                }
                next = self.issuer_at(url, &child, requests);
                if next.is_some() {
                    break;
                }
            }
            let Some(issuer) = next else { break };
            if found
                .iter()
                .any(|known| known.certificate == issuer.certificate)
            {
                break;
            }
            child = issuer.certificate.clone();
            found.push(issuer);
        }
        found
    }

    fn issuer_at(
        &self,
        url: &str,
        child: &Certificate,
        requests: &mut Vec<AiaRequest>,
    ) -> Option<Issuer> {
        let start = Instant::now();
        let mut cached = true;
        let place = self.place(url);
        let answer = place.get_or_init(|| {
            cached = false;
            self.get(url)
        });
        requests.push(AiaRequest {
            url: url.to_owned(),
            outcome: answer.as_ref().map(Vec::len).map_err(Clone::clone),
            cached,
            elapsed: start.elapsed(),
        });
        let mut issuers = answer.as_ref().ok()?.iter();
        let signed = |issuer: &&Certificate| {
            issuer.subject() == child.issuer() && check(child, issuer) == SignatureCheck::Good
        };
        issuers.find(signed).map(|issuer| Issuer {
            certificate: issuer.clone(),
            origin: url.to_owned(),
        })
    }

    /// Where the answer for a URL is kept; whoever comes while it is being fetched waits for it.
    fn place(&self, url: &str) -> Arc<OnceLock<Answer>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // Certificates made up by a stranger name as many URLs as he likes.
        if cache.len() >= MAX_CACHED && !cache.contains_key(url) {
            return Arc::default();
        }
        Arc::clone(cache.entry(url.to_owned()).or_default())
    }

    fn get(&self, url: &str) -> Answer {
        if !url.starts_with("http://") {
            return Err(
                "only http:// is asked (RFC 5280 section 8 advises against https here)".to_owned(),
            );
        }
        let mut response = self.agent.get(url).call().map_err(|error| words(&error))?;
        if response.status().is_redirection() {
            let place = response.headers().get("location");
            let place = place
                .and_then(|place| place.to_str().ok())
                .unwrap_or("nowhere");
            return Err(format!(
                "it points to {}, which is not followed",
                text::escape(place)
            ));
        }
        let body = response.body_mut().with_config().limit(MAX_BODY);
        let bytes = body.read_to_vec().map_err(|error| words(&error))?;
        // DER, PEM, or a PKCS#7 with several (RFC 5280 section 4.2.2.1): content decides.
        let contents = read(&bytes, &ReadOptions::default()).map_err(|error| error.to_string())?;
        let ders = contents
            .store
            .entries()
            .iter()
            .flat_map(|entry| entry.certificates());
        let certificates = ders.filter_map(|der| Certificate::from_der(der.clone()).ok());
        Ok(certificates.take(MAX_CERTIFICATES).collect())
    }
}

/// ureq's errors in our words.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::StatusCode(code) => format!("HTTP status {code}"),
        ureq::Error::BodyExceedsLimit(limit) => format!("more than {} KiB", limit >> 10),
        ureq::Error::Io(error) => os_words(error),
        other => other.to_string(),
    }
}

/// No public hierarchy is half as deep.
const MAX_ISSUERS: usize = 8;

/// Certificates name one place, rarely two.
const MAX_REQUESTS: usize = 16;

/// Real ones have 1 to 3 KiB, a PKCS#7 of a cross-signed CA 10.
const MAX_BODY: u64 = 256 * 1024;

const MAX_CERTIFICATES: usize = 64;

const MAX_CACHED: usize = 4096;
