//! One target by libFuzzer, that of the environment variable `TARGET`.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use trustpack_fuzz::targets::{ALL, Target};

fuzz_target!(|bytes: &[u8]| {
    static CHOSEN: OnceLock<Target> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| {
        let name = std::env::var("TARGET").unwrap_or_default();
        let found = ALL.iter().find(|target| target.name == name);
        *found.unwrap_or_else(|| panic!("no target {name:?}"))
    });
    (chosen.body)(bytes);
});
