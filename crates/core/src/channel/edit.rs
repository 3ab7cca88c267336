//! One value put into the text of a specification: everything else stays as it is, comments included.

use toml_edit::{DocumentMut, Item, TableLike, value};

use super::Kind;

/// Why a value could not be put into a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text has no channel of that name. It may stand in a file that is included.
    #[error("this file has no channel {0}")]
    NoChannel(String),
    /// No kind of channel has such a field.
    #[error("no channel has a field {0}")]
    NoField(String),
    /// Something else than a table stands where one is needed.
    #[error("{0} is no table")]
    NoTable(String),
    /// The text is neither TOML nor JSON.
    #[error("this is no specification")]
    Unreadable,
}

/// Puts a text under a path such as `outputs.message_url` of a channel, by its name; what stands there is replaced. In TOML
/// comments, order and blanks stay; JSON is laid out anew, in the same order.
///
/// # Errors
/// When there is no such channel or field, or the text cannot be read.
pub fn set(text: &str, channel: &str, path: &str, new: &str) -> Result<String, EditError> {
    let field = Kind::all().iter().find_map(|kind| kind.field_at(path));
    let field = field.ok_or_else(|| EditError::NoField(path.to_owned()))?;
    let steps = field.section.steps();
    if text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
    {
        return super::read::json_with(text, channel, steps, field.key, new);
    }
    let mut document: DocumentMut = text.parse().map_err(|_| EditError::Unreadable)?;
    let missing = || EditError::NoChannel(channel.to_owned());
    let channels = document.get_mut("channel").ok_or_else(missing)?;
    let mut table = named(channels, channel).ok_or_else(missing)?;
    for step in steps {
        let item = table
            .entry(step)
            .or_insert_with(|| Item::Table(toml_edit::Table::new()));
        table = item
            .as_table_like_mut()
            .ok_or_else(|| EditError::NoTable((*step).to_owned()))?;
    }
    put(table, field.key, new);
    Ok(document.to_string())
}

/// The channel of a name, in either spelling of a list of tables.
fn named<'a>(channels: &'a mut Item, name: &str) -> Option<&'a mut dyn TableLike> {
    let is_it = |table: &dyn TableLike| table.get("name").and_then(Item::as_str) == Some(name);
    match channels {
        Item::ArrayOfTables(tables) => {
            let place = tables.iter().position(|table| is_it(table))?;
            Some(tables.get_mut(place)?)
        }
        Item::Value(toml_edit::Value::Array(items)) => {
            let is_named =
                |item: &toml_edit::Value| item.as_inline_table().is_some_and(|table| is_it(table));
            let place = items.iter().position(is_named)?;
            Some(items.get_mut(place)?.as_inline_table_mut()?)
        }
        _ => None,
    }
}

/// A comment at the end of the line stays.
fn put(table: &mut dyn TableLike, key: &str, new: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(there) => {
            let decor = there.decor().clone();
            *there = new.into();
            *there.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Section, Spec, TELEGRAM};

    const URL: &str = "https://aicc.example.com/apiaccess/api/telegram/message/43";

    fn text_of(spec: &str) -> Option<String> {
        let spec = Spec::read(spec).unwrap();
        let text = spec.channels[0]
            .values
            .text(Section::Outputs, "message_url");
        text.map(str::to_owned)
    }

    #[test]
    fn comments_and_order_stay() {
        let old = "https://aicc.example.com:8443/apiaccess/api/telegram/message/42";
        let text = TELEGRAM.replace(
            &format!("\"{old}\""),
            &format!("\"{old}\" # shown on the page"),
        );
        let text = format!("# ours\n\n{text}# the end\n");
        let new = set(&text, "support_tg", "outputs.message_url", URL).unwrap();
        assert_eq!(new, text.replace(old, URL));
    }

    #[test]
    fn a_value_that_is_not_there_is_added() {
        let (without, _) = TELEGRAM.split_once("[channel.outputs]").unwrap();
        for text in [without.to_owned(), format!("{without}[channel.outputs]\n")] {
            let new = set(&text, "support_tg", "outputs.message_url", URL).unwrap();
            assert_eq!(text_of(&new).as_deref(), Some(URL), "{new}");
            assert!(new.starts_with(without));
        }
    }

    #[test]
    fn json_keeps_its_order() {
        let json = serde_json::to_string_pretty(&Spec::read(TELEGRAM).unwrap()).unwrap();
        let new = set(&json, "support_tg", "outputs.message_url", URL).unwrap();
        assert_eq!(text_of(&new).as_deref(), Some(URL));
        let old = "https://aicc.example.com:8443/apiaccess/api/telegram/message/42";
        assert_eq!(new, json.replace(old, URL) + "\n");
    }

    #[test]
    fn what_is_not_there_is_said() {
        let error = |channel, path| set(TELEGRAM, channel, path, URL).unwrap_err();
        assert_eq!(
            error("other", "outputs.message_url"),
            EditError::NoChannel("other".to_owned())
        );
        assert_eq!(
            error("support_tg", "outputs.url_of_message"),
            EditError::NoField("outputs.url_of_message".to_owned())
        );
    }
}
