//! The lines of a message as a tree of what belongs together.

use crate::rich::line::{Group, Leads, Line, Part};

/// A line, or lines that belong together.
pub(super) enum Node {
    Leaf(Line),
    Group(Group, Vec<Node>),
}

/// The tree of lines that open as many groups as they close.
pub(super) fn nodes(lines: Vec<Line>) -> Vec<Node> {
    let mut outer: Vec<(Group, Vec<Node>)> = Vec::new();
    let mut inner = Vec::new();
    for line in lines {
        match line {
            Line::Open(group) => outer.push((group, std::mem::take(&mut inner))),
            Line::Close => {
                if let Some((group, before)) = outer.pop() {
                    let nodes = std::mem::replace(&mut inner, before);
                    inner.push(Node::Group(group, nodes));
                }
            }
            line => inner.push(Node::Leaf(line)),
        }
    }
    inner
}

/// Whether the lines that lie in `nodes`, however deep, have what `wanted` looks for. Groups that `enter` refuses are not looked into.
pub(super) fn has(nodes: &[Node], enter: fn(Group) -> bool, wanted: fn(&Line) -> bool) -> bool {
    nodes.iter().any(|node| match node {
        Node::Leaf(line) => wanted(line),
        Node::Group(group, inner) => enter(*group) && has(inner, enter, wanted),
    })
}

/// Whether it is a card by itself: something to tap and what it is about.
pub(super) fn is_card(node: &Node) -> bool {
    let Node::Group(group, inner) = node else {
        return false;
    };
    let boxes = |group: Group| matches!(group, Group::Column | Group::Row);
    boxes(*group) && has(inner, boxes, is_tap) && has(inner, boxes, is_shown)
}

/// Whether a list can be a menu: it offers choices, and has nothing in it that a menu cannot show.
pub(super) fn is_menu(nodes: &[Node]) -> bool {
    let lists = |group: Group| group != Group::Replies;
    let other = |line: &Line| match line {
        Line::Page { leads, .. } => {
            matches!(
                leads,
                Leads::Picture { .. } | Leads::Preview | Leads::Place { .. }
            )
        }
        _ => false,
    };
    let has_cards = nodes.iter().any(holds_cards);
    let is_choice = |line: &Line| matches!(line, Line::Choice { .. });
    !has_cards && has(nodes, lists, is_choice) && !has(nodes, lists, other)
}

fn holds_cards(node: &Node) -> bool {
    match node {
        Node::Leaf(_) => false,
        Node::Group(group, inner) => *group == Group::Cards || inner.iter().any(holds_cards),
    }
}

fn is_tap(line: &Line) -> bool {
    match line {
        Line::Choice { .. } => true,
        Line::Page { leads, .. } => matches!(leads, Leads::Page { .. } | Leads::Way { .. }),
        _ => false,
    }
}

fn is_shown(line: &Line) -> bool {
    match line {
        Line::Text { part, .. } => *part != Part::Label,
        Line::Page { leads, .. } => matches!(leads, Leads::Picture { .. }),
        _ => false,
    }
}
