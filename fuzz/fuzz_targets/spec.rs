//! Any text as a specification, TOML or JSON: read, judged, written and read again, exported, and told step by step.
#![no_main]

use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;
use trustpack_core::channel::{Spec, handover, judge_files, plan, requests, validate};
use trustpack_core::facts::Facts;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
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
    let at = OffsetDateTime::UNIX_EPOCH;
    let facts = Facts::builtin();
    let findings = validate(&spec, &facts, at);
    let lines = text.split('\n').count() as u32;
    for found in &findings {
        assert!(found.line.is_none_or(|line| (1..=lines).contains(&line)));
    }
    let mut open = |_: &str, path: &str| Ok(path.as_bytes().to_vec());
    let _ = judge_files(&spec, &mut open, None, at);
    let _ = serde_json::to_string(&spec);
    if let Ok(written) = spec.to_toml() {
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
});
