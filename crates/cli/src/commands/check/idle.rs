//! What was said on the command line or in the policy and did nothing, most likely for a slip of the pen.

use trustpack_core::expiry::Judge;

use super::passwords::FilePasswords;
use super::shard::Share;
use crate::render::Talk;
use crate::walk::Filter;

/// Says so of each. What fits nothing in one of several runs may fit in another.
pub(super) fn tell(
    filter: &Filter,
    passwords: &FilePasswords,
    judge: &Judge,
    share: &Share,
    talk: &Talk,
) {
    let is_whole = share.shard.is_none();
    for pattern in filter.idle().filter(|_| is_whole) {
        talk.warn(format!("--include {pattern:?} fits no file in a folder"));
    }
    for pattern in passwords.idle().filter(|_| is_whole) {
        talk.warn(format!(
            "--password-for {pattern:?} fits no file that is left to it, so its password is not tried"
        ));
    }
    for idle in judge.idle_silences() {
        let number = idle.number;
        if idle.has_ended {
            let until = idle.silence.until;
            talk.say(format!(
                "note: silence {number} of the policy ended on {until}"
            ));
        } else if is_whole {
            talk.say(format!(
                "note: silence {number} of the policy fits nothing that was found"
            ));
        }
    }
}
