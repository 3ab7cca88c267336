//! Asks servers, many at a time, and shows that it is doing so.

mod judging;
mod proof;

use std::sync::Arc;

use anyhow::{Context, Result};
use trustpack_core::chain::PresentedChain;
use trustpack_core::endpoint::{ConnectRule, Endpoint, connect_for};
use trustpack_core::fetch::{
    AddressFamily, Crew, EngineChoice, FetchOptions, Fetched, Pace, Possession, Target, fetch_all,
};
use trustpack_core::tls::offer::Version;
use trustpack_core::tls::proxy::{Proxy, ProxyRules};
use trustpack_core::verify::ServerName;

use crate::args::{Handshake, Reach, StarttlsChoice};
use crate::hint::Hinted;
use crate::identity;
use crate::render::Talk;

pub(crate) use judging::{Judging, common_root_sets, root_sets, system_roots, tell_request};
pub(crate) use proof::{Doubt, doubt};

/// How servers are asked, with every flag checked before the first connection is made.
pub(crate) struct Asking {
    pub options: FetchOptions,
    pub crew: Crew,
    connect: Vec<ConnectRule>,
    server_name: Option<ServerName<'static>>,
    starttls: StarttlsChoice,
}

impl Asking {
    /// Refuses flags that make no sense, whatever files hold.
    pub(crate) fn refuse(reach: &Reach) -> Result<()> {
        name_to_ask(reach)?;
        refuse_impossible(&reach.handshake)?;
        proxy_rules(reach.proxy.as_deref()).map(drop)
    }

    /// Resolves the flags; asks for the client key's password.
    pub(crate) fn new(reach: &Reach, talk: &Talk) -> Result<Self> {
        Self::refuse(reach)?;
        let server_name = name_to_ask(reach)?;
        let family = match (reach.ipv4, reach.ipv6) {
            (true, _) => AddressFamily::V4,
            (_, true) => AddressFamily::V6,
            _ => AddressFamily::Any,
        };
        let handshake = &reach.handshake;
        let alpn = handshake.alpn.iter().filter(|name| !name.is_empty());
        let options = FetchOptions {
            timeout: reach.timeout,
            family,
            engine: handshake.engine,
            version: handshake.tls_version,
            alpn: alpn.map(|name| name.clone().into_bytes()).collect(),
            identity: identity::load(handshake, talk)?,
            proxies: proxies(reach.proxy.as_deref(), talk)?,
            fence: None,
            retries: reach.retries,
            all_addresses: false,
            pace: reach.rate.map(|rate| Arc::new(Pace::per_second(rate.0))),
            stop: Arc::default(),
        };
        let crew = Crew {
            parallel: usize::from(reach.parallel),
            per_address: usize::from(reach.per_address),
        };
        Ok(Self {
            options,
            crew,
            connect: reach.connect.clone(),
            server_name,
            starttls: reach.starttls,
        })
    }

    /// Dials one server elsewhere, unless a flag says where.
    pub(crate) fn dial(&mut self, target: &Endpoint, connect: &Endpoint) {
        self.connect.push(ConnectRule {
            target: Some(target.clone()),
            connect: connect.clone(),
        });
    }

    /// The server as the flags want it to be asked.
    pub(crate) fn target(&self, endpoint: Endpoint) -> Target {
        let endpoint = match self.starttls {
            // What the URL says is not overruled.
            _ if endpoint.has_scheme() => endpoint,
            StarttlsChoice::Protocol(protocol) => endpoint.with_starttls(Some(protocol)),
            StarttlsChoice::None => endpoint.with_starttls(None),
            StarttlsChoice::Auto => endpoint,
        };
        Target {
            connect: connect_for(&self.connect, &endpoint),
            server_name: self.server_name.clone(),
            ..Target::new(endpoint)
        }
    }
}

/// The name that servers are asked for, when a flag says one.
fn name_to_ask(reach: &Reach) -> Result<Option<ServerName<'static>>> {
    let name = reach.server_name.as_deref();
    name.map(parse_server_name).transpose()
}

