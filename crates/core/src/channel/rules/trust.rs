//! The trust and identity certificates, as far as the specification alone tells.

use super::finding;
use crate::channel::field::Need;
use crate::channel::model::{Channel, Container};
use crate::channel::{hosts, url};
use crate::report::{Finding, Severity};

pub(super) fn check(channel: &Channel) -> Vec<Finding> {
    let trust = &channel.trust;
    let mut findings = Vec::new();
    let mut report = |id, severity, path, message: String, hint: &str| {
        findings.push(finding(channel, id, severity, path, message, hint));
    };
    if channel.container() == Container::Jks && trust.password.is_none() {
        let message = "the password of the JKS is missing";
        let hint = "add a reference such as password = \"env:TRUST_PASSWORD\"; keytool wants 6 characters or more";
        report(
            "FIELD-MISSING",
            Severity::Critical,
            "trust.password",
            message.to_owned(),
            hint,
        );
    }
    let asked = channel.kind.container();
    if channel.container() != asked {
        let message = format!(
            "a {} is made, the document asks for {}",
            channel.container().label(),
            asked.label()
        );
        report(
            "CERT-FORMAT",
            Severity::Note,
            "trust.container",
            message,
            "remove the line to follow the document",
        );
    }
    if let Some(connect) = &trust.connect {
        match url::host_and_port(connect) {
            Err(why) => {
                let message = format!("this is no address: {why}");
                report(
                    "URL-FORM",
                    Severity::Critical,
                    "trust.connect",
                    message,
                    "write host:port",
                );
            }
            Ok((_, None)) => {
                let message = "this is no address: the port is missing".to_owned();
                report(
                    "URL-FORM",
                    Severity::Critical,
                    "trust.connect",
                    message,
                    "write host:port",
                );
            }
            Ok((_, Some(_))) if channel.kind.has_public_hosts() => {
                let message =
                    "several hosts must be covered, one address cannot stand for all of them";
                report(
                    "FIELD-UNUSED",
                    Severity::Warning,
                    "trust.connect",
                    message.to_owned(),
                    "remove the line",
                );
            }
            Ok(_) => {}
        }
    }
    let hosts = hosts(channel);
    for (place, host) in (1..).zip(trust.files.keys()) {
        if !is_address(host) {
            let message = format!("key {place} in alphabetical order is no host");
            let hint = "write host or host:port as the key, and a file as the value";
            report("URL-FORM", Severity::Critical, "trust.files", message, hint);
            continue;
        }
        let known = hosts.iter().any(|there| there.is_named(host));
        if !known && !hosts.is_empty() {
            let list: Vec<String> = hosts.iter().map(|host| host.endpoint.to_string()).collect();
            let message = format!("{host} is no host that this channel must cover");
            let hint = format!("remove the line, or write one of {}", list.join(", "));
            report(
                "FIELD-UNUSED",
                Severity::Warning,
                "trust.files",
                message,
                &hint,
            );
        }
    }
    findings
}

/// An IP address or a DNS name of more than one label, with or without a port. One label could be any word.
fn is_address(text: &str) -> bool {
    url::host_and_port(text)
        .is_ok_and(|(host, _)| host.contains('.') || host.parse::<std::net::IpAddr>().is_ok())
}

pub(super) fn identity(channel: &Channel) -> Option<Finding> {
    let file = channel
        .identity
        .as_ref()
        .and_then(|identity| identity.file.as_deref());
    let file = file.filter(|file| !file.trim().is_empty());
    match channel.kind.variant().identity {
        Need::Required if file.is_none() => Some(finding(
            channel,
            "FIELD-MISSING",
            Severity::Critical,
            "identity.file",
            "the identity certificate of the current system is missing",
            "export it from the current system and name the file",
        )),
        Need::NotListed if channel.identity.is_some() => Some(finding(
            channel,
            "FIELD-UNUSED",
            Severity::Warning,
            "identity",
            format!(
                "the document lists no identity certificate for {}",
                channel.kind.variant().title
            ),
            "remove the table",
        )),
        _ => None,
    }
}
