//! What is said in clear before TLS: to the proxy, and to the server.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use crate::fetch::dial::Deadline;
use crate::fetch::stream::{DeadlineStream, is_timeout};
use crate::fetch::{FetchError, Phase, Target};
use crate::tls::proxy::{self, Proxy, ProxyError, ProxyTarget};
use crate::tls::starttls::{self, Names, TdsFraming};

/// Talks to the proxy until the tunnel stands.
pub(super) fn tunnel(
    stream: &mut DeadlineStream,
    proxy: &Proxy,
    to: &ProxyTarget,
    deadline: Deadline,
) -> Result<(), FetchError> {
    let refused = |error| FetchError::Proxy {
        proxy: proxy.to_string(),
        error,
    };
    let failed = |error: &io::Error| match is_timeout(error) {
        true => deadline.timeout(Phase::Proxy, None),
        false => refused(ProxyError::Closed),
    };
    let mut talk = proxy::Conversation::new(proxy, to).map_err(refused)?;
    loop {
        let output = talk.take_output();
        stream.write_all(&output).map_err(|error| failed(&error))?;
        let bytes = stream.read_some().map_err(|error| failed(&error))?;
        if let proxy::Progress::Connected { early } = talk.receive(&bytes).map_err(refused)? {
            stream.unread(early);
            return Ok(());
        }
    }
}

/// Talks to the server in clear until TLS may begin.
pub(super) fn upgrade(
    stream: &mut DeadlineStream,
    target: &Target,
    client: Option<IpAddr>,
    deadline: Deadline,
    address: Option<SocketAddr>,
) -> Result<(), FetchError> {
    let Some(protocol) = target.endpoint.starttls() else {
        return Ok(());
    };
    let name = target
        .expected_name()
        .map(|name| name.to_str().into_owned());
    let names = Names {
        server: name.as_deref().unwrap_or_else(|| target.endpoint.host()),
        client,
    };
    let mut talk = starttls::Conversation::new(protocol, &names);
    let failed = |error: &io::Error, talk: &starttls::Conversation| match is_timeout(error) {
        true => deadline.timeout(Phase::Starttls { protocol }, address),
        false => FetchError::Starttls(talk.closed()),
    };
    let mut progress = starttls::Progress::Talking;
    loop {
        let output = talk.take_output();
        stream
            .write_all(&output)
            .map_err(|error| failed(&error, &talk))?;
        if progress == starttls::Progress::Secure {
            break;
        }
        let bytes = stream.read_some().map_err(|error| failed(&error, &talk))?;
        progress = talk.receive(&bytes).map_err(FetchError::Starttls)?;
    }
    if protocol.wraps_handshake() {
        stream.wrap(TdsFraming::default());
    }
    Ok(())
}
