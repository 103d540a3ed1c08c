//! `wrangler.toml`: the settings and the other bindings of one deployment.

use liveengage_connector::config::Bindings;
use serde_json::Value;
use toml::Table;

/// What one deployment is made of.
#[derive(Debug, Default)]
pub(crate) struct Deployment {
    /// `[vars]`, or `[env.NAME.vars]`.
    pub(crate) vars: Bindings,
    /// Bindings that are neither settings nor secrets: what they are, and how many.
    pub(crate) others: Vec<(&'static str, usize)>,
    /// KV namespaces whose id is nothing but zeros, by their binding's name.
    pub(crate) placeholder_namespaces: Vec<String>,
    /// Whether `[env.NAME]` lacks the settings that stand at the top.
    pub(crate) vars_not_inherited: bool,
}

/// Why there is no deployment.
#[derive(Debug, PartialEq)]
pub(crate) enum Unusable {
    /// The text is not TOML: on this line, for this reason.
    Syntax {
        line: usize,
        reason: String,
    },
    NoSuchEnvironment {
        known: Vec<String>,
    },
}

/// Lists of bindings by the place where they stand, with their names in the singular.
const LISTS: [(&[&str], &str); 17] = [
    (&["kv_namespaces"], "KV namespace"),
    (&["durable_objects", "bindings"], "Durable Object class"),
    (&["r2_buckets"], "R2 bucket"),
    (&["d1_databases"], "D1 database"),
    (&["queues", "producers"], "queue"),
    (&["services"], "service"),
    (&["ratelimits"], "rate limit"),
    (&["analytics_engine_datasets"], "analytics dataset"),
    (&["hyperdrive"], "Hyperdrive configuration"),
    (&["vectorize"], "Vectorize index"),
    (&["workflows"], "workflow"),
    (&["pipelines"], "pipeline"),
    (&["send_email"], "e-mail sender"),
    (&["mtls_certificates"], "mTLS certificate"),
    (&["dispatch_namespaces"], "dispatch namespace"),
    (&["secrets_store_secrets"], "Secrets Store secret"),
    (&["unsafe", "bindings"], "other binding"),
];

/// Tables that are one binding each.
const SINGLES: [(&str, &str); 6] = [
    ("version_metadata", "version metadata"),
    ("ai", "AI"),
    ("browser", "browser"),
    ("images", "images"),
    ("media", "media"),
    ("assets", "assets"),
];

/// Reads the deployment at the top of the file, or the one of an environment, which inherits neither settings nor bindings.
pub(crate) fn read(text: &str, env: Option<&str>) -> Result<Deployment, Unusable> {
    let root: Table = toml::from_str(text).map_err(|error| {
        // The error's own text shows the line, which may hold anything.
        let before = error.span().and_then(|span| text.get(..span.start));
        Unusable::Syntax {
            line: before.unwrap_or_default().matches('\n').count() + 1,
            reason: error.message().to_owned(),
        }
    })?;
    let section = match env {
        None => &root,
        Some(name) => {
            let environments = root.get("env").and_then(toml::Value::as_table);
            let found = environments.and_then(|all| all.get(name)?.as_table());
            found.ok_or_else(|| Unusable::NoSuchEnvironment {
                known: environments
                    .map(|all| all.keys().cloned().collect())
                    .unwrap_or_default(),
            })?
        }
    };
    let vars = section.get("vars").and_then(toml::Value::as_table);
    let lists = LISTS
        .iter()
        .map(|(path, what)| (*what, list_length(section, path)));
    let singles = SINGLES.iter().map(|(name, what)| {
        let binding = section.get(*name).and_then(|table| table.get("binding"));
        (*what, usize::from(binding.is_some()))
    });
    Ok(Deployment {
        vars_not_inherited: env.is_some() && vars.is_none() && root.contains_key("vars"),
        placeholder_namespaces: placeholder_namespaces(section),
        vars: vars.map(json_members).unwrap_or_default(),
        others: lists
            .chain(singles)
            .filter(|(_, count)| *count > 0)
            .collect(),
    })
}

fn placeholder_namespaces(section: &Table) -> Vec<String> {
    let list = section.get("kv_namespaces").and_then(toml::Value::as_array);
    let placeholders = list.into_iter().flatten().filter_map(|namespace| {
        let text = |key| namespace.get(key).and_then(toml::Value::as_str);
        let zeros = text("id")?.bytes().all(|digit| digit == b'0');
        zeros.then(|| text("binding").unwrap_or_default().to_owned())
    });
    placeholders.collect()
}

fn list_length(section: &Table, path: &[&str]) -> usize {
    let Some((last, parents)) = path.split_last() else {
        return 0;
    };
    let parent = parents.iter().try_fold(section, |table, key| {
        table.get(*key).and_then(toml::Value::as_table)
    });
    let list = parent.and_then(|table| table.get(*last)?.as_array());
    list.map_or(0, Vec::len)
}

fn json_members(table: &Table) -> Bindings {
    table
        .iter()
        .map(|(key, value)| (key.clone(), json(value)))
        .collect()
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => Value::Object(json_members(table).into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
name = "x"
[vars]
PUBLIC_URL = "https://a.example.com"
[vars.CHANNEL_SMS]
number = 7
list = [1.5, true, 2026-11-22]
[version_metadata]
binding = "VERSION"
[assets]
directory = "without a binding"
[[kv_namespaces]]
binding = "INDEX"
[[durable_objects.bindings]]
name = "A"
[[durable_objects.bindings]]
name = "B"
[env.eu.vars]
PUBLIC_URL = "https://eu.example.com"
[env.bare]
workers_dev = true
"#;

    #[test]
    fn the_top_and_an_environment_are_apart() {
        let top = read(FILE, None).unwrap();
        assert_eq!(top.vars["PUBLIC_URL"], "https://a.example.com");
        let channel = serde_json::json!({ "number": 7, "list": [1.5, true, "2026-11-22"] });
        assert_eq!(top.vars["CHANNEL_SMS"], channel);
        let others = [
            ("KV namespace", 1),
            ("Durable Object class", 2),
            ("version metadata", 1),
        ];
        assert_eq!(top.others, others);
        assert!(!top.vars_not_inherited);

        let eu = read(FILE, Some("eu")).unwrap();
        assert_eq!(eu.vars.len(), 1);
        assert_eq!(eu.vars["PUBLIC_URL"], "https://eu.example.com");
        assert!(eu.others.is_empty() && !eu.vars_not_inherited);
        assert!(read(FILE, Some("bare")).unwrap().vars_not_inherited);
    }

    #[test]
    fn what_cannot_be_used_is_named_without_showing_it() {
        let known = vec!["bare".to_owned(), "eu".to_owned()];
        let missing = Unusable::NoSuchEnvironment { known };
        assert_eq!(read(FILE, Some("us")).unwrap_err(), missing);
        let error = read("a = 1\n[vars]\nKEY = hunter2\n", None).unwrap_err();
        assert!(
            matches!(error, Unusable::Syntax { line: 3, .. }),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        assert!(read("", None).unwrap().vars.is_empty());
        assert!(
            read("vars = 1\nkv_namespaces = 2\n", None)
                .unwrap()
                .vars
                .is_empty()
        );
    }
}
