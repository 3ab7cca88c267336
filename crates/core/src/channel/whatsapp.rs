//! WhatsApp, as *Configuring the WhatsApp Channel* describes it (2025-01-23): one file per provider.

pub(super) mod infobip;

/// *Business Solution Provider*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// Infobip.
    Infobip,
}

impl Provider {
    /// As the document's list of options spells it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Infobip => "infobip",
        }
    }
}

/// What a provider word means to this version.
pub(super) enum ProviderWord {
    Supported(Provider),
    /// One of the document's options that has no model yet.
    Later(&'static str),
    Unknown,
}

/// The options of the document are lower case while its headings are not ("Twilio"), so case is ignored
/// (domain notes 7, A27).
pub(super) fn provider_word(word: &str) -> ProviderWord {
    match word.trim().to_ascii_lowercase().as_str() {
        "infobip" => ProviderWord::Supported(Provider::Infobip),
        "other" => ProviderWord::Later("other"),
        "cloud-api" => ProviderWord::Later("cloud-api"),
        "twilio" => ProviderWord::Later("twilio"),
        _ => ProviderWord::Unknown,
    }
}
