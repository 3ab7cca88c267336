//! What is sent: a short text, or a long one in parts.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::document::Inflating;

/// The parts of an answer, which come as the reader takes them.
pub(super) struct Parts {
    inflating: Option<Inflating>,
    /// In reverse.
    rest: Vec<Bytes>,
    left: u64,
}

impl Parts {
    /// All of it is there.
    pub(super) fn whole(mut parts: Vec<Bytes>) -> Self {
        parts.reverse();
        let left = parts.iter().map(|part| part.len() as u64).sum();
        Self {
            inflating: None,
            rest: parts,
            left,
        }
    }

    /// `length` bytes are inflated, `rest` follows.
    pub(super) fn inflated(inflating: Inflating, length: u64, rest: Bytes) -> Self {
        Self {
            left: length + rest.len() as u64,
            inflating: Some(inflating),
            rest: vec![rest],
        }
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let part = match self.inflating.as_mut().and_then(Iterator::next) {
            Some(Ok(part)) => part,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => {
                self.inflating = None;
                match self.rest.pop() {
                    Some(part) => part,
                    None => return Poll::Ready(None),
                }
            }
        };
        self.left = self.left.saturating_sub(part.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// What every route answers with.
pub(super) type Reply = Response<Parts>;

/// What a service of hyper returns.
pub(super) type Answered = Result<Reply, Infallible>;

/// Prometheus' text format.
pub(super) const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// An answer of a type, which nobody between keeps.
pub(super) fn reply(status: StatusCode, kind: &'static str, parts: Parts) -> Reply {
    let mut reply = Response::new(parts);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    reply
}

/// One line.
pub(super) fn line(status: StatusCode, text: impl Into<String>) -> Reply {
    let mut text = text.into();
    text.push('\n');
    reply(status, TEXT, Parts::whole(vec![text.into()]))
}
