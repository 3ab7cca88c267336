//! Proxies: what to say to one until a tunnel to the server stands. Works over any stream; sockets are [`fetch`]'s.
//!
//! ```text
//! url           --proxy and the variables: text to Proxy, credentials never back to text
//! rules         which proxy a server is reached through (https_proxy, all_proxy, no_proxy)
//! http_connect  RFC 9110 section 9.3.6          socks5  RFC 1928 and RFC 1929
//! ```
//!
//! [`fetch`]: crate::fetch

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use zeroize::Zeroizing;

use crate::text;

use http_connect::HttpConnect;
use socks5::Socks5;

mod http_connect;
mod rules;
mod socks5;
mod url;

pub use rules::ProxyRules;
pub use url::ProxyUrlError;

/// A proxy, as `--proxy` or the environment names it.
///
/// Neither `Debug` nor `Display` shows the credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// What it speaks.
    pub kind: ProxyKind,
    /// DNS name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Who we are to it.
    pub credentials: Option<Credentials>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    /// `http://`: the method CONNECT (RFC 9110 section 9.3.6).
    HttpConnect,
    /// `socks5://` and `socks5h://` (RFC 1928).
    Socks5 {
        /// Whether the proxy looks names up (`socks5h`), or the caller does before (`socks5`), as curl has it.
        remote_names: bool,
    },
}

/// A user name and a password. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: Zeroizing<String>,
    password: Zeroizing<String>,
}

/// What is to be reached through a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProxyTarget {
    /// An address and its port.
    Address(SocketAddr),
    /// A name in its ASCII form, and the port; the proxy looks it up. An IP address as text is taken for one.
    Name(String, u16),
}

/// One talk with a proxy: bytes in, bytes out, until the tunnel stands.
///
/// Start by sending [`take_output`](Self::take_output), and send it again after every [`receive`](Self::receive).
pub struct Conversation(State);

/// How far a talk has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The tunnel stands.
    Connected {
        /// What already came through it, from a server that speaks first, such as SMTP.
        early: Vec<u8>,
    },
    /// There may be output to send; then more input is needed.
    Talking,
}

/// Why there is no tunnel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// There are credentials, and the proxy does not take them.
    #[error("the proxy does not accept the user name and password")]
    AuthenticationRefused,
    /// The proxy asks who we are, and nobody said.
    #[error("the proxy asks for a user name and a password")]
    AuthenticationRequired,
    /// The connection ended before the tunnel stood.
    #[error("the proxy closed the connection before the tunnel stood")]
    Closed,
    /// What answers is no proxy, or one of another kind.
    #[error("no {expected} proxy answers; it says \"{first_bytes}\"")]
    NotAProxy {
        /// What was asked for: `HTTP`, `SOCKS5`.
        expected: &'static str,
        /// How its answer begins; what is not printable is spelled out.
        first_bytes: String,
    },
    /// The proxy does not want to.
    #[error("the proxy refuses: {why}")]
    Refused {
        /// The status line, or what it demands.
        why: String,
    },
    /// More than an answer may have.
    #[error("the proxy's answer has more than {bytes} bytes")]
    TooMuch {
        /// The limit.
        bytes: usize,
    },
    /// What has to be said cannot be said in this protocol.
    #[error("{what} cannot be sent to the proxy: {why}")]
    Unfit {
        /// `the name of the server`, `the user name`.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The proxy tried and did not get there (RFC 1928 section 6).
    #[error("the proxy does not reach the server: {why}")]
    Unreachable {
        /// The reply code.
        code: u8,
        /// What the RFC says that it means.
        why: &'static str,
    },
}

impl Proxy {
    /// Whether the proxy is to be told names; otherwise the caller looks them up and passes
    /// [`ProxyTarget::Address`].
    pub fn resolves_names(&self) -> bool {
        match self.kind {
            ProxyKind::HttpConnect => true,
            ProxyKind::Socks5 { remote_names } => remote_names,
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::HttpConnect => "http",
            ProxyKind::Socks5 {
                remote_names: false,
            } => "socks5",
            ProxyKind::Socks5 { remote_names: true } => "socks5h",
        };
        write!(formatter, "{scheme}://{}", authority(&self.host, self.port))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = match self.credentials {
            Some(_) => ", with credentials",
            None => "",
        };
        write!(formatter, "Proxy({self}{credentials})")
    }
}

