//! WhatsApp through Infobip (domain notes 5.4).

use super::{
    DOCUMENT, MESSAGE_LABEL, REPORT_LABEL, SCENARIO_KEY, WHATSAPP, info, output, phone_number,
    provider,
};
use crate::channel::common::{BASIC_AND_ROBOT, CHANNEL, TRUST};
use crate::channel::field::{Change, Field, Source};
use crate::channel::form::{Callback, DOUBTED, Form, Shape};
use crate::channel::kind::{Host, PROXY_SUSPECTED, Variant};
use crate::channel::model::{Channel, Container};
use crate::channel::secret::shown;
use crate::channel::steps::{Known, Phase, Step, Who};
use crate::channel::url;

pub(in crate::channel) static VARIANT: Variant = Variant {
    title: "WhatsApp / infobip",
    selection: &[WHATSAPP, provider("infobip")],
    document: &DOCUMENT,
    // The document lists no identity certificate.
    tables: &[CHANNEL, INFO, BASIC_AND_ROBOT, TRUST, OUTPUTS],
    // Prerequisites: "Combine the two certificates into a JKS certificate."
    container: Container::Jks,
    trust_file: "trust.jks",
    trust_word: "authentication certificate",
    by_hand: "In place of exporting a certificate from each of the two sites by a browser (DER-encoded binary, single certificate) and combining the two into a JKS certificate with Portecle.",
    hosts: &[
        // The first of the two sites of the newer copy of the document (domain notes 2.2; 7, A8).
        Host::Fixed {
            name: "api.infobip.com",
            why: "https://api.infobip.com/, the first of the two certificates of the document",
        },
        Host::BaseUrl {
            why: "BaseUrl: the API URL prefix provided by Infobip",
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

const SOURCE: Source = DOCUMENT.at("Prerequisites, infobip");

static INFO: &[Field] = &[
    phone_number(SOURCE)
        .from("Infobip: phone number for registering a WhatsApp service path provider user"),
    info("username", "UserName", SOURCE)
        .changes(Change::Provider)
        .says("Username for registering with the WhatsApp service path provider")
        .from("Infobip: username for registering with the WhatsApp service path provider")
        .example("example_user"),
    info("password", "Password", SOURCE)
        .changes(Change::Provider)
        .says("Password for registering with the WhatsApp service path provider")
        .from("Infobip: password for registering with the WhatsApp service path provider")
        .secret("the password"),
    info("base_url", "BaseUrl", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&BASE_URL))
        .says("API URL prefix provided by the WhatsApp service path provider. … This information corresponds to the value of BaseUrl in the AICC.")
        .from("Infobip: API URL prefix of your account; must be on the address trustlist")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist")
        .example("https://abc123.api-us.infobip.com/"),
    info("account_key", "AccountKey", SOURCE)
        .changes(Change::Provider)
        .says("Account key provided by the WhatsApp service path provider for authentication")
        .from("Infobip: account key for authentication")
        .secret("the account key"),
    info("webhook_password", "Webhook password", SOURCE)
        .changes(Change::Webhook)
        .says("The webhook password is customized by channel configuration personnel. … which corresponds to the account key of the webhook API in Infobip.")
        .from("your choice; Infobip must be told, it is the account key of the webhook API there")
        .to("Configuration Center > Access Configuration > Channel Configuration; Infobip, which sends it as the header AccountKey")
        .secret("the webhook password"),
];

static OUTPUTS: &[Field] = &[
    output("message_url", MESSAGE_LABEL)
        .form(Form::Callback(&MESSAGE_URL))
        .to("Infobip, offline")
        .example("https://192.0.2.10:18446/social/on/whatsapp/infobip/message/1234567890"),
    output("report_url", REPORT_LABEL)
        .form(Form::Callback(&REPORT_URL))
        .to("Infobip, offline")
        .example("https://192.0.2.10:18446/social/on/whatsapp/infobip/report/1234567890"),
    SCENARIO_KEY,
];

/// `support.huaweicloud.com/intl/en-us/api-cec/cec_07_0994.html` and `cec_07_0995.html`.
static MESSAGE_URL: Callback = Callback {
    unknown_root: &DOUBTED,
    ..Callback::pair(Some("/social/on/whatsapp/infobip/message/"), "report")
};
static REPORT_URL: Callback = Callback {
    unknown_root: &DOUBTED,
    ..Callback::pair(Some("/social/on/whatsapp/infobip/report/"), "message")
};

/// Both `xxxxx.api.infobip.com` and `***.api-us.infobip.com` occur (domain notes 7, A10).
static BASE_URL: Shape = Shape {
    words: "an https:// URL with a host under infobip.com and no path",
    pattern: Some(url::ANY),
    judge: |text| {
        let hint =
            "copy the base URL of your Infobip account, such as https://abc123.api-us.infobip.com/";
        let critical = super::prefix_fault(text, hint);
        if critical.is_some() {
            return critical;
        }
        let url = url::https(text).ok()?;
        if !url::is_under(url.host, "infobip.com") {
            let message = format!("{} has no host under infobip.com", shown(text));
            return super::prefix_doubt(message, hint);
        }
        match url.path {
            "" | "/" => None,
            _ => super::prefix_doubt("the prefix has a path, Infobip's base URL has none", hint),
        }
    },
};

fn before(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let data = Step::new(
        Phase::Before,
        Who::Operator,
        "Obtain the information of your Infobip account",
    )
    .place("Infobip")
    .note("The webhook password is your own choice. Infobip is told of it at the end.");
    let trustlist = "The API URL prefix must have been approved before the channel is created.";
    super::before(
        channel,
        known,
        [super::obtain(channel, data, &[])],
        trustlist,
    )
}

fn after(channel: &Channel, _: Known<'_>) -> Vec<Step> {
    let notify = Step::new(
        Phase::Create,
        Who::Operator,
        "Notify Infobip of the URLs and of the webhook password",
    )
    .tells("Infobip")
    .again(Change::Webhook, "")
    .place("offline, to your Infobip contact")
    .given("HTTP header", "AccountKey: <webhook password>")
    .value(channel, "info.webhook_password")
    .note("Infobip must send the webhook password as the header AccountKey with every call to either URL (POST, application/json; charset=UTF-8).")
    .note("Pass the password on by a protected way, not in the same message as the URLs.")
    .note("`trustpack channel callback-test SPEC --send` calls both URLs as Infobip does.")
    .done("Infobip confirms, and a test message to the number reaches an agent");
    super::after(channel, notify)
}
