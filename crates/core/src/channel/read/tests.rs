//! Files that are wrong, odd or large, and those that include each other.

use std::collections::BTreeMap;

use crate::channel::{Section, Spec, SpecError, SpecErrorKind, TELEGRAM};

fn error(text: &str) -> String {
    Spec::read(text).unwrap_err().to_string()
}

/// As JSON, on one line.
fn json() -> String {
    serde_json::to_string(&Spec::read(TELEGRAM).unwrap()).unwrap()
}

#[test]
fn a_mark_of_byte_order_other_line_ends_and_tabs_change_nothing() {
    let plain = Spec::read(TELEGRAM).unwrap();
    let forms = [
        format!("\u{feff}{TELEGRAM}"),
        TELEGRAM.replace('\n', "\r\n"),
        TELEGRAM.replace(" = ", "\t=\t"),
        format!("\u{feff}\r\n\t{}", json().replace("\",\"", "\",\r\n\t\"")),
    ];
    for form in forms {
        let spec = Spec::read(&form).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(spec.to_toml().unwrap(), plain.to_toml().unwrap());
    }
    let place = Spec::read(&TELEGRAM.replace('\n', "\r\n"))
        .unwrap()
        .channels[0]
        .place_of("info.base_url");
    assert_eq!((place.line, place.column), (8, 1));
}

#[test]
fn json_says_where_it_is_wrong() {
    let wrong = "{\n  \"channel\": [\n    { \"type\": \"telegram\", \"basic\": { \"skil_queue\": 1 } }\n  ]\n}";
    assert_eq!(
        error(wrong),
        "line 3, column 38: unknown key `skil_queue`; the nearest known key is `skill_queue`"
    );
    let wrong =
        "{\n  \"channel\": [\n    { \"type\": \"telegram\", \"basic\": { \"ou\": [1] } }\n  ]\n}";
    assert_eq!(
        error(wrong),
        "line 3, column 44: `basic.ou` is a list, and a text is needed"
    );
    assert!(error("{\n \"channel\": [}").starts_with("line 2, column 14: expected value"));
    assert!(
        error("{ \"channel\": [ { \"type\": \"telegram\", \"type\": \"x\" } ] }")
            .contains("`type` stands there twice")
    );
    assert!(error("{ \"channel\": {} }").contains("a list of channels is needed"));
    assert!(error("{}").contains("no [[channel]]"));
}

#[test]
fn nesting_is_bounded() {
    for open in ["[", "{\"a\":"] {
        let text = format!("{{\"channel\": {}", open.repeat(100_000));
        assert!(Spec::read(&text).is_err());
    }
    let text = format!("[[channel]]\na = {}", "[".repeat(100_000));
    assert!(Spec::read(&text).is_err());
}

/// Reads the first of some files, from which the others are included.
fn read(files: &[(&str, &str)]) -> Result<Spec, SpecError> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    Spec::read_with(
        "main.toml",
        files["main.toml"],
        &mut |_, name| match files.get(name) {
            Some(text) => Ok((name.to_owned(), (*text).to_owned())),
            None => Err("no such file or folder".to_owned()),
        },
    )
}

const DEFAULTS: &str =
    "[defaults]\ntype = \"telegram\"\n[defaults.basic]\nou = \"A\"\nskill_queue = \"B\"\n";

#[test]
fn included_files_take_the_defaults_of_those_that_include_them() {
    let main = format!("include = \"more.toml\"\n{DEFAULTS}[[channel]]\nname = \"one\"\n");
    let more = "[defaults.basic]\nou = \"C\"\n[[channel]]\nname = \"two\"\n";
    let spec = read(&[("main.toml", &main), ("more.toml", more)]).unwrap();
    let told = spec.channels.iter().map(|channel| {
        let text = |key| channel.values.text(Section::Basic, key).unwrap();
        (channel.name.as_str(), text("ou"), text("skill_queue"))
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("one", "A", "B"), ("two", "C", "B")]
    );
    let two = &spec.channels[1];
    let place = |path| {
        let place = two.place_of(path);
        (spec.file_of(place).unwrap(), place.line)
    };
    assert_eq!(place("name"), ("more.toml", 4));
    assert_eq!(place("basic.ou"), ("more.toml", 2));
    assert_eq!(place("basic.skill_queue"), ("main.toml", 6));
}

#[test]
fn wrong_inclusions_are_told() {
    let told = |files: &[(&str, &str)]| read(files).unwrap_err().to_string();
    let main = ("main.toml", "include = [\n  \"more.toml\",\n]\n");
    assert_eq!(
        told(&[main]),
        "line 2, column 3: the included file cannot be read: no such file or folder"
    );
    assert_eq!(
        told(&[main, ("more.toml", "include = \"main.toml\"\n")]),
        "more.toml: line 1, column 11: this file is being read already: it includes itself"
    );
    assert_eq!(
        told(&[
            main,
            (
                "more.toml",
                "\n[[channel]]\ntype = \"telegram\"\nnam = \"a\"\n"
            )
        ]),
        "more.toml: line 4, column 1: unknown key `nam`; the nearest known key is `name`"
    );
    // The name is that of the default, and the place too.
    let wrong = format!(
        "include = \"more.toml\"\n{}",
        DEFAULTS.replace("\"B\"", "[]")
    );
    assert_eq!(
        told(&[
            ("main.toml", &wrong),
            ("more.toml", "[[channel]]\nname = \"a\"\n")
        ]),
        "line 6, column 1: `basic.skill_queue` is a list, and a text is needed"
    );
}

