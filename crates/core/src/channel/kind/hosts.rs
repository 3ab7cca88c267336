//! The servers that the trust certificate of a channel must cover.

use crate::channel::field::Section;
use crate::channel::model::Channel;
use crate::channel::url;
use crate::endpoint::Endpoint;
use crate::report::Severity;

/// A server that the trust certificate must cover.
#[derive(Debug)]
pub(in crate::channel) enum Host {
    /// Whatever the channel's values are.
    Fixed {
        name: &'static str,
        why: &'static str,
    },
    /// That of the BaseUrl.
    BaseUrl { why: &'static str },
}

/// A server that the trust certificate of a channel must cover.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostRequirement {
    /// The server.
    pub endpoint: Endpoint,
    /// Why, in the words of the document.
    pub why: &'static str,
}

impl HostRequirement {
    /// Whether a key of `trust.files` means this host: `host` (on port 443, or when it is the only port) or `host:port`.
    pub fn is_named(&self, key: &str) -> bool {
        key.eq_ignore_ascii_case(self.endpoint.host())
            || key.eq_ignore_ascii_case(&self.endpoint.to_string())
    }
}

/// The hosts that the trust certificate must cover, in the document's order and without repetition.
///
/// An address that [`validate`](crate::channel::validate()) refuses gives no requirement.
pub fn hosts(channel: &Channel) -> Vec<HostRequirement> {
    let mut hosts: Vec<HostRequirement> = Vec::new();
    for host in channel.kind.variant().hosts {
        let Some(host) = host.of(channel) else {
            continue;
        };
        if hosts.iter().all(|there| there.endpoint != host.endpoint) {
            hosts.push(host);
        }
    }
    hosts
}

impl Host {
    fn of(&self, channel: &Channel) -> Option<HostRequirement> {
        match *self {
            Self::Fixed { name, why } => Some(HostRequirement {
                endpoint: Endpoint::new(name, 443),
                why,
            }),
            Self::BaseUrl { why } => {
                let field = channel.kind.field(Section::Info, "base_url")?;
                let text = channel.values.text(Section::Info, field.key)?;
                let refused = field.form.judge(text);
                if refused.is_some_and(|fault| fault.severity == Severity::Critical) {
                    return None;
                }
                let url = url::https(text).ok()?;
                Some(HostRequirement {
                    endpoint: Endpoint::new(url.host.to_ascii_lowercase(), url.port_or_default()),
                    why,
                })
            }
        }
    }
}
