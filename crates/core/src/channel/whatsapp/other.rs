//! WhatsApp through a provider that the customer implements, by either *Verification Method* (domain notes 5.5).

use super::{
    DOCUMENT, MESSAGE_LABEL, REPORT_LABEL, SCENARIO_KEY, WHATSAPP, info, output, phone_number,
    provider,
};
use crate::channel::common::{BASIC_AND_ROBOT, CHANNEL, IDENTITY, TRUST};
use crate::channel::field::{Change, Field, Source};
use crate::channel::form::{Callback, DOUBTED, Fault, Form, Shape};
use crate::channel::kind::{Host, METHOD, OWN_ROOT, PROXY_SUSPECTED, Selection, Variant};
use crate::channel::model::{Channel, Container};
use crate::channel::secret::shown;
use crate::channel::steps::{self, Known, Phase, Step, Who};
use crate::channel::url;
use crate::report::Severity;

/// "direct authentication of the WhatsApp service path provider".
pub(in crate::channel) static BASIC: Variant = Variant {
    title: "WhatsApp / other / basic",
    selection: &[
        WHATSAPP,
        provider("other"),
        Selection::new(METHOD, "Verification Method", "basic", "basic"),
    ],
    document: &DOCUMENT,
    tables: &[
        CHANNEL,
        BASIC_INFO,
        BASIC_AND_ROBOT,
        TRUST,
        IDENTITY,
        OUTPUTS,
    ],
    // Not stated by the document (domain notes 5.8).
    container: Container::Jks,
    trust_file: "trust.jks",
    trust_word: "trust certificate",
    by_hand: BY_HAND,
    hosts: &[Host::BaseUrl {
        why: "BaseUrl: the API URL prefix provided by the WhatsApp service path provider",
    }],
    public_hosts: true,
    unknown_root: &PROXY_SUSPECTED,
    rules: |_, _, _| Vec::new(),
    before,
    after,
    change: super::CHANGE,
    changes_with: Change::Provider,
};

/// "authentication of the WhatsApp service path provider using an API": the API is the product's own.
pub(in crate::channel) static OAUTH: Variant = Variant {
    title: "WhatsApp / other / oAuth",
    selection: &[
        WHATSAPP,
        provider("other"),
        Selection::new(METHOD, "Verification Method", "oAuth", "oAuth"),
    ],
    document: &DOCUMENT,
    // "Identity certificate …. This item is not required when Verification Method is set to oAuth."
    tables: &[CHANNEL, OAUTH_INFO, BASIC_AND_ROBOT, TRUST, OUTPUTS],
    // Not stated by the document (domain notes 5.8).
    container: Container::Der,
    trust_file: "trust.cer",
    trust_word: "trust certificate",
    by_hand: BY_HAND,
    // Domain notes 7, A13.
    hosts: &[Host::BaseUrl {
        why: "BaseUrl: the AICC itself, through which the provider is reached",
    }],
    public_hosts: false,
    unknown_root: &OWN_ROOT,
    rules: |_, _, _| Vec::new(),
    before,
    after,
    change: super::CHANGE,
    changes_with: Change::Provider,
};

const SOURCE: Source = DOCUMENT.at("Prerequisites, other");

/// "Trust certificate provided by the WhatsApp service path provider."
const BY_HAND: &str = "The document: trust certificate provided by the WhatsApp service path provider. It is taken from the server \
    itself; where the provider gave you a file, name it in trust.files.";

const WEBHOOK_PASSWORD: Field = info("webhook_password", "Webhook password", SOURCE)
    .changes(Change::Webhook)
    .says("Authentication password for the channel to receive messages")
    .from("your choice; the provider must be told")
    .to("Configuration Center > Access Configuration > Channel Configuration; the provider")
    .secret("the webhook password");

static BASIC_INFO: &[Field] = &[
    phone_number(SOURCE)
        .from("the provider: phone number for registering a WhatsApp service path provider user"),
    info("username", "UserName", SOURCE)
        .changes(Change::Provider)
        .says("Username for registering with the WhatsApp service path provider")
        .from("the provider: username for registering with it")
        .example("example_user"),
    info("password", "Password", SOURCE)
        .changes(Change::Provider)
        .says("Password for registering with the WhatsApp service path provider")
        .from("the provider: password for registering with it")
        .secret("the password"),
    info("base_url", "BaseUrl", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&ANY_PREFIX))
        .says("API URL prefix provided by the WhatsApp service path provider")
        .from("the provider: API URL prefix")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist (not stated by the document)")
        .example("https://whatsapp.provider.example/api"),
    info("account_key", "AccountKey", SOURCE)
        .changes(Change::Provider)
        .says("Authentication key provided by the WhatsApp service path provider")
        .from("the provider: authentication key")
        .secret("the authentication key"),
    WEBHOOK_PASSWORD,
];

