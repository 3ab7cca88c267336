//! Places that cannot be written, as they are: a full disk, a read-only file system, a file that is mounted by itself.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

use super::desk::{Desk, Expected, Snapshot};
use super::for_each_command;
use crate::support::{stderr, trustpack};

/// Mounts that nobody else sees, gone with the shell; `None` (with a printed line) where that is forbidden.
///
/// The script has the desk in `$desk`, an empty folder in `$place`, and the command in `"$@"`.
fn in_name_space(script: &str) -> Option<Command> {
    let is_root = rustix::process::geteuid().is_root();
    let flags = if is_root { "-m" } else { "-rm" };
    let shell = |script: &str| {
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-c", script, "sh"]);
        command
    };
    let trial = shell("mount -t tmpfs none /mnt").output();
    if !trial.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    }
    Some(shell(script))
}

/// Runs a command on a copy of the desk in `place`, which the script prepares before and copies back to `back` after.
fn run_in(desk: &Desk, line: &str, prepare: &str, end: &str, back: &Path) -> Option<Output> {
    let place = tempfile::tempdir().unwrap();
    let script = format!(
        "set -e; mount -t tmpfs -o size=256k none \"$place\"; cp -r \"$desk\"/. \"$place\"; cd \"$place\"; {prepare}
         code=0; \"$@\" || code=$?; {end} cp -r . \"$back\"; exit $code"
    );
    let copy = desk.copy();
    let mut command = in_name_space(&script)?;
    command
        .arg(trustpack().get_program())
        .args(desk.words(line));
    command.env("place", place.path()).env("desk", copy.path());
    command.env("back", back).env("NO_COLOR", "1");
    Some(command.output().unwrap())
}

/// Every command fails, says so of a file, and leaves all as it was.
fn nothing_is_written(prepare: &str, end: &str, why: &str) {
    let desk = Desk::new();
    for_each_command(4, |line| {
        let expected = Expected::of(&desk, line);
        let back = tempfile::tempdir().unwrap();
        let Some(output) = run_in(&desk, line, prepare, end, back.path()) else {
            return;
        };
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {told}");
        let error = told.lines().find(|line| line.starts_with("error: "));
        let error = error.unwrap_or_else(|| panic!("{line}: {told}"));
        assert!(error.ends_with(why), "{line}: {error}");
        assert!(
            expected.names().any(|name| error.contains(name)),
            "{line}: {error}"
        );
        let found = expected.found_in(back.path()).unwrap();
        assert_eq!(found.new, 0, "{line}");
        assert!(Snapshot::of(back.path()).strays().is_empty(), "{line}");
    });
}

#[test]
fn on_a_full_disk_every_command_leaves_all_as_it_was() {
    let fill = "cat /dev/zero > fill 2>/dev/null || true;";
    nothing_is_written(fill, "rm fill;", ": no space left on device");
}

#[test]
fn on_a_read_only_file_system_every_command_leaves_all_as_it_was() {
    let remount = "mount -o remount,ro \"$place\";";
    nothing_is_written(remount, "", ": read-only file system");
}

#[test]
fn a_file_that_is_mounted_by_itself_stays() {
    let desk = Desk::new();
    let back = tempfile::tempdir().unwrap();
    let line = "merge other.pem -o trust.jks --password file:pass";
    let mount = "cp trust.jks outside; mount --bind outside trust.jks;";
    let end = "umount trust.jks; rm outside;";
    let Some(output) = run_in(&desk, line, mount, end, back.path()) else {
        return;
    };
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("error: cannot write trust.jks: "), "{told}");
    assert!(told.contains("mount its folder"), "{told}");
    let expected = Expected::of(&desk, line);
    assert_eq!(expected.found_in(back.path()).unwrap().new, 0);
    assert!(Snapshot::of(back.path()).strays().is_empty());
}

/// As with mv(1), the folder decides; the file stays read-only.
#[test]
fn a_read_only_file_is_replaced_by_one() {
    let desk = Desk::new();
    let copy = desk.copy();
    let path = copy.path().join("trust.jks");
    let old = fs::read(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let line = "merge other.pem -o trust.jks --password file:pass";
    assert_eq!(desk.works(line, copy.path()), Ok(()));
    assert_ne!(fs::read(&path).unwrap(), old);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o444);
}
