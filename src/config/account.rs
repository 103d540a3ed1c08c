//! `[vars.ACCOUNT_<NAME>]`: one LiveEngage account with its app installation.

use super::SettingsReader;
use crate::message::ResponseTarget;
use crate::secret::Rotating;

/// LivePerson's public domain API, which every account starts from.
const DOMAIN_API: &str = "https://api.liveperson.net";

/// One LiveEngage account (brand, site).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name in this configuration.
    pub name: String,
    /// LiveEngage account id (`brandId`, site id).
    pub id: String,
    /// Id of the app installation: the OAuth `client_id`.
    pub client_id: String,
    /// Secret of the app installation: signs webhooks and fetches the AppJWT.
    pub client_secret: Rotating,
    /// Base URL of the domain look-up. Its scheme is used for the services that it names.
    pub domain_api: String,
    /// Whether this account's LiveEngage returns a text's metadata in its echo, so that an echo can name the publish it belongs to. Not
    /// documented for plain text (docs/decisions/0009), so it is off unless somebody has seen it.
    pub echo_metadata: bool,
}

/// Where LiveEngage routes new conversations of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// Skill, where the brand routes by skill instead of by campaign.
    pub skill_id: Option<String>,
    /// Campaign and engagement, LivePerson's recommended way.
    pub campaign: Option<(String, String)>,
    /// Language of the conversation (IETF tag).
    pub language: Option<String>,
    /// Languages that the engagement has (IETF tags): a person who uses one of them is answered in it.
    pub languages: Vec<String>,
    /// How soon an agent should answer.
    pub response_target: Option<ResponseTarget>,
    /// Where consumers of the channel come from, as URIs that campaigns are aimed by. Where there are any, the Monitoring API is
    /// asked for the campaign of a new conversation.
    pub entry_points: Vec<String>,
}

impl Account {
    pub(super) fn read(name: String, reader: &mut SettingsReader<'_>) -> Option<Self> {
        let id = reader.required_text("id", "copy the account id (site id) from LiveEngage");
        let client_id = reader.required_text(
            "client_id",
            "copy the client id of the app installation from the Connector App Hub",
        );
        let domain_api = reader.url("domain_api");
        let echo_metadata = reader.flag("echo_metadata");
        let client_secret = reader.required_secret(
            "client_secret",
            "copy the client secret of the app installation",
        );
        let id = id.filter(|id| {
            let plain = id.chars().all(|c| c.is_ascii_alphanumeric());
            if !plain {
                reader.problem(
                    "id",
                    "is not an account id",
                    "write letters and digits only",
                );
            }
            plain
        });
        Some(Self {
            name,
            id: id?,
            client_id: client_id?,
            client_secret: client_secret?,
            domain_api: domain_api.unwrap_or_else(|| DOMAIN_API.to_owned()),
            echo_metadata,
        })
    }
}

impl Routing {
    pub(super) fn read(reader: &mut SettingsReader<'_>) -> Self {
        let skill_id = reader.text("skill_id");
        let campaign_id = reader.text("campaign_id");
        let engagement_id = reader.text("engagement_id");
        let language = reader.text("language");
        let languages = reader.texts("languages");
        let entry_points = reader.texts("monitoring_entry_points");
        let response_target = reader.text("response_target").and_then(|name| {
            let target = ResponseTarget::from_name(&name);
            if target.is_none() {
                reader.problem(
                    "response_target",
                    "is not one of the known words",
                    "write one of: normal, prioritized, urgent",
                );
            }
            target
        });
        let campaign = match (campaign_id, engagement_id) {
            (Some(campaign), Some(engagement)) => Some((campaign, engagement)),
            (None, None) => None,
            (campaign, _) => {
                let missing = if campaign.is_some() {
                    "engagement_id"
                } else {
                    "campaign_id"
                };
                reader.problem(
                    missing,
                    "is missing",
                    "set campaign_id and engagement_id together, or neither",
                );
                None
            }
        };
        Self {
            skill_id,
            campaign,
            language,
            languages,
            response_target,
            entry_points,
        }
    }
}
