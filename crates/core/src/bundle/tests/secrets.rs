//! A secret in any place of a specification is repeated by nothing: no finding, error, `Debug`, packed file, checklist.

use std::panic::{AssertUnwindSafe, catch_unwind};

use toml::{Table, Value};
use zeroize::Zeroizing;

use super::*;
use crate::channel::{
    Change, Export, ExportFormat, Kind, behind_references, checklist, compare_export, export,
    handover, hosts, plan, record, requests, rotate, sheet, steps, template, unfit_for_export,
    validate,
};

const MARK: &str = "Hunter2SecretXyz";

/// Texts that are public by nature, so that a plain word is repeated whatever it is. Credentials in a URL are not.
const PUBLIC: &[(&str, &str)] = &[
    (
        "name",
        "shown to every agent; a plain word has the form of a name",
    ),
    (
        "info.username",
        "shown by the document beside the password that it belongs to",
    ),
    (
        "info.webhook_user",
        "a name, told together with the password that it belongs to",
    ),
    ("handover.bot_name", "shown to every customer"),
    ("basic.ou", "name of an organisation unit"),
    ("basic.skill_queue", "name of a queue"),
    ("basic.transfer_keywords.0", "customers must know it"),
    (
        "basic.non_working_time_notification",
        "customers read it, links included",
    ),
    ("trust.name", "name in a list of public certificates"),
    ("trust.alias", "stands in the public trust file"),
    ("trust.files.HOST", "path of a file"),
    ("identity.name", "name in a list of certificates"),
    ("identity.file", "path of a file"),
];

/// Customers get links: a query there is nothing secret.
const PUBLIC_LINK: &str = "basic.non_working_time_notification";

struct Bench {
    kind: Kind,
    full: Table,
    case: Case,
    host: String,
}

/// Every key of every kind, each with its example.
fn benches() -> Vec<Bench> {
    let only = Authority::new("Only");
    let bench = |kind: &Kind| {
        let full: Table = full(*kind).parse().unwrap();
        let channel = Spec::read(&full.to_string()).unwrap().channels.remove(0);
        let required = hosts(&channel);
        let chains = required.iter().map(|required| {
            let name = required.endpoint.host();
            host(&required.endpoint.to_string(), only.chain(name))
        });
        let named = channel.files().unwrap().keys().next().unwrap().clone();
        Bench {
            kind: *kind,
            case: Case::new(&full.to_string(), chains.collect(), &[&only]),
            host: named,
            full,
        }
    };
    Kind::all().iter().map(bench).collect()
}

/// The template with every line that is a comment and could be a value.
fn full(kind: Kind) -> String {
    let answers = kind.fields().filter(|field| kind.takes_text(&field.path()));
    let answers = answers.map(|field| {
        let value = match field.is_secret() {
            true => format!("env:{}", field.key.to_ascii_uppercase()),
            false => field.example.to_owned(),
        };
        let container = kind.container().label().to_ascii_lowercase();
        let is_container = field.path() == "trust.container";
        (field.path(), if is_container { container } else { value })
    });
    let text = template(kind, "support", &answers.collect());
    let lines = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") => rest,
        _ => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.replace("transfer_keywords = []", "transfer_keywords = [\"agent\"]")
        .replace("non_workday = []", "non_workday = [\"10:00-11:00\"]")
        .replace("intelligent_robot = false", "intelligent_robot = true")
}

/// A step into a table or an array.
type Path = Vec<String>;

fn channel(full: &Table) -> &Value {
    &full["channel"][0]
}

/// Every leaf and every table below a value.
fn walk(value: &Value, path: &Path, leaves: &mut Vec<Path>, tables: &mut Vec<Path>) {
    let mut down = |key: String, value: &Value| {
        let below = [path.clone(), vec![key]].concat();
        walk(value, &below, leaves, tables);
    };
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                down(key.clone(), value);
            }
            tables.push(path.clone());
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                down(place.to_string(), value);
            }
            leaves.push(path.clone());
        }
        _ => leaves.push(path.clone()),
    }
}

fn at<'a>(full: &'a mut Table, path: &Path) -> &'a mut Value {
    let mut value = &mut full["channel"][0];
    for step in path {
        value = match value {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
            other => &mut other[step.as_str()],
        };
    }
    value
}

/// The same place in a message: the host of `trust.files` is not the same for both kinds.
fn place(path: &Path, bench: &Bench) -> String {
    path.join(".").replace(&bench.host, "HOST")
}

