//! A network of addresses, each to be asked on one port.

use std::net::IpAddr;

use ipnet::IpNet;

use super::parse::{DEFAULT_PORT, parse_port};
use super::{Endpoint, EndpointError, without_credentials};

/// `10.0.0.0/24`, `10.0.0.0/24:8443`, `2001:db8::/120`, `[2001:db8::]/120:8443`; the port defaults to 443.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    net: IpNet,
    port: u16,
}

impl Network {
    /// The most addresses that are asked at once: an IPv4 /16, an IPv6 /112.
    pub const MOST: usize = 1 << 16;

    /// Whether a text means a network (an address and a prefix length), and which.
    pub fn recognise(text: &str) -> Option<Result<Self, EndpointError>> {
        let (address, rest) = text.split_once('/')?;
        let address = address
            .strip_prefix('[')
            .and_then(|address| address.strip_suffix(']'))
            .unwrap_or(address);
        let address: IpAddr = address.parse().ok()?;
        let parsed = Self::parse(address, rest);
        Some(parsed.map_err(|why| EndpointError {
            text: without_credentials(text),
            why,
            line: None,
        }))
    }

    fn parse(address: IpAddr, rest: &str) -> Result<Self, &'static str> {
        let (length, port) = match rest.split_once(':') {
            Some((length, port)) => (length, parse_port(port)?),
            None => (rest, DEFAULT_PORT),
        };
        let length = length.parse().ok();
        let net = length.and_then(|length| IpNet::new(address, length).ok());
        let net = net.ok_or("the prefix length is none of this address")?;
        let host_bits = net.max_prefix_len() - net.prefix_len();
        if host_bits > 16 {
            return Err("more than 65536 addresses are not asked at once");
        }
        Ok(Self {
            net: net.trunc(),
            port,
        })
    }

    /// How many addresses there are to ask.
    pub fn count(&self) -> usize {
        self.net.hosts().count()
    }

    /// Each address; of an IPv4 network without its own and the broadcast address (RFC 1122 section 3.2.1.3).
    pub fn endpoints(self) -> impl Iterator<Item = Endpoint> + Send {
        let port = self.port;
        self.net
            .hosts()
            .map(move |address| super::by_port(address.to_string(), port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Vec<String> {
        let network = Network::recognise(text).unwrap().unwrap();
        assert_eq!(network.endpoints().count(), network.count());
        network.endpoints().map(|one| one.to_string()).collect()
    }

    #[test]
    fn each_address_is_asked_once() {
        assert_eq!(asked("10.0.0.77/30"), ["10.0.0.77:443", "10.0.0.78:443"]);
        assert_eq!(asked("10.0.0.7/32:8443"), ["10.0.0.7:8443"]);
        assert_eq!(asked("2001:db8::1/128"), ["[2001:db8::1]:443"]);
        assert_eq!(asked("[2001:db8::]/126:8443").len(), 4);
        assert_eq!(asked("10.1.0.0/16").len(), 65_534);
    }

    #[test]
    fn what_is_too_large_or_no_network_says_why() {
        for (text, why) in [
            ("10.0.0.0/8", "65536"),
            ("2001:db8::/64", "65536"),
            ("0.0.0.0/0", "65536"),
            ("10.0.0.0/33", "prefix length"),
            ("10.0.0.0/", "prefix length"),
            ("10.0.0.0/24:0", "1 to 65535"),
        ] {
            let error = Network::recognise(text).unwrap().unwrap_err();
            assert!(error.why.contains(why), "{text}: {error}");
        }
        for text in ["host/24", "10.0.0.1", "https://10.0.0.1/24", "a/b", ""] {
            assert!(Network::recognise(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[0-9a-f.:/\\[\\]]{0,40}") {
            let _ = Network::recognise(&text);
        }
    }
}
