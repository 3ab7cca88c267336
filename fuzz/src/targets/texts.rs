//! Files that people write, and texts that they type.

use time::OffsetDateTime;
use trustpack_core::channel::{Spec, handover, judge_files, plan, requests, validate};
use trustpack_core::endpoint::{ConnectRule, Endpoint, Network};
use trustpack_core::expiry::{Policy, Threshold};
use trustpack_core::facts::Facts;
use trustpack_core::issue::{Ledger, Profile, Reason};
use trustpack_core::lock::{Expectation, Lock};
use trustpack_core::report::{
    Baseline, End, Part, ReadError, ReportFormat, Style, SubjectReport, read, subject_of_line,
    writer,
};
use trustpack_core::tls::proxy::{Proxy, ProxyRules};

const AT: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// Any text as a specification, TOML or JSON: read, judged, written and read again, exported, and told step by step.
pub(super) fn spec(text: &str) {
    // whatever it includes is the text itself, a few times
    let mut left = 20;
    let _ = Spec::read_with("a", text, &mut |_, name| {
        left -= 1;
        match left {
            0.. => Ok((name.to_owned(), text.to_owned())),
            _ => Err("enough".to_owned()),
        }
    });
    let Ok(spec) = Spec::read(text) else {
        return;
    };
    let facts = Facts::builtin();
    let findings = validate(&spec, &facts, AT);
    let lines = text.split('\n').count();
    for found in &findings {
        let line = found
            .line
            .map(|line| usize::try_from(line).unwrap_or_default());
        assert!(line.is_none_or(|line| (1..=lines).contains(&line)));
    }
    let mut open = |_: &str, path: &str| Ok(path.as_bytes().to_vec());
    let _ = judge_files(&spec, &mut open, None, AT);
    let _ = serde_json::to_string(&spec);
    // without its own channels, as the whole may have in other files, it is none when it is written
    if let (Ok(written), false) = (spec.to_toml(), spec.channels.is_empty()) {
        let again = Spec::read(&written).expect("what was written can be read");
        assert_eq!(again.to_toml().ok(), Some(written));
    }
    for channel in &spec.channels {
        let _ = (
            requests(channel, &facts),
            plan(channel, &facts),
            handover(channel, &facts),
        );
    }
}

/// Any text as what names servers: endpoints, networks, proxies, locks, expectations; and lines of a list of them.
pub(super) fn targets(text: &str) {
    for text in text.lines().take(64).chain([text]) {
        if let Ok(endpoint) = text.parse::<Endpoint>() {
            let again: Endpoint = endpoint.to_string().parse().expect("its own text");
            assert_eq!(again, endpoint);
            let _ = ProxyRules::none()
                .except(text)
                .for_target(endpoint.host(), endpoint.port());
        }
        let _ = (text.parse::<ConnectRule>(), Network::recognise(text));
        let _ = (
            text.parse::<Proxy>(),
            text.parse::<Expectation>(),
            text.parse::<Threshold>(),
        );
    }
    if let Ok(lock) = Lock::from_toml(text) {
        let again = Lock::from_toml(&lock.to_toml()).expect("its own text");
        assert_eq!(again.to_toml(), lock.to_toml());
    }
}

/// Any text as a policy.
pub(super) fn policy(text: &str) {
    match Policy::from_toml(text) {
        Ok(policy) => drop(policy.thresholds.check()),
        Err(error) => drop(error.to_string()),
    }
}

/// Any text as a file of facts.
pub(super) fn facts(text: &str) {
    match Facts::read(text) {
        Ok(facts) => {
            assert_eq!(facts.as_toml(), text);
            let _ = (
                facts.age_problem(AT),
                facts.newest_lookup(),
                facts.end_of_client_auth(),
            );
            let _ = (
                facts.coming_anchors("api.twilio.com", AT),
                facts.webhook("telegram"),
            );
        }
        Err(error) => drop(error.to_string()),
    }
}

/// Any text as the state of a small CA: written over it, anew, or after a change, it is read as what it was written from, and
/// nothing changes the second time. Or as one of its profiles.
pub(super) fn state(text: &str) {
    if let Ok(mut ledger) = Ledger::parse(text) {
        let over = ledger.to_text(Some(text)).expect("written over itself");
        assert_eq!(ledger.to_text(Some(&over)).as_ref(), Ok(&over));
        let anew = ledger.to_text(None).expect("what was read can be written");
        assert_eq!(Ledger::parse(&anew).as_ref(), Ok(&ledger));
        let _ = (ledger.len(), ledger.revoked());
        let serials: Vec<&str> = text.split('"').collect();
        for serial in serials {
            let _ = ledger.serial(serial);
            if ledger.revoke(serial, AT, Reason::KeyCompromise).is_ok() {
                ledger
                    .to_text(Some(text))
                    .expect("written over what was read");
            }
        }
    }
    match Profile::from_toml(text) {
        Ok(profile) => drop(profile.template.extensions(&[], true)),
        Err(error) => drop(error.to_string()),
    }
}

/// Any bytes as an earlier report: compared with itself, written in every format, and read again from JSON lines.
pub(super) fn report(bytes: &[u8]) {
    let _ = subject_of_line(bytes);
    let Some((mut subjects, end)) = read_report(bytes) else {
        return;
    };
    for format in ReportFormat::ALL {
        let mut text = Vec::new();
        let mut writer = writer(format, end.at, &Style::default(), "", Box::new(&mut text));
        for subject in &subjects {
            writer.subject(subject).expect("memory");
        }
        writer.end(&end.summary).expect("memory");
        drop(writer);
        if format == ReportFormat::JsonLines {
            let (again, ended) = read_report(&text).expect("what was written can be read");
            assert_eq!((again, ended.summary), (subjects.clone(), end.summary));
        }
    }
    if let Ok(mut baseline) = Baseline::read(bytes) {
        for subject in &mut subjects {
            baseline.compare(subject);
        }
    }
}

/// The subjects of one report, and its end.
fn read_report(bytes: &[u8]) -> Option<(Vec<SubjectReport>, End)> {
    let (mut subjects, mut ends) = (Vec::new(), Vec::new());
    let whole = read::<ReadError>(bytes, &mut |part| {
        match part {
            Part::Subject(subject) => subjects.push(*subject),
            Part::End(end) => ends.push(*end),
        }
        Ok(())
    });
    match (whole, &ends[..]) {
        (Ok(()), [end]) => Some((subjects, *end)),
        _ => None,
    }
}
