//! Words that people bring along from other tools, and what does that here.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use super::Arguments;

/// What is typed in the place of a command.
const COMMANDS: [(&[&str], &str); 18] = [
    (
        &[
            "list",
            "ls",
            "show",
            "view",
            "dump",
            "print",
            "printcert",
            "info",
            "x509",
            "cat",
        ],
        "trustpack inspect FILE",
    ),
    (
        &["download", "get", "s_client", "ssl", "server"],
        "trustpack fetch HOST:PORT",
    ),
    (
        &["pkcs12", "pkcs7", "pkcs8", "export-pem", "split"],
        "trustpack convert IN -o OUT",
    ),
    (
        &["join", "combine", "cat-certs", "importkeystore"],
        "trustpack merge IN… -o OUT",
    ),
    (
        &["add", "importcert", "import"],
        "trustpack store import STORE IN",
    ),
    (
        &["export", "exportcert"],
        "trustpack store export STORE ALIAS -o OUT",
    ),
    (
        &["remove", "rm", "del", "delete"],
        "trustpack store delete STORE ALIAS",
    ),
    (
        &["changealias", "mv", "rename"],
        "trustpack store rename STORE ALIAS NEW",
    ),
    (
        &["passwd", "password", "storepasswd"],
        "trustpack store passwd STORE",
    ),
    (&["keypasswd"], "trustpack store key-passwd STORE"),
    (
        &["find", "search"],
        "trustpack store find STORE… --subject TEXT",
    ),
    (
        &["genkey", "genkeypair", "genpkey", "genrsa", "keygen", "key"],
        "trustpack new key",
    ),
    (&["csr", "req", "certreq", "request"], "trustpack new csr"),
    (&["ca", "root"], "trustpack new ca"),
    (&["crl", "gencrl"], "trustpack new crl"),
    (&["gencert", "issue"], "trustpack sign REQUEST --ca CA"),
    (
        &["expiry", "expire", "checkend", "monitor"],
        "trustpack check FILE|FOLDER|HOST:PORT",
    ),
    (
        &["validate", "trust", "test"],
        "trustpack verify HOST:PORT --trust STORE",
    ),
];

/// What is typed in the place of a flag, to commands whose usage has these words.
const FLAGS: [(&str, &[&str], &str); 4] = [
    (
        "new cert",
        &["--ca", "--issuer"],
        "`trustpack sign REQUEST --ca CA` issues below a CA",
    ),
    (
        "new c",
        &["--dns", "--ip", "--domain", "--host"],
        "names are given with --san",
    ),
    (
        "new c",
        &["--cn", "--name"],
        "the name is given with --subject CN=…",
    ),
    (
        "verify",
        &["--ca", "--cafile", "--roots-file"],
        "what is trusted is named with --trust",
    ),
];

/// The same error, with a tip where the word is known from elsewhere.
pub(crate) fn with_tip(mut error: clap::Error) -> clap::Error {
    let typed = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    // `Usage: trustpack store …`: below other commands such a word means something else
    let below = usage.split_whitespace().nth(2);
    let is_ours =
        below.is_none_or(|below| below == "store" || below == "new" || below == "[OPTIONS]");
    let command = typed(ContextKind::InvalidSubcommand).filter(|_| is_ours);
    let command = command.and_then(|word| {
        let mut rows = COMMANDS.iter();
        let row = rows.find(|(words, _)| words.contains(&word.as_str()));
        row.map(|(_, does)| *does)
    });
    // of others it is what has a wrong value
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    let flag = typed(ContextKind::InvalidArg).filter(|_| is_unknown);
    let flag = flag.and_then(|flag| {
        let flag = flag.split(['=', ' ']).next()?;
        let mut rows = FLAGS.iter();
        let row = rows.find(|(of, flags, _)| usage.contains(of) && flags.contains(&flag));
        row.map_or_else(|| elsewhere(flag), |(_, _, tip)| Some((*tip).to_owned()))
    });
    let tip = match (command, flag) {
        (Some(command), _) => format!("`{command}` does that"),
        (None, Some(tip)) => tip,
        (None, None) => return error,
    };
    error.remove(ContextKind::SuggestedSubcommand);
    error.remove(ContextKind::SuggestedArg);
    let tips = vec![StyledStr::from(tip)];
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error
}

/// Which commands have a flag that this one has not.
fn elsewhere(flag: &str) -> Option<String> {
    fn look(command: &Command, path: &str, long: &str, found: &mut Vec<String>) {
        if command
            .get_arguments()
            .any(|one| one.get_long() == Some(long))
        {
            found.push(format!("`{path}`"));
        }
        for below in command.get_subcommands() {
            look(below, &format!("{path} {}", below.get_name()), long, found);
        }
    }
    let long = flag.strip_prefix("--")?;
    let mut found = Vec::new();
    look(&Arguments::command(), "trustpack", long, &mut found);
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    match (found.as_slice(), more) {
        ([], _) => None,
        (commands, 0) => Some(format!("{flag} is a flag of {}", commands.join(", "))),
        (commands, more) => Some(format!(
            "{flag} is a flag of {} and {more} more",
            commands.join(", ")
        )),
    }
}

/// So many commands are named.
const MOST: usize = 3;

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn told(line: &str) -> String {
        let words = std::iter::once("trustpack").chain(line.split(' '));
        with_tip(Arguments::try_parse_from(words).unwrap_err()).to_string()
    }

    #[test]
    fn what_is_known_from_elsewhere_is_told() {
        for (line, tip) in [
            ("list keys.jks", "tip: `trustpack inspect FILE` does that"),
            (
                "store list keys.jks",
                "tip: `trustpack inspect FILE` does that",
            ),
            (
                "s_client h:443",
                "tip: `trustpack fetch HOST:PORT` does that",
            ),
            (
                "new cert --days 9 --ca ca.pem",
                "tip: `trustpack sign REQUEST --ca CA` issues",
            ),
            (
                "new cert --days 9 --dns=a.example",
                "tip: names are given with --san",
            ),
        ] {
            let told = told(line);
            assert!(told.contains(tip), "{line}: {told}");
        }
        let told_to_inspect = told("inspect a.p12 --try-common-passwords");
        let tip = "tip: --try-common-passwords is a flag of `trustpack check`";
        assert!(told_to_inspect.contains(tip), "{told_to_inspect}");
        let told_to_verify = told("verify h:443 --ca ca.pem");
        assert!(
            told_to_verify.contains("named with --trust"),
            "{told_to_verify}"
        );
        // below other commands the word means something else
        let told_to_a_channel = told("channel delete wa_sales");
        assert!(!told_to_a_channel.contains("store"), "{told_to_a_channel}");
        // others keep what clap finds
        assert!(told("inspct keys.jks").contains("'inspect'"));
    }

    /// Each tip is a command that is there.
    #[test]
    fn tips_name_commands() {
        let all = Arguments::command();
        for (_, tip) in COMMANDS {
            let mut command = &all;
            for word in tip.split(' ').skip(1) {
                match command.find_subcommand(word) {
                    Some(below) => command = below,
                    None => break,
                }
            }
            assert!(!command.has_subcommands(), "{tip}");
        }
    }
}
