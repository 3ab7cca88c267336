//! Specifications of messaging channels, and the bundles that are made of them.

use super::{Page, Step, critical, note, run, step, warning};

/// The fields are explained in the specification that `channel new` writes.
const VALIDATE: Step = run(
    "Check the specification; a new one has every key explained:",
    &[
        "trustpack channel validate channel.toml",
        "trustpack channel new telegram support_bot",
        "trustpack channel new whatsapp --provider infobip wa_sales",
    ],
);

/// What is behind a reference is looked at when that is asked for.
const SECRETS: Step = run(
    "Look behind the references; no secret is told:",
    &["trustpack channel validate channel.toml --secrets"],
);

/// Asks the server behind the URL.
const RECORD: Step = run(
    "Judge the certificate as the caller would, without writing anything:",
    &[
        "trustpack channel record whatsapp.toml --channel wa_sales --message-url https://aicc.example.com/social/on/whatsapp/infobip/message/42 --check --dry-run",
    ],
);

const RECORDED: &[&str] = &["channel callback-test", "channel record"];
const CERTIFICATE: &[&str] = &[
    "channel callback-test",
    "channel record",
    "telegram set-webhook",
];
const CALLED: &[&str] = &["channel validate", "channel pack", "telegram set-webhook"];
const BOTH: &[&str] = &["channel validate", "channel pack"];
const VALIDATED: &[&str] = &["channel validate"];
const PACK: &[&str] = &["channel pack"];

