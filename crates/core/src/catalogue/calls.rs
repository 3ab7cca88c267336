//! Calls to providers and to the product: what answers mean.

use super::{Page, Step, critical, note, run, step, warning};

/// Without `--send` they only show what would be sent.
const CALLBACKS: Step = run(
    "See what the provider sends, then send it:",
    &[
        "trustpack channel callback-test whatsapp.toml",
        "trustpack channel callback-test whatsapp.toml --send",
    ],
);

const TOKEN: Step = run(
    "Ask the API Fabric again, through the packed trust store:",
    &["trustpack aicc token-check telegram.toml --trust telegram.zip --send"],
);

const STATUS: Step = run(
    "Ask Telegram what is set and what went wrong last:",
    &["trustpack telegram status telegram.toml --send"],
);

const ALL: &[&str] = &[
    "aicc token-check",
    "channel callback-test",
    "meta challenge",
    "telegram",
];
const TELEGRAM: &[&str] = &["telegram"];
const SET: &[&str] = &["telegram set-webhook"];

const BOT_API: &str = "Telegram Bot API, setWebhook and getWebhookInfo";
const SERVER: &str = "https://github.com/tdlib/telegram-bot-api";
const GUIDE: &str = "https://core.telegram.org/bots/webhooks";
const FABRIC: &str =
    "https://support.huaweicloud.com/intl/en-us/devg-lightweight-cec/cec_05_1307.html";
