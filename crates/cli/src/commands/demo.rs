//! `trustpack demo`: the whole job, rehearsed offline with the public commands and their real output.

mod servers;

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use time::{Duration, OffsetDateTime};
use trustpack_core::demo::{DemoPki, DemoServer};
use trustpack_core::keystore::{
    self, Alias, CertificateDer, Entry, Format, KeyStore, WriteOptions,
};

use self::servers::Server;
use super::Outcome;
use crate::args::Demo;
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy};
use crate::render::{Talk, print};

/// Marks a folder that a rehearsal made: with --force the next one may replace it, and no other.
const MARKER: &str = "README.txt";
const MARKER_TEXT: &str =
    "Made by `trustpack demo`. Everything in here is for rehearsal; delete it when you like.\n";

/// Three channels as a tenant would describe them; their servers are the rehearsal's.
fn channels(front_end: &Server) -> String {
    format!(
        r#"# Made by `trustpack demo`. `trustpack channel new` writes one with every key explained.
[defaults.basic]
ou = "Support"

[defaults.basic.work_time]
workday = ["08:00-18:00"]

[[channel]]
type = "whatsapp"
provider = "infobip"
name = "wa_infobip"

[channel.info]
phone_number = "+441134960000"
username = "rehearsal"
password = "env:WA_PASSWORD"
base_url = "https://demo.api-us.infobip.com/"
account_key = "env:WA_ACCOUNT_KEY"
webhook_password = "env:WA_WEBHOOK_PASSWORD"

[channel.basic]
skill_queue = "whatsapp_queue"

[channel.trust]
password = "file:store.pass"

[[channel]]
type = "whatsapp"
provider = "twilio"
name = "wa_twilio"

[channel.info]
phone_number = "+441134960001"
api_key_sid = "SK0123456789abcdef0123456789abcdef"
api_key_secret = "env:TWILIO_API_KEY_SECRET"
base_url = "https://api.twilio.com/2010-04-01"
account_sid = "AC0123456789abcdef0123456789abcdef"
webhook_user = "aicc"
webhook_password = "env:TWILIO_WEBHOOK_PASSWORD"

[channel.basic]
skill_queue = "whatsapp_queue"

[channel.identity]
file = "identity.cer"

[[channel]]
type = "telegram"
name = "tg_support"

[channel.info]
app_key = "env:TG_APP_KEY"
app_secret = "env:TG_APP_SECRET"
base_url = "https://{address}"
api_fabric_address = "{address}"

[channel.basic]
skill_queue = "telegram_queue"

[channel.identity]
file = "identity.cer"

[channel.handover]
bot_name = "Rehearsal"
bot_username = "rehearsal_bot"
bot_token = "env:TG_TOKEN"
"#,
        address = front_end.address()
    )
}

/// Runs the command.
pub(super) fn run(arguments: &Demo, talk: &Talk) -> Result<Outcome> {
    let stage = Stage::new(&arguments.dir, arguments.force)?;
    stage.play()?;
    if arguments.hold {
        talk.say("the servers keep running for the commands above; press Enter to end");
        io::stdin().lock().read_line(&mut String::new())?;
    }
    Ok(if stage.failed.get() {
        Outcome::No
    } else {
        Outcome::Fine
    })
}

/// The folder, the private CA and the servers of one rehearsal.
struct Stage {
    dir: PathBuf,
    program: PathBuf,
    pki: DemoPki,
    now: OffsetDateTime,
    api: Server,
    account: Server,
    twilio: Server,
    front_end: Server,
    failed: std::cell::Cell<bool>,
}

const ROOTS: &str = "--roots=private-ca.pem";
const OTHER_ROOTS: &str = "--roots=another-ca.pem";
/// What a step has of the environment: how to look.
const LOOKS: [&str; 3] = ["NO_COLOR", "TERM", "RUST_BACKTRACE"];
const PASSWORD: &str = "--password=file:store.pass";

