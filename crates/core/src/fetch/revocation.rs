//! Revocation lists and OCSP responses from where certificates say that they are published, by HTTP (RFC 5280 section
//! 4.2.1.13, RFC 6960 appendix A).
//!
//! It is off by default, every request is listed, and what comes is only evidence: [`revocation`](crate::revocation)
//! checks its signature before it counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use trustpack_keystore::{ReadOptions, read};

use crate::Certificate;
use crate::cert::asn1::hex;
use crate::ocsp;
use crate::revocation::{Evidence, Pointers, SourceKind};

use super::http::{Failure, Http, Memory, Question, deadline};

/// Fetches lists and responses; one for a whole run, since it remembers what it was given.
#[derive(Debug)]
pub struct RevocationFetcher {
    http: Http,
    timeout: Duration,
    memory: Memory<Evidence>,
    /// Octets of all lists so far.
    listed: AtomicU64,
}

/// One request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationRequest {
    /// What was asked for.
    pub kind: SourceKind,
    /// Whom.
    pub url: String,
    /// Why nothing came, or nothing that can be read. What came may still be of no use.
    pub outcome: Result<(), String>,
    /// Whether the answer to an earlier request of this run was used.
    pub cached: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// One path for which evidence is gathered.
struct Gathering<'a> {
    fetcher: &'a RevocationFetcher,
    deadline: Instant,
    at: OffsetDateTime,
    evidence: &'a mut Evidence,
    requests: Vec<RevocationRequest>,
}

impl RevocationFetcher {
    /// `timeout` is for all requests of one path together.
    pub fn new(timeout: Duration) -> Self {
        Self {
            http: Http::new(),
            timeout,
            memory: Memory::new(MAX_CACHED, timeout),
            listed: AtomicU64::new(0),
        }
    }

    /// Adds to `evidence` what is published about every certificate of `path` below its anchor of which `evidence` does
    /// not tell at `at`: first the OCSP responders are asked, one after the other until one tells, then the lists, as
    /// Java's `PKIXRevocationChecker` does. `path` starts with the end entity and ends with the anchor.
    ///
    /// Returns every request. One that fails ends nothing.
    pub fn gather(
        &self,
        path: &[Certificate],
        evidence: &mut Evidence,
        at: OffsetDateTime,
    ) -> Vec<RevocationRequest> {
        let mut gathering = Gathering {
            fetcher: self,
            deadline: deadline(self.timeout),
            at,
            evidence,
            requests: Vec::new(),
        };
        for (certificate, issuer) in path.iter().zip(path.iter().skip(1)) {
            gathering.about(certificate, issuer);
        }
        gathering.requests
    }

    fn response(&self, url: &str, request: &[u8], deadline: Instant) -> Result<Evidence, Failure> {
        let bytes = self.http.ask(&Question {
            url,
            body: Some(("application/ocsp-request", request)),
            limit: MAX_RESPONSE,
            deadline,
        })?;
        let mut evidence = Evidence::default();
        let added = evidence.add_response(url, &bytes);
        added.map_err(|error| Failure::new(error.to_string()))?;
        Ok(evidence)
    }

    fn list(&self, url: &str, deadline: Instant) -> Result<Evidence, Failure> {
        if self.listed.load(Ordering::Relaxed) >= MAX_LISTED {
            let limit = MAX_LISTED >> 20;
            let why = format!("not asked: the lists of this run have {limit} MiB already");
            return Err(Failure::new(why));
        }
        let bytes = self.http.ask(&Question {
            url,
            body: None,
            limit: MAX_LIST,
            deadline,
        })?;
        self.listed.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        // DER says RFC 5280 section 4.2.1.13; some publish PEM: content decides.
        let contents = read(&bytes, &ReadOptions::default());
        let contents = contents.map_err(|error| Failure::new(error.to_string()))?;
        drop(bytes);
        let mut evidence = Evidence::default();
        for der in contents.others.crls.iter().take(MAX_LISTS) {
            let added = evidence.add_list(url, der);
            added.map_err(|error| Failure::new(error.to_string()))?;
        }
        match evidence.is_empty() {
            true => Err(Failure::new("there is no revocation list in it")),
            false => Ok(evidence),
        }
    }
}

impl Gathering<'_> {
    fn about(&mut self, certificate: &Certificate, issuer: &Certificate) {
        let pointers = Pointers::of(certificate);
        if pointers.is_empty() {
            let places = "OCSP responder and CRL distribution point";
            let evidence = &mut *self.evidence;
            let why = "the certificate names none";
            evidence.add_failure(certificate, SourceKind::Ocsp, places, why);
        }
        let request = ocsp::request(certificate, issuer);
        for url in &pointers.responders {
            let Some(request) = request.as_deref() else {
                break;
            };
            if self.is_over(certificate, issuer) {
                return;
            }
            let (fetcher, deadline) = (self.fetcher, self.deadline);
            let key = format!("{url} {}", hex(request));
            let ask = || fetcher.response(url, request, deadline);
            self.ask(certificate, SourceKind::Ocsp, url, &key, ask);
        }
        for url in pointers.list_urls(certificate) {
            if self.is_over(certificate, issuer) {
                return;
            }
            let (fetcher, deadline) = (self.fetcher, self.deadline);
            let ask = || fetcher.list(&url, deadline);
            self.ask(certificate, SourceKind::Crl, &url, &url, ask);
        }
    }

    /// Whether no more is to be asked about this certificate.
    fn is_over(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.requests.len() >= MAX_REQUESTS
            || Instant::now() >= self.deadline
            || self.evidence.tells(certificate, issuer, self.at)
    }

    fn ask(
        &mut self,
        certificate: &Certificate,
        kind: SourceKind,
        url: &str,
        key: &str,
        ask: impl FnOnce() -> Result<Evidence, Failure>,
    ) {
        let start = Instant::now();
        let (answer, cached) = self.fetcher.memory.answer(key, self.deadline, ask);
        let outcome = match answer {
            Ok(evidence) => {
                self.evidence.extend(&evidence);
                Ok(())
            }
            Err(failure) => {
                let why = &failure.why;
                self.evidence.add_failure(certificate, kind, url, why);
                Err(failure.why)
            }
        };
        self.requests.push(RevocationRequest {
            kind,
            url: url.to_owned(),
            outcome,
            cached,
            elapsed: start.elapsed(),
        });
    }
}

/// For a whole path: certificates name one responder and one list, rarely two.
const MAX_REQUESTS: usize = 16;

/// A list has the size of 900,000 entries then; that of the largest public CAs, before they split them, was 20 MB.
const MAX_LIST: u64 = 32 * 1024 * 1024;

/// They stay in memory, for the next server.
const MAX_LISTED: u64 = 512 * 1024 * 1024;

/// Of one address: one, where the standard is kept.
const MAX_LISTS: usize = 8;

/// Real ones have 0.5 to 4 KiB.
const MAX_RESPONSE: u64 = 64 * 1024;

const MAX_CACHED: usize = 4096;
