//! Where one card ends and the next one begins, in a run of pictures, words and things to tap.

use super::{Card, Does, Picture, Tap};
use crate::rich::line::Part;

/// A part of a card.
pub(super) enum Piece {
    Words(Part, String),
    Picture(Picture),
    /// Something to tap: words or a picture if they are `seen`, else a button.
    Tap {
        tap: Tap,
        seen: bool,
    },
}

/// A card in the making.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) picture: Option<Picture>,
    pub(super) words: Vec<(Part, String)>,
    pub(super) taps: Vec<Tap>,
    link: Option<String>,
    /// Whether one of the taps is a button.
    buttons: bool,
}

/// A run cut into cards: what comes after buttons begins the next one. Words that nothing follows go to the card before, and
/// a card has one picture.
pub(super) fn cards(run: Vec<Piece>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut draft = Draft::default();
    for piece in run {
        let next = match &piece {
            Piece::Words(Part::Label, _) | Piece::Tap { .. } => false,
            Piece::Words(..) => draft.buttons,
            Piece::Picture(_) => draft.buttons || draft.picture.is_some(),
        };
        if next {
            drafts.push(std::mem::take(&mut draft));
        }
        draft.add(piece);
    }
    match drafts.last_mut() {
        Some(last) if draft.has_words_only() => last.words.append(&mut draft.words),
        _ => drafts.push(draft),
    }
    drafts
}

impl Draft {
    fn add(&mut self, piece: Piece) {
        match piece {
            Piece::Words(part, text) => self.words.push((part, text)),
            Piece::Picture(picture) => self.picture = Some(picture),
            Piece::Tap { tap, seen } => {
                if let Does::Open(url) = &tap.does
                    && seen
                    && self.link.is_none()
                {
                    self.link = Some(url.clone());
                }
                self.taps.push(tap);
                self.buttons |= !seen;
            }
        }
    }

    pub(super) fn has_words_only(&self) -> bool {
        self.picture.is_none() && self.taps.is_empty()
    }

    pub(super) fn has_taps_only(&self) -> bool {
        self.picture.is_none() && self.words.is_empty()
    }

    pub(super) fn card(self) -> Card {
        let Self {
            mut picture,
            mut words,
            taps,
            link,
            ..
        } = self;
        if let Some(picture) = &mut picture
            && let Some(caption) = picture.caption.take()
        {
            picture.alt.get_or_insert_with(|| caption.clone());
            words.insert(0, (Part::Caption, caption));
        }
        let title = [Part::Title, Part::Words, Part::Caption]
            .into_iter()
            .find_map(|wanted| words.iter().position(|(part, _)| *part == wanted))
            .map(|at| words.remove(at).1);
        // A picture is often called what the card is called.
        words.retain(|(part, text)| *part != Part::Caption || Some(text) != title.as_ref());
        Card {
            picture,
            title,
            lines: words.into_iter().map(|(_, text)| text).collect(),
            taps,
            link,
        }
    }
}
