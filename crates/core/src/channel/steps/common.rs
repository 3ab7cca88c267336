//! The steps that both documents share.

use super::{DeliveredIdentity, Known, Phase, Step, Who};
use crate::channel::field::{CHANNEL_CONFIGURATION, Change, Field, Need, Section};
use crate::channel::kind::hosts;
use crate::channel::model::{Channel, Container};
use crate::facts::{Facts, Move};
use crate::text::alternatives;

/// Where the address of the API Fabric is set.
pub(in crate::channel) const FABRIC_PARAMETER: &str = "Configuration Center > System Management > System Parameter > System parameters > Service Channels > Common";

/// Where apps subscribe to APIs.
pub(in crate::channel) const APP_MANAGEMENT: &str = "Configuration Center > Expansion and Integration > API Management > APP Service > APP Management";

/// Where certificates are uploaded.
pub(crate) const CERTIFICATE_FORM: &str =
    "Configuration Center > System Management > Certificate > New";

/// *Prerequisites* of the channels that go through the API Fabric: `apis` are what the app must have subscribed to.
pub(in crate::channel) fn fabric(channel: &Channel, known: Known<'_>, apis: &[&str]) -> Vec<Step> {
    let administrator = |title| Step::new(Phase::Before, Who::SystemAdministrator, title);
    let mut subscribe =
        administrator("Subscribe the app to the APIs and bind it to the tenant space")
            .again(Change::App, "Only if the app is another one.")
            .place(APP_MANAGEMENT);
    for api in apis {
        subscribe = subscribe.given("API", *api);
    }
    let mut steps = vec![
        subscribe
            .gives(channel, "info.app_key")
            .gives(channel, "info.app_secret")
            .done("the app lists the three APIs as subscribed and the tenant space as bound; AK and SK are behind the references"),
        fabric_address(channel)
            .note("The format is IP address:Port number, without https://.")
            .done("the parameter shows the value after the page is reloaded"),
        trustlist(channel, "The value must start with https://; a domain name is not supported."),
        trust_ready(channel, known),
        token_check(),
        identity_ready(channel, known),
    ];
    steps.extend(uploads(channel, known));
    steps
}

/// Who sets the parameter knows the address; a specification may know it too.
fn fabric_address(channel: &Channel) -> Step {
    let title = "Set the address of the API Fabric";
    let step = Step::new(Phase::Before, Who::SystemAdministrator, title).place(FABRIC_PARAMETER);
    let path = "info.api_fabric_address";
    let field = channel.kind.field_at(path);
    match field.filter(|field| channel.values.of_field(field).is_none()) {
        Some(field) => step.given(field.label, "IP address and port number of the API Fabric"),
        None => step.value(channel, path),
    }
}

/// The request to the people who own the address trustlist; nothing public does it.
pub(in crate::channel) fn trustlist(channel: &Channel, note: &str) -> Step {
    Step::new(
        Phase::Before,
        Who::SystemAdministrator,
        "Add the BaseUrl to the address trustlist",
    )
    .place("application to the system administrator")
    .value_as("address", channel, "info.base_url")
    .note(note)
    .done("the system administrator confirms that the address is on the trustlist")
}

