//! The rows that all channels share: *Table 2* and *Table 3* of the documents, which are the same in all of them, and
//! *Managing a Certificate*.

use super::field::{Document, Field, MANAGING_A_CERTIFICATE, Need, Section};
use super::form::{Form, HOST_AND_PORT, JKS_PASSWORD, NAME};
use super::model::{Container, SelectPolicy};

/// The document that has the tables; the others repeat it word for word.
pub(super) static AICC: Document = Document::new(
    "Configuring AICC Information",
    "2025-01-23",
    "https://support.huaweicloud.com/intl/en-us/usermanual-cec/cec_04_0289.html",
);

/// Where certificates are uploaded.
pub(super) static CERTIFICATES: Document = Document::new(
    "Managing Certificates",
    "2024-10-12",
    "https://support.huaweicloud.com/intl/th-th/usermanual-cec/cec_04_0129.html",
);

const TABLE_2: &str = "Table 2 Basic configuration parameters";
const TABLE_3: &str = "Table 3 Robot configuration parameters";

/// What is no matter of a document: how the trust certificate is made.
const OURS: &str = "trustpack";

const SEGMENTS_SAY: &str = "A maximum of four working time segments (from 00:00 to 24:00) can be configured. By default, a time segment is displayed.";

const fn basic(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::Basic, key, label, AICC.at(TABLE_2)).from("your choice")
}

const fn work_time(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::WorkTime, key, label, AICC.at(TABLE_2))
        .form(Form::Segments)
        .says(SEGMENTS_SAY)
        .from("your choice")
}

const fn more(key: &'static str, label: &'static str, says: &'static str) -> Field {
    Field::new(Section::More, key, label, AICC.at(TABLE_2))
        .form(Form::Switch)
        .optional()
        .says(says)
        .from("your choice")
        .to("Configuration Center > Access Configuration > Channel Configuration > More")
}

const fn robot(key: &'static str, label: &'static str, says: &'static str) -> Field {
    Field::new(Section::Robot, key, label, AICC.at(TABLE_3))
        .form(Form::Switch)
        .optional()
        .says(says)
        .from("your choice")
}

const fn trust(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::Trust, key, label, CERTIFICATES.at("New"))
        .optional()
        .from("your choice")
        .to(MANAGING_A_CERTIFICATE)
}

const fn identity(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::Identity, key, label, CERTIFICATES.at("New"))
        .optional()
        .from("your choice")
        .to(MANAGING_A_CERTIFICATE)
}

/// The name of the channel.
pub(super) static CHANNEL: &[Field] = &[Field::new(
    Section::Channel,
    "name",
    "Channel Name",
    AICC.at(TABLE_2),
)
.form(Form::Shaped(&NAME))
.says("The channel name must be unique. The code can contain a maximum of 64 characters, including only letters, digits, and underscores (_), and can start only with a letter or an underscore (_).")
.from("your choice")
.example("support")];

