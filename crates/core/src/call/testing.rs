//! What the tests of calls share.

use super::Response;

/// An answer without headers.
pub(super) fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        content_type: None,
        location: None,
        retry_after: None,
        body: body.as_bytes().to_vec(),
    }
}