/// What is exported and compared, and what comes of a secret that is pasted instead of a URL or a reference. The
/// specification itself stays as it is.
fn records(spec: &Spec) -> String {
    let mut output = format!("{:?}", unfit_for_export(&spec.channels[0]));
    for format in [ExportFormat::Csv, ExportFormat::Json] {
        let mut bytes = Vec::new();
        output += &format!("{:?}", export(&spec.channels, format, &mut bytes));
        output += &String::from_utf8_lossy(&bytes);
        match Export::read(&bytes) {
            Ok(export) => output += &format!("{:?}", compare_export(&export, spec)),
            Err(error) => output += &format!("{error} {error:?}"),
        }
    }
    let outputs = spec.channels[0].kind.outputs();
    let pasted = outputs.map(|field| match field.is_secret() {
        true => (field.path(), MARK.to_owned()),
        false => (field.path(), format!("https://u:{MARK}@h.example/")),
    });
    let recorded = record(
        &mut spec.clone(),
        0,
        &pasted.collect::<Vec<_>>(),
        &Facts::builtin(),
        NOW,
    );
    assert!(recorded.changes.is_empty());
    output + &format!("{recorded:?}")
}

/// Everything that anybody can make of a specification.
fn everything(text: &str, bench: &mut Bench) -> String {
    let mut spec = match Spec::read(text) {
        Ok(spec) => spec,
        Err(error) => return format!("{error} {error:?}"),
    };
    let facts = Facts::builtin();
    let mut output = format!("{spec:?} {:?}", validate(&spec, &facts, NOW));
    // What is behind a reference is looked at, and not told either.
    let behind = behind_references(&spec, &mut |_, _| Ok(Zeroizing::new(MARK.to_owned())));
    output += &format!("{behind:?}");
    output += &format!("{:?} {:?}", spec.to_toml(), spec.to_json());
    let sheets = spec.channels.iter().map(|channel| sheet(channel, &facts));
    output += &format!("{:?}", sheets.collect::<Vec<_>>());
    output += &records(&spec);
    let channel = spec.channels.remove(0);
    output += &checklist(&channel, &facts, None);
    output += &format!("{:?} {}", steps(&channel, &facts, None), channel.label());
    for instructions in [
        plan(&channel, &facts),
        requests(&channel, &facts),
        handover(&channel, &facts),
        rotate(&channel, &facts, Change::ALL),
    ] {
        output += &format!("{instructions:?} {}", instructions.markdown());
    }
    bench.case.channel = channel;
    match bench.case.pack() {
        Err(error) => output += &format!("{error} {error:?}"),
        Ok(packed) => {
            output += &format!("{:?}", packed.findings);
            for file in &packed.files {
                output += &String::from_utf8_lossy(&file.bytes);
            }
            let bundle = bundle_at(vec![packed], NOW).unwrap();
            for file in bundle.files() {
                output += &String::from_utf8_lossy(&file.bytes);
            }
        }
    }
    output
}

/// Whether the marker is there in any case.
fn is_told(output: &str) -> Option<String> {
    let output = output.to_ascii_lowercase();
    let found = output.find(&MARK.to_ascii_lowercase())?;
    let start = output.floor_char_boundary(found.saturating_sub(120));
    let end = output.ceil_char_boundary((found + 60).min(output.len()));
    Some(output[start..end].to_owned())
}

#[test]
fn the_full_specifications_have_every_key_and_are_packed() {
    for bench in &mut benches() {
        let text = bench.full.to_string();
        let kind = bench.kind;
        let written = Spec::read(&text).unwrap().to_toml().unwrap();
        let written: Table = written.parse().unwrap();
        let places = |table: &Table| {
            let (mut leaves, mut tables) = (Vec::new(), Vec::new());
            walk(channel(table), &Vec::new(), &mut leaves, &mut tables);
            leaves.sort();
            leaves
        };
        assert_eq!(places(&written), places(&bench.full));
        for field in kind.fields().filter(|field| field.key != "files") {
            let steps = field.section.steps().iter().chain([&field.key]);
            let key: Path = steps.map(|step| (*step).to_owned()).collect();
            assert!(places(&bench.full).contains(&key), "{kind:?}: {key:?}");
        }
        let output = everything(&text, bench);
        assert!(
            output.contains("MANIFEST.json") || output.contains("\"trustpack\""),
            "{output}"
        );
        for (place, reason) in PUBLIC {
            assert!(!place.is_empty() && !reason.is_empty());
        }
    }
}