impl Stage {
    fn new(dir: &Path, force: bool) -> Result<Self> {
        prepare_folder(dir, force)?;
        let now = OffsetDateTime::now_utc();
        // Issued ten days ago, as the certificates of a server that has been running for a while are.
        let pki = DemoPki::new(now - Duration::days(10)).context("cannot make the private CA")?;
        let stage = Self {
            api: Server::start(pki.server_config(DemoServer::Api))?,
            account: Server::start(pki.server_config(DemoServer::BaseUrl))?,
            twilio: Server::start(pki.server_config(DemoServer::Twilio))?,
            front_end: Server::start(pki.server_config(DemoServer::FrontEnd))?,
            dir: dir.canonicalize()?,
            program: std::env::current_exe().context("cannot find this program")?,
            pki,
            now,
            failed: std::cell::Cell::new(false),
        };
        stage.write("private-ca.pem", &pem(stage.pki.root())?, Privacy::Public)?;
        stage.write("store.pass", b"rehearsal-only\n", Privacy::Private)?;
        let specification = channels(&stage.front_end);
        stage.write("channels.toml", specification.as_bytes(), Privacy::Public)?;
        // What an administrator exports from the current system with a browser: its certificate, without a key.
        let current = &stage.pki.certificate(DemoServer::FrontEnd).chain;
        let identity = current.first().map(AsRef::as_ref).unwrap_or_default();
        stage.write("identity.cer", identity, Privacy::Public)?;
        Ok(stage)
    }

    /// Where the servers of the providers are to be dialled.
    fn connect(&self) -> [String; 3] {
        [
            (DemoServer::Api, &self.api),
            (DemoServer::BaseUrl, &self.account),
            (DemoServer::Twilio, &self.twilio),
        ]
        .map(|(which, server)| format!("--connect={}:443={}", which.host(), server.address()))
    }

    /// The rehearsal, scene by scene.
    fn play(&self) -> Result<()> {
        let connect = self.connect();
        let [api, account, twilio] = [&*connect[0], &*connect[1], &*connect[2]];
        let all = [api, account, twilio];
        let host = DemoServer::Api.host();

        self.title("What this is")?;
        print(&format!(
            "The life of three channels of a contact centre, on this machine and in this folder, without the internet:\n\
             WhatsApp through infobip, WhatsApp through Twilio, Telegram. The product must trust the servers of each, so it\n\
             gets a trust certificate (a file) for each. Small servers here stand for theirs; --connect says where they are.\n\
             A line that begins with $ is a command; what follows is what it really prints.\n\n\
             cd {}\nalias trustpack={}",
            self.dir.display(),
            self.program.display()
        ))?;

        self.title("1. The way it is done by hand: take the server's certificate, and trust that")?;
        self.step(
            &[
                "fetch",
                host,
                api,
                ROOTS,
                "--select",
                "leaf",
                "-o",
                "by-hand.cer",
            ],
            0,
        )?;
        self.step(&["merge", "by-hand.cer", "-o", "by-hand.jks", PASSWORD], 0)?;
        let by_hand = ["verify", host, api, "--trust", "by-hand.jks", PASSWORD];
        self.step(&by_hand, 0)?;
        self.say("It works today. The warning says until when.")?;

        self.title("2. The way of trustpack: describe the channels, then pack what they need")?;
        self.step(&["channel", "validate", "channels.toml"], 0)?;
        self.say(
            "The warnings are about identity.cer, the certificate by which the product shows itself: what a browser exports has\n\
             no key. They do not stand in the way.",
        )?;
        let pack = ["channel", "pack", "channels.toml", "-o", "bundle/"];
        self.step(&[&pack[..], &all, &[ROOTS]].concat(), 0)?;
        self.step(&["channel", "verify-bundle", "bundle/"], 0)?;
        self.say(
            "Each trust certificate holds the CAs above the server, and every server was judged with the file just written, as\n\
             the product's Java client would. bundle/ has all that is uploaded and entered.",
        )?;

        self.title("3. Every day: is everything as it was?")?;
        let watch = ["channel", "watch", "bundle/", "--fail-on", "critical"];
        let watch = [&watch[..], &all].concat();
        self.step(&watch, 0)?;

        self.title("4. The servers renew their certificates, as they do every few weeks")?;
        self.renew()?;
        self.say("(renewed: same names, same CA, new keys)")?;
        self.step(&by_hand, 1)?;
        self.step(&watch, 0)?;
        self.say("What was made by hand is broken. The packed stores hold, and the watch says what is new.")?;

        self.title("5. Twilio moves to another CA")?;
        let other = self.move_twilio()?;
        self.write("another-ca.pem", &pem(other.root())?, Privacy::Public)?;
        self.step(&watch, 1)?;
        self.say("No store survives a CA that it does not know. The watch says so on the day it happens; the answer is to pack again.")?;
        let again = [&pack[..], &["--force"], &all, &[ROOTS, OTHER_ROOTS]].concat();
        self.step(&again, 0)?;
        self.step(&watch, 0)?;

        self.title("Done")?;
        print(&format!(
            "Open this page in a browser: what to upload, every value to copy, the steps to tick, each server's chain.\n{}",
            self.dir.join("bundle/index.html").display()
        ))
    }

