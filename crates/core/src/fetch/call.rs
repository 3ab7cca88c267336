//! Sends calls. The only place where a secret leaves this program.
//!
//! ureq speaks HTTP/1.1; the connection below it is made as every other one is: name resolution, proxy and TLS by this
//! module's neighbours, under one deadline. Nothing is sent before the server's certificate has been judged. One request is
//! made, nobody is followed, and no more than [`MAX_ANSWER`] is read.

mod error;
mod pipe;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::ClientConfig;
use rustls::client::Resumption;
use time::OffsetDateTime;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use zeroize::Zeroizing;

use crate::call::{Body, Call, Method, Response, Secrets, is_this_machine};
use crate::endpoint::Endpoint;
use crate::tls::client::provider;
use crate::tls::compression::decompressors;
use crate::tls::proxy::ProxyRules;
use crate::tls::trusted::TrustVerifier;
use crate::tls::verifier::Verifier;

use super::dial::Deadline;
use super::{FetchOptions, Target};

use pipe::{Dialler, NoNames};

pub use crate::tls::trusted::Trust;
pub use error::CallError;

/// How a call is sent.
#[derive(Clone, Debug)]
pub struct CallOptions {
    /// How the server is reached. `timeout` is for everything, to the last byte of the answer; what is about certificates
    /// alone does not count.
    pub fetch: FetchOptions,
    /// Dialled instead of the host of the URL.
    pub connect: Option<Endpoint>,
    /// Which servers may have it.
    pub trust: Trust,
    /// When their certificates must be valid.
    pub at: OffsetDateTime,
}

/// The largest answer that is read, in bytes: what the documents describe has a few hundred.
pub const MAX_ANSWER: u64 = 64 * 1024;

/// The host of a call, as a server to be asked.
pub fn endpoint(call: &Call) -> Option<Endpoint> {
    // what stands behind the host is no matter here, secret or not
    let url = call.url.to_string().replace(['<', '>'], "");
    let uri = url.parse::<Uri>().ok()?;
    let host = uri.host()?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = match uri.scheme_str() {
        Some("http") => 80,
        _ => 443,
    };
    Some(Endpoint::new(host, uri.port_u16().unwrap_or(port)))
}

/// A call that got no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct Unanswered {
    /// Why.
    pub error: Box<CallError>,
    /// Whether any of the request was handed to the connection. What became of it nobody has said.
    pub sent: bool,
}

/// Sends a call, once.
///
/// # Errors
/// When no whole answer came, or nothing was sent: a secret is missing, the server is not trusted. No error repeats a secret.
pub fn send(call: &Call, secrets: &Secrets, options: &CallOptions) -> Result<Response, Unanswered> {
    let sent = Arc::default();
    send_telling(call, secrets, options, &sent).map_err(|error| Unanswered {
        error: Box::new(error),
        sent: sent.load(Ordering::Relaxed),
    })
}

fn send_telling(
    call: &Call,
    secrets: &Secrets,
    options: &CallOptions,
    sent: &Arc<AtomicBool>,
) -> Result<Response, CallError> {
    let deadline = Deadline::after(options.fetch.timeout);
    let request = request(call, secrets)?;
    let endpoint = endpoint(call).ok_or(CallError::Url)?;
    let is_plain = request.uri().scheme_str() != Some("https");
    if is_plain && !is_this_machine(endpoint.host()) {
        return Err(CallError::Clear {
            host: endpoint.host().to_owned(),
        });
    }
    let mut fetch = options.fetch.clone();
    if is_plain {
        // a proxy would read what is not encrypted
        fetch.proxies = ProxyRules::none();
    }
    let verifier = Arc::new(TrustVerifier::new(options.trust.clone(), options.at));
    let dialler = Dialler {
        target: Target {
            connect: options.connect.clone(),
            ..Target::new(endpoint)
        },
        options: fetch,
        tls: match is_plain {
            true => None,
            false => Some(tls(&verifier)?),
        },
        verifier,
        deadline,
        sent: Arc::clone(sent),
    };
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("trustpack/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(options.fetch.timeout))
        .build();
    let agent = ureq::Agent::with_parts(config, dialler, NoNames);
    let failed = |error: ureq::Error| CallError::of(error, deadline).redacted(secrets);
    let mut answer = agent.run(request).map_err(failed)?;
    let header = |name: &str| {
        let value = answer.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let (content_type, location, retry_after) = (
        header("content-type"),
        header("location"),
        header("retry-after"),
    );
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(MAX_ANSWER);
    let body = body.read_to_vec().map_err(failed)?;
    Ok(Response {
        status,
        content_type,
        location,
        retry_after,
        body,
    })
}

/// The request with its secrets.
fn request(call: &Call, secrets: &Secrets) -> Result<Request<Vec<u8>>, CallError> {
    let url = call.url.reveal(secrets)?;
    let uri = url.parse::<Uri>().map_err(|_| CallError::Url)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name = name
            .parse::<HeaderName>()
            .map_err(|_| CallError::Header { name })?;
        let value = value.reveal(secrets)?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| CallError::Header {
            name: "the value of a header",
        })?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    if let Some(media_type) = call.body.media_type() {
        let value = HeaderValue::from_str(&media_type).map_err(|_| CallError::Header {
            name: "content-type",
        })?;
        headers.insert("content-type", value);
    }
    let body: Zeroizing<Vec<u8>> = match &call.body {
        Body::None => Zeroizing::default(),
        body => body.reveal(secrets)?,
    };
    let mut request = Request::new(body.to_vec());
    *request.method_mut() = match call.method {
        Method::Get => ureq::http::Method::GET,
        Method::Post => ureq::http::Method::POST,
    };
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

/// TLS 1.2 and 1.3; no server is asked again by a session of before.
fn tls(verifier: &Arc<TrustVerifier>) -> Result<Arc<ClientConfig>, CallError> {
    let builder = ClientConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| CallError::Broken {
        why: error.to_string(),
    })?;
    // "dangerous" is what rustls calls every verifier but its own; this one refuses more than it
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier(Arc::clone(verifier))));
    let mut config = builder.with_no_client_auth();
    config.cert_decompressors = decompressors();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}