/// Refuses an engine for a version that it does not speak.
fn refuse_impossible(handshake: &Handshake) -> Result<()> {
    let (engine, speaks) = match (handshake.engine, handshake.tls_version) {
        (EngineChoice::Probe, Some(Version::Tls13)) => ("probe", "SSLv3 to TLS 1.2"),
        (EngineChoice::Tls, Some(version)) if version < Version::Tls12 => {
            ("tls", "TLS 1.2 and 1.3")
        }
        _ => return Ok(()),
    };
    Err(Hinted::new(
        format!("the engine {engine} speaks {speaks}, not the version of --tls-version"),
        "leave --engine out, and the right one is chosen",
    )
    .into())
}

/// `--proxy`, else the environment; with a warning about a password that others can read.
pub(crate) fn proxies(told: Option<&str>, talk: &Talk) -> Result<ProxyRules> {
    let named = told.and_then(|url| url.parse::<Proxy>().ok());
    if named.is_some_and(|proxy| proxy.credentials.is_some()) {
        talk.warn("every user of this machine can read the proxy's password in the list of processes; https_proxy=URL in the environment hides it");
    }
    proxy_rules(told)
}

/// `--proxy`, else the environment.
pub(crate) fn proxy_rules(told: Option<&str>) -> Result<ProxyRules> {
    let hint = "write http://HOST:PORT, socks5://HOST:PORT, socks5h://HOST:PORT or none";
    let variable = |name: &str| std::env::var(name).ok();
    let exceptions = variable("no_proxy").or_else(|| variable("NO_PROXY"));
    let read = match told {
        Some("none") => return Ok(ProxyRules::none()),
        Some(url) => url.parse::<Proxy>().map(|proxy| {
            let rules = ProxyRules::always(proxy);
            rules.except(&exceptions.unwrap_or_default())
        }),
        None => ProxyRules::from_environment(variable),
    };
    read.map_err(|error| Hinted::new(error.to_string(), hint).into())
}

/// Whom to ask, all of them known.
pub(crate) struct Plan {
    targets: Vec<Target>,
    asking: Asking,
}

impl Plan {
    /// These servers.
    pub(crate) fn new(
        endpoints: impl IntoIterator<Item = Endpoint>,
        reach: &Reach,
        talk: &Talk,
    ) -> Result<Self> {
        let mut endpoints = endpoints.into_iter().peekable();
        // No password is asked for when there is nobody to show the certificate to.
        let asking = Asking::new(reach, talk)?;
        let targets = match endpoints.peek() {
            None => Vec::new(),
            Some(_) => endpoints.map(|one| asking.target(one)).collect(),
        };
        Ok(Self { targets, asking })
    }

    /// Where to connect for servers that no `--connect` speaks of.
    pub(crate) fn connect_by_default(&mut self, connect: &Endpoint) {
        for target in &mut self.targets {
            target.connect.get_or_insert_with(|| connect.clone());
        }
    }

    /// Asks all servers. Returns the answers in the order of the servers.
    pub(crate) fn run(self, talk: &Talk) -> Vec<Fetched> {
        let bar = talk.progress(Some(self.targets.len()), "fetching");
        let mut answers: Vec<Option<Fetched>> = self.targets.iter().map(|_| None).collect();
        let Asking { options, crew, .. } = &self.asking;
        fetch_all(self.targets, options, crew, &mut |index, fetched| {
            if let Some(place) = answers.get_mut(index) {
                *place = Some(fetched);
            }
            bar.inc(1);
        });
        bar.finish_and_clear();
        answers.into_iter().flatten().collect()
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

/// What a server presented, where nothing can be done without it.
pub(crate) fn presented(fetched: Fetched, talk: &Talk) -> Result<PresentedChain> {
    let name = fetched.target.endpoint.to_string();
    if fetched.chain.is_some() && fetched.possession == Possession::Unproven {
        let why = match &fetched.refused {
            Some(error) => format!(" (a full handshake failed: {error})"),
            None => String::new(),
        };
        talk.warn(format!(
            "{name}: the server did not prove that it holds the key of its certificate{why}; what follows is about the \
             certificates alone"
        ));
    }
    let error = match (fetched.chain, fetched.error) {
        (Some(chain), None) => return Ok(chain),
        (Some(chain), Some(error)) => {
            talk.say(format!("note: {name}: after the certificates: {error}"));
            return Ok(chain);
        }
        (None, Some(error)) => Hinted::new(error.to_string(), error.hint().unwrap_or_default()),
        (None, None) => Hinted::new("no certificate was presented", ""),
    };
    let named = error.to_string().starts_with(&name);
    let error = anyhow::Error::from(error);
    Err(if named { error } else { error.context(name) })
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
