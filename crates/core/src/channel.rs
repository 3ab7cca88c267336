//! Messaging channels: what the product's documents ask for, as a model that can be checked.
//!
//! The documents are *Configuring AICC Information* (Telegram, Instagram) and *Configuring the WhatsApp Channel*, all of
//! 2025-01-23. A [`Spec`] is read from TOML or JSON, judged by [`validate`], and its certificates are packed by
//! [`bundle`](crate::bundle).
//!
//! ```text
//! telegram whatsapp/* instagram   rows (Field) and what else differs (Variant), one file each
//!            └─▶ kind              the list of them: the only other place that knows a kind
//!                  ├─▶ read, write     text ⇄ Spec, by the rows
//!                  ├─▶ rules           what must be there, what it must look like, what must fit together
//!                  ├─▶ template        the specification to be filled in
//!                  ├─▶ steps           sheets for people
//!                  ├─▶ schema          JSON Schema
//!                  └─▶ document        docs/channels.md
//! ```
//!
//! A new kind is one file with its `Variant`, and one line in the list.

mod caller;
mod common;
mod document;
mod edit;
#[cfg(test)]
mod examples;
mod export;
mod field;
mod form;
mod instagram;
mod kind;
mod model;
mod nearest;
mod read;
mod record;
mod rules;
mod schema;
mod secret;
mod steps;
mod telegram;
mod template;
mod url;
mod value;
mod whatsapp;
mod worktime;
mod write;

pub use caller::{callbacks, judge_callback};
pub use document::document;
pub use edit::{EditError, set};
pub use export::{
    Export, ExportDifference, ExportError, ExportFormat, FieldDifference, RECORDS_PER_EXPORT,
    RECORDS_PER_FILE, compare_export, export, unfit_for_export,
};
pub use field::{Change, Document, Field, Need, Secrecy, Section, Source};
pub use form::{Callback, Form, Shape};
pub use kind::{HostRequirement, Kind, Selection, hosts};
pub use model::{Channel, Container, SelectPolicy, Spec, Unused};
pub use read::{Opener, SpecError, SpecErrorKind};
pub use record::{Recorded, RecordedChange, is_not_generated, record};
#[cfg(test)]
pub(crate) use rules::tests::{INFOBIP, TELEGRAM};
pub use rules::{
    FileOpener, Resolver, SpecFinding, behind_references, judge_files, name_problem, validate,
    validate_channel, value_problem,
};
pub(crate) use rules::{jks_password_problem, judge_identity_file};
pub use schema::schema;
pub use secret::SecretRef;
pub(crate) use secret::carries_credentials;
pub(crate) use steps::{CERTIFICATE_FORM, to_be_done};
pub use steps::{
    Delivered, DeliveredAnchor, DeliveredHost, DeliveredIdentity, Instructions, Part, Phase,
    Purpose, RecordFirst, Sheet, SheetRow, Step, StepValue, Who, checklist, handover, plan,
    requests, rotate, sheet, steps,
};
pub use template::{questions, template};
pub(crate) use url::https_parts;
pub use value::{Entry, Place, Value, Values};
