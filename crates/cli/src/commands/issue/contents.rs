//! Subject, names and extensions, out of the flags.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::extension::Extension;
use trustpack_core::issue::{
    GeneralName, KeyUsage, Locations as Place, Profile, Template, extension_oid, purpose_oid,
};
use trustpack_core::name::Name;

use crate::args::{Locations, Wishes};
use crate::hint::{Hinted, of_file};
use crate::input;

/// What was said of a certificate, and which extensions are settled by that.
pub(super) struct Contents {
    pub profile: Profile,
    /// Object identifiers of extensions that the flags decide.
    pub decided: Vec<String>,
}

impl Contents {
    /// Profile first, then what the flags say.
    pub(super) fn of(wishes: &Wishes, base: Profile) -> Result<Self> {
        let profile = match &wishes.profile {
            Some(word) => profile(word)?,
            None => base,
        };
        let mut contents = Self {
            profile,
            decided: Vec::new(),
        };
        let template = &mut contents.profile.template;
        if !wishes.san.is_empty() {
            let names = wishes.san.iter().map(|text| GeneralName::parse(text));
            template.alt_names = names.collect::<Result<_, _>>().context("--san")?;
            contents.decided.push(extension_oid("san")?);
        }
        if !wishes.key_usage.is_empty() {
            let names = wishes.key_usage.iter().map(String::as_str);
            template.key_usage = Some(KeyUsage::named(names).context("--key-usage")?);
            contents.decided.push(extension_oid("ku")?);
        }
        if !wishes.eku.is_empty() {
            let oids = wishes.eku.iter().map(|word| purpose_oid(word));
            template.extended_key_usage = oids.collect::<Result<_, _>>().context("--eku")?;
            contents.decided.push(extension_oid("eku")?);
        }
        if wishes.must_staple {
            template.must_staple = true;
            contents.decided.push(extension_oid("must-staple")?);
        }
        contents.add_extensions(&wishes.extension.extension)?;
        Ok(contents)
    }

    /// `OID=[critical,]HEX|@FILE`
    pub(super) fn add_extensions(&mut self, texts: &[String]) -> Result<()> {
        for text in texts {
            let extension = extension(text)?;
            if self.decided.contains(&extension.oid) {
                let message = format!("--extension {}: it is said twice", extension.oid);
                return Err(Hinted::new(message, "say it once").into());
            }
            self.decided.push(extension.oid.clone());
            let extensions = &mut self.profile.template.extensions;
            extensions.retain(|there| there.oid != extension.oid);
            extensions.push(extension);
        }
        Ok(())
    }
}

/// A subject in either form.
pub(super) fn subject(text: &str) -> Result<Name> {
    // of a name of any length its beginning says which one is meant
    let shown: String = text.chars().take(100).collect();
    Name::parse(text).with_context(|| format!("the subject {shown:?}"))
}

/// URLs into a template.
pub(super) fn locate(template: &mut Template, locations: &Locations) -> Result<()> {
    for (flag, urls, place) in [
        ("--crl-url", &locations.crl_url, &mut template.locations.crl),
        (
            "--ocsp-url",
            &locations.ocsp_url,
            &mut template.locations.ocsp,
        ),
        (
            "--issuer-url",
            &locations.issuer_url,
            &mut template.locations.issuer,
        ),
    ] {
        for url in urls {
            Place::require_url(url).map_err(|error| {
                let hint = "write a URL, such as http://pki.example.org/ca.crl";
                Hinted::new(format!("{flag}: {error}"), hint)
            })?;
        }
        if !urls.is_empty() {
            place.clone_from(urls);
        }
    }
    Ok(())
}

fn profile(word: &str) -> Result<Profile> {
    if let Some(profile) = Profile::named(word) {
        return Ok(profile);
    }
    let path = Path::new(word);
    if !path.is_file() {
        let words = Profile::WORDS.join(", ");
        let hint = format!("name one of {words}, or a TOML file");
        return Err(Hinted::new(format!("the profile {word:?} is not known"), hint).into());
    }
    let bytes = input::read_file(path).with_context(|| word.to_owned())?;
    let text = String::from_utf8(bytes).with_context(|| word.to_owned())?;
    Profile::from_toml(&text).with_context(|| word.to_owned())
}

fn extension(text: &str) -> Result<Extension> {
    let shown: String = text.chars().take(100).collect();
    let wrong = || {
        Hinted::new(
            format!("--extension {shown:?} is not OID=[critical,]HEX|@FILE"),
            "write the DER of the value, such as 1.2.3.4=critical,0500 or 1.2.3.4=@value.der",
        )
    };
    let (oid, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (critical, rest) = match rest.strip_prefix("critical,") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let value = match rest.strip_prefix('@') {
        Some(path) => input::read_file(Path::new(path))
            .map_err(|error| of_file(error, path, "check the path of the file with the DER"))?,
        None => Extension::value_from_hex(rest).ok_or_else(wrong)?,
    };
    if value.is_empty() {
        return Err(wrong().into());
    }
    Ok(Extension {
        oid: extension_oid(oid)?,
        critical,
        value,
    })
}