/// *Table 2* without the name, and *Table 3*.
pub(super) static BASIC_AND_ROBOT: &[Field] = &[
    basic("ou", "OU Configuration")
        .need(Need::Expected)
        .says("Select an OU created in Configuring OUs to assign it to channel resources.")
        .from("an OU created in Configuring OUs")
        .example("Support"),
    basic("skill_queue", "Skill Queue")
        .need(Need::Expected)
        .says("The options are all multimedia called routes of the current tenant space.")
        .from("a multimedia called route of the tenant space")
        .example("Chat"),
    basic("transfer_keywords", "Keyword for Transfer to Agent")
        .need(Need::When("the intelligent robot is on"))
        .form(Form::Keywords)
        .says("If the intelligent robot is enabled, this parameter must be set.")
        .from("your choice, in each language of your customers")
        .example("agent"),
    basic("non_working_time_notification", "Non-Working Time Notification")
        .form(Form::Prose)
        .optional()
        .says("When a customer call is connected to an agent in non-working time, this message is displayed to notify the customer that the agent is in rest state.")
        .from("your choice: what customers read outside working time")
        .example("We are back at 09:00."),
    work_time("workday", "Agent Work Time: Workday")
        .need(Need::Expected)
        .example("09:00-18:00"),
    work_time("non_workday", "Agent Work Time: Non-workday")
        .optional()
        .from("your choice; the days are set under Configuration Center > Workbench Configuration > Service Time")
        .example("10:00-12:00"),
    more(
        "last_agent_mode",
        "Last Agent Mode",
        "For details, see How Do I Enable the Last Agent Mode?.",
    ),
    more(
        "session_end_no_customer_reply",
        "Session End Due to No Customer Reply",
        "For details, see How Do I Set Session End Due to No Customer Reply?.",
    ),
    more(
        "session_transfer_no_agent_reply",
        "Session Transfer Due to No Agent Reply",
        "For details, see How Do I Set Session Transfer Due to No Agent Reply?.",
    ),
    more(
        "session_transfer",
        "Session Transfer",
        "For details, see How Do I Set Session Transfer?.",
    ),
    more(
        "offline_messages",
        "Offline Messages",
        "For details, see How Do I Enable Offline Messages?.",
    ),
    robot(
        "intelligent_robot",
        "Connecting to the Intelligent Robot",
        "For details, see How Do I Enable Connection to the Intelligent Robot?.",
    ),
    robot(
        "robot_assistant",
        "Access Robot Assistant",
        "For details, see How Do I Enable Connection to the Robot Assistant?.",
    ),
];

/// The trust certificate.
pub(super) static TRUST: &[Field] = &[
    trust("name", "name")
        .says("set the certificate name and password as prompted")
        .from("your choice; default: the channel name with _trust. No rule for it is public")
        .example("support_trust"),
    trust("container", "type")
        .form(Form::Word(Container::WORDS))
        .says("Only a JKS, DER, or PEM certificate is supported")
        .from("default: what the document asks for; der holds one certificate, jks several with a password")
        .example("jks"),
    trust("password", "password")
        .need(Need::When("the container is a JKS"))
        .form(Form::Shaped(&JKS_PASSWORD))
        .from("your choice, at least 6 characters (keytool)")
        .secret("the password of the JKS"),
    trust("alias", "alias")
        .from("your choice: of the first entry of a JKS, further ones get -2 and so on; default: each certificate's own name")
        .to(OURS)
        .example("provider"),
    trust("policy", "policy")
        .form(Form::Word(SelectPolicy::WORDS))
        .says("the root certificate is recommended to reduce the certificate maintenance workload")
        .from("default: root+intermediates, which survives renewals; leaf breaks at the next one")
        .to(OURS)
        .example("root+intermediates"),
    trust("connect", "connect")
        .form(Form::Shaped(&HOST_AND_PORT))
        .from("where to connect instead of the host itself, such as the server where the NSLB is located")
        .to(OURS)
        .example("192.0.2.11:28090"),
    trust("files", "trust certificate")
        .form(Form::Files)
        .says("select the trust certificate and identity certificate from the local PC")
        .from("certificate files that stand for fetching, by host or host:port")
        .to(OURS)
        .example("chain.pem"),
];

const fn identity_rows(need: Need) -> [Field; 3] {
    [
        identity("name", "name")
            .from("your choice; default: the channel name with _identity")
            .example("support_identity"),
        identity("file", "identity certificate")
            .need(need)
            .says("Identity certificate of the current system, which has been uploaded in Managing a Certificate.")
            .from("the current system, for example exported by a browser")
            .example("identity.cer"),
        identity("password", "password")
            .from("only when the file has one")
            .secret("the password of the file"),
    ]
}

/// The identity certificate, where the document lists it.
pub(super) static IDENTITY: &[Field] = &identity_rows(Need::Required);

/// The identity certificate, where the document may mean it (domain notes 7, A6).
pub(super) static IDENTITY_UNCLEAR: &[Field] = &identity_rows(Need::Expected);
