//! `trustpack telegram`: the webhook of a channel.

mod certificate;
mod set;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::call::telegram::{BOT_API, Bot, Expected};
use trustpack_core::call::{Answer, Slot};
use trustpack_core::channel::{Channel, SecretRef, Spec, Value};

use super::Outcome;
use super::call::{Called, Caller, Defaults, Sources};
use super::channel::spec;
use crate::args::{self, Recent, Telegram, TelegramDelete, TelegramStatus};
use crate::hint::Hinted;
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(verb: &Telegram, talk: &Talk) -> Result<Outcome> {
    match verb {
        Telegram::SetWebhook(arguments) => set::run(arguments, talk),
        Telegram::Status(arguments) => status(arguments, talk),
        Telegram::Delete(arguments) => delete(arguments, talk),
    }
}

/// The path of the token.
const TOKEN: &str = "handover.bot_token";

/// A channel with its bot.
struct Known<'a> {
    channel: &'a Channel,
    bot: Bot,
    sources: Sources,
}

impl<'a> Known<'a> {
    fn find(spec: &'a Spec, named: &args::Bot) -> Result<Self> {
        let is_telegram = |channel: &&Channel| channel.kind.word("type") == Some("telegram");
        let what = "of Telegram";
        let channel = spec::the_one(spec, named.whose.channel.as_deref(), is_telegram, what)?;
        if !is_telegram(&channel) {
            let message = format!("{}: it is no Telegram channel", channel.label());
            let hint =
                "name a Telegram channel with --channel; `trustpack channel list` shows them";
            return Err(Hinted::new(message, hint).into());
        }
        let mut sources = Sources::of_channel(spec, channel);
        let token = match &named.token {
            Some(source) => sources.put(TOKEN, source),
            None => own_token(channel)?,
        };
        let bot = Bot {
            subject: channel.label(),
            api: named.api.clone(),
            token,
        };
        Ok(Self {
            channel,
            bot,
            sources,
        })
    }

    /// The callback URL, as it is recorded.
    fn url(&self) -> Result<String> {
        let field = self.channel.kind.field_at(URL);
        let value = field.and_then(|field| self.channel.values.of_field(field));
        match value {
            Some(Value::Text(url)) if !url.trim().is_empty() => Ok(url.clone()),
            Some(Value::Withheld) => Err(Hinted::new(
                format!("{}: {URL} is not valid", self.channel.label()),
                "`trustpack channel validate` says what is wrong",
            )
            .into()),
            _ => Err(Hinted::new(
                format!("{}: {URL} is not recorded", self.channel.label()),
                "`trustpack channel record` writes it into the specification",
            )
            .into()),
        }
    }
}

/// The path of the callback URL.
const URL: &str = "outputs.message_url";

fn own_token(channel: &Channel) -> Result<Slot> {
    let field = channel.kind.field_at(TOKEN);
    match field.and_then(|field| channel.values.of_field(field)) {
        Some(Value::Secret(SecretRef::Inline)) | Some(Value::Withheld) => Err(Hinted::new(
            format!("{}: {TOKEN} is a literal, and not a reference", channel.label()),
            "write env:NAME, file:PATH or prompt, and have @BotFather make a new token: this one has leaked",
        )
        .into()),
        Some(Value::Secret(secret)) => Ok(Slot::new(TOKEN, secret.to_string())),
        _ => Err(Hinted::new(
            format!("{}: there is no {TOKEN}", channel.label()),
            "write env:NAME, file:PATH or prompt there, or name it with --token",
        )
        .into()),
    }
}

/// What Telegram should have.
fn expected(url: String, recent: &Recent, at: OffsetDateTime) -> Result<Expected> {
    let recent = time::Duration::try_from(recent.recent)?;
    Ok(Expected { url, at, recent })
}

/// Whether this is the Bot API server of everybody, with its limits.
fn is_public(bot: &Bot) -> bool {
    bot.api.as_str() == BOT_API
}

fn status(arguments: &TelegramStatus, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.bot.whose.spec)?;
    let known = Known::find(&spec, &arguments.bot)?;
    let at = arguments.call.time.now();
    let call = known
        .bot
        .webhook_info(expected(known.url()?, &arguments.recent, at)?);
    let defaults = defaults(known.channel);
    let mut caller = Caller::new(&arguments.call, defaults, known.sources, talk)?;
    caller.make(&call)?;
    caller.tell(Some(&known.channel.name), Vec::new())
}

fn delete(arguments: &TelegramDelete, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.bot.whose.spec)?;
    let known = Known::find(&spec, &arguments.bot)?;
    let at = arguments.call.time.now();
    let delete = known.bot.delete_webhook(arguments.drop_pending_updates);
    let info = known
        .bot
        .webhook_info(expected(String::new(), &arguments.recent, at)?);
    let defaults = defaults(known.channel);
    let mut caller = Caller::new(&arguments.call, defaults, known.sources, talk)?;
    if goes_on(&caller.make(&delete)?) {
        caller.make(&info)?;
    }
    caller.tell(Some(&known.channel.name), Vec::new())
}

/// Telegram's servers have public certificates.
fn defaults(channel: &Channel) -> Defaults<'_> {
    Defaults {
        trust: None,
        channel: Some(&channel.name),
    }
}

/// Whether the next call follows.
fn goes_on(called: &Called) -> bool {
    matches!(called, Called::Shown | Called::Answered(Answer::Yes))
}
