//! Addresses without a scheme: `IP address:Port number`, `host:port`.

use std::net::{IpAddr, Ipv4Addr};

use super::{Fault, Shape};
use crate::channel::url;
use crate::report::Severity;

/// "The format must be IP address:Port number": no scheme, unlike BaseUrl (domain notes 7, A4).
pub(in crate::channel) static IP_AND_PORT: Shape = Shape {
    words: "an IPv4 address and a port, without https://",
    pattern: Some(r"^[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}$"),
    judge: |text| {
        let why = ip_and_port(text).err()?;
        Some(Fault::new(
            "URL-FORM",
            Severity::Critical,
            format!("this is no IP address:Port number: {why}"),
            "write IP address:Port number without https://, such as 192.0.2.10:28090",
        ))
    },
};

/// Where to connect.
pub(in crate::channel) static HOST_AND_PORT: Shape = Shape {
    words: "a host and a port",
    pattern: Some(r"^[^/@\s]+:[0-9]{1,5}$"),
    judge: |text| {
        let why = match url::host_and_port(text) {
            Err(why) => why,
            Ok((_, None)) => "the port is missing",
            Ok((_, Some(_))) => return None,
        };
        Some(Fault::new(
            "URL-FORM",
            Severity::Critical,
            format!("this is no address: {why}"),
            "write host:port",
        ))
    },
};

fn ip_and_port(text: &str) -> Result<(), &'static str> {
    if text.contains("//") {
        return Err("it must have no scheme");
    }
    let (host, port) = url::host_and_port(text)?;
    if host.parse::<Ipv4Addr>().is_err() {
        return Err("it must be an IPv4 address");
    }
    port.map(drop).ok_or("the port is missing")
}

/// An IP address or a DNS name of more than one label, with or without a port. One label could be any word.
pub(in crate::channel) fn is_host(text: &str) -> bool {
    url::host_and_port(text)
        .is_ok_and(|(host, _)| host.contains('.') || host.parse::<IpAddr>().is_ok())
}