    /// Runs one public command and shows it as a line that can be repeated.
    fn step(&self, arguments: &[&str], expected: i32) -> Result<()> {
        print(&format!(
            "\n$ trustpack {}",
            arguments
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" ")
        ))?;
        let status = Command::new(&self.program)
            .args(arguments)
            .current_dir(&self.dir)
            // The rehearsal has times and passwords of its own, and nobody's else.
            .env_clear()
            .envs(
                LOOKS
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .status()
            .context("cannot start this program again")?;
        let code = status.code().unwrap_or(-1);
        if code != 0 || expected != 0 {
            print(&format!("[exit code {code}]"))?;
        }
        if code != expected {
            self.failed.set(true);
            print(&format!(
                "UNEXPECTED: this step should end with exit code {expected}"
            ))?;
        }
        Ok(())
    }

    fn say(&self, text: &str) -> Result<()> {
        print(&format!("\n{text}"))
    }

    fn title(&self, text: &str) -> Result<()> {
        print(&format!("\n=== {text}"))
    }

    fn renew(&self) -> Result<()> {
        let renewed = self.pki.renew(self.now)?;
        for (which, server) in [
            (DemoServer::Api, &self.api),
            (DemoServer::BaseUrl, &self.account),
            (DemoServer::Twilio, &self.twilio),
            (DemoServer::FrontEnd, &self.front_end),
        ] {
            server.renew(renewed.server_config(which));
        }
        Ok(())
    }

    /// The new CA.
    fn move_twilio(&self) -> Result<DemoPki> {
        let other = DemoPki::named("another", self.now)?;
        self.twilio.renew(other.server_config(DemoServer::Twilio));
        Ok(other)
    }

    fn write(&self, name: &str, bytes: &[u8], privacy: Privacy) -> Result<()> {
        output::save(&self.dir.join(name), bytes, privacy, Existing::Replace).map(drop)
    }
}

/// A certificate as PEM.
fn pem(certificate: &CertificateDer<'static>) -> Result<Vec<u8>> {
    let mut store = KeyStore::new();
    store.push_renamed(Entry::trusted(Alias::positional(1), certificate.clone()));
    let written = keystore::write(&store, Format::Pem, &WriteOptions::default())?;
    Ok(written.bytes.to_vec())
}

/// A new or empty folder; by force also one that an earlier rehearsal made.
fn prepare_folder(dir: &Path, force: bool) -> Result<()> {
    let empty = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(error).with_context(|| dir.display().to_string()),
    };
    let name = dir.display();
    let marker = dir.join(MARKER);
    let ours = fs::read(&marker).is_ok_and(|text| text == MARKER_TEXT.as_bytes());
    let refusal = match (empty, ours, force) {
        (true, ..) => None,
        (false, false, _) => Some((
            format!("{name} is not empty and was not made by a rehearsal"),
            "name another folder with --dir",
        )),
        (false, true, false) => Some((
            format!("{name} has an earlier rehearsal in it"),
            "replace it with --force, or name another folder with --dir",
        )),
        // Stores of the last rehearsal belong to another CA and would be merged into.
        (false, true, true) => {
            fs::remove_dir_all(dir).with_context(|| name.to_string())?;
            None
        }
    };
    if let Some((message, hint)) = refusal {
        return Err(Hinted::new(message, hint).into());
    }
    output::create_folder(dir)?;
    output::save(
        &marker,
        MARKER_TEXT.as_bytes(),
        Privacy::Public,
        Existing::Replace,
    )
    .map(drop)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=:./,[]@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
