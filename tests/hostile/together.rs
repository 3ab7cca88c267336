//! All of them in one list, with servers between them that are as they should be.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;

use super::chain::Pki;
use super::kit::{Case, Ended, fetch};
use super::support::server::Server;

const PARALLEL: usize = 8;
const TIMEOUT: Duration = Duration::from_secs(2);

/// Eight at a time, and each of them may hold a chain of a megabyte; 18 MiB were seen.
const MAX_PEAK: u64 = 24 << 20;

fn neighbour(pki: &Pki) -> Case {
    let server = Server::start(pki.chain(), pki.leaf.pkcs8());
    Case::of(format!("tls://{}", server.address), server).presents(&pki.chain())
}

fn all() -> Vec<Case> {
    let groups: [fn() -> Vec<Case>; 23] = [
        super::silent::cases,
        super::dribble::cases,
        super::reset::cases,
        super::http::cases,
        super::smtp_banner::cases,
        super::starttls_refused::cases,
        super::starttls_long::cases,
        super::starttls_injected::cases,
        super::alert_before::cases,
        super::alert_after::cases,
        super::empty_list::cases,
        super::tiny_records::cases,
        super::lying_lengths::cases,
        super::huge_chain::cases,
        super::repeated::cases,
        super::odd_chains::cases,
        super::floods::cases,
        super::tickets::cases,
        super::retry_loop::cases,
        super::fickle::cases,
        super::name_required::cases,
        super::name_forbidden::cases,
        super::intolerant::cases,
    ];
    let hostile = groups.into_iter().flat_map(|cases| cases());
    hostile.filter(|case| case.flags.is_empty()).collect()
}

#[test]
fn nobody_holds_up_or_harms_another() {
    let pki = Pki::new();
    let mut cases = all();
    for part in [3, 2, 1] {
        cases.insert(cases.len() / part, neighbour(&pki));
    }
    let mut list = String::from("# hostile servers, and three that are not\n");
    for case in &cases {
        writeln!(list, "{}", case.target).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("targets.txt");
    std::fs::write(&file, list).unwrap();

    let mut command = fetch();
    command.arg("--targets").arg(&file);
    command.args(["--parallel", &PARALLEL.to_string(), "--timeout"]);
    command.arg(format!("{}ms", TIMEOUT.as_millis()));
    for rule in cases.iter().filter_map(|case| case.connect.as_ref()) {
        command.args(["--connect", rule]);
    }
    let rounds = u32::try_from(cases.len().div_ceil(PARALLEL)).unwrap();
    let ended = Ended::of(&mut command, TIMEOUT * rounds);
    ended.assert_is_orderly(MAX_PEAK);

    let records = ended.records();
    assert_eq!(records.len(), cases.len());
    for case in &cases {
        let port = case.target.rsplit_once(':').unwrap().1;
        let is_its = |record: &&Value| {
            let target = record["target"].as_str().unwrap();
            target.rsplit_once(':').unwrap().1 == port
        };
        let mut its = records.iter().filter(is_its);
        let (Some(record), None) = (its.next(), its.next()) else {
            panic!("not one record of {}", case.target);
        };
        case.assert_holds(record);
    }
    let count = cases.len();
    let said = format!("{count} servers asked, {count} records: ");
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
    assert_eq!(ended.code(), 2);
}
