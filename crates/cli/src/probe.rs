//! Asks servers, many at a time, and shows that it is doing so.

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::chain::{ChainAnalysis, analyse};
use trustpack_core::endpoint::{Endpoint, connect_for};
use trustpack_core::fetch::{AddressFamily, FetchOptions, Fetched, Target, fetch_all};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::ServerName;

use crate::args::{Reach, Roots};
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::Talk;

/// Whom to ask and how, with every name checked before the first connection is made.
pub(crate) struct Plan {
    targets: Vec<Target>,
    options: FetchOptions,
    parallel: usize,
}

impl Plan {
    /// Resolves the flags for these servers.
    pub(crate) fn new(
        endpoints: impl IntoIterator<Item = Endpoint>,
        reach: &Reach,
    ) -> Result<Self> {
        let server_name = reach
            .server_name
            .as_deref()
            .map(parse_server_name)
            .transpose()?;
        let targets = endpoints
            .into_iter()
            .map(|endpoint| Target {
                connect: connect_for(&reach.connect, &endpoint),
                server_name: server_name.clone(),
                endpoint,
            })
            .collect();
        let family = match (reach.ipv4, reach.ipv6) {
            (true, _) => AddressFamily::V4,
            (_, true) => AddressFamily::V6,
            _ => AddressFamily::Any,
        };
        let options = FetchOptions {
            timeout: reach.timeout,
            family,
        };
        Ok(Self {
            targets,
            options,
            parallel: usize::from(reach.parallel),
        })
    }

    /// Where to connect for servers that no `--connect` speaks of.
    pub(crate) fn connect_by_default(&mut self, connect: &Endpoint) {
        for target in &mut self.targets {
            target.connect.get_or_insert_with(|| connect.clone());
        }
    }

    /// Asks all servers; `on_result` sees each answer as it comes. Returns the answers in the order of the servers.
    pub(crate) fn run(
        &self,
        talk: &Talk,
        mut on_result: impl FnMut(&Fetched) -> Result<()>,
    ) -> Result<Vec<Fetched>> {
        let bar = talk.progress(self.targets.len(), "fetching");
        let mut answers: Vec<Option<Fetched>> = self.targets.iter().map(|_| None).collect();
        let mut outcome = Ok(());
        fetch_all(
            &self.targets,
            &self.options,
            self.parallel,
            &mut |index, fetched| {
                if outcome.is_ok() {
                    outcome = on_result(&fetched);
                }
                if let Some(place) = answers.get_mut(index) {
                    *place = Some(fetched);
                }
                bar.inc(1);
            },
        );
        bar.finish_and_clear();
        outcome?;
        Ok(answers.into_iter().flatten().collect())
    }
}

/// Says why a server presented nothing.
pub(crate) fn tell_failure(fetched: &Fetched, talk: &Talk) {
    let name = fetched.target.endpoint.to_string();
    let error = match &fetched.error {
        Some(error) => Hinted::new(error.to_string(), error.hint().unwrap_or_default()),
        None => Hinted::new("no certificate was presented", ""),
    };
    talk.failure(&name, &error.into());
}

/// A name or address that a certificate can carry.
pub(crate) fn parse_server_name(text: &str) -> Result<ServerName<'static>> {
    ServerName::try_from(text.to_owned()).map_err(|_| {
        Hinted::new(
            format!("{text:?} is no host name or IP address"),
            "write it as in https://NAME/",
        )
        .into()
    })
}

/// The identity that the server is expected to show.
pub(crate) fn expected_name(target: &Target) -> Result<ServerName<'static>> {
    target.expected_name().with_context(|| {
        format!(
            "{} is no host name that a certificate can carry",
            target.endpoint
        )
    })
}

/// Where roots are looked up: named files first, then the system store, then Mozilla's list.
pub(crate) fn root_sets(roots: &Roots, talk: &Talk) -> Result<Vec<TrustAnchors>> {
    let mut sets = Vec::new();
    for name in &roots.files {
        let inputs = [Input::Path(name.into())];
        let mut files = input::load(&inputs, &Passwords::default());
        if let Some(failure) = files.failures.pop() {
            return Err(failure.error.context(failure.name));
        }
        for loaded in &files.loaded {
            sets.push(TrustAnchors::from_store(
                loaded.name.clone(),
                &loaded.contents.store,
            ));
        }
    }
    sets.push(system_roots(talk));
    sets.push(TrustAnchors::mozilla());
    Ok(sets)
}

/// A fetched chain, put in order and completed.
pub(crate) fn analyse_fetched(
    fetched: &Fetched,
    roots: &[TrustAnchors],
    at: OffsetDateTime,
) -> Option<ChainAnalysis> {
    let chain = fetched.chain.as_ref()?;
    Some(analyse(
        chain,
        roots,
        &fetched.target.endpoint.to_string(),
        at,
    ))
}

/// The roots of this system, as its own programs find them.
fn system_roots(talk: &Talk) -> TrustAnchors {
    let found = rustls_native_certs::load_native_certs();
    // A system without a store is normal in containers; Mozilla's list answers then.
    if found.certs.is_empty() && !found.errors.is_empty() {
        talk.say(format!("note: no system roots: {}", found.errors[0]));
    }
    let certificates = found
        .certs
        .into_iter()
        .filter_map(|der| trustpack_core::Certificate::from_der(der).ok())
        .collect();
    TrustAnchors::new("system store", certificates)
}
