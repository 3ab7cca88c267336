//! `trustpack demo`: the whole job, rehearsed offline with the public commands and their real output.

mod servers;

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use time::{Duration, OffsetDateTime};
use trustpack_core::demo::{DemoPki, DemoServer};
use trustpack_core::keystore::{self, Alias, Entry, Format, KeyStore, WriteOptions};

use self::servers::Server;
use super::Outcome;
use crate::args::Demo;
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy};
use crate::render::{Talk, print};

/// Marks a folder that a rehearsal made, so that the next one may use it again.
const MARKER: &str = "README.txt";
const MARKER_TEXT: &str =
    "Made by `trustpack demo`. Everything in here is for rehearsal; delete it when you like.\n";

/// An infobip channel as a tenant would describe it; the host of the account is one of the rehearsal's servers.
const WHATSAPP: &str = r#"# Made by `trustpack demo`. `trustpack channel new whatsapp --provider infobip NAME` explains every key.
[[channel]]
type = "whatsapp"
provider = "infobip"
name = "wa_rehearsal"

[channel.info]
phone_number = "+441134960000"
username = "rehearsal"
password = "env:WA_PASSWORD"
base_url = "https://demo.api-us.infobip.com/"
account_key = "env:WA_ACCOUNT_KEY"
webhook_password = "env:WA_WEBHOOK_PASSWORD"

[channel.basic]
ou = "Support"
skill_queue = "whatsapp_queue"

[channel.basic.work_time]
workday = ["08:00-18:00"]

[channel.trust]
password = "file:store.pass"
"#;

