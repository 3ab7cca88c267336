//! What came of asking one server.

use serde::Serialize;
use time::OffsetDateTime;

use super::{CertificateRecord, ErrorRecord, OcspRecord, SctRecord, SctSource};
use crate::chain::ChainAnalysis;
use crate::endpoint::EndpointError;
use crate::fetch::aia::AiaRequest;
use crate::fetch::{FetchError, Fetched, Possession, Timings};
use crate::name::Name;
use crate::ocsp::OcspResponse;
use crate::report::Finding;
use crate::text;

/// What came of asking one server. `chain` and `error` are independent: both may be there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FetchRecord {
    /// What the user named, as `host:port`, with `scheme://` before it where the port does not say what is spoken.
    pub target: String,
    /// The name that was expected, when it is not the target's host.
    pub server_name: Option<String>,
    /// `rsa`, `ecdsa`, `mldsa`: the type of certificate that was asked for.
    pub cert_type: Option<&'static str>,
    /// The address that answered, or was tried last; `null` behind a proxy that looks names up.
    pub address: Option<String>,
    /// The proxy on the way, without user and password.
    pub proxy: Option<String>,
    /// What was spoken before TLS: `smtp`, `postgres`, …; `null`: nothing.
    pub starttls: Option<&'static str>,
    /// `tls`: a whole handshake. `probe`: one that ends with the certificates. `null`: none began.
    pub engine: Option<&'static str>,
    /// `SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`.
    pub protocol: Option<String>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// The application protocol that the server chose, such as `h2`.
    pub alpn: Option<String>,
    /// `proven` or `unproven`: whether the server showed that it holds the private key.
    pub possession: &'static str,
    /// Whether the name was sent as SNI.
    pub server_name_sent: bool,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// The CAs whose client certificates it takes (RFC 4514); none: it names none.
    pub client_certificate_authorities: Vec<String>,
    /// The stapled OCSP response.
    pub ocsp: Option<OcspRecord>,
    /// The promises of transparency logs: in the certificate, beside it, in the OCSP response.
    pub scts: Vec<SctRecord>,
    /// Of what was sent the path, end entity first; findings name what was sent beside it, and `root` the end.
    pub chain: Vec<CertificateRecord>,
    /// Issuers that continue it and were not sent.
    pub completed: Vec<CompletedRecord>,
    /// The end of the path, sent or known.
    pub root: Option<RootRecord>,
    /// Order, duplicates, missing intermediates; how the chain was obtained.
    pub findings: Vec<Finding>,
    /// Requests for issuers, in order.
    pub aia_requests: Vec<AiaRecord>,
    /// What ended the fetch early.
    pub error: Option<ErrorRecord>,
    /// Why a whole handshake gave nothing, where another way did.
    pub refused: Option<ErrorRecord>,
    /// How many connections it took.
    pub connections: u32,
    /// What the last connection spent its time on.
    pub timings: TimingsRecord,
    /// For the whole fetch.
    pub elapsed_ms: u64,
}

/// The root of a chain.
#[derive(Clone, Debug, Serialize)]
pub struct RootRecord {
    /// The certificate.
    pub certificate: CertificateRecord,
    /// Who trusts it: `system store`, `Mozilla roots`, a file; `null` when nobody who was asked does.
    pub origin: Option<String>,
    /// Whether the server sent it.
    pub presented: bool,
}

/// An issuer that was not sent.
#[derive(Clone, Debug, Serialize)]
pub struct CompletedRecord {
    /// The certificate.
    pub certificate: CertificateRecord,
    /// Where it was found: a root set or file by its name, or a URL.
    pub origin: String,
}

/// A request for issuers.
#[derive(Clone, Debug, Serialize)]
pub struct AiaRecord {
    /// What was asked for.
    pub url: String,
    /// How many certificates came.
    pub certificates: usize,
    /// Why none did.
    pub error: Option<String>,
    /// Whether the answer to an earlier request of this run was used.
    pub cached: bool,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// Where the time went, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct TimingsRecord {
    /// Looking up the name.
    pub resolve_ms: u64,
    /// Connecting, to the server or to its proxy.
    pub connect_ms: u64,
    /// The talk with the proxy.
    pub proxy_ms: u64,
    /// The talk before TLS.
    pub starttls_ms: u64,
    /// TLS.
    pub handshake_ms: u64,
}

