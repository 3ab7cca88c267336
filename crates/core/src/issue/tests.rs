//! Everything that is issued, judged by the reader and the rules; other tools judge in `tests/interop`.

mod certificates;
mod requests;
mod rules;

use time::OffsetDateTime;
use trustpack_keystore::{Error, RandomSource, SealedKey};

use super::*;
use crate::Certificate;
use crate::cert::testing::NOW;
use crate::crl::RevocationList;
use crate::name::Name;

/// The same octets every time.
struct Fixed(u8);

impl RandomSource for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(self.0);
        Ok(())
    }
}

struct Dry;

impl RandomSource for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), Error> {
        Err(Error::NoRandomness)
    }
}

fn pkcs8(key: &SealedKey) -> Vec<u8> {
    key.unlock(None).unwrap().secret_pkcs8().to_vec()
}

fn new_key() -> SigningKey {
    SigningKey::from_pkcs8(&pkcs8(&KeyKind::P256.generate().unwrap())).unwrap()
}

fn days(days: u32) -> Dates {
    Dates::of_days(NOW, days).unwrap()
}

fn wanted(subject: &str, template: &Template, key: &SigningKey, dates: Dates) -> Wanted {
    let subject = Name::parse(subject).unwrap();
    let spki = key.subject_public_key_info();
    Wanted {
        extensions: template.extensions(spki, subject.is_empty()),
        subject,
        subject_public_key_info: spki.to_vec(),
        dates,
    }
}

struct Ca {
    key: SigningKey,
    chain: Vec<Certificate>,
}

impl Ca {
    fn root(subject: &str, template: &Template) -> Self {
        let key = new_key();
        let wanted = wanted(subject, template, &key, days(1000));
        let certificate = self_sign(&wanted, &key, &Fixed(1)).unwrap();
        Self {
            key,
            chain: vec![certificate],
        }
    }

    fn below(&self, subject: &str, template: &Template) -> Self {
        let key = new_key();
        let wanted = wanted(subject, template, &key, days(900));
        let certificate = issue(&wanted, &self.authority(), &Fixed(2)).unwrap();
        let mut chain = vec![certificate];
        chain.extend(self.chain.iter().cloned());
        Self { key, chain }
    }

    fn authority(&self) -> Authority<'_> {
        Authority::new(&self.key, &self.chain).unwrap()
    }

    fn server(&self, template: &Template) -> Certificate {
        // a common name that looks like a host is constrained as one where no other is (OpenSSL, Java)
        let wanted = wanted("CN=A Server", template, &new_key(), days(90));
        issue(&wanted, &self.authority(), &Fixed(3)).unwrap()
    }

    fn broken_by(&self, made: &Certificate) -> Vec<Rule> {
        broken(require(made, Some(&self.authority()), NOW, &[]))
    }
}

fn broken(result: Result<Vec<Violation>, IssueError>) -> Vec<Rule> {
    match result {
        Ok(_) => Vec::new(),
        Err(IssueError::Refused { violations }) => violations.iter().map(|one| one.rule).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn authority(path_length: Option<u32>) -> Template {
    Template {
        authority: Some(path_length),
        ..Template::default()
    }
}

fn for_host(host: &str) -> Template {
    let mut template = Profile::named("server").unwrap().template;
    template.alt_names = vec![GeneralName::parse(host).unwrap()];
    template
}

#[test]
fn a_revocation_list_says_what_was_revoked() {
    let root = Ca::root("CN=Root", &authority(None));
    let list = |revoked: Vec<(Vec<u8>, OffsetDateTime, Reason)>| {
        let wanted = ListWanted {
            dates: days(7),
            number: 300,
            revoked,
        };
        let (der, _) = revocation_list(&wanted, &root.authority(), NOW, &[]).unwrap();
        RevocationList::from_der(&der).unwrap()
    };
    assert_eq!(list(Vec::new()).revoked.len(), 0);
    let made = list(vec![
        (vec![0x41; 16], NOW, Reason::KeyCompromise),
        (vec![0x42; 16], NOW, Reason::Unspecified),
    ]);
    assert_eq!(made.number(), Some(&[1, 0x2c][..]));
    assert_eq!(made.revoked.len(), 2);
    let no_ca = Ca::root("CN=Server", &for_host("h.example"));
    let wanted = ListWanted {
        dates: days(7),
        number: 1,
        revoked: Vec::new(),
    };
    let result = revocation_list(&wanted, &no_ca.authority(), NOW, &[]);
    assert_eq!(broken(result.map(|(_, waived)| waived)), [Rule::CrlSign]);
}
