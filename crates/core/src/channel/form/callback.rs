//! Callback URLs: what the product shows on the Channel Integration page (domain notes 2.3).

use super::Fault;
use crate::channel::kind::UnknownRoot;
use crate::channel::secret::shown;
use crate::channel::url::{self, HttpsUrl};
use crate::facts::Facts;
use crate::report::Severity;
use crate::text::alternatives;

/// The form of a callback URL.
#[derive(Debug)]
#[non_exhaustive]
pub struct Callback {
    /// What the path begins with, before one identifier; nothing where no page publishes it.
    pub path: Option<&'static str>,
    /// The word in the path of the other URL of the pair, for which this one may be mistaken.
    pub other: Option<&'static str>,
    /// Who calls it, by the word under which the [facts](crate::facts::Facts::webhook) say where it can get; nothing when it
    /// can get anywhere, as far as is known.
    pub caller: Option<&'static str>,
    /// What it means that the server behind it has a certificate of no public root.
    pub(in crate::channel) unknown_root: &'static UnknownRoot,
}

/// Twilio: "will not connect to an HTTPS URL with a self-signed certificate"; Meta: "Self-signed certificates are not
/// supported" (domain notes 3.2, 3.3).
static REFUSED: UnknownRoot = UnknownRoot {
    id: "CB-SELF-SIGNED",
    severity: Severity::Critical,
    message: "the chain ends in no public root, and the provider calls no such server",
    hint: "give the server a certificate of a public CA, or put one that has it before it",
};

/// Where nothing is published of what the caller takes.
pub(in crate::channel) static DOUBTED: UnknownRoot = UnknownRoot {
    id: "CB-SELF-SIGNED",
    severity: Severity::Warning,
    message: "the chain ends in no public root: the provider may refuse to call it",
    hint: "ask the provider whether it trusts your CA, or give the server a certificate of a public CA",
};

impl Callback {
    /// A pair of message and report URLs; `other` is the word of the other one.
    pub(in crate::channel) const fn pair(path: Option<&'static str>, other: &'static str) -> Self {
        Self {
            path,
            other: Some(other),
            caller: None,
            unknown_root: &REFUSED,
        }
    }

    /// The only callback URL of its channel.
    pub(in crate::channel) const fn single(path: Option<&'static str>) -> Self {
        Self {
            path,
            other: None,
            caller: None,
            unknown_root: &REFUSED,
        }
    }

    pub(super) fn words(&self) -> String {
        let mut words = "an https:// URL".to_owned();
        if let Some(path) = self.path {
            words += &format!(" with the path {path}<channel id>");
        }
        if self.caller.is_some() {
            words += ", on a port that the caller takes (see trustpack channel facts)";
        }
        words
    }

    /// As a pattern of ECMA 262.
    pub(in crate::channel) fn pattern(&self) -> &'static str {
        url::ANY
    }

    pub(super) fn judge(&self, text: &str) -> Option<Fault> {
        const COPY: &str = "copy the value again from the Channel Integration page";
        let url = match url::https(text) {
            Err(why) => {
                let message = format!("{} is no callback URL: {why}", shown(text));
                return Some(Fault::new("URL-FORM", Severity::Critical, message, COPY));
            }
            Ok(url) => url,
        };
        if self.is_other(&url) {
            let message = "this is the other one of the two callback URLs";
            let hint = "exchange outputs.message_url and outputs.report_url";
            return Some(Fault::new("CB-SHAPE", Severity::Warning, message, hint));
        }
        let prefix = self.path?;
        let identifier = url.path.strip_prefix(prefix).unwrap_or_default();
        let fits = !identifier.is_empty() && !identifier.contains('/');
        (!fits).then(|| {
            let message = format!("the path of {} is not {prefix}<channel id>", shown(text));
            Fault::new("CB-SHAPE", Severity::Warning, message, COPY)
        })
    }

    /// Why the caller cannot get there at all, by what is known of it; nothing of a text that is no URL.
    pub(in crate::channel) fn unreachable(&self, text: &str, facts: &Facts) -> Option<Fault> {
        let (_, webhook) = facts.webhook(self.caller?)?;
        let url = url::https(text).ok()?;
        if webhook.ipv4_only && url.is_ipv6() {
            return Some(Fault::new(
                "TG-IPV6",
                Severity::Critical,
                "Telegram calls webhooks over IPv4 only",
                "expose the address on IPv4 and have AICC show that URL",
            ));
        }
        let port = url.port_or_default();
        (!webhook.ports.is_empty() && !webhook.ports.contains(&port)).then(|| {
            let ports = alternatives(&webhook.ports, "or");
            Fault::new(
                "TG-PORT",
                Severity::Critical,
                format!("Telegram refuses a webhook on port {port}"),
                format!("expose the address on port {ports} and have AICC show that URL"),
            )
        })
    }

    fn is_other(&self, url: &HttpsUrl<'_>) -> bool {
        let Some(other) = self.other else {
            return false;
        };
        // The word stands before the identifier, in every published path.
        let mut steps = url.path.rsplit('/');
        steps.next().is_some() && steps.next() == Some(other)
    }
}
