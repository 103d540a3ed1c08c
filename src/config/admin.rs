//! Who may use the admin API: `ADMIN_TOKEN`, a bearer secret, and `[vars.ADMIN]`, a Cloudflare Access application in front of it.

use serde_json::{Map, Value};

use super::settings::base_url;
use super::{Bindings, Problem, SettingsReader, json_table};
use crate::secret::Rotating;

/// The shortest token that is taken, in bytes.
pub(super) const ADMIN_TOKEN_BYTES: usize = 32;

/// The name of the secret.
pub const ADMIN_TOKEN: &str = "ADMIN_TOKEN";
/// The name of the table.
pub const ADMIN: &str = "ADMIN";

/// Who may use the admin API. With neither, there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admin {
    /// The bearer token.
    pub token: Option<Rotating>,
    /// The Cloudflare Access application whose logins are taken.
    pub access: Option<AccessApplication>,
}

/// A Cloudflare Access application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessApplication {
    /// The team's address, which is also the issuer of its tokens: `https://TEAM.cloudflareaccess.com`.
    pub issuer: String,
    /// The application's audience tag.
    pub audience: String,
}

impl Admin {
    /// Whether there is no admin API.
    pub fn is_off(&self) -> bool {
        self.token.is_none() && self.access.is_none()
    }

    pub(super) fn read(bindings: &Bindings, problems: &mut Vec<Problem>) -> Self {
        Self {
            token: read_token(bindings, problems),
            access: read_access(bindings, problems),
        }
    }
}

fn read_token(bindings: &Bindings, problems: &mut Vec<Problem>) -> Option<Rotating> {
    let value = bindings.get(ADMIN_TOKEN).filter(|value| !value.is_null())?;
    let written = match value {
        // A secret is a text, also where it holds two values.
        Value::String(text) if text.trim_start().starts_with('{') => {
            serde_json::from_str(text).unwrap_or_default()
        }
        Value::String(text) => Value::from(text.trim()),
        other => other.clone(),
    };
    let known = match &written {
        Value::Object(pair) => pair.keys().all(|key| key == "current" || key == "previous"),
        other => other.is_string(),
    };
    let token = serde_json::from_value::<Rotating>(written).ok();
    let long = |token: &Rotating| {
        let mut active = token.active();
        active.all(|secret| secret.expose().len() >= ADMIN_TOKEN_BYTES)
    };
    let token = token.filter(|token| known && long(token));
    if token.is_none() {
        problems.push(Problem {
            key: ADMIN_TOKEN.to_owned(),
            problem: format!(
                "is neither a text of {ADMIN_TOKEN_BYTES} characters or more nor {{\"current\": ..., \"previous\": ...}} with such texts: nobody can use it"
            ),
            cure: "make one with `openssl rand -base64 32` and store it by `npx wrangler secret put ADMIN_TOKEN`, or delete it"
                .to_owned(),
        });
    }
    token
}

fn read_access(bindings: &Bindings, problems: &mut Vec<Problem>) -> Option<AccessApplication> {
    let value = bindings.get(ADMIN).filter(|value| !value.is_null())?;
    let Some(table) = json_table(value) else {
        problems.push(Problem {
            key: ADMIN.to_owned(),
            problem: "is not a table".to_owned(),
            cure: "write it as [vars.ADMIN] with one setting per line".to_owned(),
        });
        return None;
    };
    let none = Map::new();
    let mut reader = SettingsReader::new(ADMIN, &table, ADMIN_TOKEN, &none);
    let domain = reader.required_text(
        "access_team_domain",
        "write your team's domain in Cloudflare Access, for example acme.cloudflareaccess.com",
    );
    let audience = reader.required_text(
        "access_audience",
        "copy the application audience (AUD) tag of the Access application in front of /admin",
    );
    let issuer = domain.and_then(|domain| {
        let issuer = issuer(&domain);
        if issuer.is_none() {
            reader.problem(
                "access_team_domain",
                "is not a team's domain",
                "write it as acme.cloudflareaccess.com",
            );
        }
        issuer
    });
    let found = reader.finish();
    let in_order = found.is_empty();
    problems.extend(found);
    let application = AccessApplication {
        issuer: issuer?,
        audience: audience?,
    };
    in_order.then_some(application)
}

