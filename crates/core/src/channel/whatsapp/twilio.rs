//! WhatsApp through Twilio (domain notes 5.7).

use super::{
    DOCUMENT, MESSAGE_LABEL, REPORT_LABEL, SCENARIO_KEY, WHATSAPP, info, output, phone_number,
    provider,
};
use crate::channel::common::{BASIC_AND_ROBOT, CHANNEL, IDENTITY_UNCLEAR, TRUST};
use crate::channel::field::{Change, Field, Source};
use crate::channel::form::{ACCOUNT_SID, API_KEY_SID, Callback, Form, Shape, URL_USER};
use crate::channel::kind::{Host, PROXY_SUSPECTED, Variant};
use crate::channel::model::{Channel, Container};
use crate::channel::secret::shown;
use crate::channel::steps::{self, Known, Phase, Step, Who};
use crate::channel::url;

pub(in crate::channel) static VARIANT: Variant = Variant {
    title: "WhatsApp / twilio",
    selection: &[WHATSAPP, provider("twilio")],
    document: &DOCUMENT,
    // An orphan sentence only: whether an identity certificate is meant is unclear (domain notes 7, A6).
    tables: &[
        CHANNEL,
        INFO,
        BASIC_AND_ROBOT,
        TRUST,
        IDENTITY_UNCLEAR,
        OUTPUTS,
    ],
    // "Save as type to DER-encoded binary, single certificate."
    container: Container::Der,
    // The document names no ending (domain notes 7, A15).
    trust_file: "trust.cer",
    trust_word: "authentication certificate",
    by_hand: "In place of exporting a certificate from https://api.twilio.com/ by a browser (DER-encoded binary, single certificate).",
    hosts: &[
        Host::Fixed {
            name: "api.twilio.com",
            why: "https://api.twilio.com/, whose certificate the document asks for",
        },
        Host::BaseUrl {
            why: "BaseUrl: the API URL prefix provided by Twilio",
        },
    ],
    public_hosts: true,
    unknown_root: &PROXY_SUSPECTED,
    rules: |_, _, _| Vec::new(),
    before,
    after,
    change: super::CHANGE,
    changes_with: Change::Provider,
};

const SOURCE: Source = DOCUMENT.at("Prerequisites, Twilio");

const BOTH_SIDES: &str = "Configuration Center > Access Configuration > Channel Configuration; the two callback URLs at Twilio";

static INFO: &[Field] = &[
    phone_number(SOURCE)
        .says("Phone number for registering a WhatsApp service provider user")
        .from("Twilio: phone number for registering a WhatsApp service provider user"),
    info("api_key_sid", "API Key SID", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&API_KEY_SID))
        .says("API Key SID for registering a WhatsApp service provider")
        .from("Twilio: SID of an API key")
        .example("SK0123456789abcdef0123456789abcdef"),
    info("api_key_secret", "API Key Secret", SOURCE)
        .changes(Change::Provider)
        .says("API Key Secret for registering a WhatsApp service provider")
        .from("Twilio: secret of the API key, shown once")
        .secret("the secret of the API key"),
    info("base_url", "BaseUrl", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&BASE_URL))
        .says("This information corresponds to the value of BaseUrl in the AICC, for example, https://api.twilio.com/2010-04-01.")
        .from("Twilio: API URL prefix; must be on the address trustlist")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist")
        .example("https://api.twilio.com/2010-04-01"),
    info("account_sid", "Account SID", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&ACCOUNT_SID))
        .says("Account SID provided by the WhatsApp service provider for authentication")
        .from("Twilio: SID of the account")
        .example("AC0123456789abcdef0123456789abcdef"),
    info("webhook_user", "Webhook user", SOURCE)
        .changes(Change::Webhook)
        .form(Form::Shaped(&URL_USER))
        .says("The webhook user is customized by channel configuration personnel. … which corresponds to the username of the webhook API in Twilio.")
        .from("your choice; Twilio must be told, it is the user of the two callback URLs there")
        .to(BOTH_SIDES)
        .example("aicc"),
    info("webhook_password", "Webhook password", SOURCE)
        .changes(Change::Webhook)
        .form(Form::Shaped(&URL_USER))
        .says("The webhook password is customized by channel configuration personnel. … which corresponds to the password of the webhook API in Twilio.")
        .from("your choice; Twilio must be told, it is the password of the two callback URLs there")
        .to(BOTH_SIDES)
        .secret("the webhook password"),
];

