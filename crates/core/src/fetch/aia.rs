//! Issuers from where certificates say that they are published (RFC 5280 section 4.2.2.1), by HTTP.
//!
//! It is off by default, every request is listed, and what comes is only ever a link of a path, never trusted.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use trustpack_keystore::{ReadOptions, read};

use crate::Certificate;
use crate::chain::Issuer;
use crate::signature::{SignatureCheck, check};

use super::http::{Failure, Http, Memory, Question, deadline};

/// Fetches issuers; one for a whole run, since it remembers what it was given.
#[derive(Debug)]
pub struct Aia {
    http: Http,
    timeout: Duration,
    memory: Memory<Vec<Certificate>>,
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

impl Aia {
    /// `timeout` is for all requests of one chain together.
    pub fn new(timeout: Duration) -> Self {
        Self {
            http: Http::new(),
            timeout,
            memory: Memory::new(MAX_CACHED, timeout),
        }
    }

    /// The issuers above `start`, as far as they are published, lowest first, each with a good signature on the one
    /// before it. Every request is added to `requests`.
    pub fn issuers(&self, start: &Certificate, requests: &mut Vec<AiaRequest>) -> Vec<Issuer> {
        let deadline = deadline(self.timeout);
        let mut asked = HashSet::new();
        let mut found: Vec<Issuer> = Vec::new();
        let mut child = start.clone();
        while found.len() < MAX_ISSUERS && !child.is_self_issued() {
            let mut next = None;
            for url in &child.extensions().issuer_urls {
                let is_late = Instant::now() >= deadline;
                // A loop asks for the same again.
                if is_late || asked.len() >= MAX_REQUESTS || !asked.insert(url.clone()) {
                    continue;
                }
                next = self.issuer_at(url, &child, deadline, requests);
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
        deadline: Instant,
        requests: &mut Vec<AiaRequest>,
    ) -> Option<Issuer> {
        let start = Instant::now();
        let get = || self.get(url, deadline);
        let (answer, cached) = self.memory.answer(url, deadline, get);
        requests.push(AiaRequest {
            url: url.to_owned(),
            outcome: match &answer {
                Ok(certificates) => Ok(certificates.len()),
                Err(failure) => Err(failure.why.clone()),
            },
            cached,
            elapsed: start.elapsed(),
        });
        let mut issuers = answer.ok()?.into_iter();
        let signed = |issuer: &Certificate| {
            issuer.subject() == child.issuer() && check(child, issuer) == SignatureCheck::Good
        };
        issuers.find(signed).map(|certificate| Issuer {
            certificate,
            origin: url.to_owned(),
        })
    }

    fn get(&self, url: &str, deadline: Instant) -> Result<Vec<Certificate>, Failure> {
        let bytes = self.http.ask(&Question {
            url,
            body: None,
            limit: MAX_BODY,
            deadline,
        })?;
        // DER, PEM, or a PKCS#7 with several (RFC 5280 section 4.2.2.1): content decides.
        let contents = read(&bytes, &ReadOptions::default());
        let contents = contents.map_err(|error| Failure::new(error.to_string()))?;
        let ders = contents
            .store
            .entries()
            .iter()
            .flat_map(|entry| entry.certificates());
        let certificates = ders.filter_map(|der| Certificate::from_der(der.clone()).ok());
        Ok(certificates.take(MAX_CERTIFICATES).collect())
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
