//! Instagram, as its *Configuring AICC Information* describes it (2025-01-23; domain notes 2.2): the same prerequisites and
//! form as Telegram's, with other APIs.

use super::common::{BASIC_AND_ROBOT, CHANNEL, IDENTITY, TRUST};
use super::field::{Change, Document, Field, Section, Source};
use super::form::{Callback, Fault, Form, IP_AND_PORT, Shape};
use super::kind::{Host, OWN_ROOT, Selection, TYPE, Variant};
use super::model::{Channel, Container};
use super::secret::shown;
use super::steps::{self, Known, Phase, Step, Who};
use super::url::{self, NoFrontEnd};
use crate::report::Severity;

pub(super) static VARIANT: Variant = Variant {
    title: "Instagram",
    selection: &[Selection::new(
        TYPE,
        "Channel Selection",
        "instagram",
        "Instagram",
    )],
    document: &DOCUMENT,
    tables: &[CHANNEL, INFO, BASIC_AND_ROBOT, TRUST, IDENTITY, OUTPUTS],
    container: Container::Der,
    trust_file: "trust.cer",
    trust_word: "authentication certificate",
    by_hand: super::telegram::BY_HAND,
    hosts: &[Host::BaseUrl {
        why: "BaseUrl: the API Fabric behind the system frontend",
    }],
    public_hosts: false,
    unknown_root: &OWN_ROOT,
    rules: |_, _, _| Vec::new(),
    before: |channel, known| {
        let apis = [
            "instagram_north - v1.0.0",
            "ccmessage_north - v1.0.0",
            "file_donload_get-v1.0.0-manual - v1.0.0",
        ];
        steps::fabric(channel, known, &apis)
    },
    after,
    change: "If the app ID and app secret provided by the API Fabric are changed: sign in as a tenant administrator, \
             choose Configuration Center > Access Configuration > Channel Configuration, click Edit in the Operation \
             column of the channel, and update APP Key and APP Secret.",
    changes_with: Change::App,
};

static DOCUMENT: Document = Document::new(
    "Configuring AICC Information (Instagram)",
    "2025-01-23",
    "https://support.huaweicloud.com/intl/en-us/usermanual-cec/cec_04_0287.html",
);

static HANDSHAKE: Document = Document::new(
    "Performing Instagram Handshake Authentication",
    "2025-11-13",
    "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0290.html",
);

const TABLE_1: Source = DOCUMENT.at("Table 1 Channel information parameters");
const PREREQUISITES: Source = DOCUMENT.at("Prerequisites");

static INFO: &[Field] = &[
    Field::new(Section::Info, "app_key", "APP Key", TABLE_1)
        .changes(Change::App)
        .from("system administrator: app key (AK) of the app in the API Fabric")
        .secret("the AK"),
    Field::new(Section::Info, "app_secret", "APP Secret", TABLE_1)
        .changes(Change::App)
        .from("system administrator: app secret (SK) of the same app")
        .secret("the SK"),
    Field::new(Section::Info, "base_url", "BaseUrl", PREREQUISITES)
        .form(Form::Shaped(&BASE_URL))
        .says("The value must start with https://, for example, https://*.*.*.*:28090. A domain name is not supported for this channel.")
        .from("IP address and port number for logging in to the system frontend; a domain name is not supported")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist")
        .example("https://192.0.2.10:28090"),
    Field::new(Section::Info, "api_fabric_address", "ApiFabric interface Address", PREREQUISITES)
        .form(Form::Shaped(&IP_AND_PORT))
        .optional()
        .says("The format must be IP address:Port number.")
        .from("system administrator: a system parameter, format IP address:Port number, without https://")
        .to(steps::FABRIC_PARAMETER)
        .example("192.0.2.10:28090"),
];

static OUTPUTS: &[Field] = &[
    Field::new(
        Section::Outputs,
        "message_url",
        "url used to send message to agent",
        HANDSHAKE.at("URI"),
    )
    .form(Form::Callback(&MESSAGE_URL))
    .later()
    .from("Channel Integration page, after The next step")
    .to("webhooks of the Meta app")
    .example("https://aicc.example.com/apiaccess/api/instagram/message/1234567890"),
    Field::new(
        Section::Outputs,
        "verify_token",
        "hub.verify_token",
        HANDSHAKE.at("Table 1 URI parameters"),
    )
    .changes(Change::Webhook)
    .later()
    .says("Handshake authentication token, which is obtained from the API Fabric")
    .from("the API Fabric")
    .to("webhooks of the Meta app")
    .secret("the verify token"),
];

static BASE_URL: Shape = Shape {
    words: "https://, an IPv4 address and a port",
    pattern: Some(url::FRONT_END),
    judge: |text| {
        let why = match url::front_end(text).err()? {
            NoFrontEnd::Ipv6 => "an IPv6 address is not supported",
            NoFrontEnd::Other(why) => why,
        };
        Some(Fault::new(
            "URL-FORM",
            Severity::Critical,
            format!(
                "{} is no BaseUrl of an Instagram channel: {why}",
                shown(text)
            ),
            "write https://, the IPv4 address and the port of the system frontend, such as https://192.0.2.10:28090",
        ))
    },
};

static MESSAGE_URL: Callback = Callback::single(Some("/apiaccess/api/instagram/message/"));

fn after(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    vec![
        Step::new(
            Phase::Create,
            Who::TenantAdministrator,
            "Copy the callback URL",
        )
        .again(Change::Webhook, "")
        .place("Channel Integration")
        .gives(channel, "outputs.message_url")
        .gives(channel, "outputs.verify_token")
        .recorded_by(
            channel,
            "--message-url URL --verify-token env:VARIABLE",
            "the URL, and where the token is, into the specification",
        )
        .done("the URL is recorded, and the token is behind its reference"),
        Step::new(
            Phase::Create,
            Who::Operator,
            "Enter the callback URL at Meta",
        )
        .tells("Meta")
        .again(Change::Webhook, "")
        .place("https://developers.facebook.com/apps/App ID/webhooks")
        .value(channel, "outputs.message_url")
        .value(channel, "outputs.verify_token")
        .note("Meta calls the URL at once, with hub.mode=subscribe. `trustpack meta challenge SPEC --send` does the same before.")
        .fact(known.facts, "meta-webhook-certificate")
        .done("Meta shows the webhook as verified"),
    ]
}
