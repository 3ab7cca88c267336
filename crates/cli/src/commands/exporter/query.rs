//! The query of a URL, as forms and Prometheus write it.

/// Names and values, decoded.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn new(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// What has this name.
    ///
    /// # Errors
    /// There are two: which one counts would be a guess.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, String> {
        let mut values = self.0.iter().filter(|(one, _)| one == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(format!("{name} is there twice")),
            (first, None) => Ok(first.map(|(_, value)| value.as_str())),
        }
    }
}
