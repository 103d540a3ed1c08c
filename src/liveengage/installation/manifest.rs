//! The manifest that is handed to LivePerson: by the Connector App Hub, or by the account team.

use serde::Serialize;

use super::{
    Deployment, EventType, Finding, GRANT, MAX_RETENTION, SCOPE, Severity, engagement, examine,
    unreachable_address, webhook_url,
};

/// LivePerson's own icon for an app without one.
const LOGO: &str = "/src/modules/campaigns/assets/img/software/Mobile-App.png";

/// What may be chosen about a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestOptions {
    /// Name of the app, unique in the account. Agents and reports see it as the conversation's source. At most 128 characters.
    pub client_name: String,
    /// Name to show; by default the client name. At most 128 characters.
    pub display_name: Option<String>,
    /// What it is, in at most 256 characters.
    pub description: String,
    /// Icon of 70 by 70 pixels: an address of at most 1024 characters.
    pub logo_uri: String,
    /// How long LiveEngage keeps events that it could not deliver (seconds).
    pub retention: u64,
    /// Headers that LiveEngage adds to every webhook.
    pub headers: Vec<Header>,
}

impl Default for ManifestOptions {
    fn default() -> Self {
        Self {
            client_name: "LiveEngage connector".to_owned(),
            display_name: None,
            description: "Carries messages between consumer messaging platforms and agents"
                .to_owned(),
            logo_uri: LOGO.to_owned(),
            retention: MAX_RETENTION,
            headers: Vec::new(),
        }
    }
}

/// A header that LiveEngage adds to its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Name.
    #[serde(rename = "header_name")]
    pub name: String,
    /// Value.
    #[serde(rename = "header_value")]
    pub value: String,
}

/// An app installation's manifest. It is the same for every account of a deployment: the account is where it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    client_name: String,
    display_name: String,
    description: String,
    grant_types: [&'static str; 1],
    response_types: [&'static str; 3],
    redirect_uris: [&'static str; 0],
    scope: &'static str,
    logo_uri: String,
    quick_launch_enabled: bool,
    entry_uri: String,
    capabilities: Capabilities,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Capabilities {
    webhooks: Webhooks,
    engagement: Engagement,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Webhooks {
    retry: Retry,
    #[serde(rename = "ms.MessagingEventNotification.ContentEvent")]
    content: Webhook,
    #[serde(rename = "ms.MessagingEventNotification.RichContentEvent")]
    rich_content: Webhook,
    #[serde(rename = "ms.MessagingEventNotification.AcceptStatusEvent")]
    accept_status: Webhook,
    #[serde(rename = "ms.MessagingEventNotification.ChatStateEvent")]
    chat_state: Webhook,
    #[serde(rename = "cqm.ExConversationChangeNotification")]
    conversation: Webhook,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Retry {
    retention_time: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Webhook {
    endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_retries: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers: Vec<Header>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Engagement {
    design_engagement: bool,
    design_window: bool,
    language_selection: bool,
    entry_point: [&'static str; 1],
    visitor_behavior: &'static [&'static str],
    target_audience: &'static [&'static str],
    goal: &'static [&'static str],
    consumer_identity: &'static [&'static str],
}

impl Manifest {
    /// The manifest of the deployment at `public_url`, with what is unwise about it; or else everything that LivePerson would
    /// refuse.
    pub fn build(
        public_url: &str,
        options: &ManifestOptions,
    ) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        if let Some((problem, cure)) = unreachable_address(public_url) {
            return Err(vec![Finding {
                severity: Severity::Wrong,
                path: "PUBLIC_URL".to_owned(),
                problem: problem.to_owned(),
                cure: cure.to_owned(),
            }]);
        }
        let manifest = Self::of(public_url, options);
        let value = serde_json::to_value(&manifest).unwrap_or_default();
        let deployment = Deployment {
            public_url: Some(public_url),
            client_id: None,
        };
        let findings = examine(&value, &deployment);
        if findings
            .iter()
            .any(|finding| finding.severity == Severity::Wrong)
        {
            Err(findings)
        } else {
            Ok((manifest, findings))
        }
    }

    fn of(public_url: &str, options: &ManifestOptions) -> Self {
        let webhook = |kind: EventType| Webhook {
            endpoint: webhook_url(public_url),
            max_retries: kind.is_signal().then_some(0),
            headers: options.headers.clone(),
        };
        let name = &options.client_name;
        Self {
            client_name: name.clone(),
            display_name: options.display_name.as_ref().unwrap_or(name).clone(),
            description: options.description.clone(),
            grant_types: [GRANT],
            response_types: ["code", "token", "id_token"],
            redirect_uris: [],
            scope: SCOPE,
            logo_uri: options.logo_uri.clone(),
            quick_launch_enabled: false,
            entry_uri: format!("{public_url}/"),
            capabilities: Capabilities {
                webhooks: Webhooks {
                    retry: Retry {
                        retention_time: options.retention,
                    },
                    content: webhook(EventType::Content),
                    rich_content: webhook(EventType::RichContent),
                    accept_status: webhook(EventType::AcceptStatus),
                    chat_state: webhook(EventType::ChatState),
                    conversation: webhook(EventType::Conversation),
                },
                engagement: Engagement {
                    design_engagement: false,
                    design_window: false,
                    language_selection: false,
                    entry_point: ["section"],
                    visitor_behavior: engagement::VISITOR_BEHAVIOR,
                    target_audience: engagement::TARGET_AUDIENCE,
                    goal: engagement::GOAL,
                    consumer_identity: engagement::CONSUMER_IDENTITY,
                },
            },
        }
    }
}
