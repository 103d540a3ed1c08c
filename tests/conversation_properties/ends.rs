//! How messages end, and what LiveEngage and the app were told besides.

use std::collections::{BTreeMap, BTreeSet};

use liveengage_connector::conversation::{Lane, Row, RowState};
use liveengage_connector::crypto;
use liveengage_connector::outcome::Refusal;
use serde_json::Value;

use crate::life::Life;
use crate::support::*;

impl Life {
    pub(crate) fn check_end(
        &self,
        row: &Row,
        text: &str,
        arrived: bool,
        seen: &mut BTreeSet<&'static str>,
    ) {
        match (row.state, &row.detail.refusal) {
            // Neighbours with the same text may have been told apart by each other's echoes: they are counted instead.
            (RowState::Delivered, None) => {
                let name = text.get(..20).unwrap_or(text);
                let story = story(row);
                assert!(
                    arrived || text == "ok",
                    "{} ({name}) is lost: {story}",
                    row.key
                );
            }
            (RowState::Refused, Some(Refusal::OutcomeUnknown)) if self.refuses => {
                seen.insert("refused");
            }
            (RowState::Refused, Some(Refusal::Rejected { .. })) if row.lane == Lane::ToConsumer => {
                seen.insert("rejected");
                // An earlier attempt may have had its effect.
                let story = story(row);
                let doubtful = story.contains("unknown") || story.contains("retry");
                assert!(!arrived || doubtful, "{}: {story}", row.key);
            }
            _ => panic!("{} ended so: {}", row.key, story(row)),
        }
        for word in [
            "unknown",
            "(echo)",
            "doubled",
            "interrupted",
            "closing",
            "already_open",
            "moot",
        ] {
            if story(row).contains(word) {
                seen.insert(word);
            }
        }
    }

    /// Receipts, chat states and news.
    pub(crate) fn check_what_was_told(&self, seen: &mut BTreeSet<&'static str>) {
        let mut nacks: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let mut states: BTreeMap<String, String> = BTreeMap::new();
        for told in &self.world.outside.told {
            let event = &told["body"]["event"];
            let dialog = text(&told["body"]["dialogId"]);
            match event["status"].as_str() {
                Some("ACTION") => drop(seen.insert("ACTION")),
                Some("NACK") => {
                    let place = (dialog.clone(), event["sequenceList"].to_string());
                    nacks.entry(place).or_default().push(text(&told["id"]));
                }
                _ => {}
            }
            if let Some(state) = event["chatState"].as_str() {
                states.insert(dialog, state.to_owned());
            }
        }
        self.check_nacks(&nacks, seen);
        self.check_typing(&states, seen);
        self.check_news(seen);
    }

    /// Each is one row's, and is repeated only where nobody knew what had come of it.
    fn check_nacks(
        &self,
        nacks: &BTreeMap<(String, String), Vec<String>>,
        seen: &mut BTreeSet<&'static str>,
    ) {
        let told: Vec<&Row> = self
            .world
            .engine
            .store()
            .rows()
            .filter(|row| row.key.starts_with("n:"))
            .collect();
        for row in &told {
            assert!(!row.state.is_open(), "{}: {}", row.key, story(row));
        }
        for ids in nacks.values() {
            seen.insert("NACK");
            let row = told.iter().find(|row| {
                let digest = crypto::sha256_hex(row.key.as_bytes());
                ids.iter().all(|id| id.starts_with(&digest[..32]))
            });
            let row = row.expect("all NACKs of one message are those of one row");
            let again = story(row).contains("retry") || row.trace.len() >= 32;
            // The answer of an attempt that was given up may be the first to tell of a token.
            assert!(ids.len() == 1 || again, "{ids:?}: {}", story(row));
        }
    }

    /// Nobody is left typing in an open conversation.
    fn check_typing(&self, states: &BTreeMap<String, String>, seen: &mut BTreeSet<&'static str>) {
        let consumer = self.world.engine.consumer();
        assert!(consumer.is_none_or(|consumer| consumer.composing.is_none()));
        let open = self.world.outside.open_conversation();
        for (dialog, last) in states {
            seen.insert("COMPOSING");
            let is_open = open.as_ref() == Some(dialog);
            let typing = is_open && last == "COMPOSING" && self.signal_faults < 3;
            assert!(!typing, "typing for ever in {dialog}");
        }
    }

    fn check_news(&self, seen: &mut BTreeSet<&'static str>) {
        let mut ends: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let news = self.world.outside.app.iter();
        for told in news.filter(|told| told["type"] == "conversation") {
            seen.insert("news");
            let of = ends.entry(text(&told["conversation_id"])).or_default();
            of.push(text(&told["news"]));
        }
        for (conversation, news) in ends {
            let mut once = news.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), news.len(), "{conversation}: {news:?}");
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
