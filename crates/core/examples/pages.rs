//! Writes `docs/findings.md` from the catalogue and `docs/channels.md` from the field tables: `cargo pages`.

#![expect(
    clippy::disallowed_methods,
    reason = "the generator of a document writes it"
)]

use std::io;
use std::path::Path;

use trustpack_core::{catalogue, channel};

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    std::fs::write(docs.join("findings.md"), catalogue::document())?;
    std::fs::write(docs.join("channels.md"), channel::document())
}
