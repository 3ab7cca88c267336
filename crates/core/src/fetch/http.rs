//! HTTP: plain to the places that certificates point to, which are issuers, revocation lists, OCSP responders; over TLS to
//! the servers of issuers.
//!
//! Nobody asks them but the user: each request tells a stranger which certificate is being looked at. So every request
//! has an end, a limit and a line in the output, goes where the certificate says and nowhere else, and is made once.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::tls::{RootCerts, TlsConfig};

use crate::Certificate;
use crate::text;
use crate::tls::client::provider;
use crate::tls::proxy::{ProxyKind, ProxyRules};

use super::dial::os_words;

/// Asks by GET and POST.
#[derive(Debug)]
pub(super) struct Http {
    agent: ureq::Agent,
    /// How servers are reached that speak TLS; without it none is asked.
    proxies: Option<ProxyRules>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) url: &'a str,
    /// Sent by POST, with its media type; without it, GET.
    pub(super) body: Option<(&'static str, &'a [u8])>,
    /// The largest answer that is read, in bytes.
    pub(super) limit: u64,
    /// When waiting ends.
    pub(super) deadline: Instant,
}

/// A good answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    /// The header `Retry-After`, as it is written.
    pub(super) retry_after: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) why: String,
    /// Whether only time was lacking.
    pub(super) is_late: bool,
    /// The status of HTTP, when that is what was wrong.
    pub(super) status: Option<u16>,
}

impl Http {
    /// Without TLS.
    pub(super) fn new() -> Self {
        // Most of those are asked once, and one that closes without a word would fail the second question.
        Self::with(TlsConfig::default(), None, 0)
    }

    /// With TLS to servers that these roots lead to. Nothing switches that check off.
    pub(super) fn with_roots(roots: &[Certificate], proxies: ProxyRules) -> Self {
        Self::with(tls_config(roots), Some(proxies), KEPT)
    }

    /// `kept` connections stay open for the next question.
    fn with(tls: TlsConfig, proxies: Option<ProxyRules>, kept: usize) -> Self {
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .max_idle_connections(kept)
            .max_idle_connections_per_host(kept)
            // Nor must the server that is asked: where it points to is said, and not followed.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("trustpack/", env!("CARGO_PKG_VERSION")))
            // A variable must not send requests elsewhere than the list says.
            .proxy(None)
            .build();
        Self {
            agent: config.into(),
            proxies,
        }
    }

    /// The body of a good answer.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Vec<u8>, Failure> {
        self.answer(question).map(|answer| answer.body)
    }

    /// A good answer.
    pub(super) fn answer(&self, question: &Question<'_>) -> Result<Answer, Failure> {
        let url = question.url;
        let proxy = match &self.proxies {
            _ if url.starts_with("http://") => None,
            Some(proxies) => proxy_for(url, proxies)?,
            None => {
                return Err(Failure::new(
                    "only http:// is asked (RFC 5280 section 8 advises against https here)",
                ));
            }
        };
        let time = question.deadline.saturating_duration_since(Instant::now());
        if time.is_zero() {
            return Err(Failure::late());
        }
        let answer = match question.body {
            None => {
                let request = self.agent.get(url).config().timeout_global(Some(time));
                request.proxy(proxy).build().call()
            }
            Some((kind, body)) => {
                let request = self.agent.post(url).header("content-type", kind);
                let request = request.config().timeout_global(Some(time));
                request.proxy(proxy).build().send(body)
            }
        };
        let mut answer = answer.map_err(|error| Failure::of(&error))?;
        if answer.status().is_redirection() {
            let place = answer.headers().get("location");
            let place = place
                .and_then(|place| place.to_str().ok())
                .unwrap_or("nowhere");
            let place = text::escape(place);
            return Err(Failure::new(format!(
                "it points to {place}, which is not followed"
            )));
        }
        let retry_after = answer.headers().get("retry-after");
        let retry_after = retry_after.and_then(|text| text.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let body = answer.body_mut().with_config().limit(question.limit);
        let body = body.read_to_vec().map_err(|error| Failure::of(&error))?;
        Ok(Answer { body, retry_after })
    }
}

/// The proxy on the way to a server, as that of every other server is chosen.
fn proxy_for(url: &str, rules: &ProxyRules) -> Result<Option<ureq::Proxy>, Failure> {
    const HTTPS: u16 = 443;
    let uri = url.parse::<ureq::http::Uri>();
    let uri = uri.map_err(|error| Failure::new(error.to_string()))?;
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let Some(proxy) = rules.for_target(host, uri.port_u16().unwrap_or(HTTPS)) else {
        return Ok(None);
    };
    if proxy.kind != ProxyKind::HttpConnect {
        return Err(Failure::new("not asked: it is not reached through SOCKS"));
    }
    let mut builder = ureq::Proxy::builder(ureq::ProxyProtocol::Http)
        .host(&proxy.host)
        .port(proxy.port);
    if let Some(credentials) = &proxy.credentials {
        builder = builder
            .username(credentials.user())
            .password(credentials.expose_password());
    }
    let built = builder.build().map_err(|error| Failure::of(&error))?;
    Ok(Some(built))
}

/// Connections of an ACME server that is asked about many certificates, each after a handshake.
const KEPT: usize = 8;

