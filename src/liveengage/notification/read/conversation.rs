//! Reading the state of a conversation.

use serde_json::Value;

use crate::liveengage::json::{id, many, number, text};
use crate::liveengage::notification::{
    Campaign, Change, ConversationChange, Delay, Dialog, Handler, Participant, Ttr,
};

pub(super) fn conversation(change: &Value) -> Result<Change, &'static str> {
    let result = change.get("result").ok_or("no result")?;
    let details = result.get("conversationDetails");
    let detail = |field: &str| details.and_then(|details| details.get(field));
    let of_either = |field: &str| detail(field).or_else(|| result.get(field));
    let kind = text(change.get("type")).unwrap_or_default();
    let conversation_id = id(result.get("convId"))
        .or_else(|| id(result.get("conversationId")))
        .or_else(|| id(detail("convId")))
        .ok_or("no conversation id")?;
    let dialogs = many(detail("dialogs"));
    let listed = detail("participants").or_else(|| detail("participantsPId"));
    let mut participants = participants(listed);
    if participants.is_empty() {
        participants = dialogs
            .iter()
            .flat_map(|dialog| self::participants(dialog.get("participantsDetails")))
            .collect();
    }
    Ok(Change::Conversation(ConversationChange {
        conversation_id,
        deleted: kind.eq_ignore_ascii_case("DELETE"),
        state: text(detail("state")),
        stage: text(detail("stage")),
        close_reason: text(detail("closeReason")),
        updated_at: number(detail("metaDataLastUpdateTs")),
        participants,
        dialogs: dialogs.iter().filter_map(dialog).collect(),
        brand_id: id(detail("brandId")),
        skill_id: id(detail("skillId")),
        delay: part(detail("delay"), delay),
        response_target: part(detail("ttr"), response_target),
        effective_ttr: signed(of_either("effectiveTTR")),
        manual_ettr: signed(of_either("manualETTR")),
        started_at: number(detail("startTs")),
        ended_at: number(detail("endTs")),
        first_conversation: flag(detail("firstConversation")),
        campaign: part(detail("campaignInfo"), campaign).map(Box::new),
        handler: part(detail("conversationHandlerDetails"), handler).map(Box::new),
        csat: as_it_came(detail("csat")),
        context: as_it_came(detail("context")),
    }))
}

/// A list of `{id, role}`; or, in the older form, ids by role.
fn participants(listed: Option<&Value>) -> Vec<Participant> {
    match listed {
        Some(Value::Object(by_role)) if !by_role.contains_key("id") => by_role
            .iter()
            .flat_map(|(role, ids)| many(Some(ids)).iter().map(move |id| (role, id)))
            .filter_map(|(role, participant)| {
                Some(Participant {
                    id: id(Some(participant))?,
                    role: Some(role.clone()),
                    state: None,
                })
            })
            .collect(),
        _ => many(listed)
            .iter()
            .filter_map(|participant| {
                Some(Participant {
                    id: id(participant.get("id").or(Some(participant)))?,
                    role: id(participant.get("role")),
                    state: text(participant.get("state")),
                })
            })
            .collect(),
    }
}

fn dialog(dialog: &Value) -> Option<Dialog> {
    let of_metadata = |field: &str| dialog.get("metaData").and_then(|data| data.get(field));
    Some(Dialog {
        id: id(dialog.get("dialogId"))?,
        kind: text(dialog.get("dialogType")),
        state: text(dialog.get("state")),
        updated_at: number(dialog.get("metaDataLastUpdateTs")),
        participants: participants(dialog.get("participantsDetails")),
        channel_type: text(dialog.get("channelType")),
        app_install_id: id(of_metadata("appInstallId")),
        created_at: number(dialog.get("creationTs")),
        ended_at: number(dialog.get("endTs")),
        closed_by: text(dialog.get("closedBy")),
        closed_cause: text(dialog.get("closedCause")),
    })
}

fn delay(delay: &Value) -> Delay {
    Delay {
        kind: kind(delay, "type").unwrap_or_default(),
        until: number(delay.get("tillWhen")),
    }
}

fn response_target(target: &Value) -> Ttr {
    let seconds = number(target.get("value"));
    Ttr {
        kind: kind(target, "ttrType"),
        // Both names are in use.
        seconds: seconds.or_else(|| number(many(target.get("values")).first())),
    }
}

fn campaign(campaign: &Value) -> Campaign {
    Campaign {
        campaign_id: id(campaign.get("campaignId")),
        engagement_id: id(campaign.get("engagementId")),
    }
}

fn handler(handler: &Value) -> Handler {
    Handler {
        account_id: id(handler.get("accountId")),
        skill_id: id(handler.get("skillId")),
    }
}

/// The name of a part's kind; it may be all there is.
fn kind(part: &Value, field: &str) -> Option<String> {
    text(part.get(field)).or_else(|| text(Some(part)))
}

/// A part that says anything at all.
fn part<T: Default + PartialEq>(value: Option<&Value>, read: impl Fn(&Value) -> T) -> Option<T> {
    let part = read(many(value).first()?);
    (part != T::default()).then_some(part)
}

/// A whole number that may be negative, also when it is written as a text.
fn signed(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64(),
    }
}

/// Yes or no, also when it is written as a text.
fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

fn as_it_came(value: Option<&Value>) -> Option<Value> {
    value.filter(|value| !value.is_null()).cloned()
}
