//! One server, asked for whoever may ask: the pieces of a round, for a single target.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::{Judge, Subject};
use trustpack_core::fetch::{Fence, FetchError, Fetched, connect, fetch};
use trustpack_core::report::{
    Connection, Origin, ReportFormat, Style, SubjectReport, Summary, Wanted, writer,
};
use trustpack_core::verify::ServerName;

use super::module::Module;
use crate::commands::check::servers::Answer;
use crate::render::Talk;
use crate::servers::Judging;

/// Longer than any name with scheme, port and path that a monitoring system asks about.
const MAX_TARGET: usize = 2_048;

/// What a request asks for.
pub(super) struct Probe {
    pub module: Arc<Module>,
    pub target: Endpoint,
    pub fence: Option<Arc<Fence>>,
    /// What is left of the time of whoever asks.
    pub timeout: Duration,
    /// Whether to tell people why the metrics are as they are, before them.
    pub debug: bool,
    pub talk: Talk,
}

/// The server of `target=…`: `host`, `host:port`, or a URL, of which only scheme, host and port count.
///
/// # Errors
/// What is wrong with it, in one line.
pub(super) fn target(text: &str) -> Result<Endpoint, String> {
    if text.is_empty() {
        return Err("target is empty".to_owned());
    }
    if text.len() > MAX_TARGET {
        return Err(format!("target is longer than {MAX_TARGET} bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err("target has control characters in it".to_owned());
    }
    let place = match text.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => {
            return Err(format!(
                "{text:?} has no certificate: write https:// or host:port"
            ));
        }
        Some((scheme, rest)) => {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            format!("{scheme}://{}", rest.get(..end).unwrap_or(rest))
        }
        // a path, a file: or a windows path
        None if text.contains(['/', '\\']) || text.starts_with('.') || text.contains(".:") => {
            return Err(format!("{text:?} is no server: write host:port"));
        }
        None => text.to_owned(),
    };
    if place.contains('@') {
        return Err("target has a user in it".to_owned());
    }
    let target = place
        .parse::<Endpoint>()
        .map_err(|error| format!("{error}: write host:port"))?;
    match target.ip().is_none() && ends_in_a_number(target.host()) {
        true => Err(format!(
            "{text:?} is an address in another form: write it as 192.0.2.1:443"
        )),
        false => Ok(target),
    }
}

/// Whether resolvers take it for an address, as `inet_aton` does: `0x7f000001`, `127.1` (WHATWG URL, "ends in a number").
fn ends_in_a_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|digit| digit.is_ascii_digit()),
    }
}

impl Probe {
    /// Asks, judges, and writes the metrics.
    ///
    /// # Errors
    /// When every address of the target is outside of what may be asked.
    pub(super) fn run(self, hostname: Option<ServerName<'static>>) -> Result<Vec<u8>, FetchError> {
        let at = OffsetDateTime::now_utc();
        let module = &self.module;
        let mut target = module.asking.target(self.target.clone());
        if hostname.is_some() {
            target.server_name = hostname;
        }
        let mut options = module.asking.options.clone();
        options.timeout = options.timeout.min(self.timeout);
        options.fence.clone_from(&self.fence);
        let fetched = match module.wanted {
            Wanted::Connected => {
                target.endpoint = target.endpoint.with_starttls(None);
                connect(&target, &options)
            }
            _ => fetch(&target, &options),
        };
        if let Some(error @ FetchError::Outside { .. }) = &fetched.error {
            return Err(error.clone());
        }
        let subject = self.subject(&fetched, at);
        let report = Judge::new(module.policy.clone(), at).judge(subject);
        let metrics = Self::written(ReportFormat::Prometheus(module.metrics), &report, at);
        Ok(match self.debug {
            true => {
                let mut told = Self::written(ReportFormat::Table, &report, at);
                told.extend_from_slice(b"\nMetrics:\n\n");
                told.extend_from_slice(&metrics);
                told
            }
            false => metrics,
        })
    }

    fn subject(&self, fetched: &Fetched, at: OffsetDateTime) -> Subject {
        let module = &self.module;
        if module.wanted != Wanted::Connected {
            let judging = Judging::of(Arc::clone(&module.roots), at);
            let mut subject = Answer::new(fetched, &judging, false, at, &self.talk).subject;
            if let Some(connection) = &mut subject.connection {
                connection.wanted = module.wanted;
            }
            return subject;
        }
        let name = fetched.target.endpoint.to_string();
        let mut subject = match &fetched.error {
            Some(error) => Subject::unreachable(name, error),
            None => Subject::new(name),
        };
        subject.origin = Origin::Endpoint;
        subject.connection = Some(Connection {
            address: fetched.address,
            elapsed_ms: u64::try_from(fetched.elapsed.as_millis()).unwrap_or(u64::MAX),
            wanted: Wanted::Connected,
            ..Connection::default()
        });
        subject
    }

    fn written(format: ReportFormat, report: &SubjectReport, at: OffsetDateTime) -> Vec<u8> {
        let mut text = Vec::new();
        let mut writer = writer(format, at, &Style::default(), "", Box::new(&mut text));
        let mut summary = Summary::default();
        summary.add(report);
        // memory takes everything
        let _ = writer.subject(report).and_then(|()| writer.end(&summary));
        drop(writer);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_server_and_what_is_none() {
        let read = |text: &str| target(text).map(|endpoint| endpoint.to_string());
        for (text, endpoint) in [
            ("example.org", "example.org:443"),
            ("example.org:8443", "example.org:8443"),
            ("https://example.org/", "example.org:443"),
            ("https://example.org:8443/a/b?c=d#e", "example.org:8443"),
            ("[::1]:443", "[::1]:443"),
            ("smtp://mail.example.org", "smtp://mail.example.org:25"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(endpoint), "{text}");
        }
        let long = "a".repeat(10_000);
        for wrong in [
            "",
            "/etc/passwd",
            "../store.jks",
            "./store.jks",
            "file:///etc/passwd",
            "file:/etc/passwd",
            "C:\\store.jks",
            "http://example.org/",
            "gopher://example.org",
            "example.org:99999",
            "exa\nmple.org",
            "example.org\0",
            "https://user:secret@example.org/",
            "https://",
            &long,
        ] {
            let refused = read(wrong);
            assert!(refused.is_err(), "{wrong:?}: {refused:?}");
            assert!(!refused.unwrap_err().contains('\n'));
        }
    }
}
