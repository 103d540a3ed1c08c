//! Web addresses, as far as it matters which host they lead to.
//!
//! They are read more strictly than the runtime reads them: what it could understand in another way is no address here.

use std::net::Ipv6Addr;

/// Where a web address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    secure: bool,
    /// In lower case and without port; an IPv6 address in brackets and in its shortest form.
    host: String,
    port: u16,
}

impl WebAddress {
    /// Reads an absolute `http` or `https` URL. `None` for anything else, and for one that carries a name or a password.
    pub fn parse(url: &str) -> Option<Self> {
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains('\\');
        let (scheme, _) = url.split_once("://").filter(|_| plain)?;
        let secure = match &*scheme.to_ascii_lowercase() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, port) = host_and_port(authority(url)?)?;
        let port = port.unwrap_or(usual_port(secure));
        Some(Self { secure, host, port })
    }

    /// Whether nobody can listen: it is `https`, or on this machine.
    pub fn is_private(&self) -> bool {
        self.secure || matches!(&*self.host, "localhost" | "127.0.0.1" | "[::1]")
    }

    /// Whether it is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether one of `hosts` means it: by `host`, by `host:port` where the port is not the usual one, or by `*.domain`, which means
    /// every host below a domain and at the usual port.
    fn is_named(&self, hosts: &[String]) -> bool {
        hosts.iter().any(|entry| {
            if let Some(domain) = entry.strip_prefix('*').filter(|it| it.starts_with('.')) {
                return self.host.ends_with(&*domain.to_ascii_lowercase())
                    && self.port == usual_port(self.secure);
            }
            match host_and_port(entry) {
                Some((host, port)) => {
                    host == self.host && port.unwrap_or(usual_port(self.secure)) == self.port
                }
                None => false,
            }
        })
    }

    /// Whether this connector may fetch from there: unheard by others, and from one of `hosts`.
    pub fn is_at(&self, hosts: &[String]) -> bool {
        self.is_private() && self.is_named(hosts)
    }

    /// The name of its scheme.
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The start of all addresses there, without a slash at its end.
    pub fn origin(&self) -> String {
        let (scheme, host) = (self.scheme(), &self.host);
        if self.port == usual_port(self.secure) {
            return format!("{scheme}://{host}");
        }
        format!("{scheme}://{host}:{}", self.port)
    }
}

fn usual_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// The authority of a URL, as an entry of a list of hosts.
pub fn authority(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#']).next()
}

/// Whether a text is an entry of a list of hosts: `host`, `host:port`, `[::1]` or `[::1]:port`.
pub fn is_host(text: &str) -> bool {
    host_and_port(text).is_some()
}

fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            let host: Ipv6Addr = host.parse().ok()?;
            let port = match port {
                "" => None,
                _ => Some(port.strip_prefix(':')?),
            };
            (format!("[{host}]"), port)
        }
        None => {
            let (host, port) = match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            };
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if host.is_empty() || !host.bytes().all(plain) {
                return None;
            }
            (host.to_ascii_lowercase(), port)
        }
    };
    let port = match port {
        Some(port) => Some(number(port)?),
        None => None,
    };
    Some((host, port))
}

/// A port, in digits only.
fn number(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(url: &str, hosts: &[&str]) -> Option<bool> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        WebAddress::parse(url).map(|address| address.is_at(&hosts))
    }

    #[test]
    fn files_are_fetched_from_listed_hosts_by_https_only() {
        let hosts = &[
            "files.example.com",
            "Cdn.example.com:8443",
            "127.0.0.1:8790",
            "localhost",
            "[::1]:9000",
        ];
        let cases = [
            ("https://files.example.com/a.jpg", Some(true)),
            ("HTTPS://FILES.example.com", Some(true)),
            ("https://files.example.com:443/a?b=c@d#e", Some(true)),
            ("https://files.example.com?a=https://x", Some(true)),
            ("https://cdn.example.com:8443/a", Some(true)),
            ("http://127.0.0.1:8790/a", Some(true)),
            ("http://localhost/a", Some(true)),
            ("http://[::1]:9000/a", Some(true)),
            ("http://[0:0:0:0:0:0:0:1]:9000/a", Some(true)),
            ("http://files.example.com/a", Some(false)),
            ("https://files.example.com:8443/a", Some(false)),
            ("https://cdn.example.com/a", Some(false)),
            ("https://files.example.com.evil.example/a", Some(false)),
            ("https://evil.example/files.example.com", Some(false)),
            ("https://evil.example#files.example.com", Some(false)),
            ("http://127.0.0.1:8791/a", Some(false)),
            ("https://files.example.com./a", Some(false)),
            ("https://[::2]:9000/a", Some(false)),
            ("https://user:pass@files.example.com/a", None),
            ("https://files.example.com@evil.example/a", None),
            ("https://evil.example\\@files.example.com/a", None),
            ("https://files.example.com:99999/a", None),
            ("https://files.example.com:0/a", None),
            ("https://files.example.com:+443/a", None),
            ("https://files.example.com:/a", None),
            ("https://[::1/a", None),
            ("https://[::1]x/a", None),
            ("https://[files.example.com]/a", None),
            ("https://[::1%25eth0]/a", None),
            ("https://::1/a", None),
            ("https://bücher.example/a", None),
            ("https://files.example.com/a b", None),
            ("https:///a", None),
            ("https://", None),
            ("javascript:alert(1)//files.example.com", None),
            ("data:text/plain,x", None),
            ("file:///etc/passwd", None),
            ("//files.example.com/a", None),
            ("files.example.com/a", None),
            ("", None),
        ];
        for (url, expected) in cases {
            assert_eq!(fetched(url, hosts), expected, "{url}");
        }
        assert_eq!(fetched("https://files.example.com/a", &[]), Some(false));
    }

    #[test]
    fn a_domain_means_the_hosts_below_it() {
        let hosts = &["*.cdn.example.com", "*example.org", "*"];
        for (url, expected) in [
            ("https://a.cdn.example.com/1", true),
            ("https://A.B.CDN.example.com/1", true),
            ("https://cdn.example.com/1", false),
            ("https://evilcdn.example.com/1", false),
            ("https://a.cdn.example.com.evil.example/1", false),
            ("https://a.cdn.example.com:8443/1", false),
            ("http://a.cdn.example.com/1", false),
            ("https://a.example.org/1", false),
        ] {
            assert_eq!(fetched(url, hosts), Some(expected), "{url}");
        }
    }

    #[test]
    fn the_start_of_an_address_leads_to_the_same_place() {
        for (url, start) in [
            (
                "https://Files.example.com:443/a",
                "https://files.example.com",
            ),
            ("http://localhost:8790?a", "http://localhost:8790"),
            ("https://[0:0::1]/a", "https://[::1]"),
            ("http://[::1]:8790", "http://[::1]:8790"),
        ] {
            let address = WebAddress::parse(url).unwrap();
            assert_eq!(address.origin(), start);
            assert_eq!(WebAddress::parse(start), Some(address));
        }
    }

    #[test]
    fn an_entry_of_a_list_of_hosts_is_no_url() {
        for entry in [
            "files.example.com",
            "a_b:8443",
            "127.0.0.1",
            "[::1]",
            "[::1]:9000",
        ] {
            assert!(is_host(entry), "{entry}");
        }
        for entry in [
            "",
            "https://files.example.com",
            "files.example.com/a",
            "*.example.com",
            "a:",
            "a:0",
            "::1",
            "[]",
        ] {
            assert!(!is_host(entry), "{entry}");
        }
    }
}
