//! Why a client refuses a server: the word of each reason, what it is about, and how much it says.

use super::Refusal;
use crate::Certificate;

impl Refusal {
    /// A word from a closed list, for scripts.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::AnchorAmbiguous { .. } => "anchor-ambiguous",
            Self::AnchorNotCa { .. } => "anchor-not-ca",
            Self::AnchorNotSigner { .. } => "anchor-not-signer",
            Self::BadSignature { .. } => "bad-signature",
            Self::CannotCheckSignature { .. } => "cannot-check-signature",
            Self::ChainTooLong { .. } => "chain-too-long",
            Self::ClientLimit { .. } => "client-limit",
            Self::CriticalExtension { .. } => "critical-extension",
            Self::DistrustedCa { .. } => "distrusted-ca",
            Self::EndEntityIsCa { .. } => "end-entity-is-ca",
            Self::EndEntityKeyUsage { .. } => "end-entity-key-usage",
            Self::EndEntityPurpose { .. } => "end-entity-purpose",
            Self::Expired { .. } => "expired",
            Self::HostMismatch { .. } => "host-mismatch",
            Self::InvalidExtensions { .. } => "invalid-extensions",
            Self::LifetimeTooLong { .. } => "lifetime-too-long",
            Self::NameConstraints { .. } => "name-constraints",
            Self::NoCertificate => "no-certificate",
            Self::NoPath { .. } => "no-path",
            Self::NotByAnchor { .. } => "not-by-anchor",
            Self::NotCa { .. } => "not-ca",
            Self::NotParsed { .. } => "not-parsed",
            Self::NotSigner { .. } => "not-signer",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::PathTooLong { .. } => "path-too-long",
            Self::Policies { .. } => "policies",
            Self::StoreUnreadable { .. } => "store-unreadable",
            Self::TooManyCandidates { .. } => "too-many-candidates",
            Self::TooManyNames { .. } => "too-many-names",
            Self::Unreadable { .. } => "unreadable",
            Self::Version { .. } => "version",
            Self::WeakAlgorithm { .. } => "weak-algorithm",
        }
    }

    /// Whether this is no answer of the client: what it would say is not known.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self.cause(),
            Self::CannotCheckSignature { .. }
                | Self::TooManyCandidates { .. }
                | Self::TooManyNames { .. }
        )
    }

    /// Whether the budget of this program is spent, so that nothing more may be tried.
    pub(in crate::verify) fn is_exhausted(&self) -> bool {
        matches!(
            self,
            Self::TooManyCandidates { .. } | Self::TooManyNames { .. }
        )
    }

    /// The innermost reason: what ruled out the path, where that is known.
    pub fn cause(&self) -> &Self {
        match self {
            Self::NoPath {
                cause: Some(cause), ..
            } => cause.cause(),
            other => other,
        }
    }

    /// The certificate that it is about: the one that is wrong, or above which something is missing.
    pub fn certificate(&self) -> Option<&Certificate> {
        match self.cause() {
            Self::AnchorAmbiguous { certificate, .. }
            | Self::AnchorNotCa { certificate }
            | Self::AnchorNotSigner { certificate }
            | Self::BadSignature { certificate, .. }
            | Self::CannotCheckSignature { certificate, .. }
            | Self::CriticalExtension { certificate, .. }
            | Self::DistrustedCa { certificate, .. }
            | Self::EndEntityIsCa { certificate }
            | Self::EndEntityKeyUsage { certificate }
            | Self::EndEntityPurpose { certificate, .. }
            | Self::Expired { certificate, .. }
            | Self::HostMismatch { certificate, .. }
            | Self::InvalidExtensions { certificate }
            | Self::LifetimeTooLong { certificate, .. }
            | Self::NameConstraints { certificate, .. }
            | Self::NoPath { certificate, .. }
            | Self::NotByAnchor { certificate }
            | Self::NotCa { certificate }
            | Self::NotParsed { certificate, .. }
            | Self::NotSigner { certificate }
            | Self::NotYetValid { certificate, .. }
            | Self::PathTooLong { certificate }
            | Self::Policies { certificate, .. }
            | Self::TooManyNames { certificate }
            | Self::Version { certificate, .. }
            | Self::WeakAlgorithm { certificate, .. } => Some(certificate),
            Self::ChainTooLong { .. }
            | Self::ClientLimit { .. }
            | Self::NoCertificate
            | Self::StoreUnreadable { .. }
            | Self::TooManyCandidates { .. }
            | Self::Unreadable { .. } => None,
        }
    }

    /// Which of several reasons says most to a person: a candidate that nearly fits beats one that is not there.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            // one candidate that might do leaves everything open
            Self::CannotCheckSignature { .. } => 7,
            Self::Expired { .. } | Self::NotYetValid { .. } => 5,
            Self::NameConstraints { .. }
            | Self::PathTooLong { .. }
            | Self::Policies { .. }
            | Self::WeakAlgorithm { .. } => 4,
            Self::AnchorNotCa { .. }
            | Self::AnchorNotSigner { .. }
            | Self::CriticalExtension { .. } => 4,
            Self::NotCa { .. } | Self::NotSigner { .. } => 3,
            Self::BadSignature { .. } | Self::NotByAnchor { .. } => 2,
            Self::NoPath { .. } => 1,
            _ => 6,
        }
    }
}