static OAUTH_INFO: &[Field] = &[
    info("username", "UserName", SOURCE)
        .changes(Change::App)
        .says("… the app key of the app that has subscribed to the sendWhatsappMessage API …, and enter the app key in the UserName text box.")
        .from("system administrator: app key of the app that has subscribed to sendWhatsappMessage")
        .secret("the app key"),
    info("password", "Password", SOURCE)
        .changes(Change::App)
        .says("… the app secret of the app that has subscribed to the sendWhatsappMessage API …, and enter the app secret in the Password text box.")
        .from("system administrator: app secret of the same app")
        .secret("the app secret"),
    info("base_url", "BaseUrl", SOURCE)
        .changes(Change::Provider)
        .form(Form::Shaped(&OAUTH_PREFIX))
        .says("… the API URL prefix must be https://IP address:Port number/apiaccess/rest/ccmessaging, where IP address:Port number indicates the IP address and port number for signing in to the AICC and can be replaced with a domain name.")
        .from("IP address and port number, or domain name, for signing in to the AICC")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist (not stated by the document)")
        .example("https://192.0.2.10:28090/apiaccess/rest/ccmessaging"),
    WEBHOOK_PASSWORD,
];

static OUTPUTS: &[Field] = &[
    output("message_url", MESSAGE_LABEL)
        .form(Form::Callback(&MESSAGE_URL))
        .to("the provider, offline")
        .example("https://192.0.2.10:18446/social/on/whatsapp/other/message/1234567890"),
    output("report_url", REPORT_LABEL)
        .form(Form::Callback(&REPORT_URL))
        .to("the provider, offline")
        .example("https://192.0.2.10:18446/social/on/whatsapp/other/report/1234567890"),
    SCENARIO_KEY,
];

/// No page publishes the paths (domain notes 2.3); by analogy the kind of URL stands before the identifier.
static MESSAGE_URL: Callback = Callback {
    unknown_root: &DOUBTED,
    ..Callback::pair(None, "report")
};
static REPORT_URL: Callback = Callback {
    unknown_root: &DOUBTED,
    ..Callback::pair(None, "message")
};

static ANY_PREFIX: Shape = Shape {
    words: "an https:// URL",
    pattern: Some(url::ANY),
    judge: |text| super::prefix_fault(text, "copy the API URL prefix that the provider gave you"),
};

const OAUTH_PATH: &str = "/apiaccess/rest/ccmessaging";

/// Domain notes 7, A12.
static OAUTH_PREFIX: Shape = Shape {
    words: "https://IP address:Port number/apiaccess/rest/ccmessaging, or with a domain name in place of address and port",
    pattern: Some(r"^[hH][tT][tT][pP][sS]://[^/@?#\s]+/apiaccess/rest/ccmessaging$"),
    judge: |text| {
        let why = oauth_prefix(text).err()?;
        Some(Fault::new(
            "OAUTH-PATH",
            Severity::Critical,
            format!("{} is no API URL prefix for oAuth: {why}", shown(text)),
            "write https://, the address and port of the AICC, and /apiaccess/rest/ccmessaging without a slash at the end",
        ))
    },
};

fn oauth_prefix(text: &str) -> Result<(), &'static str> {
    let url = url::https(text)?;
    if url.path.strip_suffix('/') == Some(OAUTH_PATH) {
        return Err("the trailing slash must go");
    }
    if url.path != OAUTH_PATH || url.has_extra {
        return Err("the path must be /apiaccess/rest/ccmessaging");
    }
    // "IP address:Port number … can be replaced with a domain name."
    if url.port.is_none() && (url.ipv4().is_some() || url.is_ipv6()) {
        return Err("an IP address needs a port");
    }
    Ok(())
}

fn before(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let is_oauth = channel.kind.word(METHOD) == Some("oAuth");
    let app = is_oauth.then(|| {
        let title = "Subscribe the app to the API and bind it to the tenant space";
        Step::new(Phase::Before, Who::SystemAdministrator, title)
            .again(Change::App, "Only if the app is another one.")
            .place(steps::APP_MANAGEMENT)
            .given("API", "sendWhatsappMessage")
            .gives(channel, "info.username")
            .gives(channel, "info.password")
            .note("The app key of the app is UserName, its app secret is Password.")
            .done("the app lists the API as subscribed and the tenant space as bound; app key and app secret are behind the references")
    });
    let by_the_app: &[&str] = if is_oauth {
        &["username", "password"]
    } else {
        &[]
    };
    let title = "Obtain the information of the WhatsApp service path provider";
    let data = Step::new(Phase::Before, Who::Operator, title)
        .note("The customer implements the provider. The current version supports only ITAU.")
        .note("The webhook password is your own choice. The provider is told of it at the end.");
    let trustlist = "Not stated by the document for this provider; asked for by the product for every other address.";
    let data = super::obtain(channel, data, by_the_app);
    super::before(channel, known, app.into_iter().chain([data]), trustlist)
}

fn after(channel: &Channel, _: Known<'_>) -> Vec<Step> {
    let title = "Notify the WhatsApp service provider of the URLs";
    let notify = Step::new(Phase::Create, Who::Operator, title)
        .tells("the WhatsApp service provider")
        .again(Change::Webhook, "")
        .place("offline, to your contact at the provider")
        .value(channel, "info.webhook_password")
        .note("The document tells to notify of the URLs; the webhook password is with what the provider must authenticate when it calls them. How it is sent is not stated.")
        .note("Pass the password on by a protected way, not in the same message as the URLs.")
        .done("the provider confirms, and a test message to the number reaches an agent");
    super::after(channel, notify)
}
