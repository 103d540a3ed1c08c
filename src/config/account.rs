//! `[vars.ACCOUNT_<NAME>]`: one LiveEngage account with its app installation.

use super::SettingsReader;
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
}

impl Account {
    pub(super) fn read(name: String, reader: &mut SettingsReader<'_>) -> Option<Self> {
        let id = reader.required_text("id", "copy the account id (site id) from LiveEngage");
        let client_id = reader.required_text(
            "client_id",
            "copy the client id of the app installation from the Connector App Hub",
        );
        let domain_api = reader.url("domain_api");
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
        })
    }
}

impl Routing {
    pub(super) fn read(reader: &mut SettingsReader<'_>) -> Self {
        let skill_id = reader.text("skill_id");
        let campaign_id = reader.text("campaign_id");
        let engagement_id = reader.text("engagement_id");
        let language = reader.text("language");
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
        }
    }
}
