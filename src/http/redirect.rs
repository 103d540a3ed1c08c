//! Redirects of files: which are followed, and what is sent along.

use super::web_address::WebAddress;
use super::{HttpRequest, Method};

/// How many redirects are followed, one after the other.
pub const HOPS: usize = 3;

/// Headers that may go to another host. Everything else could be a credential.
const HARMLESS: [&str; 5] = [
    "accept",
    "accept-encoding",
    "if-range",
    "range",
    "user-agent",
];

/// The request that follows a redirect; `None` where the answer is one like any other, or leads to a host that is not named.
pub fn next(request: &HttpRequest, status: u16, location: Option<&str>) -> Option<HttpRequest> {
    let redirected = matches!(status, 301 | 302 | 303 | 307 | 308);
    if !redirected || request.method != Method::Get || request.redirects.is_empty() {
        return None;
    }
    let from = WebAddress::parse(&request.url).filter(WebAddress::is_private)?;
    let url = absolute(location?, &from)?;
    let to = WebAddress::parse(&url)?;
    // Nothing that was asked for in secret is fetched in the open.
    if !to.is_at(&request.redirects) || (from.is_secure() && !to.is_secure()) {
        return None;
    }
    let mut next = HttpRequest {
        url,
        ..request.clone()
    };
    if from != to {
        next.headers.retain(|(name, _)| HARMLESS.contains(name));
    }
    Some(next)
}

