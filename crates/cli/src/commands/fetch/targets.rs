//! Whom `fetch`, `verify` and `check` ask: arguments, networks, a list that is read line by line.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Result;
use trustpack_core::endpoint::{Endpoint, EndpointError, Network};
use trustpack_core::fetch::Target;
use trustpack_core::tls::offer::CertificateType;

use crate::args::CertType;
use crate::hint::{Hinted, of_file};
use crate::input::open_file;
use crate::output;
use crate::servers::Asking;

/// What the user said about whom to ask.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Wanted<'a> {
    pub endpoints: &'a [String],
    /// A list, one a line.
    pub list: Option<&'a Path>,
    pub yes_scan: bool,
    pub cert_type: Option<CertType>,
}

/// Targets in their order, and how many there are where that is known before.
pub(in crate::commands) struct Targets {
    pub stream: Box<dyn Iterator<Item = Result<Target, EndpointError>> + Send>,
    pub count: Option<usize>,
}

impl Targets {
    /// Arguments first, then the list. A mistyped argument is an error; a mistyped line has a record of its own.
    pub(in crate::commands) fn new(wanted: Wanted<'_>, asking: Asking) -> Result<Self> {
        let types = types(wanted.cert_type);
        let named = wanted
            .endpoints
            .iter()
            .map(|text| Named::parse(text, wanted.yes_scan))
            .collect::<Result<Vec<_>>>()?;
        let count = named.iter().map(Named::count).sum::<usize>() * types.len();
        let named = named.into_iter().flat_map(Named::endpoints).map(Ok);
        let expand = move |one: Result<Endpoint, EndpointError>| {
            expand(one.map(|endpoint| asking.target(endpoint)), &types)
        };
        let Some(path) = wanted.list else {
            return Ok(Self {
                stream: Box::new(Counted::new(named.flat_map(expand), count)),
                count: Some(count),
            });
        };
        let source: Box<dyn Read + Send> = match output::is_stdout(path) {
            true => Box::new(io::stdin()),
            false if path.is_dir() => {
                let message = format!("{}: this is a folder, and a list is meant", path.display());
                return Err(Hinted::new(message, "name a file with one server a line").into());
            }
            false => {
                let opened = open_file(path).map_err(|error| {
                    let hint = "check the path of --targets: a file with one server a line";
                    of_file(error.into(), &path.display().to_string(), hint)
                });
                Box::new(opened?)
            }
        };
        let scan = wanted.yes_scan;
        let listed = Lines::new(source).flat_map(move |line| from_line(line, scan));
        Ok(Self {
            stream: Box::new(named.chain(listed).flat_map(expand)),
            count: None,
        })
    }
}

/// Refuses arguments that name no server, and networks that nobody said yes to.
pub(in crate::commands) fn refuse(endpoints: &[String], yes_scan: bool) -> Result<()> {
    let mut endpoints = endpoints.iter();
    endpoints.try_for_each(|text| Named::parse(text, yes_scan).map(drop))
}

/// One target for each type of certificate that is wanted.
fn expand(
    one: Result<Target, EndpointError>,
    types: &[Option<CertificateType>],
) -> Vec<Result<Target, EndpointError>> {
    let target = match one {
        Ok(target) => target,
        Err(error) => return vec![Err(error)],
    };
    let of_type = |certificate_type: &Option<CertificateType>| {
        Ok(Target {
            certificate_type: *certificate_type,
            ..target.clone()
        })
    };
    types.iter().map(of_type).collect()
}

fn types(told: Option<CertType>) -> Vec<Option<CertificateType>> {
    match told {
        None => vec![None],
        Some(CertType::One(one)) => vec![Some(one)],
        Some(CertType::All) => CertificateType::ALL.map(Some).to_vec(),
    }
}

/// What one argument or line names.
enum Named {
    One(Endpoint),
    Network(Network),
}

