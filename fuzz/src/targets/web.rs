//! Web addresses and redirects. Inputs: of `address` a URL; of `redirect` the first URL, the status and the `Location`.

use liveengage_connector::http::redirect::next;
use liveengage_connector::http::web_address::WebAddress;
use liveengage_connector::http::{HttpRequest, Method};
use url::Url;

use crate::channels::FILE_HOSTS;
use crate::input::{joined, number, parts, text};

/// Headers that open something.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "x-lp-on-behalf"];

pub(super) fn address(data: &[u8]) {
    let url = text(data);
    let Some(address) = WebAddress::parse(&url) else {
        return;
    };
    let hosts = FILE_HOSTS.map(str::to_owned);
    let read = Url::parse(&url);
    assert_eq!(
        address.is_secure(),
        url.to_ascii_lowercase().starts_with("https")
    );
    if let Ok(read) = &read {
        assert!(
            read.username().is_empty() && read.password().is_none(),
            "{url} carries a name"
        );
    }
    if address.is_at(&hosts) {
        let read =
            read.expect("an address that the runtime cannot read is called one of a listed host");
        assert!(
            is_listed(&read, &FILE_HOSTS),
            "{url} leads elsewhere for the runtime"
        );
    }
    // Its own origin leads to the same place.
    assert_eq!(
        WebAddress::parse(&format!("{}/", address.origin())),
        Some(address)
    );
}

/// Whether the runtime would fetch it from one of these hosts, unheard by others.
pub(super) fn is_listed(url: &Url, hosts: &[&str]) -> bool {
    let host = url.host_str().unwrap_or_default();
    let private = url.scheme() == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    let port = url.port_or_known_default();
    let usual = if url.scheme() == "https" { 443 } else { 80 };
    let named = |entry: &&str| match entry
        .rsplit_once(':')
        .filter(|(_, port)| !port.contains(']'))
    {
        Some((name, digits)) => name == host && digits.parse().ok() == port,
        None => *entry == host && port == Some(usual),
    };
    private && hosts.iter().any(named)
}

pub(super) fn address_seeds() -> Vec<Vec<u8>> {
    [
        "https://media.example/a.png",
        "https://MEDIA.example:443/",
        "http://localhost:9000/x?y#z",
        "https://files.example:8443",
        "https://[::1]:8080/a",
        "https://[0:0:0:0:0:0:0:1]:8080/",
        "https://user:pass@media.example/",
        "https://media.example@evil.example/",
        "https://media.example\\@evil.example",
        "https://media.example%2eevil.example/",
        "https://0x7f.1/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest",
        "https://media.example.:443/",
        "//media.example",
        "ftp://media.example/",
        "https://media.example:99999/",
        "https:///media.example",
        "https://media.example#@evil.example",
        "https://[::ffff:127.0.0.1]/",
        "https://medіa.example/",
    ]
    .map(|url| url.as_bytes().to_vec())
    .to_vec()
}

pub(super) fn redirect(data: &[u8]) {
    let [first, status, location] = parts(data);
    let first = text(first);
    let status = u16::try_from(number(status) % 600).unwrap();
    let location = text(location);
    let mut request = HttpRequest::new(Method::Get, first.clone()).header("range", "bytes=0-1");
    for name in CREDENTIALS {
        request = request.header(name, "planted-secret");
    }
    assert_eq!(
        next(&request, status, Some(&location)),
        None,
        "a redirect is followed that nobody allowed"
    );
    request.redirects = FILE_HOSTS.map(str::to_owned).to_vec();
    let Some(followed) = next(&request, status, Some(&location)) else {
        return;
    };
    assert!((301..=308).contains(&status));
    // From an address that the runtime cannot read nothing is fetched, so that nothing redirects.
    let Ok(from) = Url::parse(&first) else {
        return;
    };
    let to = Url::parse(&followed.url).expect("an address that the runtime can read");
    assert!(
        is_listed(&to, &FILE_HOSTS),
        "{} is no listed host",
        followed.url
    );
    assert!(
        from.scheme() != "https" || to.scheme() == "https",
        "from https to http"
    );
    let mut joined = from
        .join(&location)
        .expect("a location that the runtime can read");
    joined.set_fragment(None);
    assert_eq!(joined, to, "the runtime would go elsewhere");
    if from.origin() != to.origin() {
        let carried = followed
            .headers
            .iter()
            .any(|(name, _)| CREDENTIALS.contains(name));
        assert!(!carried, "credentials go to another host");
    }
    assert_eq!(followed.method, Method::Get);
    assert!(
        next(
            &HttpRequest {
                method: Method::Post,
                ..request
            },
            status,
            Some(&location)
        )
        .is_none()
    );
}

pub(super) fn redirect_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for first in [
        "https://media.example/a/b?c=d",
        "http://localhost:9000/x",
        "https://files.example:8443/y",
        "http://media.example/z",
    ] {
        for location in [
            "/elsewhere",
            "//files.example:8443/q",
            "https://media.example/p#f",
            "http://media.example/p",
            "https://evil.example/",
            "relative/path",
            "http://169.254.169.254/latest/meta-data",
            "https://media.example@evil.example/",
            "/\\evil.example",
            "https://[::1]:8080/",
            "",
        ] {
            seeds.push(joined(&[first.as_bytes(), b"302", location.as_bytes()]));
        }
    }
    seeds.push(joined(&[
        b"https://media.example/",
        b"307",
        b"https://media.example/../../x",
    ]));
    seeds
}
