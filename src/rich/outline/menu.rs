//! Lists to choose from.

use super::build::{Builder, Item};
use super::segment::Piece;
use super::tree::Node;
use super::{Block, Menu, Section, Tap, take_last_text};
use crate::rich::line::{Group, Part};

impl Builder {
    /// A list as a menu; what a menu cannot show stands below it.
    pub(super) fn menu(&mut self, nodes: Vec<Node>) {
        self.flush();
        let mut draft = MenuDraft::default();
        self.fill(nodes, false, &mut draft);
        let title = match draft.title.as_slice() {
            [] => take_last_text(&mut self.blocks),
            title => Some(title.join("\n")),
        };
        let mut sections: Vec<Section> = Vec::new();
        for section in draft.sections {
            match (section, sections.last_mut()) {
                // Nothing follows what would stand over it.
                (Section { title, options }, _) if options.is_empty() => {
                    let titles = title.into_iter();
                    let titles = titles.map(|title| Piece::Words(Part::Label, title));
                    draft.after.extend(titles);
                }
                (
                    Section {
                        title: None,
                        options,
                    },
                    Some(last),
                ) if last.title.is_none() => {
                    last.options.extend(options);
                }
                (section, _) => sections.push(section),
            }
        }
        self.push(Block::Menu(Menu { title, sections }));
        self.run.append(&mut draft.after);
    }

    fn fill(&mut self, nodes: Vec<Node>, in_section: bool, draft: &mut MenuDraft) {
        for node in nodes {
            match node {
                Node::Group(Group::Replies, inner) => {
                    self.replies_into(inner, &mut draft.after);
                }
                Node::Group(group, inner) => {
                    let fresh = matches!(group, Group::Section | Group::Buttons);
                    draft.fresh |= fresh;
                    self.fill(inner, in_section || group == Group::Section, draft);
                    draft.fresh |= fresh;
                }
                Node::Leaf(line) => match self.item(line).map(Item::piece) {
                    Some(Piece::Tap { tap, .. }) if tap.is_choice() => draft.option(tap),
                    Some(Piece::Words(Part::Title | Part::Words, text)) => {
                        if in_section || !draft.sections.is_empty() {
                            draft.heading(text);
                        } else {
                            draft.title.push(text);
                        }
                    }
                    piece => draft.after.extend(piece),
                },
            }
        }
    }
}

/// A menu in the making.
#[derive(Default)]
struct MenuDraft {
    title: Vec<String>,
    sections: Vec<Section>,
    /// Whether the next choice begins a section.
    fresh: bool,
    /// What a menu does not show.
    after: Vec<Piece>,
}

impl MenuDraft {
    fn option(&mut self, tap: Tap) {
        self.section(|_| true).options.push(tap);
    }

    fn heading(&mut self, text: String) {
        let title = &mut self.section(|last| last.options.is_empty()).title;
        *title = Some(match title.take() {
            Some(before) => format!("{before}\n{text}"),
            None => text,
        });
    }

    /// The section that is being filled, if it is `open`, or else a new one.
    fn section(&mut self, open: impl Fn(&Section) -> bool) -> &mut Section {
        let fresh = std::mem::take(&mut self.fresh);
        let last = self.sections.pop_if(|last| !fresh && open(last));
        self.sections.push_mut(last.unwrap_or_default())
    }
}
