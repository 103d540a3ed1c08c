//! The settings and secrets of one deployment, from the files that wrangler reads.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use liveengage_connector::config::{Bindings, base_url};
use serde_json::{Map, Value};

use crate::dev_vars::{self, DevVars};
use crate::options::Options;
use crate::wrangler::{self, Deployment, Unusable};

/// What the files hold.
pub(crate) struct Settings {
    pub(crate) deployment: Deployment,
    /// The secrets and the file that they are from; `None` when there is no such file and none was named.
    pub(crate) secrets: Option<(PathBuf, DevVars)>,
}

/// The configuration file is there and no TOML.
pub(crate) struct NotToml {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// Reads the files. The outer error is why the command cannot run.
pub(crate) fn load(options: &Options) -> Result<Result<Settings, NotToml>, String> {
    let file = options.config.display();
    let text = fs::read_to_string(&options.config)
        .map_err(|error| format!("{file} cannot be read: {error}"))?;
    let env = options.env.as_deref();
    let deployment = match wrangler::read(&text, env) {
        Ok(deployment) => deployment,
        Err(Unusable::NoSuchEnvironment { known }) => {
            let name = env.unwrap_or_default();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            return Err(format!(
                "{file} has no environment `{name}`; it has: {known}"
            ));
        }
        Err(Unusable::Syntax { line, reason }) => return Ok(Err(NotToml { line, reason })),
    };
    Ok(Ok(Settings {
        deployment,
        secrets: read_secrets(options)?,
    }))
}

fn read_secrets(options: &Options) -> Result<Option<(PathBuf, DevVars)>, String> {
    let beside = options.config.parent().unwrap_or(Path::new(""));
    let candidates = match (&options.secrets, &options.env) {
        (Some(named), _) => vec![named.clone()],
        (None, Some(env)) => {
            vec![
                beside.join(format!(".dev.vars.{env}")),
                beside.join(".dev.vars"),
            ]
        }
        (None, None) => vec![beside.join(".dev.vars")],
    };
    for path in candidates {
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, dev_vars::parse(&text)))),
            Err(error) if error.kind() == ErrorKind::NotFound && options.secrets.is_none() => {}
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        }
    }
    Ok(None)
}

impl Settings {
    /// Settings and secrets together, as the Worker gets them.
    pub(crate) fn bindings(&self) -> Bindings {
        let mut bindings = self.deployment.vars.clone();
        if let Some((_, file)) = &self.secrets {
            let values = file.values.iter();
            bindings
                .extend(values.map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        }
        bindings
    }

    /// `PUBLIC_URL`, where it can be used.
    pub(crate) fn public_url(&self) -> Option<String> {
        public_url(&self.deployment.vars)
    }

    /// The tables of all accounts by the accounts' names, whether or not they are complete: before the app is installed an
    /// account has neither client id nor secret.
    pub(crate) fn account_tables(&self) -> Vec<(String, Map<String, Value>)> {
        let tables = self.deployment.vars.iter().filter_map(|(binding, value)| {
            let name = table_name(binding, "ACCOUNT_")?;
            Some((name, fields(value)?))
        });
        tables.collect()
    }

    /// A text of a table.
    pub(crate) fn field(&self, binding: &str, field: &str) -> Option<String> {
        let fields = fields(self.deployment.vars.get(binding)?)?;
        Some(fields.get(field)?.as_str()?.to_owned())
    }
}

/// The fields of a table, which may be written as a JSON text.
pub(crate) fn fields(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => other.as_object().cloned(),
    }
}

pub(crate) fn public_url(bindings: &Bindings) -> Option<String> {
    bindings.get("PUBLIC_URL")?.as_str().and_then(base_url)
}

/// The name that other settings and URLs use for a table.
pub(crate) fn table_name(binding: &str, prefix: &str) -> Option<String> {
    let name = binding.strip_prefix(prefix)?;
    Some(name.to_ascii_lowercase().replace('_', "-"))
}

/// Whether a URL points to the machine that it is read on.
pub(crate) fn is_local(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host.starts_with(name))
}
