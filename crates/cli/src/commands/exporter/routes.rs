//! What is answered at which path.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue,
    RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use hyper::{Method, Request, StatusCode};
use tokio::sync::Semaphore;
use tokio::{task, time};
use trustpack_core::report::escape;

use super::allow::AllowList;
use super::config::Configuration;
use super::metrics::Metrics;
use super::module::DEFAULT;
use super::probe::{Probe, target};
use super::query::Query;
use super::reply::{HTML, METRICS, Parts, Reply, TEXT, line, reply};
use crate::render::{Talk, told};
use crate::servers::parse_server_name;

/// What every request knows.
pub(super) struct Site {
    pub configuration: RwLock<Arc<Configuration>>,
    pub metrics: Arc<Metrics>,
    /// Whether there is anything that rounds look at.
    pub has_sources: bool,
    pub probes: Arc<Semaphore>,
    pub timeout_offset: Duration,
    pub talk: Talk,
}

/// How long Prometheus waits before it scrapes, when it does not say how long.
const SCRAPE_TIMEOUT: Duration = Duration::from_secs(10);
/// Nobody waits longer for a probe.
const LONGEST: Duration = Duration::from_secs(120);
/// Less is no time to ask a server.
const SHORTEST: Duration = Duration::from_millis(10);

impl Site {
    /// The configuration of this moment.
    pub(super) fn configuration(&self) -> Arc<Configuration> {
        let configuration = self.configuration.read();
        Arc::clone(&configuration.unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers a request. Its body, if it has one, is not read.
    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Reply {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = line(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
            let allowed = HeaderValue::from_static("GET, HEAD");
            refused.headers_mut().insert(ALLOW, allowed);
            return refused;
        }
        let path = request.uri().path();
        match path {
            // these tell nothing, and whoever starts this program asks them without a password
            "/-/healthy" => return line(StatusCode::OK, "healthy"),
            "/-/ready" => return self.ready(),
            _ => {}
        }
        let configuration = self.configuration();
        let authorization = text(request.headers(), AUTHORIZATION);
        if !configuration.users.admit(authorization).await {
            let mut refused = line(StatusCode::UNAUTHORIZED, "name and password, please");
            let how = HeaderValue::from_static("Basic realm=\"trustpack\", charset=\"UTF-8\"");
            refused.headers_mut().insert(WWW_AUTHENTICATE, how);
            return refused;
        }
        match path {
            "/" => reply(StatusCode::OK, HTML, Parts::whole(vec![PAGE.into()])),
            "/metrics" => self.metrics(request.headers()),
            "/probe" => match self.probe(&configuration, request).await {
                Ok((kind, told)) => {
                    self.metrics.probes.fetch_add(1, Ordering::Relaxed);
                    reply(StatusCode::OK, kind, Parts::whole(vec![told.into()]))
                }
                Err((status, why)) => {
                    self.metrics.probes_refused.fetch_add(1, Ordering::Relaxed);
                    line(status, why)
                }
            },
            _ => line(
                StatusCode::NOT_FOUND,
                "there is /metrics, /probe, /-/healthy and /-/ready",
            ),
        }
    }

    /// Ready is who can show metrics, or has no round to wait for.
    fn ready(&self) -> Reply {
        match !self.has_sources || self.metrics.rounds().document.is_some() {
            true => line(StatusCode::OK, "ready"),
            false => not_yet("no round has brought a report yet"),
        }
    }

    /// The report of the last good round. Before there is one this is no answer that looks like one without certificates:
    /// Prometheus takes it for a target that is down, and a scrape that waited would only end by its own time.
    fn metrics(&self, headers: &HeaderMap) -> Reply {
        let rounds = self.metrics.rounds();
        let own = self.metrics.own();
        let Some(document) = rounds.document else {
            return match (self.has_sources, rounds.error) {
                (false, _) => reply(StatusCode::OK, METRICS, Parts::whole(vec![own.into()])),
                (true, None) => not_yet("the first round is not over yet"),
                (true, Some(why)) => not_yet(&format!(
                    "no round has brought a report yet: {}",
                    escape(&why)
                )),
            };
        };
        let mut answer = match takes_gzip(headers) {
            true => match document.gzip(&own) {
                Ok(parts) => {
                    let mut answer = reply(StatusCode::OK, METRICS, Parts::whole(parts));
                    let gzip = HeaderValue::from_static("gzip");
                    answer.headers_mut().insert(CONTENT_ENCODING, gzip);
                    answer
                }
                Err(error) => return line(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            },
            false => {
                let parts =
                    Parts::inflated(document.inflate(), document.length(), Bytes::from(own));
                reply(StatusCode::OK, METRICS, parts)
            }
        };
        let by = HeaderValue::from_static("accept-encoding");
        answer.headers_mut().insert(VARY, by);
        answer
    }

    async fn probe<B>(
        &self,
        configuration: &Configuration,
        request: &Request<B>,
    ) -> Result<(&'static str, Vec<u8>), (StatusCode, String)> {
        let bad = |why: String| (StatusCode::BAD_REQUEST, why);
        let begun = Instant::now();
        let query = Query::new(request.uri().query().unwrap_or_default());
        let target = target(query.one("target").map_err(bad)?.unwrap_or_default()).map_err(bad)?;
        let name = query.one("module").map_err(bad)?.unwrap_or(DEFAULT);
        let module = configuration.modules.find(name).ok_or_else(|| {
            let known = configuration.modules.names();
            let name: String = name.chars().take(100).collect();
            bad(format!("there is no module {name:?}; there is {known}"))
        })?;
        let forbidden = |why: &str| {
            let entry = AllowList::entry_for(&target);
            let hint = format!("--allow {entry}, or add it to `allow` of the configuration");
            (
                StatusCode::FORBIDDEN,
                format!("{why}: start the exporter with {hint}"),
            )
        };
        if !configuration.allow.permits(&target) {
            return Err(forbidden(&format!(
                "{target} is not on the list of what may be asked"
            )));
        }
        let hostname = query.one("hostname").map_err(bad)?;
        let hostname = hostname
            .map(parse_server_name)
            .transpose()
            .map_err(|why| bad(format!("hostname: {}", told(&why))))?;
        let debug = match query.one("debug").map_err(bad)? {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(bad("debug is true or false".to_owned())),
        };
        let time = scrape_timeout(request.headers())
            .saturating_sub(self.timeout_offset)
            .max(SHORTEST);
        let too_many = || {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many probes run".to_owned(),
            )
        };
        let permit = time::timeout(time, Arc::clone(&self.probes).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(too_many());
        };
        let running = Running::new(&self.metrics);
        let probe = Probe {
            module,
            target: target.clone(),
            fence: configuration.fence.clone(),
            timeout: time.saturating_sub(begun.elapsed()).max(SHORTEST),
            debug,
            talk: self.talk,
        };
        // Who asked may be gone before it ends; its place is taken until then.
        let run = task::spawn_blocking(move || {
            let _taken = (permit, running);
            probe.run(hostname)
        });
        match run.await {
            Ok(Ok(told)) => Ok((if debug { TEXT } else { METRICS }, told)),
            Ok(Err(outside)) => Err(forbidden(&outside.to_string())),
            Err(_) => Err((
                StatusCode::INTERNAL_SERVER_ERROR,
                "it failed; this is a bug".to_owned(),
            )),
        }
    }
}

/// Counts a probe for as long as it runs.
struct Running(Arc<Metrics>);

impl Running {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.probes_running.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(metrics))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.probes_running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn not_yet(why: &str) -> Reply {
    let mut answer = line(StatusCode::SERVICE_UNAVAILABLE, why);
    let soon = HeaderValue::from_static("5");
    answer.headers_mut().insert(RETRY_AFTER, soon);
    answer
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// What Prometheus says of its patience.
fn scrape_timeout(headers: &HeaderMap) -> Duration {
    let name = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");
    let seconds = text(headers, name).and_then(|text| text.trim().parse::<f64>().ok());
    let told = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    told.filter(|told| !told.is_zero())
        .map_or(SCRAPE_TIMEOUT, |told| told.min(LONGEST))
}

/// Whether the reader wants gzip (RFC 9110 section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=");
        let is_refused = weight.parse::<f32>().is_ok_and(|weight| weight == 0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

const PAGE: &str = "\
<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>trustpack exporter</title></head>
<body><h1>trustpack exporter</h1>
<ul>
<li><a href=\"/metrics\">/metrics</a>: what the last round found</li>
<li><a href=\"/probe?target=example.org:443&amp;module=tcp_tls\">/probe?target=example.org:443&amp;module=tcp_tls</a>: one server</li>
<li><a href=\"/-/healthy\">/-/healthy</a>, <a href=\"/-/ready\">/-/ready</a></li>
</ul></body></html>
";

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        for yes in ["gzip", "deflate, GZIP;q=0.5", "gzip;q=1, br"] {
            assert!(takes_gzip(&headers("accept-encoding", yes)), "{yes}");
        }
        for no in ["", "identity", "gzip;q=0", "br;q=1"] {
            assert!(!takes_gzip(&headers("accept-encoding", no)), "{no}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn the_time_of_a_scrape_is_what_prometheus_says() {
        let told = |value| scrape_timeout(&headers("x-prometheus-scrape-timeout-seconds", value));
        assert_eq!(told("2.5"), Duration::from_millis(2_500));
        assert_eq!(told("1e9"), LONGEST);
        for nonsense in ["", "x", "-1", "0", "NaN", "inf"] {
            assert_eq!(told(nonsense), SCRAPE_TIMEOUT, "{nonsense}");
        }
    }
}
