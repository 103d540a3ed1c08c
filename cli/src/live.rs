//! `connector check --live`: LivePerson and the deployed connector are called, without any effect there.

use std::time::Duration;

use liveengage_connector::config::{Account, Channel, Config};
use liveengage_connector::crypto::base64;
use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpRequest, Method};
use liveengage_connector::liveengage::installation::probe::{self, Sender};
use liveengage_connector::liveengage::{Domains, app_jwt, domains};

use crate::client::{Answer, Client, Trouble};
use crate::report::{Report, count};
use crate::words::{self, Failure};
use crate::{say, time};

/// From here on LivePerson may disable an app after two minutes.
const SLOW: Duration = Duration::from_millis(2_500);
/// How far clocks may be apart before a token's end says so (ms).
const NEARLY_EXPIRED: u64 = 300_000;

/// What a step has to say: one line, and remarks below it.
type Step = Result<(String, Vec<String>), Failure>;

/// The steps of one run.
struct Run<'a> {
    client: Client,
    public_url: Option<&'a str>,
    report: Report,
    done: usize,
    failed: usize,
}

/// Checks these accounts and their channels and says so step by step; whether all steps succeeded.
pub(crate) fn check(config: &Config, public_url: Option<&str>, only: Option<&str>) -> bool {
    let mut run = Run {
        client: Client::new(),
        public_url,
        report: Report::following(),
        done: 0,
        failed: 0,
    };
    let chosen = |name: &str| only.is_none_or(|only| only == name);
    for account in config.accounts.values().filter(|a| chosen(&a.name)) {
        run.account(account);
        let channels = config.channels.values();
        for channel in channels.filter(|channel| channel.account.name == account.name) {
            let step = run.channel(channel);
            run.end(&format!("channel {}", channel.name), step);
            if let Some(step) = run.handshake(channel) {
                run.end(&format!("handshake of {}", channel.name), step);
            }
        }
    }
    let verdict = match (run.done, run.failed) {
        (0, _) => "Nothing could be called: no account is in service.".to_owned(),
        (done, 0) => format!("All {} succeeded.", count(done, "live step")),
        (done, failed) => format!("{failed} of {} failed.", count(done, "live step")),
    };
    run.report.section(&verdict);
    say(&run.report.finish());
    run.done > 0 && run.failed == 0
}