/// The address of a team, which may be written with or without `https://`. Another host could sign whatever it likes, so only
/// Cloudflare's is taken, and this machine for a local run.
fn issuer(domain: &str) -> Option<String> {
    let url = if domain.contains("://") {
        base_url(domain)?
    } else {
        base_url(&format!("https://{domain}"))?
    };
    let (scheme, host) = url.split_once("://")?;
    let team = host.strip_suffix(".cloudflareaccess.com");
    let plain = |team: &str| {
        let label = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !team.is_empty() && team.chars().all(label)
    };
    // `base_url` takes plain http for this machine only.
    (scheme == "http" || team.is_some_and(plain)).then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "hunter2-token-of-32-characters-or-more";
    const OLDER: &str = "hunter2-older-of-32-characters-or-more";

    fn read(bindings: Value) -> (Admin, Vec<Problem>) {
        let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
        let mut problems = Vec::new();
        let admin = Admin::read(&bindings, &mut problems);
        (admin, problems)
    }

    #[test]
    fn without_settings_there_is_no_admin_api() {
        let (admin, problems) = read(json!({}));
        assert!(admin.is_off());
        assert_eq!(problems, []);
    }

    #[test]
    fn a_token_is_one_text_or_two() {
        let cases = [
            (json!(TOKEN), 1),
            (json!(format!(" {TOKEN}\n")), 1),
            (json!({ "current": TOKEN, "previous": OLDER }), 2),
            (
                json!(json!({ "current": TOKEN, "previous": OLDER }).to_string()),
                2,
            ),
            (json!({ "current": TOKEN, "previous": "" }), 1),
        ];
        for (value, count) in cases {
            let (admin, problems) = read(json!({ "ADMIN_TOKEN": value }));
            assert_eq!(problems, []);
            let token = admin.token.unwrap();
            assert_eq!(token.current().expose(), TOKEN);
            assert_eq!(token.active().count(), count);
        }
    }

    #[test]
    fn a_token_that_could_be_guessed_opens_nothing() {
        let wrong = [
            json!(""),
            json!("hunter2-too-short"),
            json!(7),
            json!({ "current": TOKEN, "previous": "hunter2" }),
            json!({ "current": TOKEN, "older": OLDER }),
            json!("{hunter2-no-json-at-all-but-long-enough"),
            json!({ "previous": OLDER }),
        ];
        for value in wrong {
            let (admin, problems) = read(json!({ "ADMIN_TOKEN": value }));
            assert!(admin.is_off(), "{value}");
            let [problem] = problems.as_slice() else {
                panic!("{value}: {problems:?}");
            };
            assert_eq!(problem.key, "ADMIN_TOKEN");
            assert!(!format!("{problem:?}").contains("hunter2"));
        }
    }

    #[test]
    fn an_access_application_is_named_by_team_and_audience() {
        for domain in [
            "acme.cloudflareaccess.com",
            "https://acme.cloudflareaccess.com/",
        ] {
            let (admin, problems) = read(json!({
                "ADMIN": { "access_team_domain": domain, "access_audience": "a1b2" }
            }));
            assert_eq!(problems, []);
            let access = admin.access.unwrap();
            assert_eq!(access.issuer, "https://acme.cloudflareaccess.com");
            assert_eq!(access.audience, "a1b2");
        }
    }

    #[test]
    fn each_mistake_in_it_is_named() {
        let right =
            json!({ "access_team_domain": "acme.cloudflareaccess.com", "access_audience": "a" });
        let cases = [
            ("access_team_domain", json!("example.com")),
            (
                "access_team_domain",
                json!("evil.com/.cloudflareaccess.com"),
            ),
            ("access_team_domain", json!("a@acme.cloudflareaccess.com")),
            ("access_team_domain", json!("x.y.cloudflareaccess.com")),
            ("access_team_domain", json!(".cloudflareaccess.com")),
            (
                "access_team_domain",
                json!("http://acme.cloudflareaccess.com"),
            ),
            ("access_team_domain", Value::Null),
            ("access_audience", Value::Null),
            ("access_audiense", json!("a")),
        ];
        for (field, value) in cases {
            let mut table = right.clone();
            table[field] = value.clone();
            let (admin, problems) = read(json!({ "ADMIN": table }));
            assert!(admin.is_off(), "{field} {value}");
            assert_eq!(problems[0].key, format!("ADMIN.{field}"), "{value}");
        }
        assert_eq!(read(json!({ "ADMIN": "x" })).1[0].key, "ADMIN");
    }
}