impl FetchRecord {
    /// From an answer and, when it holds a chain, the analysis of it.
    pub fn new(fetched: &Fetched, analysis: Option<&ChainAnalysis>, at: OffsetDateTime) -> Self {
        let target = &fetched.target;
        let ocsp = OcspResponse::from_der(&fetched.ocsp_response).ok();
        let mut findings = fetched.findings.clone();
        findings.extend(
            analysis
                .iter()
                .flat_map(|analysis| analysis.findings.clone()),
        );
        Self {
            target: target.endpoint.to_string(),
            server_name: target
                .server_name
                .as_ref()
                .map(|name| name.to_str().into_owned()),
            cert_type: target.certificate_type.map(|kind| kind.word()),
            address: fetched.address.map(|address| address.to_string()),
            proxy: fetched.proxy.clone(),
            starttls: target.endpoint.starttls().map(|protocol| protocol.name()),
            engine: fetched.engine.map(|engine| engine.word()),
            protocol: fetched.protocol.map(|version| version.to_string()),
            cipher_suite: fetched.cipher_suite.clone(),
            alpn: fetched
                .alpn
                .as_deref()
                .map(|name| text::escape(&String::from_utf8_lossy(name))),
            possession: match fetched.possession {
                Possession::Proven => "proven",
                Possession::Unproven => "unproven",
            },
            server_name_sent: fetched.server_name_sent,
            client_certificate_requested: fetched.client_certificate_requested,
            client_certificate_authorities: fetched
                .client_certificate_authorities
                .iter()
                .map(|der| Name::from_der(der).to_string())
                .collect(),
            scts: timestamps(fetched, ocsp.as_ref()),
            ocsp: ocsp.map(|response| OcspRecord::new(&response, at)),
            chain: analysis
                .iter()
                .flat_map(|analysis| &analysis.path)
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            completed: analysis
                .iter()
                .flat_map(|analysis| &analysis.completed)
                .map(|issuer| CompletedRecord {
                    certificate: CertificateRecord::new(&issuer.certificate, at),
                    origin: issuer.origin.clone(),
                })
                .collect(),
            root: analysis
                .and_then(|analysis| analysis.root.as_ref())
                .map(|root| RootRecord {
                    certificate: CertificateRecord::new(&root.certificate, at),
                    origin: root.origin.clone(),
                    presented: root.presented,
                }),
            findings,
            aia_requests: Vec::new(),
            error: fetched.error.as_ref().map(ErrorRecord::from),
            refused: fetched.refused.as_ref().map(ErrorRecord::from),
            connections: fetched.connections,
            timings: TimingsRecord::from(fetched.timings),
            elapsed_ms: millis(fetched.elapsed),
        }
    }

    /// For a line of a list of targets that is none.
    pub fn bad_target(error: &EndpointError) -> Self {
        Self {
            target: error.text.clone(),
            possession: "unproven",
            error: Some(ErrorRecord {
                reason: "bad-target",
                message: error.to_string(),
                hint: Some(
                    "write host, host:port, https://host, smtp://host, tls://host:port or [v6]:port"
                        .to_owned(),
                ),
            }),
            ..Self::default()
        }
    }

    /// With the requests for issuers that were made.
    #[must_use]
    pub fn with_requests(mut self, requests: &[AiaRequest]) -> Self {
        self.aia_requests = requests.iter().map(AiaRecord::from).collect();
        self
    }

    /// With everything that stands in the certificates.
    #[must_use]
    pub fn with_details(mut self, analysis: Option<&ChainAnalysis>, at: OffsetDateTime) -> Self {
        let Some(analysis) = analysis else {
            return self;
        };
        let path = analysis.path.iter();
        self.chain = path
            .map(|certificate| CertificateRecord::full(certificate, at))
            .collect();
        if let (Some(record), Some(root)) = (&mut self.root, &analysis.root) {
            record.certificate = CertificateRecord::full(&root.certificate, at);
        }
        self
    }
}

impl From<&FetchError> for ErrorRecord {
    fn from(error: &FetchError) -> Self {
        Self {
            reason: error.reason(),
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl From<&AiaRequest> for AiaRecord {
    fn from(request: &AiaRequest) -> Self {
        Self {
            url: request.url.clone(),
            certificates: *request.outcome.as_ref().unwrap_or(&0),
            error: request.outcome.as_ref().err().cloned(),
            cached: request.cached,
            elapsed_ms: millis(request.elapsed),
        }
    }
}

impl From<Timings> for TimingsRecord {
    fn from(timings: Timings) -> Self {
        Self {
            resolve_ms: millis(timings.resolve),
            connect_ms: millis(timings.connect),
            proxy_ms: millis(timings.proxy),
            starttls_ms: millis(timings.starttls),
            handshake_ms: millis(timings.handshake),
        }
    }
}

/// From all three places in which a server shows them (RFC 6962 section 3.3).
fn timestamps(fetched: &Fetched, ocsp: Option<&OcspResponse>) -> Vec<SctRecord> {
    let mut all = Vec::new();
    let chain = fetched.chain.as_ref();
    if let Some(end_entity) = chain.and_then(|chain| chain.end_entity()) {
        all.extend(SctRecord::of_certificate(end_entity).unwrap_or_default());
    }
    if !fetched.sct_list.is_empty() {
        all.extend(SctRecord::read_list(SctSource::Tls, &fetched.sct_list).unwrap_or_default());
    }
    let answers = ocsp.into_iter().flat_map(|response| &response.answers);
    for list in answers.filter_map(|answer| answer.timestamps.as_deref()) {
        all.extend(SctRecord::read_list(SctSource::Ocsp, list).unwrap_or_default());
    }
    all
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
