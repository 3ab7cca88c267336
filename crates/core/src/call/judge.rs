//! What makes a judgement of an answer.

use std::fmt;

use super::{Judgement, Response};
use crate::report::{Finding, Severity};

/// Makes a judgement of an answer that points nowhere else. `subject` is what findings are about.
pub(super) trait Judge: fmt::Debug + Send + Sync {
    fn judge(&self, subject: &str, response: &Response) -> Judgement;
}

/// What is critical and has advice.
pub(super) fn critical(
    id: &'static str,
    subject: &str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    Finding::new(id, Severity::Critical, subject, message).with_hint(hint)
}