/// A `Location` as an absolute address without fragment: it may leave out the scheme, or scheme and host.
fn absolute(location: &str, from: &WebAddress) -> Option<String> {
    let location = location.split('#').next().unwrap_or_default();
    if location.starts_with("//") {
        return Some(format!("{}:{location}", from.scheme()));
    }
    if location.starts_with('/') {
        return Some(format!("{}{location}", from.origin()));
    }
    location.contains("://").then(|| location.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, redirects: &[&str]) -> HttpRequest {
        HttpRequest {
            redirects: redirects.iter().map(|host| (*host).to_owned()).collect(),
            ..HttpRequest::new(Method::Get, url.to_owned())
        }
        .header("authorization", "Basic c2VjcmV0")
        .header("x-api-key", "secret")
        .header("accept", "*/*")
    }

    fn leads(from: &str, redirects: &[&str], location: &str) -> Option<String> {
        let next = next(&request(from, redirects), 302, Some(location))?;
        Some(next.url)
    }

    const API: &str = "https://api.example.com/media/1";

    #[test]
    fn a_redirect_to_a_named_host_is_followed() {
        for status in [301, 302, 303, 307, 308] {
            let asked = request(API, &["cdn.example.com"]);
            let next = next(&asked, status, Some("https://cdn.example.com/1?sig=a")).unwrap();
            assert_eq!(next.url, "https://cdn.example.com/1?sig=a");
            assert_eq!(next.redirects, asked.redirects);
        }
        for status in [200, 300, 304, 305, 306, 309, 404] {
            let asked = request(API, &["cdn.example.com"]);
            let next = next(&asked, status, Some("https://cdn.example.com/1"));
            assert_eq!(next, None, "{status}");
        }
    }

    #[test]
    fn only_gets_are_redirected_and_only_where_hosts_are_named() {
        let mut post = request(API, &["cdn.example.com"]);
        post.method = Method::Post;
        assert_eq!(next(&post, 302, Some("https://cdn.example.com/1")), None);
        assert_eq!(leads(API, &[], "https://api.example.com/2"), None);
        let get = request(API, &["cdn.example.com"]);
        assert_eq!(next(&get, 302, None), None);
    }

    #[test]
    fn credentials_stay_with_their_host() {
        let asked = request(API, &["api.example.com", "cdn.example.com"]);
        let names = |location| {
            let next = next(&asked, 302, Some(location)).unwrap();
            let names = next.headers.into_iter().map(|(name, _)| name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(names("https://cdn.example.com/1"), ["accept"]);
        let all = ["authorization", "x-api-key", "accept"];
        assert_eq!(names("https://API.example.com:443/2"), all);
        assert_eq!(names("/2"), all);
        let other_port = request(API, &["api.example.com:8443"]);
        let next = next(&other_port, 302, Some("https://api.example.com:8443/")).unwrap();
        assert_eq!(next.headers.len(), 1);
    }

    #[test]
    fn a_location_may_leave_out_what_stays() {
        let hosts = ["api.example.com", "cdn.example.com"];
        let to = |location| leads(API, &hosts, location);
        assert_eq!(
            to("/2?a=b").as_deref(),
            Some("https://api.example.com/2?a=b")
        );
        assert_eq!(
            to("//cdn.example.com/2").as_deref(),
            Some("https://cdn.example.com/2")
        );
        assert_eq!(
            to("HTTPS://cdn.example.com/2#x").as_deref(),
            Some("HTTPS://cdn.example.com/2")
        );
        for other in [
            "2",
            "./2",
            "../2",
            "?a=b",
            "#a",
            "",
            "https:cdn.example.com/2",
            "https:/cdn.example.com/2",
        ] {
            assert_eq!(to(other), None, "{other}");
        }
    }

    #[test]
    fn a_host_is_named_whole_and_with_its_port() {
        let to = |redirects: &[&str], location| leads(API, redirects, location).is_some();
        assert!(to(&["CDN.example.com"], "https://cdn.EXAMPLE.com"));
        assert!(to(&["cdn.example.com"], "https://cdn.example.com:443/"));
        assert!(to(&["cdn.example.com:443"], "https://cdn.example.com/"));
        assert!(to(
            &["cdn.example.com:8443"],
            "https://cdn.example.com:8443/"
        ));
        assert!(!to(&["cdn.example.com"], "https://cdn.example.com:8443/"));
        assert!(!to(&["cdn.example.com:8443"], "https://cdn.example.com/"));
        for other in [
            "https://example.com/",
            "https://a.cdn.example.com/",
            "https://cdn.example.com.evil.example/",
            "https://cdn.example.com./",
            "https://cdn.example.comevil/",
            "https://cdn.example.com@evil.example/",
            "https://user@cdn.example.com/",
            "https://evil.example/cdn.example.com",
            "https://evil.example?cdn.example.com",
            "https://evil.example#@cdn.example.com",
            "https://evil.example\\@cdn.example.com/",
            "https://cdn.example.com\\@evil.example/",
            "/\\evil.example/",
            "///evil.example/",
            "https:///cdn.example.com/",
            "https://cdn.example.com%2eevil/",
            "https://cdn.example\t.com/",
            "https://cdn.example.com:/",
            "https://cdn.example.com:0/",
            "https://cdn.example.com:+443/",
            "https://cdn.example.com:65979/",
            "https://cdn.example.com:443:443/",
            "https://cdn.exämple.com/",
            "https://[::1]/",
            "ftp://cdn.example.com/",
            "javascript://cdn.example.com/",
        ] {
            assert!(!to(&["cdn.example.com"], other), "{other}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine_and_never_follows_https() {
        let local = "http://127.0.0.1:8790/media/1";
        let to = |from, redirects: &[&str], location| leads(from, redirects, location).is_some();
        assert!(to(local, &["127.0.0.1:8790"], "http://127.0.0.1:8790/2"));
        let relative = leads(local, &["127.0.0.1:8790"], "/2");
        assert_eq!(relative.as_deref(), Some("http://127.0.0.1:8790/2"));
        assert!(to(local, &["localhost"], "http://localhost/2"));
        let six = "http://[::1]:8790/media/1";
        let relative = leads(six, &["[::1]:8790"], "/2");
        assert_eq!(relative.as_deref(), Some("http://[::1]:8790/2"));
        assert!(to(six, &["[::1]:8790"], "http://[0::1]:8790/2"));
        assert!(!to(six, &["[::1]"], "http://[::1]:8790/2"));
        assert!(!to(six, &["[::2]:8790"], "http://[::2]:8790/2"));
        assert!(to(local, &["cdn.example.com"], "https://cdn.example.com/2"));
        assert!(!to(local, &["127.0.0.1"], "http://127.0.0.1:8790/2"));
        assert!(!to(local, &["cdn.example.com"], "http://cdn.example.com/2"));
        assert!(!to(API, &["127.0.0.1:8790"], "http://127.0.0.1:8790/2"));
    }
}
