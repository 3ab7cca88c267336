//! `trustpack telegram set-webhook`.

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::call::telegram::{Webhook, is_reserved};
use trustpack_core::channel::{Channel, callbacks, validate_channel};
use trustpack_core::facts::Facts;
use trustpack_core::report::{Finding, Severity};

use super::certificate::upload;
use super::{Known, URL, defaults, expected, goes_on, is_public};
use crate::args::TelegramSetWebhook;
use crate::commands::Outcome;
use crate::commands::call::Caller;
use crate::commands::channel::spec;
use crate::render::Talk;

/// The name of the secret that Telegram sends back.
const SECRET_TOKEN: &str = "secret token";

/// Runs the verb.
pub(super) fn run(arguments: &TelegramSetWebhook, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.bot.whose.spec)?;
    let mut known = Known::find(&spec, &arguments.bot)?;
    let facts = crate::facts::read(&arguments.facts)?;
    let at = arguments.call.time.now();
    let url = known.url()?;
    let options = &arguments.options;
    let secret_token = options.secret_token.as_ref();
    let secret_token = secret_token.map(|source| known.sources.put(SECRET_TOKEN, source));
    let mut webhook = Webhook {
        url: url.clone(),
        certificate: None,
        ip_address: options.ip_address,
        max_connections: options.max_connections,
        allowed_updates: options.allowed_updates.clone(),
        drop_pending_updates: options.drop_pending_updates,
        secret_token,
    };
    let mut findings = limits(known.channel, &webhook, is_public(&known.bot), &facts, at);
    if has_critical(&findings) && !arguments.force {
        // nobody is asked about a URL that will not be set
        return refuse(arguments, known, findings, talk);
    }
    let upload = upload(arguments, &spec, known.channel, talk)?;
    webhook.certificate = upload.pem;
    findings.extend(upload.findings);
    if has_critical(&findings) && !arguments.force {
        return refuse(arguments, known, findings, talk);
    }
    for note in upload.notes {
        talk.say(format!("note: {note}"));
    }
    let set = known.bot.set_webhook(&webhook);
    let info = known
        .bot
        .webhook_info(expected(url, &arguments.recent, at)?);
    let name = known.channel.name.as_str();
    let defaults = defaults(known.channel);
    let mut caller = Caller::new(&arguments.call, defaults, known.sources, talk)?;
    if goes_on(&caller.make(&set)?) {
        caller.make(&info)?;
    }
    caller.tell(Some(name), findings)
}

/// Says why nothing is sent.
fn refuse(
    arguments: &TelegramSetWebhook,
    known: Known<'_>,
    findings: Vec<Finding>,
    talk: &Talk,
) -> Result<Outcome> {
    let defaults = defaults(known.channel);
    let caller = Caller::new(&arguments.call, defaults, known.sources, talk)?;
    if arguments.call.calling.send {
        talk.say("nothing was sent: --force sends it all the same");
    }
    caller.tell(Some(&known.channel.name), findings)
}

fn has_critical(findings: &[Finding]) -> bool {
    let mut findings = findings.iter();
    findings.any(|finding| finding.severity == Severity::Critical)
}

/// What Telegram would refuse, whatever certificate is behind the URL. A Bot API server of one's own may have been told to
/// take any port and address (`--local`).
fn limits(
    channel: &Channel,
    webhook: &Webhook,
    is_public: bool,
    facts: &Facts,
    at: OffsetDateTime,
) -> Vec<Finding> {
    let subject = format!("{}: {URL}", channel.label());
    let mut findings = validate_channel(channel, facts, at);
    findings.retain(|finding| finding.subject == subject);
    let (_, endpoint) = callbacks(channel).into_iter().next().unzip();
    let host = endpoint.map(|endpoint| endpoint.host().to_owned());
    let literal = host.and_then(|host| host.parse().ok());
    if let Some(address) = webhook.ip_address.or(literal)
        && is_reserved(address)
    {
        findings.push(
            Finding::new(
                "TG-RESERVED",
                Severity::Critical,
                subject,
                format!("Telegram refuses {address}: the address is private or reserved"),
            )
            .with_hint(
                "give the host a public IPv4 address, or name it with --ip-address, and have AICC show that URL",
            ),
        );
    }
    for finding in &mut findings {
        if !is_public && matches!(&*finding.id, "TG-PORT" | "TG-IPV6" | "TG-RESERVED") {
            finding.severity = Severity::Note;
        }
    }
    findings
}
