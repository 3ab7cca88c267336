//! What is seen beside rustls: the bytes that come in, what the server asks for, what it offers.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::{
    ClientSessionStore, ResolvesClientCert, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::sign::CertifiedKey;
use rustls::{NamedGroup, SignatureScheme};
use rustls_pki_types::ServerName;

use crate::tls::flight::Flight;
use crate::tls::identity::ClientIdentity;

/// What came in, as far as it is wanted beside rustls.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) first: Vec<u8>,
    pub(super) count: u64,
    pub(super) flight: Flight,
}

impl Default for Received {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            count: 0,
            // rustls gives up at 64 KiB per message, so that more never comes
            flight: Flight::new(64 * 1024),
        }
    }
}

/// Looks at the bytes that pass.
pub(super) struct Tap<'a, S> {
    pub(super) stream: &'a mut S,
    pub(super) received: &'a mut Received,
}

impl<S: Read> Read for Tap<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let room = FIRST_BYTES.saturating_sub(self.received.first.len());
        let bytes = buffer.get(..count).unwrap_or_default();
        self.received.first.extend(bytes.iter().take(room));
        self.received.flight.feed(bytes);
        self.received.count = self.received.count.saturating_add(count as u64);
        Ok(count)
    }
}

/// Answers a request for a client certificate, and remembers it.
#[derive(Debug, Default)]
pub(super) struct ClientCertificateAsked {
    pub(super) identity: Option<ClientIdentity>,
    pub(super) authorities: Mutex<Option<Vec<Vec<u8>>>>,
}

impl ClientCertificateAsked {
    pub(super) fn asked(&self) -> Option<Vec<Vec<u8>>> {
        let authorities = self.authorities.lock();
        authorities.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesClientCert for ClientCertificateAsked {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        _: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let names = root_hint_subjects.iter().map(|name| name.to_vec());
        let mut authorities = self
            .authorities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *authorities = Some(names.collect());
        self.identity.as_ref().map(ClientIdentity::certified_key)
    }

    /// Not true without an identity, but otherwise rustls does not call [`resolve`](Self::resolve).
    fn has_certs(&self) -> bool {
        true
    }
}

/// Keeps no session, but sees that the server offers one.
#[derive(Debug, Default)]
pub(super) struct TicketsSeen {
    pub(super) seen: AtomicBool,
}

impl ClientSessionStore for TicketsSeen {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {
        self.seen.store(true, Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// A banner or a status line, with room.
pub(super) const FIRST_BYTES: usize = 256;
