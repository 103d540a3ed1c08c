//! Where a new conversation goes.

use crate::config::Routing;
use crate::message::{Profile, ResponseTarget, RoutingWish};

/// Where one conversation goes, after all who have a say in it were heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedRouting {
    /// Skill.
    pub skill_id: Option<String>,
    /// Campaign and engagement.
    pub campaign: Option<(String, String)>,
    /// Language of the conversation (IETF tag).
    pub language: Option<String>,
    /// How soon an agent should answer.
    pub response_target: Option<ResponseTarget>,
}

impl ResolvedRouting {
    /// A platform's wish goes before the channel's configuration; a wish that is invalid is none.
    ///
    /// The language has to be one that the engagement has. So the person's own counts only where the configuration lists it, in
    /// the configuration's spelling.
    pub fn from(
        configured: &Routing,
        wish: Option<&RoutingWish>,
        person_language: Option<&str>,
    ) -> Self {
        let wish = Profile {
            routing: wish.cloned(),
            ..Profile::default()
        };
        let wish = wish.cleaned().routing.unwrap_or_default();
        let spoken = person_language.map(|language| language.trim().replace('_', "-"));
        let listed = spoken.and_then(|spoken| {
            let mut languages = configured.languages.iter();
            languages.find(|listed| listed.eq_ignore_ascii_case(&spoken))
        });
        Self {
            skill_id: wish.skill_id.or_else(|| configured.skill_id.clone()),
            campaign: wish
                .campaign_id
                .zip(wish.engagement_id)
                .or_else(|| configured.campaign.clone()),
            language: wish
                .language
                .or_else(|| listed.cloned())
                .or_else(|| configured.language.clone()),
            response_target: wish.response_target.or(configured.response_target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_goes_before_the_configuration() {
        let s = |text: &str| Some(text.to_owned());
        let configured = Routing {
            skill_id: s("1"),
            campaign: Some(("2".to_owned(), "3".to_owned())),
            language: s("en-US"),
            response_target: Some(ResponseTarget::Normal),
            ..Routing::default()
        };
        let wish = RoutingWish {
            skill_id: s("11"),
            campaign_id: s("12"),
            engagement_id: s("13"),
            language: s("fr-FR"),
            response_target: Some(ResponseTarget::Urgent),
        };
        let resolved = ResolvedRouting::from(&configured, Some(&wish), None);
        assert_eq!(
            resolved,
            ResolvedRouting {
                skill_id: s("11"),
                campaign: Some(("12".to_owned(), "13".to_owned())),
                language: s("fr-FR"),
                response_target: Some(ResponseTarget::Urgent),
            }
        );
        let half = RoutingWish {
            skill_id: s("not an id"),
            campaign_id: s("12"),
            ..RoutingWish::default()
        };
        for wish in [None, Some(&half)] {
            assert_eq!(
                ResolvedRouting::from(&configured, wish, None),
                ResolvedRouting {
                    skill_id: s("1"),
                    campaign: Some(("2".to_owned(), "3".to_owned())),
                    language: s("en-US"),
                    response_target: Some(ResponseTarget::Normal),
                }
            );
        }
    }

    #[test]
    fn a_persons_language_counts_where_it_is_listed() {
        let configured = Routing {
            language: Some("en-US".to_owned()),
            languages: vec!["en-US".to_owned(), "de-DE".to_owned()],
            ..Routing::default()
        };
        let language = |spoken: Option<&str>| {
            ResolvedRouting::from(&configured, None, spoken)
                .language
                .unwrap()
        };
        assert_eq!(language(Some("DE_de")), "de-DE");
        assert_eq!(language(Some("de")), "en-US");
        assert_eq!(language(Some("fr-FR")), "en-US");
        assert_eq!(language(None), "en-US");
        let unlisted = ResolvedRouting::from(&Routing::default(), None, Some("de-DE"));
        assert_eq!(unlisted, ResolvedRouting::default());
    }
}
