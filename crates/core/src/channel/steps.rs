//! What remains to be done by hand, in the order of the document (domain notes 6 and 8.2): no public interface exists for
//! certificates, channels or the trustlist, so these are steps for people, each with its proof.

mod common;
mod delivered;
mod instructions;
mod markdown;
mod rotate;
mod sheet;
mod shown;
mod step;

use super::model::Channel;
use crate::facts::Facts;

pub(crate) use common::CERTIFICATE_FORM;
pub(super) use common::{
    APP_MANAGEMENT, FABRIC_PARAMETER, fabric, identity_ready, token_check, trust_ready, trustlist,
    uploads,
};
pub use delivered::{Delivered, DeliveredAnchor, DeliveredHost, DeliveredIdentity};
pub(crate) use instructions::to_be_done;
pub use instructions::{
    Instructions, Part, Purpose, RecordFirst, checklist, handover, plan, requests,
};
pub use rotate::rotate;
pub use sheet::{Sheet, SheetRow, sheet};
pub(super) use shown::{look, shown};
pub use step::{Phase, Step, StepValue, Who};

/// What steps go by beside the channel itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts,
    pub(super) delivered: Option<&'a Delivered>,
}

/// The steps of a channel in order. Without `delivered` the trust certificate is still to be made.
pub fn steps(channel: &Channel, facts: &Facts, delivered: Option<&Delivered>) -> Vec<Step> {
    let known = Known { facts, delivered };
    let variant = channel.kind.variant();
    let mut steps = (variant.before)(channel, known);
    steps.extend(common::create(channel));
    steps.extend((variant.after)(channel, known));
    steps.push(common::export());
    let values = steps.iter_mut().flat_map(|step| &mut step.values);
    for value in values {
        value.withhold_unreachable(channel, facts);
    }
    steps
}

#[cfg(test)]
mod tests;
