//! One thing that somebody should know.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Change;
use crate::Certificate;

/// One thing that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable identifier, such as `CERT-LEAF-ONLY`.
    pub id: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a server, a file; `file: entry` for a part of it.
    pub subject: String,
    /// What was found, in lower case and without a period.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The certificate that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<About>,
    /// Why it is only a note, and until when: a silence of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silenced: Option<String>,
    /// What became of it since an earlier report, when there is one to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// Which certificate something is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Whose it is.
    pub subject: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
}

impl From<&Certificate> for About {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
        }
    }
}

impl Finding {
    /// A finding without advice.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        severity: Severity,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            severity,
            subject: subject.into(),
            message: message.into(),
            hint: None,
            certificate: None,
            silenced: None,
            change: None,
        }
    }

    /// With the certificate that it is about.
    #[must_use]
    pub fn about(mut self, certificate: &Certificate) -> Self {
        self.certificate = Some(About::from(certificate));
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Will hurt.
    Warning,
    /// Hurts now.
    Critical,
}