/// The product's documents, by their titles.
const AICC: &str = "AICC, Configuring AICC Information (Tables 2 and 3)";
const WHATSAPP: &str = "AICC, Configuring the WhatsApp Channel (Prerequisites)";
const BOT_API: &str = "Telegram Bot API, setWebhook";

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "BOTNAME",
        title: "a text cannot be the username of a Telegram bot",
        severities: &[critical("handover.bot_username")],
        meaning: "A bot's username has 5 to 32 Latin letters, digits and underscores, and ends with bot. The display name, which \
            @BotFather asks for first, is free; this is the second one.",
        consequence: "@BotFather refuses it, and whoever creates the bot has to make up a name that nobody agreed on.",
        look: &[VALIDATE],
        remedy: &[step(
            "Choose another one, such as AICCCustomize_TWbot, and see in Telegram that it is not taken.",
        )],
        sources: &[
            "https://core.telegram.org/bots/features",
            "AICC, Configuring AICC Information (Telegram)",
        ],
        verbs: BOTH,
    },
    Page {
        id: "CB-CERTIFICATE",
        title: "the certificate behind a callback URL is refused",
        severities: &[critical("the server behind a callback URL")],
        meaning: "The server that a callback URL leads to presents a certificate that is expired, is not for this host, or \
            comes without its intermediates. Whoever calls it judges it as a browser does.",
        consequence: "The provider does not connect: no message of a customer arrives, and no delivery report.",
        look: &[RECORD],
        remedy: &[step(
            "Give the server a valid certificate for this host, and have it send its intermediates.",
        )],
        sources: &[
            "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
            "https://core.telegram.org/bots/webhooks",
        ],
        verbs: CERTIFICATE,
    },
    Page {
        id: "CB-SELF-SIGNED",
        title: "the certificate behind a callback URL comes from no public root",
        severities: &[
            critical("the caller takes none: Twilio, Meta"),
            warning("it is not published what the caller takes: infobip, other"),
        ],
        meaning: "The server that a callback URL leads to has a self-signed certificate, or one of a private CA. Otherwise \
            it is in order.",
        consequence: "Twilio and Meta do not connect: no message of a customer arrives. Others may not either.",
        look: &[RECORD],
        remedy: &[step(
            "Give the server a certificate of a public CA, or put a server that has one before it. A provider that is not \
             Twilio or Meta may trust your CA: ask.",
        )],
        sources: &[
            "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
            "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
        ],
        verbs: RECORDED,
    },
    Page {
        id: "CB-SHAPE",
        title: "a recorded callback URL has another form than the product's",
        severities: &[warning("outputs.message_url, outputs.report_url")],
        meaning: "The product shows callback URLs whose path is fixed and ends with one identifier. This one has another path, \
            or the message and the report URL are exchanged.",
        consequence: "The provider calls an address that nobody serves: messages of customers do not arrive, or delivery \
            reports are taken for messages.",
        look: &[VALIDATE],
        remedy: &[
            step("Copy the value again from the Channel Integration page, with the copy button."),
            step("If it says that it is the other URL, exchange the two."),
        ],
        sources: &["AICC, Configuring AICC Information (Channel Integration)"],
        verbs: CALLED,
    },
    Page {
        id: "CERT-FORMAT",
        title: "a certificate file has not the form that is needed",
        severities: &[
            critical(
                "an identity file is not what its ending promises or holds more than one certificate; a file is empty, cannot \
                 be read, or has no certificate",
            ),
            warning("the same of a file of trust.files, which is read by its content"),
            note("trust.container was set to something else than the document asks for"),
        ],
        meaning: "The page on which certificates are uploaded goes by the ending and the type that is chosen: .cer and .der are one \
            certificate in DER, .jks is a Java key store. Here the content is something else: PEM text under .cer, a PKCS#12 \
            file under .jks, bytes behind the certificate, several certificates where one is allowed, or nothing at all.\n\n\
            As a note: for each type of channel the product's document names a container: one DER certificate for Telegram, a \
            JKS for WhatsApp over infobip. The specification asks for the other one.",
        consequence: "The page refuses the file, or takes it and the product cannot use it: no message is delivered.",
        look: &[
            VALIDATE,
            run("See what it is, by content:", &["trustpack inspect FILE"]),
        ],
        remedy: &[
            run(
                "Write the form that the ending promises:",
                &[
                    "trustpack convert FILE -o identity.cer",
                    "trustpack convert STORE.p12 -o STORE.jks --password env:STORE_PASS",
                ],
            ),
            step(
                "For trust.container: remove the line to follow the document, unless your version of the product takes the other.",
            ),
        ],
        sources: &[
            "AICC, Configuring AICC Information (Prerequisites)",
            "X.690 section 8.9, RFC 7468",
        ],
        verbs: BOTH,
    },
    Page {
        id: "CERT-ID-EKU",
        title: "an identity certificate is not made to be shown by clients",
        severities: &[warning(
            "its extendedKeyUsage has neither clientAuth nor anyExtendedKeyUsage, or its keyUsage no digitalSignature",
        )],
        meaning: "The product shows the identity certificate to the other side when it connects (mutual TLS). An extension that \
            says what a certificate is for forbids everything that it does not name; here it does not name clients. \
            A certificate of a public CA is for servers only nowadays.",
        consequence: "The other side refuses the connection: `unsupported certificate purpose`, `tlsv1 alert unsupported \
            certificate`. Where it asks for no certificate, nothing happens.",
        look: &[run(
            "See what it is for:",
            &["trustpack inspect identity.cer"],
        )],
        remedy: &[step(
            "Have it issued again with the key usage digitalSignature and the extended key usage clientAuth (1.3.6.1.5.5.7.3.2), by a \
             CA whose root the other side accepts.",
        )],
        sources: &["RFC 5280 sections 4.2.1.3 and 4.2.1.12"],
        verbs: VALIDATED,
    },
    Page {
        id: "CERT-ID-NO-KEY",
        title: "an identity certificate comes without its private key",
        severities: &[warning(
            "there is no key in the file, or no password that is named opens it",
        )],
        meaning: "The document has the certificate exported by a browser, which never has the key. Whoever shows a certificate \
            must sign with its key, so a certificate alone proves nothing. It is enough where the system keeps the key itself.",
        consequence: "Where the other side asks for a client certificate, the handshake fails, or none is sent: `certificate required`, \
            `bad certificate`.",
        look: &[run(
            "See what is in the file:",
            &["trustpack inspect identity.cer"],
        )],
        remedy: &[
            step("Ask who runs the current system whether the product has the key already."),
            step(
                "If not: get both in one file, such as a PKCS#12, and name it in identity.file, its password by reference.",
            ),
        ],
        sources: &[
            "AICC, Configuring the WhatsApp Channel (Prerequisites)",
            "RFC 8446 section 4.4.3",
        ],
        verbs: VALIDATED,
    },
    Page {
        id: "CERT-SIZE",
        title: "a certificate file is larger than a managed site takes",
        severities: &[warning("more than 512 KiB")],
        meaning: "Where a site's certificates are delivered by DV, files of at most 512 KiB are taken.",
        consequence: "The delivery is refused when everything else is done.",
        look: &[run("See what is in it:", &["trustpack inspect trust.jks"])],
        remedy: &[step(
            "Trust fewer certificates: policy = \"root\" under [channel.trust].",
        )],
        sources: &["AICC, the page on callback certificates"],
        verbs: BOTH,
    },
    Page {
        id: "EXPORT-LIMIT",
        title: "so many channels are exported in several files or turns",
        severities: &[note("more than 2,000 channels")],
        meaning: "The product writes at most 2,000 channels into one exported file, and 100,000 in one export.",
        consequence: "Whoever keeps the first file only has lost the rest.",
        look: &[],
        remedy: &[step("Export in parts, and keep every file.")],
        sources: &["AICC, Configuring AICC Information (Follow-up Procedure)"],
        verbs: BOTH,
    },
    Page {
        id: "FIELD-MISSING",
        title: "a field has no value",
        severities: &[
            critical(
                "the channel cannot be configured or packed without it, or the template's placeholder is still there",
            ),
            warning(
                "OU Configuration, Skill Queue: the document does not say whether they are compulsory",
            ),
        ],
        meaning: "A field of the specification is absent, empty, or still the placeholder of the template. The hint says where \
            its value comes from.",
        consequence: "Whoever configures the channel stands before an empty field; what needs the value is not packed.",
        look: &[VALIDATE],
        remedy: &[step(
            "Fill it in; remove the line where it is optional and not needed.",
        )],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "FIELD-UNUSED",
        title: "something was given that this channel does not use",
        severities: &[
            warning("a field, a file or an address in the specification"),
            note("a host that was brought to the packing and need not be covered"),
        ],
        meaning: "The type of channel has no such field, or a file of trust.files is for a host that the channel does not talk \
            to. Often it is a misspelt host, or a line that was copied from a channel of another type.",
        consequence: "What you meant by it is not done.",
        look: &[VALIDATE],
        remedy: &[step("Correct the key or the host, or remove the line.")],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "JKS-PASS",
        title: "the password of the JKS is too short or not known",
        severities: &[
            critical(
                "fewer than 6 characters, nothing behind the reference, or not the password of the store",
            ),
            warning("the key of an identity is left out of the bundle for want of a password"),
        ],
        meaning: "A JKS needs a password, and Java's keytool takes none of fewer than 6 characters. The length is not told, \
            since it is a secret. The key store of an identity is a JKS too; without identity.password only its certificate \
            is packed.",
        consequence: "The file could be loaded, and nobody could maintain it with keytool; the page of the product asks for the \
            password when the file is uploaded.",
        look: &[SECRETS],
        remedy: &[step(
            "Put a password of 6 characters or more behind the reference trust.password (env:NAME or file:PATH).",
        )],
        sources: &["keytool(1), -storepass"],
        verbs: BOTH,
    },
    Page {
        id: "KEYWORD-FORM",
        title: "a keyword for the transfer to an agent is empty or listed twice",
        severities: &[critical("it is empty"), warning("it is listed twice")],
        meaning: "basic.transfer_keywords lists words with which a customer gets from the robot to an agent.",
        consequence: "The page refuses an empty keyword. A double one changes nothing, and is likely a slip for another word.",
        look: &[VALIDATE],
        remedy: &[step("Remove or correct it.")],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "KEYWORD-MISSING",
        title: "the robot is on, and no keyword leads to an agent",
        severities: &[critical(
            "robot.intelligent_robot is on, and basic.transfer_keywords has no word",
        )],
        meaning: "With the intelligent robot enabled, the Keyword for Transfer to Agent must be set.",
        consequence: "The page refuses to save; customers could not get past the robot.",
        look: &[VALIDATE],
        remedy: &[step(
            "List at least one keyword in basic.transfer_keywords, in each language of your customers.",
        )],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "MITM-SUSPECT",
        title: "a public provider seems to present a private certificate",
        severities: &[warning(
            "the chain of a provider's host ends in no public root",
        )],
        meaning: "The hosts of the provider have certificates of public CAs. The chain that was fetched ends elsewhere: most \
            likely a proxy of your network inspects TLS and answered with a certificate of its own.",
        consequence: "The bundle trusts your proxy and not the provider. In the network of the product, where there is no such \
            proxy, every connection fails; and whoever has the proxy's key could read the messages.",
        look: &[run(
            "See who issued it, with and without the proxy, and from another network:",
            &[
                "trustpack fetch api.infobip.com:443",
                "trustpack fetch api.infobip.com:443 --proxy none",
            ],
        )],
        remedy: &[
            step(
                "Fetch again from a network without an inspecting proxy, best from that of the product.",
            ),
            step("Or get the provider's certificates as files, and name them in trust.files."),
        ],
        sources: &["AICC, Configuring AICC Information (Prerequisites of WhatsApp)"],
        verbs: PACK,
    },
    Page {
        id: "NAME-DUP",
        title: "two channels have the same name",
        severities: &[critical("the names are equal, or differ in case only")],
        meaning: "The name of a channel must be unique in the product. In a bundle it names a folder, and some systems do not \
            tell upper from lower case.",
        consequence: "The second channel cannot be created; in a bundle its files would replace those of the first.",
        look: &[VALIDATE],
        remedy: &[step("Rename one of the two, or pack them apart.")],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "NAME-FORM",
        title: "a text cannot be the name of a channel",
        severities: &[critical("always")],
        meaning: "A Channel Name has at most 64 letters, digits and underscores, and does not begin with a digit. What stands \
            there is not repeated, since it may be a secret in the wrong place.",
        consequence: "The page refuses to save.",
        look: &[VALIDATE],
        remedy: &[step("Write a name such as support_bot.")],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "PHONE-FORM",
        title: "a text does not look like a phone number",
        severities: &[
            critical("it has letters"),
            warning("it is not 8 to 15 digits with an optional plus"),
        ],
        meaning: "info.phone_number is the number that was registered with the provider, in international form. It is not \
            repeated, since it is personal data, and may be a secret under the wrong key.",
        consequence: "The provider refuses the sender, or messages leave from a number that is not yours.",
        look: &[VALIDATE],
        remedy: &[step(
            "Write it as +441134960000: country code, no leading zero.",
        )],
        sources: &["ITU-T E.164"],
        verbs: BOTH,
    },
    Page {
        id: "SECRET-INLINE",
        title: "a secret stands in the specification itself",
        severities: &[critical("always")],
        meaning: "A specification says where a secret is (env:NAME, file:PATH or prompt), never what it is: it is copied, reviewed and \
            packed. Here something else stands in the place of a reference, or a URL carries user information or a bot token. \
            It was not kept, and is not repeated.",
        consequence: "Everybody who has seen the file knows the secret: the history of the repository, the mail, the ticket.",
        look: &[run(
            "Find out how far it went:",
            &["git log --oneline -- channel.toml"],
        )],
        remedy: &[
            step(
                "Put the secret into a file of mode 0600 or an environment variable, and write the reference.",
            ),
            step(
                "Treat the old value as known: have a new one made by the provider or @BotFather.",
            ),
        ],
        sources: &["`trustpack channel new` (the comments of the template)"],
        verbs: BOTH,
    },
    Page {
        id: "SECRET-REUSED",
        title: "two channels have the same webhook password",
        severities: &[warning("both point to the same reference")],
        meaning: "With the webhook password a provider proves that a callback comes from it.",
        consequence: "Either provider can send messages into the channel of the other, and if it leaks, both must be changed.",
        look: &[VALIDATE],
        remedy: &[step("Give each channel a password of its own.")],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "TG-BASEURL",
        title: "a text cannot be the BaseUrl of a Telegram channel",
        severities: &[critical("info.base_url")],
        meaning: "The product takes https://, an IPv4 address and a port here, and nothing else: no domain name, no path, no \
            slash at the end.",
        consequence: "The page refuses to save, or the product does not reach its API Fabric and no message is delivered.",
        look: &[VALIDATE],
        remedy: &[step(
            "Write it as https://192.0.2.10:28090, with the address of the system frontend.",
        )],
        sources: &["AICC, Configuring AICC Information (Telegram)"],
        verbs: BOTH,
    },
    Page {
        id: "TG-IPV6",
        title: "the BaseUrl of a Telegram channel has an IPv6 address",
        severities: &[critical("info.base_url")],
        meaning: "The product takes an IPv4 address here. Telegram calls webhooks over IPv4, too.",
        consequence: "As TG-BASEURL.",
        look: &[VALIDATE],
        remedy: &[step("Use the IPv4 address of the system frontend.")],
        sources: &["AICC, Configuring AICC Information (Telegram)", BOT_API],
        verbs: CALLED,
    },
    Page {
        id: "TG-PORT",
        title: "Telegram calls no webhook on this port",
        severities: &[critical("outputs.message_url")],
        meaning: "Telegram calls webhooks on a few ports only; the hint of the finding names them.",
        consequence: "setWebhook is answered with `Bad Request: bad webhook`, and no message of a customer arrives.",
        look: &[
            VALIDATE,
            run(
                "See what is known of Telegram:",
                &["trustpack channel facts telegram-webhook"],
            ),
        ],
        remedy: &[step(
            "Expose the address on a port that Telegram calls, and have the product show that URL.",
        )],
        sources: &[BOT_API],
        verbs: CALLED,
    },
    Page {
        id: "TG-SELF-SIGNED",
        title: "Telegram will not trust this server by itself",
        severities: &[note("the chain of the BaseUrl host ends in no public root")],
        meaning: "The server has a certificate of a private CA, which is usual for the product's own frontend. If the callback \
            URL leads to the same server, Telegram has to be given that certificate.",
        consequence: "Without it Telegram calls nobody: getWebhookInfo shows `SSL error … certificate verify failed`.",
        look: &[run("See the chain:", &["trustpack fetch 192.0.2.10:28090"])],
        remedy: &[step(
            "If the callback URL leads there: upload the certificate with setWebhook, as PEM (the file in chains/ of the \
             bundle), in the parameter certificate; not as DER.",
        )],
        sources: &[BOT_API, "https://core.telegram.org/bots/self-signed"],
        verbs: PACK,
    },
    Page {
        id: "URL-FORM",
        title: "a text is no URL or address of the form that is needed",
        severities: &[
            critical("it cannot be used, or it has a query in which a key could stand"),
            warning(
                "its host is none of the provider's, or it has a path where there should be none",
            ),
        ],
        meaning: "Each address has a form of its own: BaseUrls and callback URLs begin with https://, the ApiFabric interface \
            Address is IP address:Port number without a scheme, trust.connect is host:port. The message says what is wrong.",
        consequence: "The page refuses it, or the product calls an address that does not answer.",
        look: &[VALIDATE],
        remedy: &[
            step("Copy it again from where the hint says."),
            step("If a key or token stood in it, treat that as known, and have a new one made."),
        ],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "WORKTIME",
        title: "the agents' working time is wrong or missing",
        severities: &[
            critical(
                "a segment has no such form, ends before it begins, overlaps another, or is one too many",
            ),
            warning("there is none on workdays"),
        ],
        meaning: "Up to four segments HH:MM-HH:MM a day, from 00:00 to 24:00, which do not overlap.",
        consequence: "The page refuses to save. Without any working time every customer gets the notification that nobody is \
            there.",
        look: &[VALIDATE],
        remedy: &[step(
            "Write segments such as \"09:00-12:30\" and \"13:30-18:00\" under basic.work_time; 24:00 only as an end.",
        )],
        sources: &[AICC],
        verbs: BOTH,
    },
    Page {
        id: "DEMO-ONLY",
        title: "the channel can only be demonstrated",
        severities: &[note("provider = \"cloud-api\"")],
        meaning: "The product's document says of cloud-api: Currently, this function can only be demonstrated and cannot be put \
            into commercial use.",
        consequence: "Whoever serves customers over it has no support, and may lose the channel at any time.",
        look: &[VALIDATE],
        remedy: &[step("Use another provider for customers.")],
        sources: &[WHATSAPP],
        verbs: BOTH,
    },
    Page {
        id: "FACTS-OLD",
        title: "nobody has looked up the provider facts for long",
        severities: &[note("the newest was looked up more than 180 days ago")],
        meaning: "What this program knows of providers, public CAs and clients stands in a table of dated facts: when a version \
            ends, when a provider moves to other roots, which ports it calls. The newest of them was looked up long ago.",
        consequence: "Rules that depend on facts may be silent about what providers have announced since, or warn of what they \
            have put off.",
        look: &[run(
            "See the facts, and when each was looked up:",
            &["trustpack channel facts"],
        )],
        remedy: &[
            step("Use a newer trustpack."),
            run(
                "Or write the facts to a file, look the sources up, correct what has changed and the days, and name the file:",
                &[
                    "trustpack channel facts --toml > facts.toml",
                    "trustpack channel validate SPEC --facts facts.toml",
                ],
            ),
        ],
        sources: &[
            "providers tell of changes of certificates some months ahead (Infobip: 60 days, Twilio: about a year)",
        ],
        verbs: &["channel facts", "channel validate"],
    },
    Page {
        id: "FILE-UNREAD",
        title: "a certificate file that the specification names was not judged",
        severities: &[
            critical("its password is wrong, or none is named where one is needed"),
            warning("it is not there, or may not be read"),
            note("its password was not asked for"),
        ],
        meaning: "Files are looked for where the specification lies, whatever folder the command runs in. What is sealed by a \
            password is opened when --secrets is named, and a password that stands as prompt is not asked for here.",
        consequence: "What is wrong with the file is found by the product's form, or by `trustpack channel pack`, which stops.",
        look: &[SECRETS],
        remedy: &[step(
            "Put the file there, correct its path, or correct what is behind the reference to its password.",
        )],
        sources: &["`trustpack channel validate --help`"],
        verbs: VALIDATED,
    },
    Page {
        id: "GRAPH-VERSION",
        title: "a version of Meta's Graph API ends or has ended",
        severities: &[critical("it has ended"), warning("it ends within 90 days")],
        meaning: "The BaseUrl of a cloud-api channel names a version of the Graph API, and each lasts about two years. The v8.0 of \
            the product's document ended in 2022.",
        consequence: "Calls to a version that has ended are answered by an error or by a later version that behaves otherwise.",
        look: &[
            VALIDATE,
            run(
                "See the last days of the versions:",
                &["trustpack channel facts"],
            ),
        ],
        remedy: &[step(
            "Write a version that lasts into info.base_url, and update BaseUrl in the product.",
        )],
        sources: &["https://developers.facebook.com/docs/graph-api/changelog/versions/"],
        verbs: BOTH,
    },
    Page {
        id: "ID-FORM",
        title: "a text cannot be the app ID of Meta",
        severities: &[critical("info.app_key of a cloud-api channel")],
        meaning: "APP Key is the ID of the app at Meta, which is digits only. What stands there is not repeated, since it may be \
            the app secret.",
        consequence: "The product does not sign in, and no message is delivered.",
        look: &[VALIDATE],
        remedy: &[
            step("Copy the app ID from https://developers.facebook.com/apps."),
            step("If the app secret stood there, treat it as known, and have a new one made."),
        ],
        sources: &[WHATSAPP],
        verbs: BOTH,
    },
    Page {
        id: "OAUTH-PATH",
        title: "a text cannot be the BaseUrl of a provider with oAuth",
        severities: &[critical("info.base_url")],
        meaning: "With oAuth the BaseUrl leads to the product itself: https://IP address:Port \
            number/apiaccess/rest/ccmessaging, or a domain name in place of address and port, with exactly this path.",
        consequence: "The page refuses to save, or every message is answered by 404.",
        look: &[VALIDATE],
        remedy: &[step(
            "Write it as https://192.0.2.10:28090/apiaccess/rest/ccmessaging, without a slash at the end.",
        )],
        sources: &[WHATSAPP],
        verbs: BOTH,
    },
    Page {
        id: "PRIVATE-ROOT",
        title: "the front end's certificate leads to no public root",
        severities: &[note(
            "the chain of the BaseUrl host ends in a root that no root set knows",
        )],
        meaning: "The BaseUrl is a front end of your own organisation, and its certificate comes from a private CA, which is usual. \
            The root that was packed is trusted because the server showed it, and nobody else vouches for it.",
        consequence: "If somebody in between answered in place of the server, the bundle trusts them. A provider that must call \
            this server itself refuses the private certificate.",
        look: &[run("See the chain:", &["trustpack fetch 192.0.2.10:28090"])],
        remedy: &[step(
            "Compare the fingerprint of the root with what its owner says, by another way than the network.",
        )],
        sources: &[AICC],
        verbs: PACK,
    },
    Page {
        id: "REGION",
        title: "the channel is used where the document does not want it",
        severities: &[
            critical("in China without the certificate of the proxy"),
            warning("in China"),
        ],
        meaning: "The WhatsApp document applies only to regions outside the Chinese mainland. It does say what to do there for \
            cloud-api: a proxy server is needed, and the trust certificate is that of the proxy.",
        consequence: "graph.facebook.com is not reached, or its certificate is fetched from elsewhere and does not fit the proxy.",
        look: &[VALIDATE],
        remedy: &[
            step("See with the product's support whether the channel can be used there."),
            step(
                "Name the certificate file of the proxy in trust.files, or the proxy in trust.connect.",
            ),
        ],
        sources: &[WHATSAPP],
        verbs: BOTH,
    },
    Page {
        id: "SID-FORM",
        title: "a text cannot be a SID of Twilio",
        severities: &[critical("info.account_sid, info.api_key_sid")],
        meaning: "An Account SID is AC and 32 hexadecimal digits, the SID of an API key SK and 32. They are often exchanged, or \
            an auth token is taken for one; so what stands there is not repeated.",
        consequence: "Twilio answers 401, and no message is delivered.",
        look: &[VALIDATE],
        remedy: &[step("Copy both from the console of Twilio.")],
        sources: &[
            "https://twilio.com/docs/api/errors/21470",
            "https://twilio.com/docs/usage/api/keys",
        ],
        verbs: BOTH,
    },
    Page {
        id: "TOKEN-FORM",
        title: "what is behind a reference does not look like a bot token",
        severities: &[
            critical("it has no colon"),
            warning("it is not digits, a colon and 35 letters, digits, underscores and hyphens"),
        ],
        meaning: "The token that @BotFather gives is the number of the bot, a colon and 35 characters. It is looked at where it \
            is, when --secrets asks for that, and not told.",
        consequence: "Telegram answers 404 to every call with it.",
        look: &[SECRETS],
        remedy: &[step(
            "Copy the whole token that @BotFather answered, digits and colon included.",
        )],
        sources: &[BOT_API],
        verbs: VALIDATED,
    },
    Page {
        id: "TOKEN-VALIDITY",
        title: "the access token of Meta ends or has ended",
        severities: &[
            critical("it has ended, or its end is no day"),
            warning("it ends within 30 days"),
        ],
        meaning: "A token for cloud-api is made with a validity period, which is entered in the product too. Its last day stands \
            in info.token_valid_until.",
        consequence: "From the next day on Meta answers 401, and no message is delivered.",
        look: &[VALIDATE],
        remedy: &[
            step(
                "Generate a new token with the permissions whatsapp_business_messaging and whatsapp_business_management.",
            ),
            step("Update access token and validity period in the product and here."),
        ],
        sources: &[WHATSAPP],
        verbs: BOTH,
    },
    Page {
        id: "WEBHOOK-PASS-URLSAFE",
        title: "a webhook user or password cannot stand in a URL",
        severities: &[critical(
            "info.webhook_user, or what is behind info.webhook_password, of a twilio channel",
        )],
        meaning: "Twilio is told both as user information of the callback URLs: https://USER:PASSWORD@HOST/…. There & : @ / ? # % \
            and blanks end it or mean something else.",
        consequence: "Twilio calls another host, or signs in with another password, and the product refuses its messages.",
        look: &[VALIDATE, SECRETS],
        remedy: &[step(
            "Choose letters, digits, hyphens and underscores, and enter them in the product and at Twilio.",
        )],
        sources: &[
            "https://www.twilio.com/docs/usage/security.md",
            "RFC 3986 section 3.2.1",
        ],
        verbs: VALIDATED,
    },
];
