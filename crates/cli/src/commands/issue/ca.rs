//! `trustpack new ca`: a root, or an intermediate below another CA.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::issue::{
    Constraints, GeneralName, Profile, SigningKey, issue, require, self_sign,
};

use super::super::Outcome;
use super::cert::{Making, Place};
use super::contents::{Contents, locate, subject};
use super::dates::{self, Fallback};
use super::holder::Holder;
use super::state::State;
use super::written::refuse_inputs;
use crate::args::{NewCa, Wishes};
use crate::render::Talk;
use crate::store::SystemRandom;

pub(super) fn run(arguments: &NewCa, talk: &Talk) -> Result<Outcome> {
    let read_too = arguments.issuer.ca.iter().map(Path::new);
    let state = arguments.state.state.as_deref();
    refuse_inputs(&[arguments.output.output.as_deref()], read_too.chain(state))?;
    let above = match arguments.issuer.ca.as_slice() {
        [] => None,
        paths => {
            let alias = arguments.issuer.ca_alias.as_deref();
            Some(Holder::of_ca(
                paths,
                alias,
                &arguments.issuer.ca_password,
                talk,
            )?)
        }
    };
    let mut contents = Contents::of(&Wishes::default(), Profile::default())?;
    contents.add_extensions(&arguments.extension.extension)?;
    let mut template = contents.profile.template;
    template.authority = Some(arguments.path_length);
    template.constraints = Constraints {
        permitted: constraints(&arguments.permit).context("--permit")?,
        excluded: constraints(&arguments.exclude).context("--exclude")?,
    };
    locate(&mut template, &arguments.locations)?;
    let issuer = above.as_ref().and_then(|above| above.chain.first());
    let making = Making {
        subject: subject(&arguments.subject)?,
        template,
        dates: dates::of(&arguments.dates, issuer, &Fallback::Days(None))?,
        allowed: &arguments.allow.allow,
        at: arguments.dates.time.now(),
    };
    let place = Place {
        output: &arguments.output,
        store: &arguments.store,
        key: &arguments.key,
        json: arguments.json.json,
    };
    place.fill(making.at, talk, |signing: &SigningKey, held| {
        let wanted = making.wanted(signing.subject_public_key_info());
        let Some(above) = &above else {
            let certificate = self_sign(&wanted, signing, &SystemRandom)?;
            let waived = require(&certificate, None, making.at, making.allowed)?;
            return Ok((vec![certificate], waived));
        };
        let authority = above.authority()?;
        let certificate = issue(&wanted, &authority, &SystemRandom)?;
        let waived = require(&certificate, Some(&authority), making.at, making.allowed)?;
        if let Some(path) = &arguments.state.state {
            State::record(path, authority.certificate(), &certificate, held)?;
        }
        let mut chain: Vec<Certificate> = vec![certificate];
        chain.extend(above.chain.iter().cloned());
        Ok((chain, waived))
    })
}

fn constraints(texts: &[String]) -> Result<Vec<GeneralName>> {
    let each = texts.iter().map(|text| GeneralName::parse_constraint(text));
    Ok(each.collect::<Result<_, _>>()?)
}
