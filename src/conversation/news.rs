//! What a change of a conversation means to a platform that shows more than messages.

use super::consumer::Known;
use crate::liveengage::notification::ConversationChange;
use crate::message::News;

/// The news between two states of a conversation, each with a name that is unique within it: the same change told twice is one piece of
/// news. `before` is `None` for a conversation that was not known.
pub(super) fn of(
    before: Option<&Known>,
    after: &Known,
    change: &ConversationChange,
) -> Vec<(String, News)> {
    let at = change.updated_at.unwrap_or_default();
    let mut news = Vec::new();
    // Known since its create was answered, but this is the first time that LiveEngage tells about it.
    let first = before.is_none_or(|before| before.updated_at.is_none());
    if first && after.stage_open {
        news.push(("opened".to_owned(), News::Opened));
    }
    let agent_before = before.and_then(|before| before.agent.as_ref());
    let skill_before = before.and_then(|before| before.skill.as_ref());
    // Routing to the first skill is no transfer, unless an agent had the conversation already.
    if let Some(to) = &after.skill
        && skill_before != Some(to)
        && (skill_before.is_some() || agent_before.is_some())
    {
        news.push((format!("skill:{to}:{at}"), News::Transferred));
    }
    if let Some(agent_id) = &after.agent
        && agent_before != Some(agent_id)
    {
        let agent_id = agent_id.clone();
        news.push((
            format!("agent:{agent_id}:{at}"),
            News::AgentJoined { agent_id },
        ));
    }
    if let Some(off_hours) = &after.off_hours
        && before.and_then(|before| before.off_hours.as_ref()) != Some(off_hours)
    {
        let until = off_hours.until;
        let name = format!("off_hours:{}", until.unwrap_or(at));
        news.push((name, News::OffHours { until }));
    }
    if let Some(survey) = &after.survey
        && before.and_then(|before| before.survey.as_ref()) != Some(survey)
    {
        news.push((format!("survey:{survey}"), News::SurveyStarted));
    }
    // A conversation that was closed on our wish counted as closed before LiveEngage told it.
    let told = before.is_some_and(|before| {
        !before.stage_open && before.updated_at.is_some() && before.updated_at == after.updated_at
    });
    if !after.stage_open && !told {
        let by = change.close_reason.clone();
        news.push(("closed".to_owned(), News::Closed { by }));
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(stage_open: bool, agent: Option<&str>, skill: Option<&str>) -> Known {
        Known {
            id: "c".to_owned(),
            main_open: stage_open,
            stage_open,
            survey: None,
            updated_at: Some(1),
            changed_at: 0,
            claimed_at: None,
            agent: agent.map(str::to_owned),
            skill: skill.map(str::to_owned),
            off_hours: None,
            later: crate::conversation::LaterFields::new(),
        }
    }

    fn names(before: Option<&Known>, after: &Known) -> Vec<String> {
        let change = ConversationChange {
            updated_at: Some(7),
            ..ConversationChange::default()
        };
        let news = of(before, after, &change).into_iter();
        news.map(|(name, _)| name).collect()
    }

    #[test]
    fn a_conversation_that_is_heard_of_for_the_first_time_has_opened() {
        assert_eq!(names(None, &known(true, None, None)), ["opened"]);
        let created = Known {
            updated_at: None,
            ..known(true, None, None)
        };
        assert_eq!(names(Some(&created), &known(true, None, None)), ["opened"]);
        assert_eq!(names(None, &known(false, None, None)), ["closed"]);
    }

    #[test]
    fn agents_and_skills_come_and_go() {
        let waiting = known(true, None, Some("1"));
        let taken = known(true, Some("a"), Some("1"));
        let moved = known(true, None, Some("2"));
        assert_eq!(names(Some(&waiting), &taken), ["agent:a:7"]);
        assert_eq!(names(Some(&taken), &taken), [""; 0]);
        assert_eq!(names(Some(&taken), &moved), ["skill:2:7"]);
        let unrouted = known(true, None, None);
        let unrouted_agent = known(true, Some("a"), None);
        assert_eq!(names(Some(&unrouted), &waiting), [""; 0]);
        assert_eq!(names(Some(&unrouted_agent), &moved), ["skill:2:7"]);
    }

    #[test]
    fn a_survey_and_the_end_are_told_once() {
        let open = known(true, Some("a"), None);
        let survey = Known {
            main_open: false,
            survey: Some("s".to_owned()),
            ..open.clone()
        };
        let closed = known(false, None, None);
        assert_eq!(names(Some(&open), &survey), ["survey:s"]);
        assert_eq!(names(Some(&survey), &closed), ["closed"]);
        assert_eq!(names(Some(&closed), &closed), [""; 0]);
    }
}