#[test]
fn a_secret_in_any_place_is_never_told() {
    let token = format!("123456789:{MARK}{}", "A".repeat(35 - MARK.len()));
    let plain = [MARK.to_owned(), format!("{MARK}@h"), format!("a {MARK} b")];
    let with_user = [
        format!("https://user:{MARK}@192.0.2.10:28090"),
        format!("https://{MARK}@api.infobip.com/"),
        format!("https://user:a/{MARK}@h/"),
        format!("user:{MARK}@h:1"),
        format!("https://api.telegram.org/bot{token}/setWebhook"),
        token.clone(),
    ];
    let with_query = [
        format!("https://192.0.2.10:18446/x?token={MARK}"),
        format!("https://192.0.2.10:28090#{MARK}"),
        format!("https://abc123.api-us.infobip.com/?apikey={MARK}"),
    ];
    let keys = [
        MARK.to_owned(),
        MARK.to_ascii_lowercase(),
        format!("https://user:{MARK}@h/"),
        format!("user:{MARK}@api.infobip.com"),
        format!("x`, expected `{MARK}`"),
        format!("https://h/?token={MARK}"),
    ];
    let mut told = Vec::new();
    for mut bench in benches() {
        let (mut leaves, mut tables) = (Vec::new(), Vec::new());
        walk(channel(&bench.full), &Vec::new(), &mut leaves, &mut tables);
        let mut texts = Vec::new();
        for path in &leaves {
            let name = place(path, &bench);
            // `x.0` is public where `x` is a list of public texts.
            let is_public = PUBLIC
                .iter()
                .any(|(public, _)| *public == name || *public == format!("{name}.0"));
            let there = at(&mut bench.full.clone(), path)
                .as_str()
                .map(str::to_owned);
            let mut values: Vec<Value> = Vec::new();
            // A keyword or notification may hold `a:b@c`: it says nothing of a server.
            let strict = with_user.iter().filter(|text| {
                name != PUBLIC_LINK || text.contains("://") || text.contains("123456789")
            });
            values.extend(strict.cloned().map(Value::String));
            if name != PUBLIC_LINK {
                values.extend(with_query.iter().cloned().map(Value::String));
                if let Some(there) = &there {
                    values.push(Value::String(format!("{there}?token={MARK}")));
                    values.push(Value::String(format!("{there}?a&api_key={MARK}")));
                }
                if let Some(there) = there.as_ref().filter(|text| text.contains("://")) {
                    values.push(Value::String(format!("{there}?k={MARK}")));
                    values.push(Value::String(
                        there.replace("://", &format!("://u:{MARK}@")),
                    ));
                }
            }
            if !is_public {
                values.extend(plain.iter().cloned().map(Value::String));
                if let Some(there) = there {
                    values.push(Value::String(format!("{there} {MARK}")));
                }
                values.push(Value::Array(vec![Value::String(MARK.to_owned())]));
            }
            let mut table = Table::new();
            table.insert(MARK.to_owned(), Value::String(MARK.to_owned()));
            values.push(Value::Table(table));
            for value in values {
                let mut text = bench.full.clone();
                let shown = format!("{name} = {value}");
                *at(&mut text, path) = value;
                texts.push((shown, text.to_string()));
            }
        }
        for path in &tables {
            for key in &keys {
                let mut text = bench.full.clone();
                let table = at(&mut text, path).as_table_mut().unwrap();
                table.insert(key.clone(), Value::String("x".to_owned()));
                texts.push((format!("key {key} in {}", path.join(".")), text.to_string()));
            }
        }
        // What is no TOML, or has a key twice.
        let full = bench.full.to_string();
        for line in full.lines().filter(|line| line.contains(" = ")) {
            let key = line.split(" = ").next().unwrap();
            for form in [
                format!("{key} = {MARK}"),
                format!("{key} = \"{MARK}"),
                format!("{key} = \"a\" {MARK}"),
                format!("{line}\n{MARK} = 1\n{MARK} = 2"),
                format!("{line}\n\"{MARK}\".a = 1\n\"{MARK}\".a = 2"),
                format!("{line}\n{key} = \"{MARK}\""),
                format!("{line}\n{MARK}"),
                format!("{key}.{MARK} = 1"),
                format!("{line} # {MARK}"),
                format!("{line}\n[{MARK}]"),
                format!("{line}\n[channel.{MARK}]\n[channel.{MARK}]"),
            ] {
                let text = full.replacen(line, &form, 1);
                texts.push((form, text));
            }
        }
        for (shown, text) in texts {
            let output = catch_unwind(AssertUnwindSafe(|| everything(&text, &mut bench)));
            match output.map(|output| is_told(&output)) {
                Ok(None) => {}
                Ok(Some(excerpt)) => told.push(format!("{shown}: {excerpt}")),
                Err(_) => told.push(format!("{shown}: panic")),
            }
        }
    }
    assert!(told.is_empty(), "{} told:\n{}", told.len(), told.join("\n"));
}

#[test]
fn a_url_output_with_anything_but_a_path_is_refused() {
    let only = Authority::new("Only");
    for (from, to) in [
        ("/message/42", "/message/42?token=x"),
        ("/message/42", "/message/42#x"),
        (
            "https://192.0.2.10:18446/social/on/whatsapp/infobip/message",
            "https://u:p@192.0.2.10:18446/social/on/whatsapp/infobip/message",
        ),
    ] {
        let mut case = infobip(&only, &only);
        let text = INFOBIP.replace(from, to);
        case.channel = Spec::read(&text).unwrap().channels.remove(0);
        let findings = case.refusal();
        let found: Vec<_> = findings
            .iter()
            .filter(|found| found.subject == "support_wa: outputs.message_url")
            .collect();
        assert_eq!(found.len(), 1, "{findings:?}");
        assert_eq!(found[0].severity, Critical);
    }
}
