//! Names made of outside ids. Input: an account, two ids, a namespace.

use liveengage_connector::files::file_id;
use liveengage_connector::identity::{ConsumerKey, Subject};
use liveengage_connector::liveengage::{Domains, agent_profile};
use liveengage_connector::secret::Secret;
use url::Url;

use crate::input::{joined, parts, text};

pub(super) fn run(data: &[u8]) {
    let [account, one, other, namespace] = parts(data);
    let (account, one, other, namespace) = (text(account), text(one), text(other), text(namespace));
    let names = |id: &str| {
        let subject = [
            Subject::Conversation {
                account_id: &account,
                id,
            },
            Subject::Consumer {
                account_id: &account,
                id,
            },
        ];
        subject.map(|subject| subject.name())
    };
    for name in names(&one) {
        assert!(name.len() <= 512, "a key of KV holds 512 bytes");
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_%:".contains(&byte)),
            "{name}"
        );
        assert_eq!(name.matches(':').count(), 2, "{name} has other parts");
    }
    let [conversation, consumer] = names(&one);
    assert_ne!(conversation, consumer);
    for (a, b) in names(&one).into_iter().zip(names(&other)) {
        assert_eq!(a == b, one == other, "two ids share the name {a}");
    }
    assert_eq!(
        Subject::Conversation {
            account_id: &one,
            id: &other
        }
        .name()
            == Subject::Conversation {
                account_id: &other,
                id: &one
            }
            .name(),
        one == other
    );

    let identity = Secret::new("an-identity-key-of-32-characters-or-more");
    let key = |namespace: &str, address: &str| {
        ConsumerKey::derive(&identity, &account, namespace, address)
    };
    let first = key(&namespace, &one);
    assert!(
        first.as_str().len() == 43
            && first
                .as_str()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert_eq!(first == key(&namespace, &other), one == other);
    assert_eq!(
        first == key(&one, &namespace),
        one == namespace,
        "the parts' borders move"
    );
    assert_ne!(
        first,
        ConsumerKey::unaddressed(&identity, &account, &namespace, one.as_bytes())
    );
    assert!(
        file_id(&one).len() == 16 && file_id(&one).bytes().all(|byte| byte.is_ascii_hexdigit())
    );

    // An id as part of a path stays one part of it.
    let domains = Domains {
        agent_profiles: Some("https://cdn.example".to_owned()),
        ..Domains::default()
    };
    let request = agent_profile::request(&domains, "1", &one).unwrap();
    let url = Url::parse(&request.url).expect("an address that the runtime can read");
    assert_eq!(url.host_str(), Some("cdn.example"));
    assert_eq!(url.path_segments().map(Iterator::count), Some(7), "{url}");
    assert!(url.query().is_none() && url.fragment().is_none());
    assert_eq!(url.as_str(), request.url, "the runtime reads another path");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let long = "x".repeat(300);
    let ids = [
        "c-1",
        "../../admin",
        "a:b",
        "a%3Ab",
        "",
        "..",
        ".",
        "%2e%2e",
        "a/b?c#d",
        "sha256%00",
        "日本",
        "\u{202e}",
        long.as_str(),
    ];
    let mut seeds = Vec::new();
    for one in ids {
        for other in ["c-1", "a:b", long.as_str()] {
            seeds.push(joined(&[
                b"le12345678",
                one.as_bytes(),
                other.as_bytes(),
                b"sms",
            ]));
        }
    }
    seeds
}
