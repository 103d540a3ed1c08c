//! From the tree of a message's lines to blocks.

use super::segment::{self, Draft, Piece};
use super::tree::{Node, is_card, is_menu};
use super::{Block, Does, Link, Picture, Place, Tap, short_name, take_last_text};
use crate::rich::line::{Group, Leads, Line, Part};
use crate::rich::plain::Choice;

/// The blocks so far.
pub(super) struct Builder {
    choices: Vec<Choice>,
    pub(super) blocks: Vec<Block>,
    replies: Vec<Tap>,
    /// What may belong to the same card.
    pub(super) run: Vec<Piece>,
    /// Whether a blank line comes before the next text.
    gap: bool,
}

/// A line as what it is.
pub(super) enum Item {
    Piece(Piece),
    Place(Place),
    Link(Link),
}

impl Builder {
    pub(super) fn new(choices: Vec<Choice>) -> Self {
        Self {
            choices,
            blocks: Vec::new(),
            replies: Vec::new(),
            run: Vec::new(),
            gap: false,
        }
    }

    pub(super) fn finish(mut self) -> (Vec<Block>, Vec<Tap>) {
        self.flush();
        (self.blocks, self.replies)
    }

    /// Words, with those right before them in one block.
    pub(super) fn text(&mut self, text: &str, gap: bool) {
        let text = text.trim();
        if !text.is_empty() {
            let separator = if self.gap { "\n\n" } else { "\n" };
            match self.blocks.last_mut() {
                Some(Block::Text(before)) => {
                    before.push_str(separator);
                    before.push_str(text);
                }
                _ => self.blocks.push(Block::Text(text.to_owned())),
            }
            self.gap = false;
        }
        self.gap |= gap;
    }

    pub(super) fn push(&mut self, block: Block) {
        self.blocks.push(block);
        self.gap = false;
    }

    /// Boxes in each other are one card, unless several of them are cards by themselves.
    pub(super) fn column(&mut self, nodes: Vec<Node>) {
        let apart = nodes.iter().filter(|node| is_card(node)).nth(1).is_some();
        for node in nodes {
            let apart = apart && is_card(&node);
            if apart {
                self.flush();
            }
            self.node(node);
            if apart {
                self.flush();
            }
        }
    }

    fn node(&mut self, node: Node) {
        let (group, inner) = match node {
            Node::Leaf(Line::Gap) => {
                self.flush();
                self.gap = true;
                return;
            }
            Node::Leaf(line) => {
                match self.item(line) {
                    None => {}
                    Some(Item::Piece(piece)) => self.run.push(piece),
                    Some(Item::Place(place)) => {
                        self.flush();
                        self.push(Block::Place(place));
                    }
                    Some(Item::Link(link)) => {
                        self.flush();
                        self.push(Block::Link(link));
                    }
                }
                return;
            }
            Node::Group(group, inner) => (group, inner),
        };
        match group {
            Group::Cards => self.cards(inner),
            Group::Replies => self.replies(inner),
            Group::Menu | Group::Section if is_menu(&inner) => self.menu(inner),
            _ => self.column(inner),
        }
    }

    /// The run's cards, and its words where they are no card's.
    pub(super) fn flush(&mut self) {
        for draft in segment::cards(std::mem::take(&mut self.run)) {
            self.draft(draft);
        }
    }

    fn draft(&mut self, mut draft: Draft) {
        if draft.has_words_only() {
            for (_, text) in draft.words {
                self.text(&text, false);
            }
            return;
        }
        if draft.words.is_empty() && draft.taps.is_empty() {
            if let Some(picture) = draft.picture {
                self.push(Block::Picture(picture));
            }
            return;
        }
        // Words right before buttons are what the buttons are about.
        let words = draft
            .has_taps_only()
            .then(|| take_last_text(&mut self.blocks));
        if let Some(words) = words.flatten() {
            draft.words.push((Part::Label, words));
        }
        self.push(Block::Card(draft.card()));
    }

