//! An object of Kubernetes, or a document that is none: what it says of itself, and the values of it that matter.
//!
//! Objects come with their fields in any order (`kubectl -o json` sorts them: `data` before `kind`), so values wait until
//! their object ends.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::super::{Item, Reference};
use super::tree::{Step, path};
use super::value::{Encoding, Found, encoding};
use super::{Opener, Place, SourceError};
use crate::report::Origin;

/// It repeats the object as it was applied, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// <https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets>
const TLS: &str = "kubernetes.io/tls";

/// One mapping with what matters of it.
#[derive(Default)]
pub(super) struct Object {
    /// Its path, when it is a part of a document.
    prefix: String,
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
    /// Of a Secret.
    secret_type: String,
    /// The names of the clusters and users of a kubeconfig, by section and place.
    labels: HashMap<(String, usize), String>,
    values: Vec<Value>,
}

struct Value {
    steps: Vec<Step>,
    text: Zeroizing<String>,
    binary: bool,
}

impl Object {
    /// One in a list. The items of a typed list, `SecretList`, do not say what they are.
    pub(super) fn within(prefix: String, kind: Option<(String, String)>) -> Self {
        let (api_version, kind) = kind.unwrap_or_default();
        Self {
            prefix,
            api_version,
            kind,
            ..Self::default()
        }
    }

    /// `apiVersion` and `kind` of the items of a typed list.
    pub(super) fn kind_of_items(&self) -> Option<(String, String)> {
        let item = self
            .kind
            .strip_suffix("List")
            .filter(|kind| !kind.is_empty())?;
        Some((self.api_version.clone(), item.to_owned()))
    }

    pub(super) fn is_kubernetes(&self) -> bool {
        !self.api_version.is_empty() && !self.kind.is_empty()
    }

    pub(super) fn has_found(&self) -> bool {
        !self.values.is_empty()
    }

    /// Takes a value that stands at `steps` from the object on.
    pub(super) fn value(&mut self, steps: &[&Step], text: &str, binary: bool) {
        match steps {
            [Step::Key(key)] => match key.as_str() {
                "apiVersion" => self.api_version = word(text),
                "kind" => self.kind = word(text),
                "type" => self.secret_type = word(text),
                _ => {}
            },
            [Step::Key(metadata), Step::Key(key)] if metadata == "metadata" => match key.as_str() {
                "name" => self.name = word(text),
                "namespace" => self.namespace = word(text),
                _ => {}
            },
            [Step::Key(metadata), Step::Key(_), Step::Key(key)]
                if metadata == "metadata" && key == LAST_APPLIED =>
            {
                return;
            }
            [Step::Key(section), Step::Index(place), Step::Key(key)]
                if key == "name" && matches!(section.as_str(), "clusters" | "users") =>
            {
                self.labels.insert((section.clone(), *place), word(text));
            }
            _ => {}
        }
        let is_field = matches!(steps, [Step::Key(map), Step::Key(_)]
            if matches!(map.as_str(), "data" | "binaryData" | "stringData"));
        let field = last_key(steps.iter().copied());
        if is_field || binary || is_path(steps) || encoding(field, text).is_some() {
            self.values.push(Value {
                steps: steps.iter().map(|step| (*step).clone()).collect(),
                text: Zeroizing::new(text.to_owned()),
                binary,
            });
        }
    }

    /// Decodes what was found and hands it on.
    pub(super) fn hand_out(
        self,
        opener: &mut Opener<'_>,
        place: &Place,
        document: usize,
        depth: usize,
    ) -> Result<(), SourceError> {
        let is_tls = self.is_kubernetes() && self.kind == "Secret" && self.secret_type == TLS;
        let key = "tls.crt";
        let has = |value: &Value| last_key(value.steps.iter()) == key;
        if is_tls && !self.values.iter().any(has) {
            let error = SourceError::Missing { key, of: TLS };
            opener.problem(self.place_of(place, key), error)?;
        }
        for value in &self.values {
            let steps: Vec<&Step> = value.steps.iter().collect();
            let field = last_key(steps.iter().copied());
            if self.kind == "Config" && is_path(&steps) {
                let place = self.place(place, &steps, document);
                (opener.each)(Item::Reference(Reference {
                    name: place.name,
                    origin: place.origin,
                    path: value.text.as_str().to_owned(),
                    follow: false,
                    password: None,
                }));
                continue;
            }
            let Some(encoding) = self.encoding(&steps, value) else {
                opener.passed_over += 1;
                continue;
            };
            let found = Found {
                place: self.place(place, &steps, document),
                field,
                text: &value.text,
                encoding,
                required: is_tls && field == key,
                depth,
            };
            found.hand_out(opener)?;
        }
        Ok(())
    }

