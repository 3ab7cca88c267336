//! What remains to be done by hand, in the order of the document (domain notes 6 and 8.2): no public interface exists for
//! certificates, channels or the trustlist, so these are steps for people, each with its proof.

mod markdown;

use serde::Serialize;
use time::OffsetDateTime;

use super::field::{Need, Section, Value};
use super::model::{Channel, Container};
use crate::cert::Fingerprint;

pub use markdown::checklist;

/// One step for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// When.
    pub phase: Phase,
    /// Who.
    pub who: Who,
    /// What, as a command without a period.
    pub title: String,
    /// Where: the menu path or address as the document prints it.
    pub place: Option<String>,
    /// What to enter or copy: label and value; a secret is its reference.
    pub values: Vec<(String, String)>,
    /// What else to know.
    pub notes: Vec<String>,
    /// How to see that it is done.
    pub done: Option<String>,
    /// Whether trustpack has done it already.
    pub finished: bool,
}

/// When a step is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// *Prerequisites*.
    Before,
    /// *Procedure*.
    Create,
    /// *Follow-up Procedure*.
    After,
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Who {
    /// Whoever runs trustpack and talks to the third party.
    Operator,
    /// Who owns system parameters, applications and the trustlist.
    SystemAdministrator,
    /// Who owns channels.
    TenantAdministrator,
}

/// What [`bundle::pack`](crate::bundle::pack) made for the channel; turns "obtain" into "here it is".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// The trust file within the bundle, such as `support/trust.jks`.
    pub file: String,
    /// What it is.
    pub container: Container,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// What is in it.
    pub anchors: Vec<DeliveredAnchor>,
    /// The hosts that were judged.
    pub hosts: Vec<DeliveredHost>,
}

/// A certificate in the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredAnchor {
    /// The alias; the display name in a container without aliases.
    pub alias: String,
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// Its last second of validity.
    pub not_after: OffsetDateTime,
}

/// A host that was judged against the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredHost {
    /// `host:port`.
    pub endpoint: String,
    /// Why a Java client refuses the server with the file; `None` when it accepts it.
    pub refusal: Option<String>,
    /// Whether some root set knows the end of its chain.
    pub publicly_trusted: bool,
}

impl Delivered {
    /// Whether the chains of all hosts end in roots that a root set knows.
    pub fn is_publicly_trusted(&self) -> bool {
        self.hosts.iter().all(|host| host.publicly_trusted)
    }
}

/// The steps of a channel in order. Without `delivered` the trust certificate is still to be made.
pub fn steps(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
    let variant = channel.kind.variant();
    let mut steps = (variant.before)(channel, delivered);
    steps.extend(create(channel));
    steps.extend((variant.after)(channel, delivered));
    steps.push(export());
    steps
}

impl Step {
    pub(super) fn new(phase: Phase, who: Who, title: impl Into<String>) -> Self {
        Self {
            phase,
            who,
            title: title.into(),
            place: None,
            values: Vec::new(),
            notes: Vec::new(),
            done: None,
            finished: false,
        }
    }

    pub(super) fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// A field of the channel under the document's label.
    pub(super) fn value(self, channel: &Channel, key: &str) -> Self {
        let field = channel.kind.fields().iter().find(|field| field.key == key);
        match field {
            Some(field) => self.given(field.label, shown(channel, key)),
            None => self,
        }
    }

    pub(super) fn given(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((label.into(), value.into()));
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn done(mut self, done: impl Into<String>) -> Self {
        self.done = Some(done.into());
        self
    }
}

/// A field's value for a person: the text, or where the secret is.
pub(super) fn shown(channel: &Channel, key: &str) -> String {
    match channel.values.get(key) {
        Some(Value::Secret(secret)) => secret.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Withheld) => "[credentials elided]".to_owned(),
        None => "(not recorded yet)".to_owned(),
    }
}

/// The request to the people who own the address trustlist; nothing public does it.
pub(super) fn trustlist(channel: &Channel, note: &str) -> Step {
    Step::new(
        Phase::Before,
        Who::SystemAdministrator,
        "Add the BaseUrl to the address trustlist",
    )
    .place("application to the system administrator")
    .given("address", shown(channel, "base_url"))
    .note(note)
    .done("the system administrator confirms that the address is on the trustlist")
}

