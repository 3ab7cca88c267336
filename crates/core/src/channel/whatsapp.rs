//! WhatsApp, as *Configuring the WhatsApp Channel* describes it (2025-01-23): one file per provider.

pub(super) mod infobip;

use super::parse::SpecErrorKind;
use super::secret;

/// *Business Solution Provider*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// Infobip.
    Infobip,
}

impl Provider {
    /// The options of the document are lower case while its headings are not ("Twilio"), so case is ignored
    /// (domain notes 7, A27).
    pub(super) fn from_word(word: &str) -> Result<Self, SpecErrorKind> {
        match word.trim().to_ascii_lowercase().as_str() {
            "infobip" => Ok(Self::Infobip),
            // The other options of the document; they have no model yet.
            "other" => Err(SpecErrorKind::ProviderNotSupported("other")),
            "cloud-api" => Err(SpecErrorKind::ProviderNotSupported("cloud-api")),
            "twilio" => Err(SpecErrorKind::ProviderNotSupported("twilio")),
            _ => Err(SpecErrorKind::ProviderUnknown(secret::word(word))),
        }
    }

    /// As the document's list of options spells it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Infobip => "infobip",
        }
    }
}
