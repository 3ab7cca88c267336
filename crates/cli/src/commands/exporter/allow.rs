//! What `/probe` may ask. Nothing, unless it is listed: an exporter that asks whatever it is told is an open proxy into the
//! network that it stands in.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::fetch::Fence;

/// One entry: what, and at which port; `None`: every port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    what: What,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Address(IpAddr),
    /// Every name.
    Any,
    Host(String),
    Network(IpNet),
    /// Names that end with this, which begins with a dot.
    Suffix(String),
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "{text:?} is no target: write HOST, *.SUFFIX, ADDR, NETWORK/BITS, each with or without :PORT ([v6]:PORT), or *"
            )
        };
        let (what, port) = split(text).ok_or_else(wrong)?;
        let what = match what {
            "*" => What::Any,
            _ if what.contains('/') => What::Network(what.parse().map_err(|_| wrong())?),
            _ => match (what.parse::<IpAddr>(), what.strip_prefix('*')) {
                (Ok(address), _) => What::Address(address.to_canonical()),
                (_, Some(suffix)) => {
                    let name = suffix.strip_prefix('.').and_then(host);
                    What::Suffix(format!(".{}", name.ok_or_else(wrong)?))
                }
                _ => What::Host(host(what).ok_or_else(wrong)?),
            },
        };
        Ok(Self { what, port })
    }
}

/// What stands before the port, and the port.
fn split(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if after.is_empty() => None,
            None => return None,
        };
        return Some((inside, port));
    }
    // IPv6 without a port
    if text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok() {
        return Some((text, None));
    }
    match text.rsplit_once(':') {
        Some((what, port)) => Some((what, Some(port.parse().ok()?))),
        None => Some((text, None)),
    }
}

/// A name as the parser of targets leaves it.
fn host(name: &str) -> Option<String> {
    if name.contains(['/', ':', '*', '@', '?', '#']) {
        return None;
    }
    let endpoint: Endpoint = format!("https://{name}").parse().ok()?;
    (endpoint.ip().is_none()).then(|| plain(endpoint.host()))
}

/// In lower case, without the dot of an absolute name.
fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// The whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AllowList(Vec<Allowed>);

impl AllowList {
    pub(super) fn new(entries: Vec<Allowed>) -> Self {
        Self(entries)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a target may be asked, as far as it can be known before its name is looked up.
    pub(super) fn permits(&self, target: &Endpoint) -> bool {
        let ip = target.ip().map(|address| address.to_canonical());
        let name = plain(target.host());
        let mut entries = self.0.iter();
        entries.any(|entry| {
            let is_it = match (&entry.what, ip) {
                (What::Address(address), Some(ip)) => *address == ip,
                (What::Network(network), Some(ip)) => network.contains(&ip),
                (What::Any, None) => true,
                (What::Host(host), None) => *host == name,
                (What::Suffix(suffix), None) => name.ends_with(suffix.as_str()),
                _ => false,
            };
            is_it && entry.port.is_none_or(|port| port == target.port())
        })
    }

    /// Where connections may go, whatever names resolve to; `None` when no network is listed, so that names alone decide.
    pub(super) fn fence(&self) -> Option<Fence> {
        let is_network = |entry: &Allowed| matches!(entry.what, What::Network(_));
        if !self.0.iter().any(is_network) {
            return None;
        }
        let networks = self.0.iter().filter_map(|entry| match &entry.what {
            What::Address(address) => Some((IpNet::from(*address), entry.port)),
            What::Network(network) => Some((*network, entry.port)),
            _ => None,
        });
        Some(Fence::new(networks.collect()))
    }

    /// The entry that would allow a target, for whoever may add it.
    pub(super) fn entry_for(target: &Endpoint) -> String {
        match target.ip() {
            Some(ip) => SocketAddr::new(ip, target.port()).to_string(),
            None => format!("{}:{}", plain(target.host()), target.port()),
        }
    }
}

#[cfg(test)]
mod tests;