const GETTING_STARTED: &str =
    "https://developers.facebook.com/docs/graph-api/webhooks/getting-started";

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CALL-ANSWER",
        title: "something answers that is not what the documents describe",
        severities: &[critical("a page for people, other JSON, nothing")],
        meaning: "A call was answered, and the answer is not one of those that the provider's or the product's documents \
            describe. A page to sign in, the excuse of a proxy and another service on the same port look like this.",
        consequence: "The call tells nothing about the channel; whoever else calls this address gets the same.",
        look: &[CALLBACKS],
        remedy: &[step(
            "See that the address is the one of the API, or of the Channel Integration page, and what stands in between.",
        )],
        sources: &[FABRIC, GETTING_STARTED, BOT_API],
        verbs: ALL,
    },
    Page {
        id: "CALL-CREDENTIALS",
        title: "what the caller proves itself with is not taken",
        severities: &[critical("a token, a key, a password, a verify token")],
        meaning: "The answer is 401 or 403, or says in other words that the credentials are wrong. When it comes from a \
            gateway before the product, it can also mean that this network may not call.",
        consequence: "Messages of customers do not arrive, or none can be sent.",
        look: &[TOKEN, CALLBACKS],
        remedy: &[
            step(
                "Compare what is behind the reference with what was entered: on the product's page, and at the provider.",
            ),
            step(
                "A gateway that wants credentials of its own must let the provider's networks pass.",
            ),
        ],
        sources: &[
            FABRIC,
            "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0994.html",
            "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0996.html",
        ],
        verbs: ALL,
    },
    Page {
        id: "CALL-ECHO",
        title: "the challenge of a verification comes back changed",
        severities: &[critical("quotes or blanks around it")],
        meaning: "Meta verifies a callback URL with a GET that has hub.challenge in it, and takes it for verified when the \
            answer is that text alone. Here something stands around it.",
        consequence: "Meta refuses to save the webhook: its page says that the URL could not be validated.",
        look: &[run(
            "Verify it as Meta does:",
            &["trustpack meta challenge whatsapp.toml --channel wa_demo --send"],
        )],
        remedy: &[step(
            "Have the gateway before the product pass on text as it is, without making JSON of it.",
        )],
        sources: &[
            GETTING_STARTED,
            "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0979.html",
        ],
        verbs: &["channel callback-test", "meta challenge"],
    },
    Page {
        id: "CALL-LIMIT",
        title: "there were too many calls",
        severities: &[critical("429")],
        meaning: "The server takes no more calls for a while. Telegram says for how many seconds.",
        consequence: "What was asked for is not done.",
        look: &[STATUS],
        remedy: &[step("Wait as long as it says, and try again.")],
        sources: &["RFC 6585 section 4", BOT_API],
        verbs: ALL,
    },
    Page {
        id: "CALL-NOT-FOUND",
        title: "nobody serves this URL",
        severities: &[critical("404, 405, 410, 415")],
        meaning: "The server knows nothing at this path, or knows it for another kind of call.",
        consequence: "The provider's calls are answered in the same way: no message arrives.",
        look: &[CALLBACKS],
        remedy: &[
            step(
                "Copy the URL again from the Channel Integration page, and see that the channel still exists.",
            ),
            step("See that the gateway before the product passes this path on."),
        ],
        sources: &["RFC 9110 section 15.5"],
        verbs: ALL,
    },
    Page {
        id: "CALL-REDIRECT",
        title: "the answer points elsewhere, and nobody goes there",
        severities: &[critical("any status from 300 to 399")],
        meaning: "The server answers with another address. Neither this program nor Telegram, Meta or Twilio's check of a \
            certificate follows: what is sent would go to somebody else, and in clear when the address begins with http://.",
        consequence: "The provider's calls end there: no message arrives.",
        look: &[CALLBACKS],
        remedy: &[step(
            "Use the address that answers itself. A gateway that does not know that it is reached by https has to be told.",
        )],
        sources: &["RFC 9110 section 15.4"],
        verbs: ALL,
    },
    Page {
        id: "CALL-SERVER",
        title: "the server fails, or its gateway does not reach it",
        severities: &[critical("500 to 599")],
        meaning: "500 comes from the program that was called; 502 to 504 come from a gateway that does not reach it.",
        consequence: "The provider tries again for a while, and then drops the message.",
        look: &[CALLBACKS],
        remedy: &[
            step("See that the product runs, and what its log says of this time."),
            step("On 502 to 504, see where the gateway passes the path on to."),
        ],
        sources: &["RFC 9110 section 15.6"],
        verbs: ALL,
    },
    Page {
        id: "CALL-TRUST",
        title: "the server's certificate is not trusted, so nothing was sent",
        severities: &[critical("the trust store does not vouch for the server")],
        meaning: "Before anything is sent, the server's certificate is judged: with public roots as rustls does, with a store \
            of yours or a bundle as a Java client does, which the product is. It was refused.",
        consequence: "With the packed store: the product does not connect either. With public roots: neither does a provider \
            that takes no self-signed certificate.",
        look: &[run(
            "See why, with what the server sends:",
            &["trustpack verify https://api.infobip.com --trust trust.jks --after-renewal"],
        )],
        remedy: &[
            step("For the product's own servers, name the packed store or bundle with --trust."),
            step(
                "Is it the store that is meant? Then pack it again: the server may have another certificate now.",
            ),
        ],
        sources: &["RFC 5280 section 6", "https://docs.rs/rustls-webpki"],
        verbs: ALL,
    },
    Page {
        id: "TG-CERTIFICATE",
        title: "the certificate for Telegram is not the one that it needs",
        severities: &[
            critical(
                "no root is known, the wrong one is named, or the common name is not the address",
            ),
            warning("it could not be compared with what the server presents"),
        ],
        meaning: "When no public root is behind the callback URL, Telegram needs the self-signed certificate, or the root of \
            the chain. It trusts that one alone, takes no intermediate for a root, and looks for an IP address in the common \
            name.",
        consequence: "Telegram calls nobody: getWebhookInfo shows `SSL error … certificate verify failed`.",
        look: &[run(
            "Compare the file with what the server presents, without setting anything:",
            &[
                "trustpack telegram set-webhook telegram.toml --certificate private-root.cer --check",
            ],
        )],
        remedy: &[
            step("Name the file with the root of the chain, in any format; it is sent as PEM."),
            step(
                "For an address in the URL, give the server a certificate with that address as common name.",
            ),
        ],
        sources: &[GUIDE, "https://core.telegram.org/bots/self-signed"],
        verbs: SET,
    },
    Page {
        id: "TG-CONFLICT",
        title: "somebody else sets the webhook of this bot",
        severities: &[critical("409")],
        meaning: "Another program called setWebhook for the same bot at the same time.",
        consequence: "One of the two gets the messages of all customers.",
        look: &[STATUS],
        remedy: &[step(
            "Find out who else has the token. A bot belongs to one channel; @BotFather makes another token with /revoke.",
        )],
        sources: &[SERVER],
        verbs: TELEGRAM,
    },
    Page {
        id: "TG-LAST-ERROR",
        title: "Telegram could not deliver to the webhook",
        severities: &[
            critical("within --recent, an hour by default"),
            note("longer ago"),
        ],
        meaning: "Telegram keeps the last error that it met when it called the webhook. The message is Telegram's; the finding \
            says what it means.",
        consequence: "Updates wait, and are dropped after 24 hours.",
        look: &[
            STATUS,
            run(
                "Call the webhook as Telegram does:",
                &["trustpack channel callback-test telegram.toml --send"],
            ),
        ],
        remedy: &[step(
            "Do what the finding's hint says. An error that is over stays until the webhook is set again, and becomes a note.",
        )],
        sources: &[BOT_API, GUIDE, SERVER],
        verbs: TELEGRAM,
    },
    Page {
        id: "TG-REFUSED",
        title: "Telegram refuses what is to be set",
        severities: &[critical("400")],
        meaning: "Telegram looked at the URL, the address or the certificate, and does not take it. The finding says what its \
            words mean.",
        consequence: "The webhook is not set; one that was there is gone.",
        look: &[STATUS],
        remedy: &[step("Do what the finding's hint says, and set it again.")],
        sources: &[BOT_API, SERVER],
        verbs: TELEGRAM,
    },
    Page {
        id: "TG-RESERVED",
        title: "Telegram calls no private or reserved address",
        severities: &[
            critical("the address in the URL, or of --ip-address"),
            note("a Bot API server of your own may take it"),
        ],
        meaning: "The address belongs to a private, shared, link-local, documentation or other reserved network. Nobody on the \
            internet reaches it, and Telegram does not try.",
        consequence: "setWebhook is answered with `bad webhook: IP address … is reserved`.",
        look: &[STATUS],
        remedy: &[step(
            "Give the server a public IPv4 address, and have the product show that URL.",
        )],
        sources: &[SERVER],
        verbs: SET,
    },
    Page {
        id: "TG-WEBHOOK",
        title: "Telegram has another webhook than the recorded one",
        severities: &[critical("another URL, none, or one that should be gone")],
        meaning: "getWebhookInfo shows another URL than outputs.message_url of the specification.",
        consequence: "Messages of customers go elsewhere, or wait until they are dropped.",
        look: &[STATUS],
        remedy: &[run(
            "Set it again, and find out who else uses this bot:",
            &["trustpack telegram set-webhook telegram.toml --send"],
        )],
        sources: &[BOT_API],
        verbs: TELEGRAM,
    },
];
