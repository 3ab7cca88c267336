//! Asks the ACME servers of issuers when they want certificates to be renewed (RFC 9773).
//!
//! It is off by default, every request is listed, and each certificate and directory is asked about once in a run: an
//! answer, or that there was none, holds as long as the standard says, also for the next run of the same process.

mod cache;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::Certificate;
use crate::ari::{self, AcmeDirectories, AriError, RenewalWindow};
use crate::tls::proxy::ProxyRules;

use super::http::{Answer, Failure, Http, Memory, Question, deadline};
use super::permits::Permits;

pub use cache::AriCache;
use cache::Known;

/// Asks; one for a whole run.
#[derive(Debug)]
pub struct AriFetcher {
    http: Http,
    timeout: Duration,
    directories: AcmeDirectories,
    cache: Arc<AriCache>,
    /// What is being asked for, so that nobody asks for it twice.
    asking: Memory<Known>,
    permits: Permits,
    /// Certificates that were asked about.
    asked: AtomicUsize,
    /// How often in a row a directory's server gave no answer.
    silent: Mutex<HashMap<String, u32>>,
}

/// One request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AriRequest {
    /// What was asked for.
    pub url: String,
    /// Why nothing came, or nothing of use.
    pub outcome: Result<(), String>,
    /// How long it took.
    pub elapsed: Duration,
}

/// One certificate that is asked about.
struct Asking<'a> {
    fetcher: &'a AriFetcher,
    directory: &'a str,
    deadline: Instant,
    requests: &'a mut Vec<AriRequest>,
}

impl AriFetcher {
    /// `roots` are those that the servers are checked with, `proxies` how they are reached by TLS, `timeout` is for all requests about one certificate. What is
    /// not used in a run is not kept in the cache for the one after the next.
    pub fn new(
        directories: AcmeDirectories,
        roots: &[Certificate],
        proxies: ProxyRules,
        timeout: Duration,
        cache: Arc<AriCache>,
    ) -> Self {
        cache.begin();
        Self {
            http: Http::with_roots(roots, proxies),
            timeout,
            directories,
            cache,
            asking: Memory::new(MAX_ASKED, timeout),
            permits: Permits::new(MAX_AT_A_TIME),
            asked: AtomicUsize::new(0),
            silent: Mutex::default(),
        }
    }

    /// The window of an end entity certificate, and every request that it took. Nobody is asked about one whose issuer
    /// has no known directory, that carries no identifier of its issuer's key, or that has expired `at` this time (RFC
    /// 9773 section 4.3.2). A request that fails ends nothing.
    pub fn window(
        &self,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> (Option<RenewalWindow>, Vec<AriRequest>) {
        let mut requests = Vec::new();
        let Some(directory) = self.directories.of(certificate) else {
            return (None, requests);
        };
        let Some(identifier) = ari::certificate_id(certificate) else {
            return (None, requests);
        };
        if certificate.not_after() < at {
            return (None, requests);
        }
        let mut asking = Asking {
            fetcher: self,
            directory,
            deadline: deadline(self.timeout),
            requests: &mut requests,
        };
        let window = asking.window(&identifier);
        (window, requests)
    }

    /// Whether a server did not answer so often that it is left alone.
    fn is_silent(&self, directory: &str) -> bool {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent
            .get(directory)
            .is_some_and(|times| *times >= MAX_SILENT)
    }

    /// Counts what a server did not answer. Whether this is one too many.
    fn gives_up(&self, directory: &str, is_silent: bool) -> bool {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = silent.entry(directory.to_owned()).or_default();
        *times = if is_silent { *times + 1 } else { 0 };
        *times == MAX_SILENT
    }
}

impl Asking<'_> {
    fn window(&mut self, identifier: &str) -> Option<RenewalWindow> {
        let fetcher = self.fetcher;
        let key = format!("{} {identifier}", self.directory);
        let ask = || self.known(&key, |asking| asking.ask_window(identifier));
        let (answer, _) = fetcher.asking.answer(&key, deadline(fetcher.timeout), ask);
        match answer {
            Ok(Known::Window(window)) => Some(window),
            Ok(Known::RenewalInfo(_)) | Err(_) => None,
        }
    }

    fn renewal_info(&mut self) -> Result<String, Failure> {
        let fetcher = self.fetcher;
        let key = self.directory;
        let ask = || self.known(key, Self::ask_directory);
        let (answer, _) = fetcher.asking.answer(key, deadline(fetcher.timeout), ask);
        match answer? {
            Known::RenewalInfo(url) => Ok(url),
            Known::Window(_) => Err(Failure::new("it is no directory")),
        }
    }