/// `word` is the document's word for the trust certificate (domain notes 7, A5).
pub(super) fn trust_ready(channel: &Channel, delivered: Option<&Delivered>, word: &str) -> Step {
    let Some(delivered) = delivered else {
        return Step::new(
            Phase::Before,
            Who::Operator,
            format!("Make the trust certificate ({word})"),
        )
        .place("trustpack channel pack SPEC -o bundle.zip")
        .given("file", channel.container().file_name())
        .done("the command ends with exit code 0");
    };
    let mut step = Step::new(
        Phase::Before,
        Who::Operator,
        format!("Make the trust certificate ({word})"),
    )
    .given("file", &*delivered.file)
    .given("SHA-256", &*delivered.sha256);
    for anchor in &delivered.anchors {
        let date = anchor.not_after.date();
        step = step.given(
            "holds",
            format!(
                "{} (until {date}, SHA-256 {})",
                anchor.alias, anchor.fingerprint
            ),
        );
    }
    step.finished = true;
    for host in &delivered.hosts {
        match &host.refusal {
            None => {
                step = step.note(format!(
                    "A Java client with this file accepts {}.",
                    host.endpoint
                ))
            }
            Some(why) => {
                step.finished = false;
                step = step.note(format!(
                    "A Java client refuses {} with this file and with any other: {why}. The server must be corrected first.",
                    host.endpoint
                ));
            }
        }
    }
    step.done("trustpack made the file and judged every host with it")
}

/// The document wants a browser export, which holds no key (domain notes 7, A7): ask for no more than it does.
pub(super) fn identity_ready(channel: &Channel) -> Step {
    let identity = channel.identity.as_ref();
    let file = identity.and_then(|identity| identity.file.clone());
    let mut step = Step::new(
        Phase::Before,
        Who::Operator,
        "Obtain the identity certificate of the current system",
    )
    .given(
        "file",
        file.unwrap_or_else(|| "(not recorded yet)".to_owned()),
    )
    .note("It is not in this bundle: the file may hold a private key. Keep it private.");
    if let Some(password) = identity.and_then(|identity| identity.password.as_ref()) {
        step = step.given("password", password.to_string());
    }
    step.done("trustpack inspect shows the certificate of the current system and a date that has not passed")
}

/// *Managing a Certificate*: one record for the trust certificate, and one for the identity certificate if listed.
pub(super) fn uploads(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
    let upload = |title: &str| {
        Step::new(Phase::Before, Who::TenantAdministrator, title)
            .place("Configuration Center > System Management > Certificate > New")
    };
    let container = channel.container();
    let password = channel.trust.password.as_ref();
    let file = delivered.map_or_else(
        || container.file_name().to_owned(),
        |there| there.file.clone(),
    );
    let mut trust = upload("Upload the trust certificate (Managing a Certificate)")
        .given("name", channel.trust_name())
        .given("type", container.label())
        .given(
            "password",
            password.map_or_else(|| "(none)".to_owned(), ToString::to_string),
        )
        .given("trust certificate", file);
    if let Some(delivered) = delivered {
        trust = trust.given("SHA-256 of the file", &*delivered.sha256);
    }
    if container == Container::Der && password.is_none() {
        trust = trust
            .note("Whether the form wants a password for DER is not stated; a DER file has none.");
    }
    let mut steps = vec![trust.done("the certificate list shows the name")];
    if channel.kind.variant().identity != Need::NotListed {
        let identity = channel.identity.as_ref();
        let file = identity.and_then(|identity| identity.file.clone());
        let password = identity.and_then(|identity| identity.password.as_ref());
        steps.push(
            upload("Upload the identity certificate (Managing a Certificate)")
                .given("name", channel.identity_name())
                .given(
                    "password",
                    password.map_or_else(|| "(none)".to_owned(), ToString::to_string),
                )
                .given(
                    "identity certificate",
                    file.unwrap_or_else(|| "(not recorded yet)".to_owned()),
                )
                .done("the certificate list shows the name"),
        );
    }
    steps
}

/// *Procedure*, steps 1 to 6: the same in both documents.
fn create(channel: &Channel) -> Vec<Step> {
    let step = |title: &str| Step::new(Phase::Create, Who::TenantAdministrator, title);
    let path = "Configuration Center > Access Configuration > Channel Configuration";
    // "Newly created" is the button's text in the document (domain notes 7, A28).
    let new = step("Create the channel")
        .place(format!("{path} > Newly created [New]"))
        .done("the Configure Channel page is displayed");
    let mut info = step("Set channel information parameters").place("Configure Channel, Table 1");
    let selection = match channel.kind.provider() {
        None => "Telegram",
        Some(_) => "WhatsApp",
    };
    info = info.given("Channel Selection", selection);
    if let Some(provider) = channel.kind.provider() {
        info = info.given("Business Solution Provider", provider.word());
    }
    let fields = channel.kind.fields().iter();
    for field in
        fields.filter(|field| field.section == Section::Info && field.need == Need::Required)
    {
        info = info.value(channel, field.key);
    }
    info = info.given("Trust certificate", channel.trust_name());
    if channel.kind.variant().identity != Need::NotListed {
        info = info.given("Identity certificate", channel.identity_name());
    }
    vec![
        new,
        info,
        basic(channel, step("Set basic configuration parameters")),
        robot(channel, step("Set robot configuration parameters")),
        step("Go on to the integration page")
            .place("The next step [Next]")
            .done("the Channel Integration page is displayed"),
    ]
}

