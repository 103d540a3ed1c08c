//! The files that the command-line client reads. Input: `toml` or `vars`, then the text.

#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "the client's own source, of which only the reading is wanted"
)]
#[path = "../../../cli/src/dev_vars.rs"]
mod dev_vars;
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "likewise"
)]
#[path = "../../../cli/src/wrangler.rs"]
mod wrangler;

use liveengage_connector::config::Config;

use crate::corpus;
use crate::input::{joined, parts, text};

pub(super) fn run(data: &[u8]) {
    let [kind, file] = parts(data);
    let file = text(file);
    if kind == b"vars" {
        let found = dev_vars::parse(&file);
        let lines = file.matches('\n').count() + 1;
        assert!(
            found
                .unread_lines
                .iter()
                .all(|line| (1..=lines).contains(line)),
            "a line that is not there"
        );
        assert!(
            found
                .values
                .keys()
                .all(|name| !name.is_empty() && !name.contains(['\n', '=']))
        );
        return;
    }
    for environment in [None, Some("eu"), Some("")] {
        if let Ok(deployment) = wrangler::read(&file, environment) {
            drop(Config::read(&deployment.vars));
            assert!(deployment.others.iter().all(|(_, count)| *count > 0));
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let toml = corpus::file("wrangler.toml");
    let environment = b"[env.eu.vars]\nPUBLIC_URL = \"https://eu.example\"\n[[env.eu.kv_namespaces]]\nbinding = \"INDEX\"\nid = \"000\"\n";
    vec![
        joined(&[b"toml", &toml]),
        joined(&[b"toml", environment]),
        joined(&[b"vars", &corpus::file(".dev.vars.example")]),
        joined(&[
            b"vars",
            b"A='x\ny' # z\nexport B=\"a\\nb\"\nC=`q`\n=\nnonsense\n",
        ]),
    ]
}
