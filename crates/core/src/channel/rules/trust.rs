//! The trust certificate, as far as the specification alone tells.

use super::Found;
use crate::channel::form::is_host;
use crate::channel::hosts;
use crate::channel::model::{Channel, Container};
use crate::report::Severity;

pub(super) fn judge(channel: &Channel) -> Vec<Found> {
    let mut found = Vec::new();
    let container = channel.container();
    if container == Container::Jks && channel.trust_password().is_none() {
        found.push(Found::new(
            "FIELD-MISSING",
            Severity::Critical,
            "trust.password",
            "the password of the JKS is missing",
            "add a reference such as password = \"env:TRUST_PASSWORD\"; keytool wants 6 characters or more",
        ));
    }
    let asked = channel.kind.container();
    if container != asked {
        let message = format!(
            "a {} is made, the document asks for {}",
            container.label(),
            asked.label()
        );
        found.push(Found::new(
            "CERT-FORMAT",
            Severity::Note,
            "trust.container",
            message,
            "remove the line to follow the document",
        ));
    }
    let hosts = hosts(channel);
    if channel.connect().is_some() && hosts.len() > 1 {
        found.push(Found::new(
            "FIELD-UNUSED",
            Severity::Warning,
            "trust.connect",
            "several hosts must be covered, one address cannot stand for all of them",
            "remove the line",
        ));
    }
    let files = channel.files().into_iter().flatten();
    for (place, (host, _)) in (1..).zip(files) {
        if !is_host(host) {
            found.push(Found::new(
                "URL-FORM",
                Severity::Critical,
                "trust.files",
                format!("key {place} in alphabetical order is no host"),
                "write host or host:port as the key, and a file as the value",
            ));
            continue;
        }
        let known = hosts.iter().any(|there| there.is_named(host));
        if !known && !hosts.is_empty() {
            let list: Vec<String> = hosts.iter().map(|host| host.endpoint.to_string()).collect();
            found.push(Found::new(
                "FIELD-UNUSED",
                Severity::Warning,
                "trust.files",
                format!("{host} is no host that this channel must cover"),
                format!("remove the line, or write one of {}", list.join(", ")),
            ));
        }
    }
    found
}
