//! Which proxy a server is reached through: one proxy, and the servers that are reached without it.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Proxy, ProxyUrlError};

/// A proxy for all servers, except for some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyRules {
    proxy: Option<Proxy>,
    /// Whether somebody asked for it now, rather than set it once for everything that runs on the machine.
    is_explicit: bool,
    exceptions: Vec<Exception>,
}

impl ProxyRules {
    /// No proxy for any server.
    pub fn none() -> Self {
        Self::default()
    }

    /// This proxy for every server, loopback too.
    pub fn always(proxy: Proxy) -> Self {
        Self {
            proxy: Some(proxy),
            is_explicit: true,
            exceptions: Vec::new(),
        }
    }

    /// What `https_proxy`, else `all_proxy` says, each also in upper case; then `no_proxy` or `NO_PROXY`. As in curl,
    /// lower case wins and an empty value is none. `get` looks a variable up.
    ///
    /// Every server that is asked speaks TLS, so `http_proxy` is never meant.
    ///
    /// # Errors
    /// When the variable that counts names no proxy.
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyUrlError> {
        let value = |name: &'static str| get(name).filter(|value| !value.trim().is_empty());
        let proxy = PROXY_VARIABLES
            .into_iter()
            .find_map(|name| Some((name, value(name)?)));
        let proxy = match proxy {
            Some((name, text)) => {
                let proxy = text.trim().parse();
                Some(proxy.map_err(|error: ProxyUrlError| ProxyUrlError {
                    variable: Some(name),
                    ..error
                })?)
            }
            None => None,
        };
        let rules = Self {
            proxy,
            ..Self::default()
        };
        let exceptions = NO_PROXY_VARIABLES.into_iter().find_map(value);
        Ok(rules.except(&exceptions.unwrap_or_default()))
    }

    /// With the servers that a text in the form of NO_PROXY names, separated by commas or white space, reached
    /// directly:
    ///
    /// | entry | is for |
    /// |---|---|
    /// | `*` | every server |
    /// | `example.com`, `.example.com`, `*.example.com` | this name and all below it |
    /// | `192.0.2.1`, `2001:db8::1` | this address |
    /// | `192.0.2.0/24`, `fd00::/8` | these addresses |
    /// | `example.com:8443`, `192.0.2.1:8443`, `[::1]:8443` | the same on this port only |
    ///
    /// Addresses are compared where the server is named by its address; no name is looked up.
    #[must_use]
    pub fn except(mut self, no_proxy: &str) -> Self {
        let entries = no_proxy.split(|c: char| c == ',' || c.is_whitespace());
        let entries = entries.filter(|entry| !entry.is_empty());
        self.exceptions.extend(entries.map(Exception::parse));
        self
    }

    /// The proxy for a server; `None`: directly. `host` is a name or an address without brackets.
    pub fn for_target(&self, host: &str, port: u16) -> Option<&Proxy> {
        let proxy = self.proxy.as_ref()?;
        let target = Target::new(host, port);
        // As Go does: to a proxy elsewhere, localhost is another machine.
        if !self.is_explicit && target.is_loopback() {
            return None;
        }
        let excepted = self.exceptions.iter().any(|one| one.matches(&target));
        (!excepted).then_some(proxy)
    }
}

/// One entry of NO_PROXY.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    Address(IpAddr),
    Range(IpNet),
    /// In lower case, without dots at its ends. Also what is no name: it matches nothing.
    Domain(String),
}

impl Exception {
    fn parse(entry: &str) -> Self {
        if let Some(hosts) = Hosts::without_port(entry) {
            return Self { hosts, port: None };
        }
        let with_port = entry
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = match with_port {
            Some((host, port)) => (host, Some(port)),
            None => (entry, None),
        };
        let hosts = Hosts::without_port(host).unwrap_or_else(|| {
            let domain = host.strip_prefix('*').unwrap_or(host);
            Hosts::Domain(domain.trim_matches('.').to_ascii_lowercase())
        });
        Self { hosts, port }
    }

    fn matches(&self, target: &Target) -> bool {
        let host = match (&self.hosts, target.address) {
            (Hosts::All, _) => true,
            (Hosts::Address(address), Some(target)) => *address == target,
            (Hosts::Range(range), Some(target)) => range.contains(&target),
            (Hosts::Domain(domain), None) => is_within(&target.name, domain),
            (Hosts::Address(_) | Hosts::Range(_), None) | (Hosts::Domain(_), Some(_)) => false,
        };
        host && self.port.is_none_or(|port| port == target.port)
    }
}

impl Hosts {
    /// Everything, an address, a range; `None` for what is a name or has a port.
    fn without_port(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical()));
        }
        text.parse().ok().map(Self::Range)
    }
}

struct Target {
    address: Option<IpAddr>,
    name: String,
    port: u16,
}

impl Target {
    fn new(host: &str, port: u16) -> Self {
        let address = host.parse::<IpAddr>().ok();
        Self {
            address: address.map(|address| address.to_canonical()),
            name: host.trim_end_matches('.').to_ascii_lowercase(),
            port,
        }
    }

    /// RFC 6761 section 6.3: `localhost` and all below it is this machine.
    fn is_loopback(&self) -> bool {
        match self.address {
            Some(address) => address.is_loopback(),
            None => is_within(&self.name, "localhost"),
        }
    }
}

/// The name itself or one below it: `badexample.com` is not within `example.com`.
fn is_within(name: &str, domain: &str) -> bool {
    let Some(before) = name.strip_suffix(domain) else {
        return false;
    };
    !domain.is_empty() && (before.is_empty() || before.ends_with('.'))
}

const PROXY_VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const NO_PROXY_VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];

#[cfg(test)]
mod tests;
