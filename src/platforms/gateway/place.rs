//! The hosts that files are fetched from.

use crate::config::SettingsReader;
use crate::http::web_address::{authority, is_host};

pub(super) use crate::http::web_address::WebAddress;

/// The hosts of a channel's settings; where they name none, that of the gateway itself, whose address is `url`.
pub(super) fn read_file_hosts(reader: &mut SettingsReader<'_>, url: Option<&str>) -> Vec<String> {
    let hosts = reader.texts("file_hosts");
    if hosts.is_empty() {
        let own = url.and_then(authority);
        return own.map(str::to_ascii_lowercase).into_iter().collect();
    }
    if !hosts.iter().all(|host| is_host(host)) {
        reader.problem(
            "file_hosts",
            "has an entry that is not a host",
            "write hosts only, without https:// and path, for example [\"files.example.com\"]",
        );
    }
    hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
}
