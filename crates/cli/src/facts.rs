//! Provider facts: those of the program, or of a file in their place.

use anyhow::Result;
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
    Facts::read(&text).map_err(|error| wrong(format!("{name}: {error}")))
}

fn wrong(message: String) -> anyhow::Error {
    Hinted::new(message, HINT).into()
}

const HINT: &str = "`trustpack channel facts --toml` prints a file to start from";