fn basic(channel: &Channel, step: Step) -> Step {
    let basic = &channel.basic;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "(none)".to_owned());
    let list = |texts: &[String]| match texts {
        [] => "(none)".to_owned(),
        texts => texts.join(", "),
    };
    let more = &basic.more;
    step.place("Configure Channel, Table 2")
        .given("Channel Name", &*channel.name)
        .given("OU Configuration", or_none(&basic.ou))
        .given("Skill Queue", or_none(&basic.skill_queue))
        .given("Keyword for Transfer to Agent", list(&basic.transfer_keywords))
        .given("Agent Work Time, Workday", list(&basic.work_time.workday))
        .given("Agent Work Time, Non-workday", list(&basic.work_time.non_workday))
        .given("Non-Working Time Notification", or_none(&basic.non_working_time_notification))
        .given("More, Last Agent Mode", switch(more.last_agent_mode))
        .given("More, Session End Due to No Customer Reply", switch(more.session_end_no_customer_reply))
        .given("More, Session Transfer Due to No Agent Reply", switch(more.session_transfer_no_agent_reply))
        .given("More, Session Transfer", switch(more.session_transfer))
        .given("More, Offline Messages", switch(more.offline_messages))
        .note("Non-working days are set on the Configuration Center > Workbench Configuration > Service Time page.")
}

fn robot(channel: &Channel, step: Step) -> Step {
    step.place("Configure Channel, Table 3")
        .given(
            "Connecting to the Intelligent Robot",
            switch(channel.robot.intelligent_robot),
        )
        .given(
            "Access Robot Assistant",
            switch(channel.robot.robot_assistant),
        )
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// *Follow-up Procedure*, the same in both documents.
fn export() -> Step {
    Step::new(Phase::After, Who::TenantAdministrator, "Export channel information")
        .place("Configuration Center > Access Configuration > Channel Configuration")
        .note("Select the new channel, or all channels are exported: at most 100,000 at a time and 2000 per file.")
        .note("Passwords and keys cannot be exported: the references of the specification are their only record.")
        .done("Status of the export task is Success and the file is downloaded")
}

impl Who {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::SystemAdministrator => "system administrator",
            Self::TenantAdministrator => "tenant administrator",
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::super::{INFOBIP, Spec, TELEGRAM};
    use super::*;
    use crate::Certificate;

    fn channel(text: &str) -> Channel {
        Spec::from_toml(text).unwrap().channels.remove(0)
    }

    fn delivered(channel: &Channel) -> Delivered {
        let roots = crate::trust::TrustAnchors::mozilla();
        // Any fixed certificate: only its fingerprint is shown.
        let certificate: &Certificate = &roots.certificates()[0];
        let hosts = super::super::hosts(channel).into_iter();
        Delivered {
            file: format!("{}/{}", channel.name, channel.container().file_name()),
            container: channel.container(),
            sha256: "ab".repeat(32),
            anchors: vec![DeliveredAnchor {
                alias: "example root".to_owned(),
                fingerprint: certificate.fingerprint(),
                not_after: datetime!(2038-01-15 12:00 UTC),
            }],
            hosts: hosts
                .map(|host| DeliveredHost {
                    endpoint: host.endpoint.to_string(),
                    refusal: None,
                    publicly_trusted: channel.kind.has_public_hosts(),
                })
                .collect(),
        }
    }

    fn shown(channel: &Channel) -> String {
        let delivered = delivered(channel);
        let fingerprint = delivered.anchors[0].fingerprint.to_string();
        checklist(channel, Some(&delivered)).replace(&fingerprint, "[fingerprint]")
    }

    #[test]
    fn the_checklists_stay_as_they_are() {
        insta::assert_snapshot!("telegram", shown(&channel(TELEGRAM)));
        insta::assert_snapshot!("infobip", shown(&channel(INFOBIP)));
    }

    #[test]
    fn every_step_says_how_it_is_done() {
        for text in [TELEGRAM, INFOBIP] {
            for step in steps(&channel(text), None) {
                assert!(!step.title.ends_with('.'), "{step:?}");
                assert!(step.done.is_some() || !step.values.is_empty(), "{step:?}");
                assert!(!step.finished, "{step:?}");
            }
        }
    }

    #[test]
    fn a_refusing_server_leaves_the_step_open() {
        let channel = channel(TELEGRAM);
        let mut delivered = delivered(&channel);
        delivered.hosts[0].refusal = Some("expired".to_owned());
        assert!(checklist(&channel, Some(&delivered)).contains("must be corrected first"));
        assert!(
            steps(&channel, Some(&delivered))
                .iter()
                .all(|step| !step.finished)
        );
    }
}