static OUTPUTS: &[Field] = &[
    output("message_url", MESSAGE_LABEL)
        .form(Form::Callback(&MESSAGE_URL))
        .to("Twilio: the incoming webhook of the sender, with user and password before the host")
        .example("https://aicc.example.com/social/on/whatsapp/twilio/message/1234567890"),
    output("report_url", REPORT_LABEL)
        .form(Form::Callback(&REPORT_URL))
        .to("Twilio: the status callback of the sender, with user and password before the host")
        .example("https://aicc.example.com/social/on/whatsapp/twilio/report/1234567890"),
    SCENARIO_KEY,
];

/// `support.huaweicloud.com/intl/en-us/api-cec/cec_07_0996.html` and `cec_07_0997.html`.
static MESSAGE_URL: Callback =
    Callback::pair(Some("/social/on/whatsapp/twilio/message/"), "report");
static REPORT_URL: Callback = Callback::pair(Some("/social/on/whatsapp/twilio/report/"), "message");

static BASE_URL: Shape = Shape {
    words: "an https:// URL with a host under twilio.com",
    pattern: Some(url::ANY),
    judge: |text| {
        let hint = "write the prefix of the document, https://api.twilio.com/2010-04-01";
        let critical = super::prefix_fault(text, hint);
        if critical.is_some() {
            return critical;
        }
        let url = url::https(text).ok()?;
        if !url::is_under(url.host, "twilio.com") {
            let message = format!("{} has no host under twilio.com", shown(text));
            return super::prefix_doubt(message, hint);
        }
        match url.path.trim_end_matches('/') {
            "/2010-04-01" => None,
            _ => super::prefix_doubt("the path of Twilio's API is /2010-04-01", hint),
        }
    },
};

fn before(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let title = "Obtain the information of your Twilio account";
    let data = Step::new(Phase::Before, Who::Operator, title)
        .place("Twilio console")
        .note("Webhook user and password are your own choice: letters, digits, hyphens and underscores. Twilio is told of them at the end.");
    let trustlist = "The API URL prefix must have been approved before the channel is created.";
    super::before(
        channel,
        known,
        [super::obtain(channel, data, &[])],
        trustlist,
    )
}

fn after(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let title = "Notify Twilio of the URLs and of the webhook user and password";
    let mut notify = Step::new(Phase::Create, Who::Operator, title)
        .tells("Twilio")
        .again(Change::Webhook, "")
        .place("Twilio console > WhatsApp sender > incoming webhook, status callback")
        .value(channel, "info.webhook_user")
        .value(channel, "info.webhook_password")
        .note("The document: notify the WhatsApp service provider of them offline. At Twilio that is done in its console.")
        .note("Both URLs get user and password before the host: https://USER:PASSWORD@HOST/…. Such a URL is a secret.")
        .fact(known.facts, "twilio-webhook-certificate")
        .note("`trustpack channel callback-test SPEC --send` calls both URLs as Twilio does.")
        .done("a test message to the number reaches an agent, and its delivery report arrives");
    let user = steps::look(channel, "info.webhook_user");
    for (label, path) in [
        ("incoming webhook", "outputs.message_url"),
        ("status callback", "outputs.report_url"),
    ] {
        if let (Ok(user), Ok(url)) = (&user, steps::look(channel, path)) {
            let with_user = url.replacen("://", &format!("://{user}:<webhook password>@"), 1);
            notify = notify.given(label, with_user);
        }
    }
    super::after(channel, notify)
}
