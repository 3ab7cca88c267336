//! Provider facts: those of the program, or of a file in their place.

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::facts::Facts;

use crate::args::FactsFile;
use crate::hint::{Hinted, of_file};
use crate::input;

/// Reads them before anything is judged.
pub(crate) fn read(arguments: &FactsFile) -> Result<Facts> {
    let Some(path) = &arguments.file else {
        return Ok(Facts::builtin());
    };
    let name = path.display();
    let read = input::read_file(path);
    let bytes = read.map_err(|error| of_file(error, &name.to_string(), HINT))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("{name}: not UTF-8 text")))?;
    let facts = Facts::read(&text).map_err(|error| wrong(format!("{name}: {error}")))?;
    // by the clock and not by --at, which may well be before the day
    let now = OffsetDateTime::now_utc();
    let Some(fact) = facts.looked_up_after(now) else {
        return Ok(facts);
    };
    let (id, day) = (&fact.id, fact.looked_up);
    let message = format!(
        "{name}: {id}: looked_up is {day}, and today is {}",
        now.date()
    );
    let hint = "write the day on which somebody looked at the source, or set the clock";
    Err(Hinted::new(message, hint).into())
}

fn wrong(message: String) -> anyhow::Error {
    Hinted::new(message, HINT).into()
}

const HINT: &str = "`trustpack channel facts --toml` prints a file to start from";