    fn cards(&mut self, nodes: Vec<Node>) {
        self.flush();
        self.gap = true;
        let mut drafts = Vec::new();
        for node in nodes {
            if let Node::Group(group, inner) = node {
                let mut run = Vec::new();
                self.flatten(group, inner, &mut run);
                drafts.extend(segment::cards(run));
            }
        }
        drafts.retain(|draft| !(draft.has_words_only() && draft.words.is_empty()));
        let only_words = drafts.iter().all(Draft::has_words_only);
        if only_words || drafts.len() == 1 {
            for draft in drafts {
                self.gap = true;
                self.draft(draft);
            }
        } else {
            let cards = drafts.into_iter().map(Draft::card).collect();
            self.push(Block::Carousel(cards));
        }
        self.gap = true;
    }

    /// All of it as parts of one card.
    fn flatten(&mut self, group: Group, nodes: Vec<Node>, run: &mut Vec<Piece>) {
        if group == Group::Replies {
            return self.replies_into(nodes, run);
        }
        for node in nodes {
            match node {
                Node::Leaf(line) => run.extend(self.item(line).map(Item::piece)),
                Node::Group(group, inner) => self.flatten(group, inner, run),
            }
        }
    }

    fn replies(&mut self, nodes: Vec<Node>) {
        let mut run = std::mem::take(&mut self.run);
        self.replies_into(nodes, &mut run);
        self.run = run;
    }

    /// What can be tapped becomes quick replies; the rest stays where it is.
    pub(super) fn replies_into(&mut self, nodes: Vec<Node>, run: &mut Vec<Piece>) {
        let mut inner = Vec::new();
        self.flatten(Group::Column, nodes, &mut inner);
        for piece in inner {
            match piece {
                Piece::Tap { tap, .. } => self.replies.push(tap),
                piece => run.push(piece),
            }
        }
    }

    pub(super) fn item(&self, line: Line) -> Option<Item> {
        Some(match line {
            Line::Text { text, part } => Item::Piece(Piece::Words(part, text)),
            Line::Unknown(_) => {
                let name = line.shown().into_owned();
                Item::Piece(Piece::Words(Part::Label, name))
            }
            Line::Choice { index, more, seen } => Item::Piece(Piece::Tap {
                tap: Tap {
                    title: self.choices.get(index)?.title.clone(),
                    more,
                    does: Does::Choose(index),
                },
                seen,
            }),
            Line::Page {
                name,
                address,
                leads,
            } => page(name, address, leads),
            Line::Gap | Line::Open(_) | Line::Close => return None,
        })
    }
}

fn page(name: Option<String>, address: String, leads: Leads) -> Item {
    match leads {
        Leads::Picture { alt } => Item::Piece(Piece::Picture(Picture {
            url: address,
            caption: name,
            alt,
        })),
        Leads::Preview => Item::Link(Link {
            title: name,
            url: address,
        }),
        Leads::Place { la, lo } => match (la.number(), lo.number()) {
            (Some(latitude), Some(longitude)) => Item::Place(Place {
                latitude,
                longitude,
                title: name,
                url: address,
            }),
            _ => Item::Link(Link {
                title: name,
                url: address,
            }),
        },
        Leads::Page { seen } => Item::Piece(Piece::Tap {
            tap: opening(name, address),
            seen,
        }),
        Leads::Way { la, lo, seen } => {
            let tap = match (la.number(), lo.number()) {
                (Some(latitude), Some(longitude)) => way(name, latitude, longitude, address),
                _ => opening(name, address),
            };
            Item::Piece(Piece::Tap { tap, seen })
        }
    }
}

impl Item {
    /// As part of a card.
    pub(super) fn piece(self) -> Piece {
        let tap = match self {
            Self::Piece(piece) => return piece,
            Self::Link(link) => opening(link.title, link.url),
            Self::Place(place) => way(place.title, place.latitude, place.longitude, place.url),
        };
        Piece::Tap { tap, seen: false }
    }
}

fn opening(name: Option<String>, url: String) -> Tap {
    Tap {
        title: name.unwrap_or_else(|| short_name(&url).to_owned()),
        more: String::new(),
        does: Does::Open(url),
    }
}

fn way(name: Option<String>, latitude: f64, longitude: f64, url: String) -> Tap {
    Tap {
        title: name.unwrap_or_else(|| short_name(&url).to_owned()),
        more: String::new(),
        does: Does::Navigate {
            latitude,
            longitude,
            url,
        },
    }
}
