//! WhatsApp, as *Configuring the WhatsApp Channel* describes it (2025-01-23): one file per *Business Solution Provider*, and
//! here what they share.

pub(super) mod cloud_api;
pub(super) mod infobip;
pub(super) mod other;
pub(super) mod twilio;

use super::field::{Change, Document, Field, Section, Source};
use super::form::{Fault, Form, PHONE};
use super::kind::{PROVIDER, Selection, TYPE};
use super::model::Channel;
use super::secret::shown;
use super::steps::{self, Known, Phase, Step, Who};
use super::url;
use crate::report::Severity;

static DOCUMENT: Document = Document::new(
    "Configuring the WhatsApp Channel",
    "2025-01-23",
    "https://support.huaweicloud.com/intl/en-us/usermanual-cec/cec_04_0062.html",
);

const INTEGRATION: Source = DOCUMENT.at("Procedure, step 6");

const CHANGE: &str = "If the information provided by the WhatsApp service path provider is changed: sign in as a tenant \
    administrator, choose Configuration Center > Access Configuration > Channel Configuration, click Edit in the Operation \
    column of the channel, and update UserName, Password, BaseUrl, and AccountKey.";

const WHATSAPP: Selection = Selection::new(TYPE, "Channel Selection", "whatsapp", "WhatsApp");

const fn provider(word: &'static str) -> Selection {
    Selection::new(PROVIDER, "Business Solution Provider", word, word)
}

const fn info(key: &'static str, label: &'static str, source: Source) -> Field {
    Field::new(Section::Info, key, label, source)
}

const fn phone_number(source: Source) -> Field {
    info("phone_number", "Phone Number", source)
        .form(Form::Shaped(&PHONE))
        .personal()
        .says("Phone number for registering a WhatsApp service path provider user")
        .example("+441134960000")
}

const fn output(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::Outputs, key, label, INTEGRATION)
        .later()
        .from("Channel Integration page, after The next step")
}

/// "If scenario key:NO is displayed, click Generate. Skip this step if the WhatsApp service provider is cloud-api."
const SCENARIO_KEY: Field = Field::new(
    Section::Outputs,
    "scenario_key",
    "scenario key",
    DOCUMENT.at("Procedure, step 7"),
)
.later()
.says("If scenario key:NO is displayed, click Generate.")
.from("Channel Integration page, Generate")
.to("AICC, which keeps it")
.secret("the scenario key");

const MESSAGE_LABEL: &str = "url used to send message to agent";
const REPORT_LABEL: &str = "url used to send report to agent";

/// An API URL prefix of any provider: the fault, if it is none at all.
fn prefix_fault(text: &str, hint: &'static str) -> Option<Fault> {
    let critical = |why: &str| {
        let message = format!("{} is no API URL prefix: {why}", shown(text));
        Some(Fault::new("URL-FORM", Severity::Critical, message, hint))
    };
    match url::https(text) {
        Err(why) => critical(why),
        Ok(url) if url.has_extra => critical("it has a query or fragment"),
        Ok(_) => None,
    }
}

/// A prefix that can be used, and is likely not the one that is meant.
fn prefix_doubt(message: impl Into<String>, hint: &'static str) -> Option<Fault> {
    Some(Fault::new("URL-FORM", Severity::Warning, message, hint))
}

const OUTSIDE: &str = "This feature applies only to regions outside the Chinese mainland.";

/// The step that gives what *Table 1* asks for, but for what another one gives.
fn obtain(channel: &Channel, mut step: Step, others: &[&str]) -> Step {
    for field in channel.kind.fields_of(Section::Info) {
        if !others.contains(&field.key) {
            step = step.gives(channel, &field.path());
        }
    }
    step.note(OUTSIDE)
        .done("every value is in the specification or behind its reference")
}

/// What is to be done before: `data` obtains the provider's data; then the trustlist, the certificates. `trustlist` is what
/// is known of the request.
fn before(
    channel: &Channel,
    known: Known<'_>,
    data: impl IntoIterator<Item = Step>,
    trustlist: &str,
) -> Vec<Step> {
    let mut steps = data.into_iter().collect::<Vec<_>>();
    steps.extend([
        steps::trustlist(channel, trustlist)
            .again(Change::Provider, "Only if BaseUrl is another one."),
        steps::trust_ready(channel, known),
    ]);
    // its app is one of the product
    if channel.kind.word("verification_method") == Some("oAuth") {
        steps.push(steps::token_check());
    }
    if channel.kind.has(Section::Identity) {
        steps.push(steps::identity_ready(channel, known));
    }
    steps.extend(steps::uploads(channel, known));
    steps
}

/// The document's *Procedure*, steps 6 and 7, where the page shows two URLs; `notify` tells the provider.
fn after(channel: &Channel, notify: Step) -> Vec<Step> {
    let notify = notify
        .value(channel, "outputs.message_url")
        .value(channel, "outputs.report_url");
    vec![
        Step::new(
            Phase::Create,
            Who::TenantAdministrator,
            "Copy the two callback URLs",
        )
        .place("Channel Integration")
        .gives(channel, "outputs.message_url")
        .gives(channel, "outputs.report_url")
        .recorded_by(
            channel,
            "--message-url URL --report-url URL",
            "them into the specification and checks their form",
        )
        .done("both URLs are recorded"),
        notify,
        // "Skip this step if the WhatsApp service provider is cloud-api."
        Step::new(
            Phase::Create,
            Who::TenantAdministrator,
            "Generate the scenario key",
        )
        .place("Channel Integration")
        .note("Only if scenario key:NO is displayed: click Generate.")
        .done("scenario key:NO is no longer displayed"),
    ]
}
