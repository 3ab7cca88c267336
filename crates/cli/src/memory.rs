//! Keeps secrets from outliving their use: freed memory is wiped, and a crash leaves no copy of it behind.

use std::alloc::System;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use zeroizing_alloc::ZeroAlloc;

/// Types that hold secrets wipe themselves; this wipes the copies that buffers of others make on their way.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// No core files of this process, whoever collects them, and no other process of the same user that looks into it.
///
/// Both, since a collector that the kernel starts gets a core whatever the limit is (core(5)), unless the process is not
/// dumpable (prctl(2), `PR_SET_DUMPABLE`). Where the system refuses, the work goes on.
pub(crate) fn keep_private() {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, nothing);
    #[cfg(target_os = "linux")]
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