/// Our provider; these roots and no other.
fn tls_config(roots: &[Certificate]) -> TlsConfig {
    let ders = roots.iter().map(Certificate::der);
    let roots: Vec<_> = ders
        .map(|der| ureq::tls::Certificate::from_der(der).to_owned())
        .collect();
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider())
        .build()
}

impl Failure {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            is_late: false,
            status: None,
        }
    }

    pub(super) fn late() -> Self {
        Self {
            why: "no answer in time".to_owned(),
            is_late: true,
            status: None,
        }
    }

    /// ureq's errors in our words.
    fn of(error: &ureq::Error) -> Self {
        Self::new(match error {
            ureq::Error::Timeout(_) => return Self::late(),
            ureq::Error::StatusCode(code) => {
                return Self {
                    status: Some(*code),
                    ..Self::new(format!("HTTP status {code}"))
                };
            }
            ureq::Error::BodyExceedsLimit(limit) => format!("more than {} KiB", limit >> 10),
            ureq::Error::Io(error) => os_words(error),
            other => other.to_string(),
        })
    }
}

/// The answers of a run. Whoever asks while the same is being asked waits for that answer, no longer than his own time.
#[derive(Debug)]
pub(super) struct Memory<T> {
    places: Mutex<HashMap<String, Arc<Place<T>>>>,
    capacity: usize,
    patience: Duration,
}

#[derive(Debug)]
struct Place<T> {
    answer: Mutex<Option<Result<T, Failure>>>,
    answered: Condvar,
}

impl<T: Clone> Memory<T> {
    /// Keeps at most so many answers: who makes up certificates names as many addresses as he likes. That there was none
    /// in time is kept only of those who had half of `patience` left to wait for it.
    pub(super) fn new(capacity: usize, patience: Duration) -> Self {
        Self {
            places: Mutex::default(),
            capacity,
            patience,
        }
    }

    /// The answer for `key`, and whether it was there or being asked for. `ask` is called otherwise.
    pub(super) fn answer(
        &self,
        key: &str,
        deadline: Instant,
        ask: impl FnOnce() -> Result<T, Failure>,
    ) -> (Result<T, Failure>, bool) {
        let mut places = lock(&self.places);
        if let Some(place) = places.get(key).cloned() {
            drop(places);
            return (place.wait(deadline), true);
        }
        if places.len() >= self.capacity {
            drop(places);
            return (ask(), false);
        }
        let place = Arc::new(Place {
            answer: Mutex::new(None),
            answered: Condvar::new(),
        });
        places.insert(key.to_owned(), Arc::clone(&place));
        drop(places);
        let time = deadline.saturating_duration_since(Instant::now());
        let answer = ask();
        *lock(&place.answer) = Some(answer.clone());
        place.answered.notify_all();
        let is_late = answer.as_ref().is_err_and(|failure| failure.is_late);
        if is_late && time < self.patience / 2 {
            lock(&self.places).remove(key);
        }
        (answer, false)
    }
}

impl<T: Clone> Place<T> {
    fn wait(&self, deadline: Instant) -> Result<T, Failure> {
        let time = deadline.saturating_duration_since(Instant::now());
        let guard = lock(&self.answer);
        let waited = self
            .answered
            .wait_timeout_while(guard, time, |answer| answer.is_none());
        let (guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        guard.clone().unwrap_or_else(|| Err(Failure::late()))
    }
}

/// When waiting ends that begins now.
pub(super) fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    // only what nobody waits for is too far away to be told
    now.checked_add(timeout).unwrap_or(now)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn one_asks_and_the_others_wait_no_longer_than_they_can() {
        let memory = Memory::new(2, PATIENCE);
        let soon = deadline(PATIENCE);
        std::thread::scope(|scope| {
            let (begun, begins) = std::sync::mpsc::channel();
            let (end, ends) = std::sync::mpsc::channel::<()>();
            let memory = &memory;
            let asking = scope.spawn(move || {
                memory.answer("a", soon, || {
                    begun.send(()).unwrap();
                    ends.recv().unwrap();
                    Ok(1)
                })
            });
            begins.recv().unwrap();
            let hasty = memory.answer("a", Instant::now(), || Ok(2));
            assert_eq!(hasty, (Err(Failure::late()), true));
            end.send(()).unwrap();
            assert_eq!(memory.answer("a", soon, || Ok(3)), (Ok(1), true));
            assert_eq!(asking.join().unwrap(), (Ok(1), false));
        });
    }

    #[test]
    fn being_late_is_kept_of_those_who_were_patient() {
        let memory = Memory::new(2, PATIENCE);
        let late = || Err(Failure::late());
        let (now, soon) = (Instant::now(), deadline(PATIENCE));
        assert_eq!(memory.answer("a", now, late), (late(), false));
        assert_eq!(memory.answer("a", soon, late), (late(), false));
        assert_eq!(memory.answer("a", soon, || Ok(1)), (late(), true));
    }

    #[test]
    fn what_has_no_room_is_asked_again() {
        let memory = Memory::new(1, PATIENCE);
        let soon = Instant::now();
        for key in ["a", "b", "b"] {
            assert_eq!(memory.answer(key, soon, || Ok(0)), (Ok(0), false));
        }
        assert_eq!(memory.answer("a", soon, || Ok(1)), (Ok(0), true));
    }
}