/// A Telegram channel whose front end is the rehearsal's own.
fn telegram(front_end: &Server) -> String {
    format!(
        r#"# Made by `trustpack demo`. `trustpack channel new telegram NAME` explains every key.
[[channel]]
type = "telegram"
name = "tg_rehearsal"

[channel.info]
app_key = "env:TG_APP_KEY"
app_secret = "env:TG_APP_SECRET"
base_url = "https://{address}"
api_fabric_address = "{address}"

[channel.basic]
ou = "Support"
skill_queue = "telegram_queue"

[channel.basic.work_time]
workday = ["08:00-18:00"]

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
    let stage = Stage::new(&arguments.dir)?;
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
    front_end: Server,
    failed: std::cell::Cell<bool>,
}

impl Stage {
    fn new(dir: &Path) -> Result<Self> {
        prepare_folder(dir)?;
        let now = OffsetDateTime::now_utc();
        // Issued ten days ago, as the certificates of a server that has been running for a while are.
        let pki = DemoPki::new(now - Duration::days(10)).context("cannot make the private CA")?;
        let stage = Self {
            api: Server::start(pki.server_config(DemoServer::Api))?,
            account: Server::start(pki.server_config(DemoServer::BaseUrl))?,
            front_end: Server::start(pki.server_config(DemoServer::FrontEnd))?,
            dir: dir.canonicalize()?,
            program: std::env::current_exe().context("cannot find this program")?,
            pki,
            now,
            failed: std::cell::Cell::new(false),
        };
        stage.write("private-ca.pem", &stage.root_pem()?, Privacy::Public)?;
        stage.write("store.pass", b"rehearsal-only\n", Privacy::Private)?;
        stage.write("whatsapp.toml", WHATSAPP.as_bytes(), Privacy::Public)?;
        stage.write(
            "telegram.toml",
            telegram(&stage.front_end).as_bytes(),
            Privacy::Public,
        )?;
        Ok(stage)
    }

    /// The rehearsal, scene by scene.
    fn play(&self) -> Result<()> {
        let api = format!(
            "--connect={}:443={}",
            DemoServer::Api.host(),
            self.api.address()
        );
        let account = format!(
            "--connect={}:443={}",
            DemoServer::BaseUrl.host(),
            self.account.address()
        );
        let roots = "--roots=private-ca.pem";
        let pass = "--password=file:store.pass";
        let to_api = DemoServer::Api.host();
        let front_end = self.front_end.address().to_string();

        self.title("Everything happens in this folder, on this machine")?;
        print(&format!(
            "cd {}\nalias trustpack={}",
            self.dir.display(),
            self.program.display()
        ))?;

        self.title("1. Fetch: what does the server present, and where does it lead")?;
        self.step(&["fetch", to_api, &api, roots], 0)?;
        self.step(
            &["fetch", &front_end, roots, "-o", "front-end-chain.pem"],
            0,
        )?;

        self.title("2. Merge: one store over both hosts; the second time there is nothing to do")?;
        let both = ["https://api.infobip.com", "https://demo.api-us.infobip.com"];
        let merge = [
            "merge",
            both[0],
            both[1],
            &api,
            &account,
            roots,
            "-o",
            "trust.jks",
            pass,
        ];
        self.step(&merge, 0)?;
        self.step(&merge, 0)?;

        self.title(
            "3. Verify and check: would a Java client accept the servers, and does anything expire",
        )?;
        self.step(
            &[
                "verify",
                to_api,
                &api,
                "--trust",
                "trust.jks",
                "--as",
                "java",
            ],
            0,
        )?;
        self.step(
            &["check", "trust.jks", "api.infobip.com:443", &api, roots],
            0,
        )?;

        self.title("4. Pack: the channels, from specification to bundle")?;
        self.step(&["channel", "validate", "whatsapp.toml"], 0)?;
        self.step(
            &[
                "channel",
                "pack",
                "whatsapp.toml",
                &api,
                &account,
                roots,
                "-o",
                "whatsapp.zip",
                "--force",
            ],
            0,
        )?;
        self.step(
            &[
                "channel",
                "pack",
                "whatsapp.toml",
                &api,
                &account,
                roots,
                "-o",
                "whatsapp/",
                "--force",
            ],
            0,
        )?;
        self.step(
            &[
                "channel",
                "pack",
                "telegram.toml",
                roots,
                "-o",
                "telegram/",
                "--force",
            ],
            0,
        )?;

        self.title("5. The way it is done by hand: trust the server's own certificate")?;
        self.step(
            &[
                "fetch", to_api, &api, roots, "--select", "leaf", "-o", "leaf.cer",
            ],
            0,
        )?;
        self.step(&["merge", "leaf.cer", "-o", "leaf-only.jks", pass], 0)?;
        self.step(&["verify", to_api, &api, "--trust", "leaf-only.jks"], 0)?;

        self.title("6. The servers renew their certificates, as they do every few weeks")?;
        self.renew()?;
        print("(renewed: same names, same CA, new keys)")?;
        self.step(&["verify", to_api, &api, "--trust", "leaf-only.jks"], 1)?;
        self.step(
            &[
                "verify",
                to_api,
                &api,
                "--trust",
                "whatsapp/wa_rehearsal/trust/trust.jks",
            ],
            0,
        )?;
        self.step(
            &[
                "verify",
                &front_end,
                "--trust",
                "telegram/tg_rehearsal/trust/trust.cer",
            ],
            0,
        )?;

        self.title("Done")?;
        print(&format!(
            "The leaf-only store broke, the packed ones hold. The bundle: {}",
            self.dir.join("whatsapp.zip").display()
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
            // The rehearsal has times of its own.
            .env_remove("SOURCE_DATE_EPOCH")
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

    fn root_pem(&self) -> Result<Vec<u8>> {
        let mut store = KeyStore::new();
        store.push_renamed(Entry::trusted(
            Alias::positional(1),
            self.pki.root().clone(),
        ));
        Ok(
            keystore::write(&store, Format::Pem, &WriteOptions::default())?
                .bytes
                .to_vec(),
        )
    }

    fn title(&self, text: &str) -> Result<()> {
        print(&format!("\n=== {text}"))
    }

    fn renew(&self) -> Result<()> {
        let renewed = self.pki.renew(self.now)?;
        self.api.renew(renewed.server_config(DemoServer::Api));
        self.account
            .renew(renewed.server_config(DemoServer::BaseUrl));
        self.front_end
            .renew(renewed.server_config(DemoServer::FrontEnd));
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8], privacy: Privacy) -> Result<()> {
        output::save(&self.dir.join(name), bytes, privacy, Existing::Replace).map(drop)
    }
}

/// An empty or new folder, or one that an earlier rehearsal made.
fn prepare_folder(dir: &Path) -> Result<()> {
    let empty = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(error).with_context(|| dir.display().to_string()),
    };
    let marker = dir.join(MARKER);
    let ours = fs::read(&marker).is_ok_and(|text| text == MARKER_TEXT.as_bytes());
    if !empty && !ours {
        return Err(Hinted::new(
            format!(
                "{} is not empty and was not made by a rehearsal",
                dir.display()
            ),
            "name another folder with --dir",
        )
        .into());
    }
    if ours {
        // Stores of the last rehearsal belong to another CA and would be merged into.
        fs::remove_dir_all(dir).with_context(|| dir.display().to_string())?;
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
