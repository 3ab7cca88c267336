//! The connection below HTTP.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::CallError;
use crate::fetch::dial::Deadline;
use crate::fetch::resolved::Resolved;
use crate::fetch::stream::{DeadlineStream, is_timeout};
use crate::fetch::words::alert_name;
use crate::fetch::{FetchError, FetchOptions, Fetched, Phase, Target, attempt};
use crate::tls::trusted::TrustVerifier;

/// Makes the one connection of a call.
#[derive(Debug)]
pub(super) struct Dialler {
    pub(super) target: Target,
    pub(super) options: FetchOptions,
    /// Without it, everything is plain.
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) verifier: Arc<TrustVerifier>,
    pub(super) deadline: Deadline,
    /// Whether any of the request was handed to the connection.
    pub(super) sent: Arc<AtomicBool>,
}

/// Looks nothing up: the dialler does.
#[derive(Debug)]
pub(super) struct NoNames;

impl Resolver for NoNames {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// A connection on which HTTP is spoken.
#[derive(Debug)]
pub(super) struct Pipe {
    buffers: LazyBuffers,
    stream: Stream,
    sent: Arc<AtomicBool>,
}

enum Stream {
    Plain(DeadlineStream),
    Tls(Box<StreamOwned<ClientConnection, DeadlineStream>>),
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Tls(_) => "Tls",
        })
    }
}

impl Connector for Dialler {
    type Out = Pipe;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Pipe>, ureq::Error> {
        let stream = self.open();
        let stream = stream.map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Pipe {
            buffers,
            stream,
            sent: Arc::clone(&self.sent),
        }))
    }
}

impl Dialler {
    fn open(&self) -> Result<Stream, CallError> {
        let resolved = Resolved::new(&self.target, &self.options);
        let resolved = resolved
            .map_err(|failed| CallError::Connection(failed.error.unwrap_or(FetchError::Stopped)))?;
        let mut fetched = Fetched::new(&self.target);
        let stream = attempt::connect(&resolved, &self.options, self.deadline, &mut fetched)?;
        match &self.tls {
            None => Ok(Stream::Plain(stream)),
            Some(config) => {
                let shaken = self.shake_hands(config, stream);
                shaken.map(|stream| Stream::Tls(Box::new(stream)))
            }
        }
    }

    fn shake_hands(
        &self,
        config: &Arc<ClientConfig>,
        stream: DeadlineStream,
    ) -> Result<StreamOwned<ClientConnection, DeadlineStream>, CallError> {
        let name: ServerName<'static> = self.target.expected_name().ok_or(CallError::Url)?;
        let connection = ClientConnection::new(Arc::clone(config), name);
        let connection = connection.map_err(|error| FetchError::tls(&error))?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            let done = stream.conn.complete_io(&mut stream.sock);
            done.map_err(|error| self.failed(&error))?;
        }
        Ok(stream)
    }

    fn failed(&self, error: &io::Error) -> CallError {
        let seen = self.verifier.seen();
        if let Some(refused) = seen.refusal {
            return CallError::Untrusted {
                endpoint: self.target.endpoint.to_string(),
                origin: self.verifier.origin(),
                why: refused.why,
                hint: refused.hint,
                chain: seen.chain,
            };
        }
        if is_timeout(error) {
            let received = seen.chain.len() as u64;
            let phase = Phase::Handshake { received };
            return CallError::Connection(self.deadline.timeout(phase, None));
        }
        let inside = error.get_ref();
        let tls = inside.and_then(|inside| inside.downcast_ref::<rustls::Error>());
        CallError::Connection(match tls {
            Some(rustls::Error::AlertReceived(alert)) => FetchError::Alert {
                alert: alert_name(u8::from(*alert)),
                server_name: None,
                after_certificates: !seen.chain.is_empty(),
                client_certificate_requested: false,
            },
            Some(error) => FetchError::tls(error),
            None => FetchError::Closed {
                received: 0,
                after_certificates: !seen.chain.is_empty(),
                client_certificate_requested: false,
                reset: error.kind() == io::ErrorKind::ConnectionReset,
            },
        })
    }
}

impl Stream {
    fn both(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.as_mut(),
        }
    }
}

trait ReadWrite: Read + Write {}

impl<S: Read + Write> ReadWrite for S {}

impl Transport for Pipe {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    /// The deadline of the stream counts, and not ureq's, which begins later.
    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let stream = self.stream.both();
        // before it is written: what fails in the middle may have arrived
        self.sent.store(true, Ordering::Relaxed);
        stream.write_all(output)?;
        stream.flush()?;
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        let count = loop {
            match self.stream.both().read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    /// One call, one connection.
    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}
