//! WhatsApp through Meta's Cloud API (domain notes 5.6): "can only be demonstrated and cannot be put into commercial use".

mod graph;

use time::{Duration, OffsetDateTime};

use super::{DOCUMENT, WHATSAPP, info, output, phone_number, provider};
use crate::channel::common::{BASIC_AND_ROBOT, CHANNEL, IDENTITY, TRUST};
use crate::channel::field::{Change, Field, Need, Section, Source};
use crate::channel::form::{Callback, DATE_OR_NEVER, DIGITS, Form, date};
use crate::channel::kind::{Host, PROXY_SUSPECTED, Variant};
use crate::channel::model::{Channel, Container};
use crate::channel::rules::Found;
use crate::channel::steps::{Known, Phase, Step, Who};
use crate::facts::Facts;
use crate::report::Severity;

pub(in crate::channel) static VARIANT: Variant = Variant {
    title: "WhatsApp / cloud-api",
    selection: &[WHATSAPP, provider("cloud-api")],
    document: &DOCUMENT,
    tables: &[
        CHANNEL,
        INFO,
        BASIC_AND_ROBOT,
        TRUST,
        IDENTITY,
        OUTPUTS,
        HANDOVER,
    ],
    // "The certificate must be in .der format."
    container: Container::Der,
    trust_file: "trust.der",
    trust_word: "trust certificate",
    by_hand: "In place of accessing https://graph.facebook.com/v8.0 and exporting the certificate using a browser (in China: of obtaining the one of the proxy server). The certificate must be in .der format.",
    hosts: &[Host::Fixed {
        name: "graph.facebook.com",
        why: "https://graph.facebook.com/, whose certificate the document asks for",
    }],
    public_hosts: true,
    unknown_root: &PROXY_SUSPECTED,
    rules,
    before,
    after,
    change: super::CHANGE,
    changes_with: Change::Provider,
};

const SOURCE: Source = DOCUMENT.at("Prerequisites, cloud-api");

const WEBHOOKS: &str = "https://developers.facebook.com/apps/App ID/webhooks";

/// Where the channel is used; in China the trust certificate is that of a proxy.
const REGIONS: &[&str] = &["china", "elsewhere"];

static INFO: &[Field] = &[
    info("region", "In China / Outside China", SOURCE)
        .form(Form::Word(REGIONS))
        .optional()
        .says("In China: Direct access to https://graph.facebook.com/v8.0 is restricted. You need to configure a proxy server and obtain the trust certificate of the proxy server.")
        .from("where the product runs; default: elsewhere")
        .to("no field of AICC; decides which trust certificate is right")
        .example("elsewhere"),
    info("app_key", "APP Key", SOURCE)
        .changes(Change::App)
        .form(Form::Shaped(&DIGITS))
        .says("The app ID corresponds to the value of APP Key in the channel configuration in the AICC.")
        .from("Meta: app ID, https://developers.facebook.com/apps/App ID/settings/basic")
        .example("123456789012345"),
    info("app_secret", "APP Secret", SOURCE)
        .changes(Change::App)
        .says("The app secret corresponds to the value of APP Secret in the channel configuration in the AICC.")
        .from("Meta: app secret, on the same page")
        .secret("the app secret"),
    phone_number(SOURCE)
        .says("The test number corresponds to the value of Phone Number in the AICC.")
        .from("Meta: test number, WhatsApp > API Setup"),
    info("base_url", "BaseUrl", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&graph::BASE_URL))
        .says("The URL in the red box corresponds to the value of BaseUrl in the AICC.")
        .from("Meta: URL of the example call, WhatsApp > API Setup")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist (not stated by the document)")
        .example("https://graph.facebook.com/v25.0/123456789012345/messages"),
    info("access_token", "access token", SOURCE)
        .changes(Change::Provider)
        .says("The generated token must have the whatsapp_business_messaging and whatsapp_business_management permissions.")
        .from("Meta: system user (role Employee), Add assets, Generate new token")
        .secret("the access token"),
    info("token_valid_until", "token validity period", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&DATE_OR_NEVER))
        .says("When generating the token, you need to select a validity period, which corresponds to the token validity period in the AICC.")
        .from("Meta: the period that was chosen when the token was generated, as its last day, or never")
        .example("2027-06-30"),
];

static OUTPUTS: &[Field] = &[
    output("url", "URL")
        .form(Form::Callback(&URL))
        .says("Obtain the values of URL and Verification Code and configure them at https://developers.facebook.com/apps/App ID/webhooks.")
        .to(WEBHOOKS)
        .example("https://aicc.example.com/social/on/whatsapp/cloud-api/message/1234567890"),
    output("verification_code", "Verification Code")
        .changes(Change::Webhook)
        .to(WEBHOOKS)
        .secret("the verification code"),
];

static HANDOVER: &[Field] = &[Field::new(
    Section::Handover,
    "recipient_number",
    "recipient number",
    SOURCE,
)
.form(Form::Shaped(&crate::channel::form::PHONE))
.need(Need::Later)
.personal()
.says("The recipient number needs to be manually added so that the customer can access the WhatsApp channel.")
.from("a customer who takes part in the demonstration")
.to("Meta: WhatsApp > API Setup")
.example("+441134960001")];

/// Not published (domain notes 2.3).
static URL: Callback = Callback {
    other: None,
    ..Callback::single(None)
};

/// `TOKEN-VALIDITY`: so long before its end a token is told of.
const TOKEN_WARNING: Duration = Duration::days(30);

