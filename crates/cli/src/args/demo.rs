//! `demo`.

use std::path::PathBuf;

use clap::Args;

/// Rehearse the whole job offline, against servers on this machine.
///
/// Makes a private CA, starts loopback servers that stand for infobip, Twilio and the product's front end, and runs the public
/// commands against them with their real output: three channels are validated, packed and verified. Then the servers renew
/// their certificates: a store made by hand breaks, the packed ones hold. Then one moves to another CA: the watch tells, and
/// packing again mends it. It ends with the page of the bundle.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack demo
  trustpack demo --dir rehearsal --hold
  trustpack demo --force

Exit codes: 0 every step went as it should · 1 a step did not · 2 could not do it"))]
pub(crate) struct Demo {
    /// Folder for everything that the rehearsal makes.
    #[arg(long, value_name = "DIR", default_value = "trustpack-demo")]
    pub dir: PathBuf,

    /// Replace the folder of an earlier rehearsal. No other folder is ever replaced.
    #[arg(long)]
    pub force: bool,

    /// Keep the servers running afterwards, so that the printed commands can be repeated, until Enter.
    #[arg(long)]
    pub hold: bool,
}
