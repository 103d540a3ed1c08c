//! What Messenger and Instagram have in common: people write to one page or one account, in callbacks of one form, and are answered by
//! one API. There is no idempotency key.
//! <https://developers.facebook.com/docs/messenger-platform/webhooks>,
//! <https://developers.facebook.com/docs/messenger-platform/reference/send-api/>

mod answers;
mod attachments;
mod events;
mod inbound;
mod network;
mod outbound;
mod person;
mod render;
mod templates;

use super::{App, JSON};
use crate::config::SettingsReader;
use crate::http::web_address::WebAddress;
use crate::http::{HttpAnswer, HttpRequest, HttpResponse, Method};
use crate::message::{File, FilePlace, Profile};
use crate::outcome::Refusal;
use crate::platforms::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Later, Next, Outgoing, OutgoingSignal,
    Parsed, Unreadable,
};

pub use network::Network;

/// One page, or one Instagram account.
pub struct Inbox {
    network: Network,
    abilities: &'static Abilities,
    app: App,
    /// Meta's id of the page or account: callbacks of others are not ours.
    account_id: String,
    /// What stands for it in the path of a send.
    node: String,
    /// Meta's id of the app, where the settings name it: tells our own messages from those that somebody else sent for the page.
    app_id: Option<String>,
    /// The channel may write for seven days, by the tag `HUMAN_AGENT`.
    human_agent: bool,
    file_hosts: Vec<String>,
    account_key: String,
}

/// Which page or account it is, and how the settings name it.
pub struct Of {
    /// Messenger or Instagram.
    pub network: Network,
    /// What it has.
    pub abilities: &'static Abilities,
    /// The setting with Meta's id of the page or account.
    pub id_field: &'static str,
    /// Where to find that.
    pub id_cure: &'static str,
    /// Where the API is if the settings do not say so.
    pub api: &'static str,
    /// Where to find the access token.
    pub token_cure: &'static str,
    /// Sends name the token's own page or account (`me`) instead of its id.
    pub by_token: bool,
}

/// Reads what both have in their settings.
pub fn read(reader: &mut SettingsReader<'_>, of: &Of) -> Option<Inbox> {
    let account_id = super::app::read_id(reader, of.id_field, of.id_cure);
    let app_id = reader.text("app_id");
    if app_id.as_deref().is_some_and(|id| !super::app::is_id(id)) {
        reader.problem(
            "app_id",
            "is not an id of Meta's (5 to 25 digits)",
            "copy the App ID from the app's basic settings at Meta, or leave it out",
        );
    }
    let human_agent = reader.flag("human_agent");
    let app = App::read(reader, of.api, of.token_cure)?;
    let account_id = account_id?;
    Some(Inbox {
        network: of.network,
        abilities: of.abilities,
        file_hosts: super::file_hosts(&app.api_url),
        app,
        node: if of.by_token { "me" } else { &account_id }.to_owned(),
        account_id,
        app_id,
        human_agent,
        account_key: reader.key(of.id_field),
    })
}

impl Adapter for Inbox {
    fn methods(&self) -> &'static [Method] {
        &[Method::Post, Method::Get]
    }

    fn body_limit(&self) -> usize {
        super::BODY_LIMIT
    }

    fn media_types(&self) -> &'static [&'static str] {
        &[JSON]
    }

    fn handshake(&self, callback: &Callback<'_>) -> Option<Result<Acknowledgement, Forgery>> {
        super::handshake::answer(self.app.verify_token.active(), callback)
    }

    fn handshake_query(&self, challenge: &str) -> Option<String> {
        let token = self.app.verify_token.current();
        Some(super::handshake::query(token, challenge))
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery> {
        super::signature::verify(self.app.app_secret.active(), callback)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
        inbound::parse(self, callback.body)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        super::acknowledgement()
    }

    fn later(&self) -> Later {
        super::later()
    }

    fn abilities(&self) -> &'static Abilities {
        self.abilities
    }

    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        outbound::signal(self, signal)
    }

    /// A signed address at Meta's file hosts: whoever knows it may open it, so no token goes there.
    fn media(&self, file: &File) -> Option<HttpRequest> {
        let FilePlace::Platform { reference } = &file.at else {
            return None;
        };
        WebAddress::parse(reference).filter(|address| address.is_at(&self.file_hosts))?;
        Some(HttpRequest {
            redirects: self.file_hosts.clone(),
            ..HttpRequest::new(Method::Get, reference.clone())
        })
    }

    fn profile(&self, consumer: &str) -> Option<HttpRequest> {
        person::request(self, consumer)
    }

    fn read_profile(&self, answer: &HttpResponse) -> Option<Profile> {
        person::read(answer)
    }

    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        answers::explain(refusal)
    }

    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
        outbound::next(self, message, answer)
    }

    fn taken(&self, message: &Outgoing<'_>, remote_id: &str) -> Option<Next> {
        let ended = Ok(Some(remote_id.to_owned()));
        self.abilities
            .recognises
            .then(|| outbound::behind(self, message, Some(ended)))
    }
}