impl Run<'_> {
    fn account(&mut self, account: &Account) {
        self.report
            .section(&format!("Live check of account {}", account.name));
        let table = format!("ACCOUNT_{}", account.name.to_uppercase().replace('-', "_"));

        let found = self.domains(account, &table);
        let domains = found.as_ref().ok().cloned();
        let step = found.map(|domains| (format!("found at {}", host(&domains.messaging)), vec![]));
        self.end("service addresses", step);
        match domains {
            Some(domains) => {
                let step = self.token(account, &domains, &table);
                self.end("AppJWT", step);
            }
            None => self.left_out("AppJWT", "it needs the service addresses"),
        }
        let Some(public_url) = self.public_url else {
            self.left_out("webhooks", "they need PUBLIC_URL");
            return;
        };
        let step = self.signed(public_url, account, &table);
        self.end("signed webhook", step);
        let step = self.unsigned(public_url, account);
        self.end("unsigned webhook", step);
    }

    /// Says what came of a step at once, since the next one may take its time.
    fn end(&mut self, name: &str, step: Step) {
        self.done += 1;
        match step {
            Ok((what, remarks)) => {
                self.report.line(1, format!("ok      {name}: {what}"));
                for remark in remarks {
                    self.report.line(5, remark);
                }
            }
            Err(Failure { what, cure }) => {
                self.failed += 1;
                self.report.line(1, format!("FAILED  {name}: {what}"));
                self.report.line(5, format!("-> {cure}"));
            }
        }
        let report = std::mem::replace(&mut self.report, Report::following());
        say(&report.finish());
    }

    fn left_out(&mut self, name: &str, why: &str) {
        self.report
            .line(1, format!("-       {name}: left out, {why}"));
    }

    fn domains(&self, account: &Account, table: &str) -> Result<Domains, Failure> {
        let api = host(&account.domain_api);
        let request = domains::request(&account.domain_api, &account.id);
        let answer = self.client.send(&request);
        if let Err(trouble) = answer {
            return Err(words::no_answer(
                trouble,
                api,
                &format!("{table}.domain_api"),
            ));
        }
        domains::parse(&plain(answer), &account.domain_api)
            .map_err(|cause| words::liveperson(&cause, api, table))
    }

    fn token(&self, account: &Account, domains: &Domains, table: &str) -> Step {
        let sentinel = host(&domains.sentinel);
        let secret = account.client_secret.current();
        let request = app_jwt::request(domains, &account.id, &account.client_id, secret);
        let answer = self.client.send(&request);
        if let Err(trouble) = answer {
            let setting = format!("{table}.domain_api");
            return Err(words::no_answer(trouble, sentinel, &setting));
        }
        let now = time::now();
        let token = app_jwt::parse(&plain(answer), now)
            .map_err(|cause| words::liveperson(&cause, sentinel, table))?;
        let findings = probe::examine_token(&token, &account.id);
        if let Some(finding) = findings.into_iter().next() {
            let what = format!(
                "{} {}",
                finding.path.trim_start_matches('/'),
                finding.problem
            );
            return Err(Failure::new(what, finding.cure));
        }
        let until = time::utc(token.expires_at);
        if token.expires_at < now + NEARLY_EXPIRED {
            return Err(Failure::new(
                format!("issued, but valid until {until}, which is past or about to be"),
                "see whether this machine's clock is right",
            ));
        }
        Ok((format!("valid until {until}"), vec![]))
    }

    fn signed(&self, public_url: &str, account: &Account, table: &str) -> Step {
        let sender = sender(account, true);
        let answer = self.call(&probe::webhook(public_url, &sender), "PUBLIC_URL")?;
        let response = &answer.response;
        match (response.status, words::error_code(response)) {
            (200, None) => Ok((
                format!("answered 200 in {} ms", answer.took.as_millis()),
                slow(&answer),
            )),
            (401, Some("account_unknown")) => Err(Failure::new(
                "answered 401: what is deployed does not know this account with this client id",
                format!("deploy these settings; compare {table} if they are deployed"),
            )),
            (401, Some("signature_mismatch")) => Err(Failure::new(
                "answered 401: what is deployed has another client secret",
                format!(
                    "store the same SECRET_{table} by `npx wrangler secret put SECRET_{table}`"
                ),
            )),
            (401, Some("signature_missing")) => Err(Failure::new(
                "answered 401: the signature did not arrive",
                "see whether something in front of the Worker removes headers",
            )),
            _ => Err(words::unexpected(response, "PUBLIC_URL")),
        }
    }

    fn unsigned(&self, public_url: &str, account: &Account) -> Step {
        let sender = sender(account, false);
        let answer = self.call(&probe::webhook(public_url, &sender), "PUBLIC_URL")?;
        let response = &answer.response;
        match (response.status, words::error_code(response)) {
            (401, Some(_)) => Ok(("refused with 401, as it must be".to_owned(), vec![])),
            _ => Err(words::unexpected(response, "PUBLIC_URL")),
        }
    }

    fn channel(&self, channel: &Channel) -> Step {
        let setting = channel_setting(channel);
        let answer = self.call(&callback(channel), &setting)?;
        let response = &answer.response;
        match (response.status, words::error_code(response)) {
            (status @ 400..=499, Some("signature_missing" | "signature_mismatch")) => Ok((
                format!("an unsigned callback is refused with {status}, as it must be"),
                slow(&answer),
            )),
            (404, Some("not_found")) => Err(Failure::new(
                "answered 404: the Worker runs and does not know this channel",
                "deploy these settings, or correct the path of the channel's public_url",
            )),
            _ => Err(words::unexpected(response, &setting)),
        }
    }

    /// The request by which a platform finds out whose address it is; `None` where it makes none.
    fn handshake(&self, channel: &Channel) -> Option<Step> {
        let challenge = time::now().to_string();
        let query = channel.adapter.handshake_query(&challenge)?;
        Some(self.handshaken(channel, &challenge, &query))
    }

    fn handshaken(&self, channel: &Channel, challenge: &str, query: &str) -> Step {
        let setting = channel_setting(channel);
        let request = to_callback(channel, Method::Get, Some(query));
        let answer = self.call(&request, &setting)?;
        let response = &answer.response;
        match (response.status, words::error_code(response)) {
            (200, _) if response.body == challenge.as_bytes() => Ok((
                "answered, so that the address can be entered at the platform".to_owned(),
                vec![],
            )),
            (403, Some("signature_mismatch")) => {
                let secret = format!("SECRET_CHANNEL_{}", table_of(channel));
                Err(Failure::new(
                    "answered 403: what is deployed has another verify_token",
                    format!("store the same {secret} by `npx wrangler secret put {secret}`"),
                ))
            }
            _ => Err(words::unexpected(response, &setting)),
        }
    }

    fn call(&self, request: &HttpRequest, setting: &str) -> Result<Answer, Failure> {
        let answer = self.client.send(request);
        answer.map_err(|trouble| words::no_answer(trouble, host(&request.url), setting))
    }
}