/// Under the document's word for the trust certificate (domain notes 7, A5).
pub(in crate::channel) fn trust_ready(channel: &Channel, known: Known<'_>) -> Step {
    let word = channel.kind.variant().trust_word;
    let Some(delivered) = known.delivered else {
        let step = Step::new(
            Phase::Before,
            Who::Operator,
            format!("Make the trust certificate ({word})"),
        )
        .again(Change::Certificates, "")
        .place("trustpack channel pack SPEC -o bundle.zip")
        .given("file", channel.trust_file_name())
        .note(channel.kind.variant().by_hand);
        let step = hosts(channel).iter().fold(step, |step, host| {
            step.given("covers", format!("{} ({})", host.endpoint, host.why))
        });
        return moves(channel, step, known.facts).done("the command ends with exit code 0");
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
    moves(channel, step, known.facts).done("trustpack made the file and judged every host with it")
}

/// One call tells whether the app and the trust certificate work, before anybody uploads or types them.
pub(in crate::channel) fn token_check() -> Step {
    Step::new(
        Phase::Before,
        Who::Operator,
        "Check the app key, the app secret and the trust certificate",
    )
    .again(Change::App, "")
    .again(Change::Certificates, "")
    .place("trustpack aicc token-check SPEC --trust bundle.zip --send")
    .note("One call to the API Fabric, from a machine that reaches it; the token that it gives is forgotten.")
    .done("the command ends with exit code 0")
}

/// What is announced of the roots of the hosts, each once.
fn moves(channel: &Channel, mut step: Step, facts: &Facts) -> Step {
    let hosts = hosts(channel);
    let moves = hosts
        .iter()
        .flat_map(|host| facts.moves(host.endpoint.host()));
    let mut told: Vec<&str> = Vec::new();
    for Move { fact, anchors } in moves {
        if told.contains(&fact.id.as_str()) {
            continue;
        }
        told.push(&fact.id);
        let day = fact
            .from
            .map(|day| format!("From {day} on: "))
            .unwrap_or_default();
        let names: Vec<&str> = anchors.iter().map(|anchor| anchor.name.as_str()).collect();
        step = step.note(format!(
            "{day}{} By then, trust beside today's roots: {} ({}, looked up {}).",
            fact.text,
            alternatives(&names, "and"),
            fact.source,
            fact.looked_up
        ));
    }
    if !told.is_empty() && channel.container() == Container::Der {
        step = step.note("A DER file holds one certificate; trust.container = \"jks\" with trust.password makes a file that holds several.");
    }
    step
}

/// The document wants a browser export, which holds no key (domain notes 7, A7): ask for no more than it does.
pub(in crate::channel) fn identity_ready(channel: &Channel, known: Known<'_>) -> Step {
    let step = Step::new(
        Phase::Before,
        Who::Operator,
        "Obtain the identity certificate of the current system",
    )
    .again(
        Change::Certificates,
        "Only if the certificate of the current system is another one.",
    );
    if let Some(identity) = known.delivered.and_then(|there| there.identity.as_ref()) {
        return packed_identity(channel, step, identity);
    }
    let mut step = step.value_as("file", channel, "identity.file")
    .note(match channel.kind.field_at("identity.file").map(|field| field.need) {
        Some(Need::Expected) => "The document has one sentence about it and no heading: whether it is meant for this provider is unclear.",
        _ => "Access the current system and export the certificate, for example by a browser.",
    })
    .note("Keep the file private where it holds a private key. trustpack channel pack puts what the product takes of it into the bundle.");
    if channel.identity_password().is_some() {
        step = step.value_as("password", channel, "identity.password");
    }
    step.done("trustpack inspect shows the certificate of the current system and a date that has not passed")
}

/// As it lies in the bundle.
fn packed_identity(channel: &Channel, step: Step, identity: &DeliveredIdentity) -> Step {
    let mut step = step.given("file", identity.file()).given(
        "holds",
        format!(
            "until {}, SHA-256 of the certificate {}",
            identity.not_after.date(),
            identity.fingerprint
        ),
    );
    if identity.key_store.is_some() {
        step = step
            .value_as("password", channel, "identity.password")
            .note(
                "The file holds the private key: hand the bundle to nobody who must not have it.",
            );
    }
    step.finished = true;
    step.done("trustpack packed the certificate that the specification names")
}

/// *Managing a Certificate*: one record for the trust certificate, and one for the identity certificate if listed.
pub(in crate::channel) fn uploads(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let upload = |title: &str| {
        Step::new(Phase::Before, Who::TenantAdministrator, title).place(CERTIFICATE_FORM)
    };
    let container = channel.container();
    let password = channel.trust_password();
    let file = known.delivered.map_or_else(
        || channel.trust_file_name().to_owned(),
        |there| there.file.clone(),
    );
    let mut trust = upload("Upload the trust certificate (Managing a Certificate)")
        .again(Change::Certificates, "")
        .given("name", channel.trust_name())
        .given("type", container.label())
        .value_as("password", channel, "trust.password")
        .given("trust certificate", file);
    if let Some(delivered) = known.delivered {
        trust = trust.given("SHA-256 of the file", &*delivered.sha256);
    }
    if container == Container::Der && password.is_none() {
        trust = trust
            .note("Whether the form wants a password for DER is not stated; a DER file has none.");
    }
    let mut steps = vec![trust.done("the certificate list shows the name")];
    if channel.kind.has(Section::Identity) {
        let packed = known.delivered.and_then(|there| there.identity.as_ref());
        let step = upload("Upload the identity certificate (Managing a Certificate)")
            .given("name", channel.identity_name())
            .again(
                Change::Certificates,
                "Only if the certificate of the current system is another one.",
            );
        let step = match packed {
            Some(identity) => step
                .given("type", identity.container().label())
                .value_as("password", channel, "identity.password")
                .given("identity certificate", identity.file()),
            None => step
                .value_as("password", channel, "identity.password")
                .value_as("identity certificate", channel, "identity.file"),
        };
        steps.push(step.done("the certificate list shows the name"));
    }
    steps
}

/// *Procedure*, steps 1 to 6: the same in both documents.
pub(super) fn create(channel: &Channel) -> Vec<Step> {
    let step = |title: &str| Step::new(Phase::Create, Who::TenantAdministrator, title);
    // "Newly created" is the button's text in the document (domain notes 7, A28).
    let new = step("Sign in to the AICC and create the channel")
        .place(format!("{CHANNEL_CONFIGURATION} > Newly created [New]"))
        .done("the Configure Channel page is displayed");
    let mut info = step("Set channel information parameters").place("Configure Channel, Table 1");
    for selection in channel.kind.selection() {
        info = info.given(selection.label, selection.option);
    }
    // A row that is entered elsewhere, or nowhere, says so.
    let entered = |field: &&Field| field.to.starts_with(CHANNEL_CONFIGURATION);
    for field in channel.kind.fields_of(Section::Info).filter(entered) {
        info = info.value(channel, &field.path());
    }
    info = info.given("Trust certificate", channel.trust_name());
    if channel.kind.has(Section::Identity) {
        info = info.given("Identity certificate", channel.identity_name());
    }
    let basic = step("Set basic configuration parameters")
        .place("Configure Channel, Table 2")
        .given("Channel Name", channel.label());
    let basic = rows(channel, basic, is_before_work_time);
    let basic = rows(channel, basic, |field| field.section == Section::WorkTime);
    let basic = rows(channel, basic, |field| {
        field.section == Section::Basic && !is_before_work_time(field)
    });
    let basic = rows(channel, basic, |field| field.section == Section::More)
        .note("By default, a time segment is displayed; click New to add one, four at most.")
        .note("Non-working days are set on the Configuration Center > Workbench Configuration > Service Time page.");
    let robot = step("Set robot configuration parameters").place("Configure Channel, Table 3");
    vec![
        new,
        info,
        basic,
        rows(channel, robot, |field| field.section == Section::Robot),
        step("Go on to the integration page")
            .place("The next step [Next]")
            .done("the Channel Integration page is displayed"),
    ]
}

/// Some of the fields, whether they are set or not.
fn rows(channel: &Channel, mut step: Step, are_meant: impl Fn(&Field) -> bool) -> Step {
    for field in channel.kind.fields().filter(|field| are_meant(field)) {
        step = step.value(channel, &field.path());
    }
    step
}

/// *Table 2* has Agent Work Time before the notification; in a specification a table comes after what stands beside it.
fn is_before_work_time(field: &Field) -> bool {
    field.section == Section::Basic && field.key != "non_working_time_notification"
}

/// *Follow-up Procedure*, the same in both documents.
pub(super) fn export() -> Step {
    Step::new(Phase::After, Who::TenantAdministrator, "Export channel information")
        .place(CHANNEL_CONFIGURATION)
        .note("Return to the channel list, select the new channel and click the export button; if no channel is selected, all are exported: at most 100,000 at a time and 2000 per file.")
        .note("Confirm that Status of the export task is Success, then click Download.")
        .note("Passwords and keys cannot be exported: the references of the specification are their only record.")
        .done("Status of the export task is Success and the file is downloaded")
}
