//! What the README promises.

use std::collections::{BTreeMap, BTreeSet};

use liveengage_connector::conversation::{Lane, Row, RowState};
use liveengage_connector::crypto;
use liveengage_connector::files;

use crate::life::{Life, PHOTO_SENT};
use crate::support::*;

impl Life {
    /// Texts that had their effect, by the key of their message, each occurrence.
    fn effects(&self, lane: Lane) -> Vec<(String, String)> {
        if lane == Lane::ToConsumer {
            let texts = self.shown();
            return texts
                .into_iter()
                .map(|text| (self.key_of(&text), text))
                .collect();
        }
        let rows = self.world.engine.store().rows();
        let by_id: BTreeMap<String, &String> = rows
            .map(|row| {
                (
                    crypto::sha256_hex(row.key.as_bytes())[..32].to_owned(),
                    &row.key,
                )
            })
            .collect();
        let said = self.world.outside.said.iter();
        said.filter_map(|said| {
            let id = said.request_id.as_ref()?;
            Some((by_id[&id[..32]].clone(), said.text.clone()))
        })
        .filter(|(key, _)| key.starts_with("c:"))
        .collect()
    }

    /// What the person has seen: on the phone or in the app.
    fn shown(&self) -> Vec<String> {
        let outside = &self.world.outside;
        let messages = outside.app.iter().filter(|sent| sent["type"] == "message");
        let in_app = messages.map(|sent| sent["text"].as_str().unwrap().to_owned());
        outside.phone.iter().cloned().chain(in_app).collect()
    }

    fn key_of(&self, text: &str) -> String {
        let lane = self.lane(Lane::ToConsumer);
        let found = match text.split_once("/files/") {
            Some((_, token)) => {
                let id = files::open(&identity_key(), token, START).unwrap().file_id;
                lane.iter().find(|(key, _)| files::file_id(key) == id)
            }
            None => lane.iter().find(|(_, of)| of == text),
        };
        found
            .unwrap_or_else(|| panic!("nobody said {text}"))
            .0
            .clone()
    }

    pub(crate) fn lane(&self, lane: Lane) -> &[(String, String)] {
        self.accepted.get(&lane).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn check(&self, seen: &mut BTreeSet<&'static str>) {
        for lane in Lane::ALL {
            let effects = self.effects(lane);
            let mut first: Vec<(String, String)> = Vec::new();
            for effect in &effects {
                if !first.contains(effect) {
                    first.push(effect.clone());
                }
            }
            let order: Vec<&String> = self.lane(lane).iter().map(|(key, _)| key).collect();
            let place = |key: &String| order.iter().position(|of| *of == key).unwrap();
            assert!(
                first.is_sorted_by_key(|(key, _)| place(key)),
                "out of order: {first:?}"
            );
            for (key, text) in self.lane(lane) {
                let row = self.world.row(key);
                let pieces: Vec<&str> = first
                    .iter()
                    .filter(|(of, _)| of == key)
                    .map(|(_, piece)| piece.as_str())
                    .collect();
                let arrived = arrived(text, &pieces, seen);
                self.check_end(row, text, arrived, seen);
                let times = effects.iter().filter(|(of, _)| of == key).count();
                if times > pieces.len() {
                    seen.insert("doubled");
                    let doubtful = story(row).contains("unknown") || row.trace.len() >= 32;
                    assert!(doubtful, "{key} doubled without doubt: {}", story(row));
                }
            }
            let of_text = |row: &&Row| row.state == RowState::Delivered;
            let delivered = self.rows_saying("ok").filter(of_text).count();
            let said = self.world.outside.transcript();
            let there = said.iter().filter(|text| **text == "ok").count();
            assert!(there >= delivered, "{delivered} delivered, {there} there");
        }
        self.check_what_was_told(seen);
    }

    fn rows_saying(&self, words: &str) -> impl Iterator<Item = &Row> {
        let keys = self
            .lane(Lane::ToLiveengage)
            .iter()
            .filter(move |(_, text)| text == words);
        keys.map(|(key, _)| self.world.row(key))
    }
}

/// Whether the pieces are the whole of what was to be said.
fn arrived(text: &str, pieces: &[&str], seen: &mut BTreeSet<&'static str>) -> bool {
    if text == "(file)" {
        return pieces.len() == 1;
    }
    if text == PHOTO_SENT {
        let [piece] = pieces else {
            return false;
        };
        let uploaded = piece.starts_with("/v1/files/");
        seen.insert(if uploaded { "photo" } else { "photo as text" });
        return uploaded || piece.contains(".jpg");
    }
    let words = |text: &str| text.split_whitespace().collect::<String>();
    pieces.iter().map(|piece| words(piece)).collect::<String>() == words(text)
}
