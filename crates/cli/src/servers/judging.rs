//! What is known of the issuers of fetched chains: root sets, and issuers that certificates point to.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::chain::{ChainAnalysis, analyse, analyse_with};
use trustpack_core::fetch::Fetched;
use trustpack_core::fetch::aia::{Aia, AiaRequest};
use trustpack_core::record::AiaRecord;
use trustpack_core::report;
use trustpack_core::trust::TrustAnchors;

use crate::args::Roots;
use crate::hint::of_file;
use crate::input::{self, Input, Passwords, locked_store, needs_password};
use crate::render::Talk;

/// Puts fetched chains in order and completes them.
pub(crate) struct Judging {
    pub roots: Arc<Vec<TrustAnchors>>,
    aia: Option<Aia>,
    at: OffsetDateTime,
}

impl Judging {
    /// Named files first, then the system store, then Mozilla's list. `timeout` is for the issuers of one chain.
    pub(crate) fn new(
        arguments: &Roots,
        timeout: Duration,
        at: OffsetDateTime,
        talk: &Talk,
    ) -> Result<Self> {
        Ok(Self {
            roots: Arc::new(root_sets(arguments, talk)?),
            aia: arguments.aia.then(|| Aia::new(timeout)),
            at,
        })
    }

    /// With more roots, which are asked last.
    pub(crate) fn knowing(mut self, more: impl Iterator<Item = TrustAnchors>) -> Self {
        Arc::make_mut(&mut self.roots).extend(more);
        self
    }

    /// Knows these roots, and fetches nothing.
    pub(crate) fn of(roots: Arc<Vec<TrustAnchors>>, at: OffsetDateTime) -> Self {
        Self {
            roots,
            aia: None,
            at,
        }
    }

    /// Knows no root; for what only looks.
    pub(crate) fn blind(at: OffsetDateTime) -> Self {
        Self {
            roots: Arc::default(),
            aia: None,
            at,
        }
    }

    /// The chain in order, completed; `None` when there is none. With the requests for issuers that it took.
    pub(crate) fn analyse(&self, fetched: &Fetched) -> (Option<ChainAnalysis>, Vec<AiaRequest>) {
        let mut requests = Vec::new();
        let Some(chain) = &fetched.chain else {
            return (None, requests);
        };
        let subject = fetched.target.endpoint.to_string();
        let analysis = analyse(chain, &self.roots, &subject, self.at);
        let (Some(aia), None, Some(top)) = (&self.aia, &analysis.root, analysis.top()) else {
            return (Some(analysis), requests);
        };
        let issuers = aia.issuers(top, &mut requests);
        let completed = analyse_with(chain, &self.roots, &issuers, &subject, self.at);
        (Some(completed), requests)
    }

    /// As [`analyse`](Self::analyse), with the requests told on stderr.
    pub(crate) fn analyse_telling(&self, fetched: &Fetched, talk: &Talk) -> Option<ChainAnalysis> {
        let (analysis, requests) = self.analyse(fetched);
        for request in &requests {
            tell_request(&AiaRecord::from(request), talk);
        }
        analysis
    }
}

/// Nothing is asked of strangers without a line.
pub(crate) fn tell_request(request: &AiaRecord, talk: &Talk) {
    let outcome = match &request.error {
        None => report::count(request.certificates, "certificate"),
        Some(error) => format!("nothing: {error}"),
    };
    let again = if request.cached { ", asked before" } else { "" };
    talk.say(format!(
        "asked {} for issuers{again}: {outcome}",
        request.url
    ));
}

/// The sets of [`Judging::new`], in their order.
pub(crate) fn root_sets(roots: &Roots, talk: &Talk) -> Result<Vec<TrustAnchors>> {
    let mut sets = Vec::new();
    for name in &roots.files {
        let inputs = [Input::Path(name.into())];
        // asks nobody: what keeps running reads them again and again
        let mut files = input::load(&inputs, &Passwords::default());
        if let Some(failure) = files.failures.pop() {
            let hint = "check the path of --roots: a file or folder with root certificates";
            return Err(match needs_password(&failure.error) {
                true => locked_store(&failure.name),
                false => of_file(failure.error, &failure.name, hint),
            });
        }
        for loaded in &files.loaded {
            loaded.refuse_store()?;
            sets.push(TrustAnchors::from_store(
                loaded.name.clone(),
                &loaded.contents.store,
            ));
        }
    }
    sets.extend(common_root_sets(talk));
    Ok(sets)
}

/// Those that nobody names.
pub(crate) fn common_root_sets(talk: &Talk) -> Vec<TrustAnchors> {
    vec![system_roots(talk), TrustAnchors::mozilla()]
}

/// The roots of this system, as its own programs find them.
pub(crate) fn system_roots(talk: &Talk) -> TrustAnchors {
    let found = rustls_native_certs::load_native_certs();
    // A system without a store is normal in containers; Mozilla's list answers then.
    if found.certs.is_empty() && !found.errors.is_empty() {
        talk.say("note: no system roots: none of their files or folders can be read (SSL_CERT_FILE and SSL_CERT_DIR name others)");
    }
    let certificates = found
        .certs
        .into_iter()
        .filter_map(|der| trustpack_core::Certificate::from_der(der).ok())
        .collect();
    TrustAnchors::new("system store", certificates)
}