    /// How a value is written, now that it is known what it is a value of.
    fn encoding(&self, steps: &[&Step], value: &Value) -> Option<Encoding> {
        if let (true, [Step::Key(map), Step::Key(_)]) = (self.is_kubernetes(), steps) {
            match (self.kind.as_str(), map.as_str()) {
                ("Secret", "data") | ("ConfigMap", "binaryData") => return Some(Encoding::Base64),
                ("Secret", "stringData") | ("ConfigMap", "data") => return Some(Encoding::Text),
                _ => {}
            }
        }
        if value.binary {
            return Some(Encoding::Base64);
        }
        encoding(last_key(steps.iter().copied()), &value.text)
    }

    fn place(&self, place: &Place, steps: &[&Step], document: usize) -> Place {
        if !self.is_kubernetes() {
            let path = path(steps);
            let path = match (self.prefix.is_empty(), path.starts_with('[')) {
                (true, _) => path,
                (false, true) => format!("{}{path}", self.prefix),
                (false, false) => format!("{}.{path}", self.prefix),
            };
            return match document {
                // The document is one text.
                _ if path.is_empty() => place.clone(),
                0 | 1 => place.part(&path),
                _ => place.part(&format!("document {document}: {path}")),
            };
        }
        match steps {
            [
                Step::Key(section),
                Step::Index(index),
                Step::Key(one),
                Step::Key(field),
            ] if self.kind == "Config" => {
                let named = self.labels.get(&(section.clone(), *index));
                let name = named.unwrap_or(&self.name);
                self.part(place, "", name, &format!("{one}.{field}"))
            }
            [Step::Key(map), Step::Key(field)]
                if matches!(map.as_str(), "data" | "binaryData" | "stringData") =>
            {
                self.place_of(place, field)
            }
            _ => self.place_of(place, &path(steps)),
        }
    }

    fn place_of(&self, place: &Place, key: &str) -> Place {
        self.part(place, &self.namespace, &self.name, key)
    }

    /// `Secret shop/tls: tls.crt`.
    fn part(&self, place: &Place, namespace: &str, name: &str, key: &str) -> Place {
        let kind = &self.kind;
        let part = match (namespace.is_empty(), name.is_empty()) {
            (_, true) => format!("{kind}: {key}"),
            (true, _) => format!("{kind} {name}: {key}"),
            (false, _) => format!("{kind} {namespace}/{name}: {key}"),
        };
        let part = place.part(&part);
        // In another object it stays a part of that one.
        if matches!(part.origin, Origin::Kubernetes { .. }) {
            return part;
        }
        let origin = Origin::Kubernetes {
            resource: kind.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            key: key.to_owned(),
        };
        Place { origin, ..part }
    }
}

/// The files that a kubeconfig names.
fn is_path(steps: &[&Step]) -> bool {
    matches!(steps, [Step::Key(section), Step::Index(_), Step::Key(_), Step::Key(field)]
        if matches!(section.as_str(), "clusters" | "users")
            && matches!(field.as_str(), "certificate-authority" | "client-certificate" | "client-key"))
}

fn last_key<'s>(mut steps: impl DoubleEndedIterator<Item = &'s Step>) -> &'s str {
    match steps.next_back() {
        Some(Step::Key(key)) => key,
        _ => "",
    }
}

/// Names end at 253 letters (RFC 1123 subdomain).
fn word(text: &str) -> String {
    text.chars().take(253).collect()
}
