//! Where passwords come from.

use std::marker::PhantomData;

use clap::Args;
use clap::builder::TypedValueParser;
use trustpack_core::keystore::Profile;

use super::words;
use crate::password::{KeyPasswordSource, PasswordSource};

/// The password of the store that is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct StorePassword {
    /// Password of the store to write: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Password of the keys in it, when it differs; with ALIAS= of that key only, which it opens as well. Repeatable.
    #[arg(long, value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP)]
    pub profile: Option<Profile>,
}

/// Passwords of the stores that are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct InputPassword {
    /// Password of input stores, tried in turn: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,
}

/// Passwords of the stores that are read, where none is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct ReadPassword {
    /// Passwords of the stores, tried in turn: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long = "password", visible_alias = "input-password", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,
}

/// Parses where a password comes from, or a URL in which a token may stand. What is none may be the secret itself, so the
/// refusal, other than clap's own, does not repeat it.
#[derive(Clone)]
pub(crate) struct SourceParser<T>(PhantomData<fn() -> T>);

impl<T> Default for SourceParser<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T> TypedValueParser for SourceParser<T>
where
    T: std::str::FromStr + Clone + Send + Sync + 'static,
    T::Err: std::fmt::Display,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parsed = match value.to_str() {
            Some(text) => text.parse::<T>().map_err(|error| error.to_string()),
            None => Err("not UTF-8".to_owned()),
        };
        parsed.map_err(|why| {
            let argument = argument.map(ToString::to_string).unwrap_or_default();
            let message = format!("invalid value for '{argument}': {why}\n");
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

/// The words of `--profile`.
pub(super) const PROFILES: &[&str] = &["modern", "legacy", "passwordless", "pbmac1"];

pub(super) const PROFILE_HELP: &str = "\
How a PKCS#12 is protected: modern (Java 8u301, OpenSSL 1.1.1 or later), legacy (3DES: everything), passwordless (as the \
cacerts of JDK 18), pbmac1 (OpenSSL 3.4, Java 26 or later). Default: as it is, a new one modern";