fn sender(account: &Account, signs: bool) -> Sender<'_> {
    Sender {
        account_id: &account.id,
        client_id: &account.client_id,
        client_secret: signs.then(|| account.client_secret.current()),
    }
}

/// A callback as the platform would make it, but without anything that a platform signs.
fn callback(channel: &Channel) -> HttpRequest {
    let media_type = channel.adapter.media_types().first().copied();
    HttpRequest {
        body: b"{}".to_vec(),
        ..to_callback(channel, Method::Post, None)
    }
    .header("content-type", media_type.unwrap_or("application/json"))
}

/// A request to a channel's callback address.
fn to_callback(channel: &Channel, method: Method, query: Option<&str>) -> HttpRequest {
    let (mut url, user) = without_user(&channel.callback_url);
    if let Some(query) = query {
        url = format!("{url}?{query}");
    }
    let request = HttpRequest::new(method, url);
    match user {
        // Whatever is in front of the Worker asks for it.
        Some(user) => request.header(
            "authorization",
            format!("Basic {}", base64(user.as_bytes())),
        ),
        None => request,
    }
}

/// The URL without the name and password in it, and these.
fn without_user(url: &str) -> (String, Option<&str>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{scheme}://{host}{path}"), Some(user)),
        None => (url.to_owned(), None),
    }
}

/// What stands behind `CHANNEL_` in the settings.
fn table_of(channel: &Channel) -> String {
    channel.name.to_uppercase().replace('-', "_")
}

fn channel_setting(channel: &Channel) -> String {
    format!("PUBLIC_URL or CHANNEL_{}.public_url", table_of(channel))
}

fn slow(answer: &Answer) -> Vec<String> {
    if answer.took <= SLOW {
        return vec![];
    }
    vec![
        "that is slow: LivePerson may disable an app whose endpoint takes more than 2.5 seconds"
            .to_owned(),
    ]
}

/// The host and port of a URL.
fn host(url: &str) -> &str {
    let authority = url.split('/').nth(2).unwrap_or(url);
    authority.rsplit('@').next().unwrap_or_default()
}

/// An answer as the pure code reads it.
fn plain(answer: Result<Answer, Trouble>) -> HttpAnswer {
    let answer = answer.map_err(|_| HttpFailure::Lost)?;
    Ok(answer.response)
}
