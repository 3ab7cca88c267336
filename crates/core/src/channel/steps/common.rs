//! The steps that both documents share.

use super::{Delivered, Phase, Step, Who, if_valid, shown};
use crate::channel::field::{Need, Section};
use crate::channel::model::{Channel, Container};

/// The request to the people who own the address trustlist; nothing public does it.
pub(in crate::channel) fn trustlist(channel: &Channel, note: &str) -> Step {
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
pub(in crate::channel) fn trust_ready(
    channel: &Channel,
    delivered: Option<&Delivered>,
    word: &str,
) -> Step {
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
        step = step.note(format!(
            "A Java client with this file accepts {}.",
            host.endpoint
        ));
    }
    step.done("trustpack made the file and judged every host with it")
}

/// The document wants a browser export, which holds no key (domain notes 7, A7): ask for no more than it does.
pub(in crate::channel) fn identity_ready(channel: &Channel) -> Step {
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
pub(in crate::channel) fn uploads(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
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
pub(super) fn create(channel: &Channel) -> Vec<Step> {
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
        .given("Channel Name", channel.label())
        .given("OU Configuration", or_none(&basic.ou))
        .given("Skill Queue", or_none(&basic.skill_queue))
        .given("Keyword for Transfer to Agent", list(&basic.transfer_keywords))
        .given("Agent Work Time, Workday", if_valid(channel, "basic.work_time.workday", list(&basic.work_time.workday)))
        .given("Agent Work Time, Non-workday", if_valid(channel, "basic.work_time.non_workday", list(&basic.work_time.non_workday)))
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
pub(super) fn export() -> Step {
    Step::new(Phase::After, Who::TenantAdministrator, "Export channel information")
        .place("Configuration Center > Access Configuration > Channel Configuration")
        .note("Select the new channel, or all channels are exported: at most 100,000 at a time and 2000 per file.")
        .note("Passwords and keys cannot be exported: the references of the specification are their only record.")
        .done("Status of the export task is Success and the file is downloaded")
}