impl Credentials {
    /// Already decoded.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user: Zeroizing::new(user.into()),
            password: Zeroizing::new(password.into()),
        }
    }

    /// The user name.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password.
    pub fn expose_password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[credentials elided]")
    }
}

enum State {
    Http(HttpConnect),
    Socks5(Socks5),
    /// With what is still to be sent, should a proxy have answered before it was asked.
    Connected(Vec<u8>),
    Failed(ProxyError),
}

impl Conversation {
    /// The start of a talk; the first output is ready.
    ///
    /// # Errors
    /// [`ProxyError::Unfit`] when the name of the target or the credentials do not fit the protocol.
    pub fn new(proxy: &Proxy, target: &ProxyTarget) -> Result<Self, ProxyError> {
        let target = target.checked()?;
        let credentials = proxy.credentials.as_ref();
        Ok(Self(match proxy.kind {
            ProxyKind::HttpConnect => State::Http(HttpConnect::new(&target, credentials)?),
            ProxyKind::Socks5 { .. } => State::Socks5(Socks5::new(&target, credentials)?),
        }))
    }

    /// What is to be sent now; empty when there is nothing. It may hold the credentials.
    pub fn take_output(&mut self) -> Vec<u8> {
        match &mut self.0 {
            State::Http(talk) => talk.take_output(),
            State::Socks5(talk) => talk.take_output(),
            State::Connected(output) => std::mem::take(output),
            State::Failed(_) => Vec::new(),
        }
    }

    /// What came from the proxy, cut anywhere. Once the tunnel stands, everything is handed back as early bytes.
    ///
    /// # Errors
    /// When there will be no tunnel; the same error again on every later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Progress, ProxyError> {
        let progress = match &mut self.0 {
            State::Http(talk) => talk.receive(bytes),
            State::Socks5(talk) => talk.receive(bytes),
            State::Connected(_) => {
                return Ok(Progress::Connected {
                    early: bytes.to_vec(),
                });
            }
            State::Failed(error) => return Err(error.clone()),
        };
        match &progress {
            Ok(Progress::Talking) => {}
            Ok(Progress::Connected { .. }) => self.0 = State::Connected(self.take_output()),
            Err(error) => self.0 = State::Failed(error.clone()),
        }
        progress
    }

    /// What it means that the connection ends here: an answer that was cut short may still say why.
    pub fn closed(&self) -> ProxyError {
        match &self.0 {
            State::Http(talk) => talk.closed(),
            State::Failed(error) => error.clone(),
            State::Socks5(_) | State::Connected(_) => ProxyError::Closed,
        }
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.0 {
            State::Http(_) => "HTTP",
            State::Socks5(_) => "SOCKS5",
            State::Connected(_) => "connected",
            State::Failed(_) => "failed",
        };
        write!(formatter, "Conversation({state})")
    }
}

impl ProxyTarget {
    /// The target with an address as an address, and no name that would end a line or a request.
    fn checked(&self) -> Result<Self, ProxyError> {
        let Self::Name(name, port) = self else {
            return Ok(self.clone());
        };
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(Self::Address(SocketAddr::new(address, *port)));
        }
        let why = match name.len() {
            0 => "it is empty",
            1..=MAX_NAME if name.bytes().all(is_name_byte) => return Ok(self.clone()),
            1..=MAX_NAME => "it has characters that no host name has",
            _ => "it is longer than 255 bytes",
        };
        Err(ProxyError::Unfit {
            what: "the name of the server",
            why,
        })
    }
}

/// `host:port`, `[v6]:port` (RFC 3986 section 3.2).
fn authority(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

/// The beginning of an answer for a message: one line of it, nothing that steers a terminal.
fn printable(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let shown = line.get(..MAX_SHOWN).unwrap_or(line);
    let shown: String = shown
        .iter()
        .map(|byte| match byte {
            0x20..=0x7e => char::from(*byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect();
    text::escape(&shown)
}

/// One octet of length in SOCKS5, and the longest name of DNS.
const MAX_NAME: usize = 255;

/// Enough to know HTTP, SSH or a TLS alert by.
const MAX_SHOWN: usize = 60;

#[cfg(test)]
mod tests;