impl Named {
    fn parse(text: &str, yes_scan: bool) -> Result<Self> {
        if let Some((_, rest)) = text.split_once("://")
            && yes_scan
            && Network::recognise(rest).is_some()
        {
            let message = format!("{text:?} is one server and a path, not a network");
            return Err(Hinted::new(message, format!("write the network alone: {rest}")).into());
        }
        let Some(network) = Network::recognise(text) else {
            return Ok(Self::One(text.parse()?));
        };
        let network = network?;
        if !yes_scan {
            let message = format!("{text} is a network of {} addresses", network.count());
            let hint = "add --yes-scan to ask each of them, if you may";
            return Err(Hinted::new(message, hint).into());
        }
        Ok(Self::Network(network))
    }

    fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Network(network) => network.count(),
        }
    }

    fn endpoints(self) -> Box<dyn Iterator<Item = Endpoint> + Send> {
        match self {
            Self::One(endpoint) => Box::new(std::iter::once(endpoint)),
            Self::Network(network) => Box::new(network.endpoints()),
        }
    }
}

fn from_line(
    line: Result<Line, EndpointError>,
    yes_scan: bool,
) -> Box<dyn Iterator<Item = Result<Endpoint, EndpointError>> + Send> {
    let Line { number, text } = match line {
        Ok(line) => line,
        Err(error) => return Box::new(std::iter::once(Err(error))),
    };
    match Named::parse(&text, yes_scan) {
        Ok(named) => Box::new(named.endpoints().map(Ok)),
        Err(error) => {
            let error = error.downcast().unwrap_or_else(|error| EndpointError {
                text,
                why: match error.is::<Hinted>() {
                    true => "only fetch and check ask a network, with --yes-scan",
                    false => "it cannot be read",
                },
                line: None,
            });
            Box::new(std::iter::once(Err(EndpointError {
                line: Some(number),
                ..error
            })))
        }
    }
}

/// The lines of a list that say something: without comments and white space.
struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    /// How many were read, with those that say nothing.
    count: usize,
    is_over: bool,
}

struct Line {
    /// From one.
    number: usize,
    text: String,
}

impl Lines {
    fn new(source: Box<dyn Read + Send>) -> Self {
        Self {
            source: BufReader::new(source),
            count: 0,
            is_over: false,
        }
    }

    /// One line, of which no more than a name can have is kept.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let count = (&mut self.source)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)?;
        if count as u64 == MAX_LINE && !line.ends_with(b"\n") {
            self.skip_line()?;
        }
        Ok((count > 0).then_some(line))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let (used, is_over) = match end {
                Some(end) => (end + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.source.consume(used);
            if is_over {
                return Ok(());
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Line, EndpointError>;

    fn next(&mut self) -> Option<Self::Item> {
        let bad = |number: usize, line: &[u8], why| {
            let shown = line.get(..SHOWN).unwrap_or(line);
            Some(Err(EndpointError {
                text: String::from_utf8_lossy(shown).trim_end().to_owned(),
                why,
                line: Some(number),
            }))
        };
        while !self.is_over {
            self.count += 1;
            let number = self.count;
            let line = match self.read() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(_) => {
                    self.is_over = true;
                    return bad(number, b"", "the list cannot be read any further");
                }
            };
            if line.len() as u64 == MAX_LINE {
                return bad(number, &line, "the line is longer than any name");
            }
            let Ok(text) = std::str::from_utf8(&line) else {
                return bad(number, &line, "the line is not UTF-8");
            };
            let text = text.trim_start_matches('\u{feff}').trim();
            // `#` may stand in a URL, a comment behind a target is set off
            let comment = text.find(" #").or_else(|| text.find("\t#"));
            let text = comment.map_or(text, |start| &text[..start]).trim_end();
            if !text.is_empty() && !text.starts_with('#') {
                let text = text.to_owned();
                return Some(Ok(Line { number, text }));
            }
        }
        self.is_over = true;
        None
    }
}

/// Says how many will come, so that no more threads are started than are needed.
struct Counted<I> {
    inner: I,
    left: usize,
}

impl<I> Counted<I> {
    fn new(inner: I, left: usize) -> Self {
        Self { inner, left }
    }
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.saturating_sub(1);
        self.inner.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

/// A name has 253 bytes at most, a URL around it seldom more than a few hundred.
const MAX_LINE: u64 = 4096;

/// Enough to find the line again.
const SHOWN: usize = 80;