    /// What an earlier run was told, else what `ask` brings and how long that holds.
    fn known(
        &mut self,
        key: &str,
        ask: impl FnOnce(&mut Self) -> (Result<Known, Failure>, Option<time::Duration>),
    ) -> Result<Known, Failure> {
        let cache = &self.fetcher.cache;
        if let Some(known) = cache.get(key) {
            return known.map_err(Failure::new);
        }
        let (answer, holds) = ask(self);
        if let Some(holds) = holds {
            let kept = answer.as_ref().map_err(|failure| failure.why.clone());
            cache.keep(key, kept.cloned(), holds.unsigned_abs());
        }
        answer
    }

    fn ask_directory(&mut self) -> (Result<Known, Failure>, Option<time::Duration>) {
        let url = self.directory;
        // The user may name a server of his own that has no TLS.
        let is_plain = url.starts_with("http://");
        let read = |bytes: &[u8]| ari::parse_directory(bytes, is_plain).map(Known::RenewalInfo);
        let (answer, _) = self.request(url, read);
        let holds = hold(&answer, time::Duration::DAY);
        (answer, Some(holds))
    }

    fn ask_window(&mut self, identifier: &str) -> (Result<Known, Failure>, Option<time::Duration>) {
        if self.fetcher.is_silent(self.directory) {
            return (Err(Failure::new("not asked")), None);
        }
        // It was told when it was asked for; of the certificate nothing is known that would have to be kept.
        let renewal_info = match self.renewal_info() {
            Ok(url) => url,
            Err(failure) => return (Err(failure), None),
        };
        let url = ari::request_url(&renewal_info, identifier);
        let asked = self.fetcher.asked.fetch_add(1, Ordering::Relaxed);
        if asked >= MAX_ASKED {
            if asked == MAX_ASKED {
                let why = format!(
                    "not asked: {MAX_ASKED} certificates were asked about, and the others are left out"
                );
                self.tell(url, Err(why), Duration::ZERO);
            }
            return (Err(Failure::new("not asked")), None);
        }
        let read = |bytes: &[u8]| ari::parse_renewal_info(bytes).map(Known::Window);
        let (answer, retry_after) = self.request(&url, read);
        let is_silent = answer.as_ref().is_err_and(|failure| failure.is_late);
        if self.fetcher.gives_up(self.directory, is_silent)
            && let Some(request) = self.requests.last_mut()
        {
            request.outcome = Err(format!(
                "no answer in time, {MAX_SILENT} times in a row; this server is left alone now"
            ));
        }
        let holds = hold(&answer, retry_after);
        (answer, Some(holds))
    }

    /// Asks, lists that it did, and says how long the server wants to be left alone.
    fn request(
        &mut self,
        url: &str,
        read: impl FnOnce(&[u8]) -> Result<Known, AriError>,
    ) -> (Result<Known, Failure>, time::Duration) {
        let fetcher = self.fetcher;
        let start = Instant::now();
        let question = Question {
            url,
            body: None,
            limit: MAX_ANSWER,
            deadline: self.deadline,
        };
        let answer = match fetcher.permits.take(self.deadline) {
            Some(_permit) => fetcher.http.answer(&question),
            None => Err(Failure::late()),
        };
        let told = answer
            .as_ref()
            .ok()
            .and_then(|answer| answer.retry_after.as_deref());
        let retry_after = ari::retry_after(told, OffsetDateTime::now_utc());
        let read = |answer: Answer| {
            read(&answer.body).map_err(|error| Failure {
                // it is there, and would be the same again
                status: Some(200),
                ..Failure::new(error.to_string())
            })
        };
        let known = answer.and_then(read);
        let outcome = known
            .as_ref()
            .map(drop)
            .map_err(|failure| failure.why.clone());
        self.tell(url.to_owned(), outcome, start.elapsed());
        (known, retry_after)
    }

    fn tell(&mut self, url: String, outcome: Result<(), String>, elapsed: Duration) {
        self.requests.push(AriRequest {
            url,
            outcome,
            elapsed,
        });
    }
}

/// How long an answer holds: as long as its server says, and a failure as RFC 9773 section 4.3.3 has it. What the server
/// refused or got wrong is asked again after six hours; where nothing came, or it is overloaded, after a quarter.
fn hold(answer: &Result<Known, Failure>, told: time::Duration) -> time::Duration {
    const TOO_MANY_REQUESTS: u16 = 429;
    match answer {
        Ok(_) => told,
        Err(Failure {
            status: Some(status @ ..500),
            ..
        }) if *status != TOO_MANY_REQUESTS => time::Duration::hours(6),
        Err(_) => time::Duration::minutes(15),
    }
}

/// In one run. A CA that has more certificates in one place than this has its own way to tell about them.
const MAX_ASKED: usize = 10_000;

/// All servers together.
const MAX_AT_A_TIME: usize = 8;

/// So many certificates wait in vain for a server.
const MAX_SILENT: u32 = 3;

/// A directory has 1 to 2 KiB, a window less.
const MAX_ANSWER: u64 = 64 * 1024;
