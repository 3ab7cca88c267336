//! Keeps secrets from outliving their use: freed memory is wiped, a crash leaves no copy of it behind, and a bug quotes nothing.

#[cfg(not(target_env = "musl"))]
use std::alloc::System as Heap;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

#[cfg(target_env = "musl")]
use mimalloc::MiMalloc as Heap;
use zeroizing_alloc::ZeroAlloc;

use crate::platform;

/// Types that hold secrets wipe themselves; this wipes the copies that buffers of others make on their way.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Heap> = ZeroAlloc(Heap);

/// No core files of this process, whoever collects them, and no other process of the same user that looks into it.
pub(crate) fn keep_private() {
    platform::refuse_dumps();
    panic::set_hook(Box::new(|panic| {
        let _ = writeln!(io::stderr().lock(), "{}", told(panic));
    }));
}

/// Where a panic is, and nothing of what it is about: its message may quote what was read, or a password.
fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = match panic.location() {
        Some(place) => format!("{}:{}", place.file(), place.line()),
        None => "a place that is not known".to_owned(),
    };
    let trace = Backtrace::capture();
    let trace = match trace.status() {
        BacktraceStatus::Captured => format!("\n{trace}"),
        _ => String::new(),
    };
    format!(
        "error: this is a bug of trustpack, at {place}\nhint: report that place, and the command without its secrets{trace}"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    #[test]
    fn a_panic_says_where_and_quotes_nothing() {
        let heard = Arc::new(Mutex::new(String::new()));
        let writer = Arc::clone(&heard);
        let this = thread::current().id();
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            match thread::current().id() == this {
                true => *writer.lock().unwrap() = told(panic),
                false => usual(panic),
            }
        }));
        let secret = std::hint::black_box("hunter2-\u{e9}".to_owned());
        let result = panic::catch_unwind(|| secret[..9].len());
        drop(panic::take_hook());
        assert!(result.is_err());
        let heard = heard.lock().unwrap();
        assert!(heard.contains("memory.rs:"), "{heard}");
        assert!(!heard.contains("hunter2"), "{heard}");
    }
}
