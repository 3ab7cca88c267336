//! Stores and servers as they are met, and what becomes of them.

use time::Duration;

use crate::cert::testing::*;

use super::*;

struct Site {
    root: Made,
    ca: Made,
    server: Made,
}

fn site() -> Site {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    Site { root, ca, server }
}

fn of(made: &[&Made]) -> Vec<Certificate> {
    made.iter().map(|one| one.certificate.clone()).collect()
}

fn with<T>(
    chain: &[&Made],
    store: &[&Made],
    at: OffsetDateTime,
    ask: impl FnOnce(&Question<'_>) -> T,
) -> T {
    let chain = PresentedChain {
        certificates: of(chain),
        unreadable: Vec::new(),
    };
    let anchors = TrustAnchors::new("store.jks", of(store));
    let name = ServerName::try_from("h.example").unwrap();
    ask(&Question {
        chain: &chain,
        anchors: &anchors,
        name: &name,
        at,
        client: Client::Java,
        subject: "h:443",
    })
}

fn change(chain: &[&Made], store: &[&Made], at: OffsetDateTime) -> Change {
    match with(chain, store, at, until) {
        Until::Changes(change) => *change,
        other => panic!("{other:?}"),
    }
}

fn scenarios(chain: &[&Made], store: &[&Made]) -> [Scenario; 3] {
    with(chain, store, NOW, after_renewal)
}

fn outlooks(chain: &[&Made], store: &[&Made]) -> [Outlook; 3] {
    scenarios(chain, store).map(|scenario| scenario.outlook)
}

/// From `from` to just before `until`, in days from the start of 2026.
fn dated(mut params: rcgen::CertificateParams, from: i64, until: i64) -> rcgen::CertificateParams {
    params.not_before = at(from * DAY);
    params.not_after = at(until * DAY - 1);
    params
}

#[test]
fn an_acceptance_ends_the_second_after_the_first_end() {
    let (root, mut names) = (root("Root"), Vec::new());
    let ca = issue(dated(ca_params("CA"), 0, 300), new_key(), &root);
    let server = issue(dated(server_params("h.example"), 0, 200), new_key(), &ca);
    let change = change(&[&server, &ca], &[&root], NOW);
    assert_eq!(change.at, at(200 * DAY));
    assert_eq!(change.answer, Answer::Refused);
    assert_eq!(change.refusal.unwrap().cause().reason(), "expired");
    names.extend(change.causes);
    assert_eq!(
        names,
        [Dated {
            certificate: server.certificate,
            turn: Turn::Expires
        }]
    );
}

#[test]
fn an_anchor_that_java_does_not_date_ends_nothing() {
    let root = self_sign(dated(ca_params("Root"), 0, 160), new_key());
    let server = issue(dated(server_params("h.example"), 0, 200), new_key(), &root);
    assert_eq!(change(&[&server], &[&root], NOW).at, at(200 * DAY));
}

#[test]
fn a_refusal_ends_when_the_certificate_starts() {
    let root = root("Root");
    let server = issue(
        dated(server_params("h.example"), 200, 300),
        new_key(),
        &root,
    );
    let change = change(&[&server], &[&root], NOW);
    assert_eq!(
        (change.at, change.answer),
        (at(200 * DAY), Answer::Accepted)
    );
    assert_eq!(change.causes[0].turn, Turn::Starts);
    assert!(change.refusal.is_none());
}

#[test]
fn some_answers_have_no_end() {
    let Site { root, server, .. } = site();
    let never = |store: &[&Made]| matches!(with(&[&server], store, NOW, until), Until::Never);
    assert!(never(&[&server]));
    assert!(never(&[&root]), "its intermediate is not sent");
}

#[test]
fn too_many_dates_are_said_to_be_too_many() {
    let (root, key) = (root("Root"), new_key());
    let mut looks: Vec<Made> = (1..=i64::try_from(until::MAX_MOMENTS).unwrap())
        .map(|day| self_sign(dated(ca_params("Other"), 0, 200 + day), copy(&key)))
        .collect();
    looks.push(root);
    let alone = issue(
        dated(server_params("h.example"), 0, 1000),
        new_key(),
        &looks[0],
    );
    let store: Vec<&Made> = looks.iter().collect();
    let until = with(&[&alone], &store, NOW, until);
    assert!(matches!(until, Until::AtLeast(moment) if moment > NOW + Duration::days(200)));
}

#[test]
fn root_and_intermediate_survive_all_but_a_new_hierarchy() {
    let Site { root, ca, server } = site();
    let found = outlooks(&[&server, &ca], &[&root, &ca]);
    assert_eq!(found, [Outlook::Holds, Outlook::Holds, Outlook::Depends]);
}

#[test]
fn the_root_alone_goes_with_the_root() {
    let Site { root, ca, server } = site();
    let found = scenarios(&[&server, &ca], &[&root]);
    let outlooks = found.each_ref().map(|one| one.outlook);
    assert_eq!(outlooks, [Outlook::Holds, Outlook::Holds, Outlook::Breaks]);
    assert!(found.iter().all(|one| one.certificates == of(&[&root])));
}

#[test]
fn the_intermediate_alone_goes_with_the_intermediate() {
    let Site { ca, server, .. } = site();
    let found = scenarios(&[&server, &ca], &[&ca]);
    let outlooks = found.each_ref().map(|one| one.outlook);
    assert_eq!(
        outlooks,
        [Outlook::Holds, Outlook::Breaks, Outlook::Depends]
    );
    let hint = found[1].hint.as_deref().unwrap_or_default();
    assert_eq!(hint, "add the root CN=Root to the store");
}

#[test]
fn the_certificate_alone_goes_with_the_next_one() {
    let Site { ca, server, .. } = site();
    assert_eq!(outlooks(&[&server, &ca], &[&server]), [Outlook::Breaks; 3]);
    let alone = self_sign(server_params("h.example"), new_key());
    assert_eq!(outlooks(&[&alone], &[&alone]), [Outlook::Breaks; 3]);
}

#[test]
fn the_certificate_beside_its_root_does_no_harm() {
    let Site { root, ca, server } = site();
    let found = outlooks(&[&server, &ca], &[&server, &root]);
    assert_eq!(found, [Outlook::Holds, Outlook::Holds, Outlook::Breaks]);
}

#[test]
fn a_server_that_forgets_its_intermediate_has_to_change() {
    let Site { root, ca, server } = site();
    let found = scenarios(&[&server], &[&root, &ca]);
    let outlooks = found.each_ref().map(|one| one.outlook);
    assert_eq!(
        outlooks,
        [Outlook::Holds, Outlook::Breaks, Outlook::Depends]
    );
    let hint = found[1].hint.as_deref().unwrap_or_default();
    assert_eq!(hint, "make the server send its intermediates");
}

#[test]
fn a_ca_between_carries_what_is_below_it() {
    let root = root("Root");
    let upper = ca("Upper", &root);
    let lower = ca("Lower", &upper);
    let server = server("h.example", &lower);
    let found = scenarios(&[&server, &lower, &upper], &[&upper]);
    assert_eq!(found[1].outlook, Outlook::Holds);
    assert!(
        found[1]
            .reason
            .contains("not issued by it would be refused")
    );
}

#[test]
fn a_cross_signed_root_has_a_second_leg() {
    let (old, new) = (root("Old"), root("New"));
    let cross = issue(ca_params("New"), copy(&new.key), &old);
    let ca = ca("CA", &new);
    let server = server("h.example", &ca);
    let found = scenarios(&[&server, &ca, &cross], &[&new, &old]);
    assert_eq!(found[2].outlook, Outlook::Holds);
    assert_eq!(found[2].certificates, of(&[&old]));
}

#[test]
fn what_is_refused_for_another_reason_is_not_guessed() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let other = server("other.example", &ca);
    assert_eq!(outlooks(&[&other, &ca], &[&root]), [Outlook::Unknown; 3]);
    assert_eq!(outlooks(&[], &[&root]), [Outlook::Unknown; 3]);
}

#[test]
fn an_expired_certificate_is_renewed_by_its_ca_if_that_lives() {
    let root = root("Root");
    let ca_until = |day| issue(dated(ca_params("CA"), 0, day), new_key(), &root);
    let ask = |ca: &Made| {
        let server = issue(dated(server_params("h.example"), 0, 90), new_key(), ca);
        outlooks(&[&server, ca], &[&root])
    };
    assert_eq!(ask(&ca_until(300))[0], Outlook::Holds);
    assert_eq!(ask(&ca_until(100)), [Outlook::Unknown; 3]);
}
