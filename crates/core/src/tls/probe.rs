//! A handshake that ends with the server's certificates: for servers that no modern TLS stack talks to.
//!
//! Up to TLS 1.2 the certificates come in clear, before anything secret is done (RFC 5246 section 7.3). So the probe
//! offers every old suite, reads until the Certificate message and leaves. It needs no cryptography, and for the
//! same reason it proves nothing: whoever sits in between can send any certificate. Sans-I/O: bytes in, bytes out.

mod hello;
mod suites;

use super::flight::{End, Flight};
use super::offer::{CertificateType, Version};

pub use hello::Extensions;

pub use super::flight::{Seen, ServerHello};

/// What a ClientHello offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The highest version; a server may choose a lower one.
    pub version: Version,
    /// Refuses a lower one.
    pub exactly: bool,
    /// SNI (RFC 6066 section 3).
    pub server_name: Option<String>,
    /// Only certificates of this type are asked for.
    pub certificate_type: Option<CertificateType>,
    /// How much the hello carries.
    pub extensions: Extensions,
    /// Application protocols (RFC 7301), best first.
    pub alpn: Vec<Vec<u8>>,
    /// The client random (RFC 5246 section 7.4.1.2). Nothing secret hangs on it: the handshake never ends.
    pub random: [u8; 32],
}

/// One try: send [`hello`](Self::hello), then [`receive`](Self::receive) until it is not [`Progress::More`].
#[derive(Debug)]
pub struct Probe {
    offer: Offer,
    flight: Flight,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Read on.
    More,
    /// The certificates are there; what the server says next is worth a look, if it is there already.
    Enough,
    /// Nothing more will come.
    Done,
    /// There will be no certificates.
    Failed(ProbeError),
}

/// Why a probe ended without certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeError {
    /// A fatal alert, by its number.
    Alert(u8),
    /// No TLS, or a rule of it broken.
    Broken(&'static str),
    /// The flight was complete, and no certificate in it.
    NoCertificate,
    /// A message of so many bytes, more than is kept.
    TooLarge(usize),
    /// The server chose this version, another one than the one that was asked for.
    OtherVersion(u16),
}

impl Probe {
    /// Nothing is sent before [`hello`](Self::hello) is.
    pub fn new(offer: Offer) -> Self {
        Self {
            offer,
            flight: Flight::new(MAX_MESSAGE),
        }
    }

    /// The ClientHello, in its record.
    pub fn hello(&self) -> Vec<u8> {
        hello::client_hello(&self.offer)
    }

    /// What the server said, cut anywhere.
    pub fn receive(&mut self, bytes: &[u8]) -> Progress {
        self.flight.feed(bytes);
        self.progress()
    }

    fn progress(&self) -> Progress {
        let seen = self.flight.seen();
        let chosen = seen.hello.as_ref().map(|hello| hello.version);
        if let Some(chosen) = chosen
            && self.offer.exactly
            && chosen != self.offer.version.code()
        {
            return Progress::Failed(ProbeError::OtherVersion(chosen));
        }
        let has_chain = matches!(&seen.certificates, Some(chain) if !chain.is_empty());
        match self.flight.end() {
            None if has_chain => Progress::Enough,
            None if seen.certificates.is_some() => Progress::Failed(ProbeError::NoCertificate),
            None => Progress::More,
            Some(_) if has_chain => Progress::Done,
            Some(End::Alert(code)) => Progress::Failed(ProbeError::Alert(*code)),
            Some(End::Broken(why)) => Progress::Failed(ProbeError::Broken(why)),
            Some(End::TooLarge(bytes)) => Progress::Failed(ProbeError::TooLarge(*bytes)),
            Some(End::Encrypted) => Progress::Failed(ProbeError::Broken(
                "it encrypts before it has shown a certificate",
            )),
            Some(End::HelloDone) => Progress::Failed(ProbeError::NoCertificate),
        }
    }

    /// What has come so far.
    pub fn seen(&self) -> &Seen {
        self.flight.seen()
    }

    /// The version that the server chose.
    pub fn version(&self) -> Option<Version> {
        let hello = self.seen().hello.as_ref()?;
        Version::from_code(hello.version)
    }

    /// The IANA name of the suite that the server chose; its number for one that was not offered.
    pub fn cipher_suite(&self) -> Option<String> {
        let code = self.seen().hello.as_ref()?.cipher_suite;
        Some(suites::name(code).map_or_else(|| format!("0x{code:04x}"), str::to_owned))
    }
}

/// A thousand certificates of a kilobyte. With more a server is broken or hostile, and many are asked at once.
pub const MAX_MESSAGE: usize = 1 << 20;

#[cfg(test)]
mod tests;