#[test]
fn unread_inclusions_are_named() {
    let spec = Spec::read("include = [\"a.toml\", \"b.json\"]\n").unwrap();
    assert_eq!(spec.includes, ["a.toml", "b.json"]);
    assert!(spec.channels.is_empty());
}

#[test]
fn defaults_are_checked_by_name() {
    let told = |defaults: &str| error(&format!("{defaults}\n[[channel]]\ntype = \"telegram\"\n"));
    assert!(told("[defaults.basic]\nskil_queue = 1").contains("`skill_queue`"));
    assert!(told("[defaults]\nname = \"a\"").contains("unknown key `name`"));
    assert!(told("[defaults.info]\nbase_ulr = \"a\"").contains("`base_url`"));
    // What another kind has is no mistake.
    let text = "[defaults.info]\naccount_sid = \"a\"\n[[channel]]\ntype = \"telegram\"\n";
    assert!(Spec::read(text).unwrap().channels[0].unused.is_empty());
}

#[test]
fn a_large_file_is_read_in_pieces_with_true_places() {
    let channel = |number: usize| {
        format!(
            "[[channel]]\ntype = \"telegram\"\nname = \"bot_{number}\"\n# {}\n",
            "x".repeat(1_000)
        )
    };
    let many: String = (0..3_000).map(channel).collect();
    let text = format!("[defaults.basic]\nou = \"A\"\n{many}");
    let spec = Spec::read(&text).unwrap();
    assert_eq!(spec.channels.len(), 3_000);
    let last = &spec.channels[2_999];
    assert_eq!(last.name, "bot_2999");
    assert_eq!(last.place_of("name").line, 2 + 2_999 * 4 + 3);
    assert_eq!(last.values.text(Section::Basic, "ou"), Some("A"));
    let wrong = format!("{text}[[channel]]\ntype = 1\n");
    let error = Spec::read(&wrong).unwrap_err();
    assert!(matches!(error.kind, SpecErrorKind::WrongType { .. }));
    assert_eq!((error.line, error.column), (2 + 3_000 * 4 + 2, 8));
}

#[test]
fn included_files_end_at_a_depth() {
    let read = |depth: usize| {
        let next = |name: &str| {
            let number: usize = name.parse().unwrap();
            match number < depth {
                true => format!("include = \"{}\"\n", number + 1),
                false => "[[channel]]\nname = \"last\"\ntype = \"telegram\"\n".to_owned(),
            }
        };
        Spec::read_with("1", &next("1"), &mut |_, name| {
            Ok((name.to_owned(), next(name)))
        })
    };
    assert_eq!(read(16).unwrap().channels.len(), 1);
    let told = read(17).unwrap_err().to_string();
    assert!(told.starts_with("16: line 1, column 11: "), "{told}");
}

#[test]
fn included_files_end_at_a_number() {
    let names: Vec<String> = (0..10_000).map(|number| format!("\"{number}\"")).collect();
    let main = format!("include = [{}]\n", names.join(", "));
    let read = |main: &str| {
        let empty = "[[channel]]\nname = \"a\"\ntype = \"telegram\"\n";
        Spec::read_with("main", main, &mut |_, name| {
            Ok((name.to_owned(), empty.to_owned()))
        })
    };
    let told = read(&main).unwrap_err().to_string();
    assert!(told.starts_with("line 1, column "), "{told}");
    let fewer = main.replace(", \"9999\"", "");
    assert_eq!(read(&fewer).unwrap().channels.len(), 9_999);
}

#[test]
fn large_json_has_true_places_whether_or_not_it_has_lines() {
    let channel = |number: usize| {
        let ou = "\"basic\": {\"ou\": \"Büro\"}";
        format!("{{\"type\": \"telegram\", {ou}, \"name\": \"bot_{number}\"}}")
    };
    for (separator, long) in [(",\n  ", true), (", ", false)] {
        let many: Vec<String> = (0..300).map(channel).collect();
        let text = format!("{{\"channel\": [{}]}}", many.join(separator));
        let spec = Spec::read(&text).unwrap();
        assert_eq!(spec.channels.len(), 300);
        for (number, channel) in spec.channels.iter().enumerate() {
            let at = text.find(&format!("\"name\": \"bot_{number}\"")).unwrap();
            let line = text[..at].matches('\n').count() + 1;
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let column = text[start..at].chars().count() + 1;
            let place = channel.place_of("name");
            assert_eq!((place.line as usize, place.column as usize), (line, column));
            assert_eq!(line > 1, long && number > 0);
        }
    }
}
