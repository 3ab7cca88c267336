//! What lies in folders and is no certificate file: counted, and the first of it named.

use trustpack_core::report;

use crate::render::Talk;

/// So many names fit on a few lines.
const SHOWN: usize = 10;

/// Files of folders that were left out. The first of them are named.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    names: Vec<String>,
    count: usize,
    /// What is no file, with what it is instead.
    others: Vec<String>,
    other_count: usize,
}

impl PassedOver {
    /// One more.
    pub(crate) fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < SHOWN {
            self.names.push(name);
        }
    }

    /// One more that is no file, such as a socket.
    pub(crate) fn add_other(&mut self, name_and_kind: String) {
        self.other_count += 1;
        if self.others.len() < SHOWN {
            self.others.push(name_and_kind);
        }
    }

    /// Says how many there were, since nothing is dropped without a line.
    pub(crate) fn tell(&self, talk: &Talk) {
        for other in &self.others {
            talk.say(format!("note: {other}, and is passed over"));
        }
        let more = self.other_count - self.others.len();
        if more > 0 {
            talk.say(format!("note: and {more} more that are no files"));
        }
        let Some((last, others)) = self.names.split_last() else {
            return;
        };
        let mut names = others.join(", ");
        let more = self.count - self.names.len();
        match (names.is_empty(), more) {
            (true, 0) => names.clone_from(last),
            (false, 0) => names = format!("{names} and {last}"),
            (_, _) => names = format!("{names}, {last} and {more} more"),
        }
        let files = report::count(self.count, "file");
        talk.say(format!(
            "note: {files} without certificates passed over: {names}"
        ));
    }
}
