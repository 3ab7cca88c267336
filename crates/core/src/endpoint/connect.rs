//! Another address to be dialled than the target names.

use std::fmt;
use std::str::FromStr;

use super::{Endpoint, EndpointError, without_credentials};

/// Dials another address than the target names, as curl's `--connect-to` does: `[HOST:PORT=]ADDR:PORT`.
///
/// Name in messages, SNI and the expected identity stay those of the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectRule {
    /// The target it applies to; `None`: all.
    pub target: Option<Endpoint>,
    /// What is dialled instead.
    pub connect: Endpoint,
}

impl FromStr for ConnectRule {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, connect) = match text.split_once('=') {
            Some((target, connect)) => (Some(target.parse()?), connect),
            None => (None, text),
        };
        // Without `=` a lone host is more likely a mistake than a wish for port 443.
        if !connect.contains(':') {
            return Err(EndpointError {
                text: without_credentials(text),
                why: "a connect rule is [HOST:PORT=]ADDR:PORT, and the port is missing",
                line: None,
            });
        }
        Ok(Self {
            target,
            connect: connect.parse()?,
        })
    }
}

impl fmt::Display for ConnectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(formatter, "{target}={}", self.connect),
            None => self.connect.fmt(formatter),
        }
    }
}

/// What to dial for `endpoint`; the first rule that applies wins.
pub fn connect_for(rules: &[ConnectRule], endpoint: &Endpoint) -> Option<Endpoint> {
    rules
        .iter()
        .find(|rule| {
            let target = rule.target.as_ref();
            target.is_none_or(|target| target.is_same_place(endpoint))
        })
        .map(|rule| rule.connect.clone())
}