fn rules(channel: &Channel, facts: &Facts, at: OffsetDateTime) -> Vec<Found> {
    let mut found = vec![Found::new(
        "DEMO-ONLY",
        Severity::Note,
        "",
        "cloud-api can only be demonstrated and cannot be put into commercial use",
        "use another provider for customers",
    )];
    if channel.values.text(Section::Info, "region") == Some("china") {
        found.extend(in_china(channel));
    }
    if let Some(text) = channel.values.text(Section::Info, "base_url") {
        found.extend(graph::version(text, facts, at.date()));
    }
    found.extend(token(channel, at));
    found
}

/// Domain notes 7, A16.
fn in_china(channel: &Channel) -> Vec<Found> {
    let mut found = vec![Found::new(
        "REGION",
        Severity::Warning,
        "info.region",
        "this feature applies only to regions outside the Chinese mainland",
        "see with the product's support whether the channel can be used there at all",
    )];
    if channel.connect().is_none() && channel.files().is_none() {
        found.push(Found::new(
            "REGION",
            Severity::Critical,
            "trust.files",
            "in China the trust certificate is that of a proxy server, and none is given",
            "name the certificate file of the proxy in trust.files, or the proxy in trust.connect",
        ));
    }
    found
}

fn token(channel: &Channel, at: OffsetDateTime) -> Option<Found> {
    let last = date(channel.values.text(Section::Info, "token_valid_until")?)?;
    let left = last - at.date();
    let hint = "generate a new token with the same two permissions, and update access token and validity period";
    let found = |severity, message: String| {
        Found::new(
            "TOKEN-VALIDITY",
            severity,
            "info.token_valid_until",
            message,
            hint,
        )
    };
    if left.is_negative() {
        let message = format!("the access token ended on {last}");
        return Some(found(Severity::Critical, message));
    }
    (left <= TOKEN_WARNING).then(|| {
        let message = format!(
            "the access token ends on {last}, in {} days",
            left.whole_days()
        );
        found(Severity::Warning, message)
    })
}

fn before(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let step = |title: &str| Step::new(Phase::Before, Who::Operator, title);
    let create = step("Create an app at Meta for Developers")
        .place("https://developers.facebook.com/apps")
        .note("Log in to Facebook using a Meta for Developers account.")
        .note("Click Other, select the Business type, customize the app name, and retain other default settings.")
        .note("Currently, this function can only be demonstrated and cannot be put into commercial use.")
        .note(super::OUTSIDE)
        .done("the app is listed");
    let information = step("Copy the app ID and the app secret")
        .again(Change::App, "")
        .place("https://developers.facebook.com/apps/App ID/settings/basic")
        .gives(channel, "info.app_key")
        .gives(channel, "info.app_secret")
        .note("The app ID is the value of APP Key, the app secret that of APP Secret.")
        .done("the app ID is recorded, and the app secret is behind its reference");
    let product = step("Add the WhatsApp product to the app")
        .place("WhatsApp > Quickstart")
        .note("Configure the quick start. If the advertisement placement function is disabled for the Facebook account, apply for enabling it.")
        .done("WhatsApp > API Setup can be opened");
    let number = step("Copy the phone number and the base URL, and add the recipient number")
        .place("WhatsApp > API Setup")
        .gives(channel, "info.phone_number")
        .gives(channel, "info.base_url")
        .value(channel, "handover.recipient_number")
        .note("The test number is the value of Phone Number, the URL of the example call that of BaseUrl.")
        .note("The recipient number is the mobile number of a customer; it is added by hand so that the customer can access the channel.")
        .done("both values are recorded, and the recipient number is listed");
    let token = step("Add a system user and generate a token")
        .place("https://business.facebook.com/settings/system-users > Users > System users")
        .note("Select the business of the app, customize System user name, and set System user role to Employee.")
        .note("Add assets, then generate a new token with the permissions whatsapp_business_messaging and whatsapp_business_management, and select its validity period.")
        .gives(channel, "info.access_token")
        .gives(channel, "info.token_valid_until")
        .done("the token is behind its reference, and the last day of its validity period is recorded");
    let proxy = (channel.values.text(Section::Info, "region") == Some("china")).then(|| {
        step("Configure a proxy server and obtain its trust certificate")
            .note("In China, direct access to https://graph.facebook.com/v8.0 is restricted.")
            .value(channel, "trust.files")
            .value(channel, "trust.connect")
            .done("trust.files or trust.connect of the specification names it")
    });
    let data = [create, information, product, number, token]
        .into_iter()
        .chain(proxy);
    let trustlist = "Not stated by the document for this provider; asked for by the product for every other address.";
    super::before(channel, known, data, trustlist)
}

fn after(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    vec![
        Step::new(
            Phase::Create,
            Who::TenantAdministrator,
            "Copy the URL and the Verification Code",
        )
        .again(Change::Webhook, "")
        .place("Channel Integration")
        .gives(channel, "outputs.url")
        .gives(channel, "outputs.verification_code")
        .recorded_by(
            channel,
            "--url URL --verification-code env:VARIABLE",
            "the URL, and where the code is, into the specification",
        )
        .done("the URL is recorded, and the code is behind its reference"),
        Step::new(
            Phase::Create,
            Who::Operator,
            "Configure the webhook at Meta",
        )
        .tells("Meta")
        .again(Change::Webhook, "")
        .place(WEBHOOKS)
        .value_as("App ID", channel, "info.app_key")
        .value(channel, "outputs.url")
        .value(channel, "outputs.verification_code")
        .note("Meta calls the URL at once, with hub.mode=subscribe. `trustpack meta challenge SPEC --send` does the same before.")
        .fact(known.facts, "meta-webhook-certificate")
        .done("Meta shows the webhook as verified, and a test message reaches an agent"),
    ]
}
