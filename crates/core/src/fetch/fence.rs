//! Which addresses may be dialled, whatever a name resolves to.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Networks, each with one port or all; nothing outside of them is dialled.
///
/// The addresses that are checked are those that are dialled: a name that resolves to another address a moment later gains
/// nothing by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence(Vec<(IpNet, Option<u16>)>);

impl Fence {
    /// Around these networks; `None`: every port.
    pub fn new(networks: Vec<(IpNet, Option<u16>)>) -> Self {
        Self(networks)
    }

    /// Whether this address may be dialled. One of IPv4 that is written as one of IPv6 (RFC 4291 section 2.5.5.2) is the one
    /// of IPv4, since that is where the system connects.
    pub fn admits(&self, address: SocketAddr) -> bool {
        let ip: IpAddr = address.ip().to_canonical();
        let mut networks = self.0.iter();
        networks.any(|(network, port)| {
            network.contains(&ip) && port.is_none_or(|port| port == address.port())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_by_network_and_port() {
        let network = |text: &str| text.parse::<IpNet>().unwrap();
        let fence = Fence::new(vec![
            (network("10.0.0.0/8"), None),
            (network("192.0.2.1/32"), Some(443)),
            (network("2001:db8::/32"), None),
        ]);
        let admits = |text: &str| fence.admits(text.parse().unwrap());
        for inside in [
            "10.1.2.3:1",
            "192.0.2.1:443",
            "[2001:db8::1]:25",
            "[::ffff:10.1.2.3]:1",
        ] {
            assert!(admits(inside), "{inside}");
        }
        for outside in [
            "11.0.0.1:1",
            "192.0.2.1:444",
            "[2001:db9::1]:25",
            "[::ffff:127.0.0.1]:1",
        ] {
            assert!(!admits(outside), "{outside}");
        }
        assert!(!Fence::default().admits("10.0.0.1:1".parse().unwrap()));
    }
}
