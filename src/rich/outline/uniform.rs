//! Carousels of platforms that want all cards of one shape.

use super::Card;

/// Whether all cards have equally many taps, and all or none of them a picture and a title.
pub fn is_uniform(cards: &[Card]) -> bool {
    let mut shapes = cards.iter().map(shape);
    let first = shapes.next();
    shapes.all(|shape| Some(shape) == first)
}

/// The cards in as few carousels as their order allows, each of them uniform.
pub fn uniform_runs(cards: Vec<Card>) -> Vec<Vec<Card>> {
    let mut runs: Vec<Vec<Card>> = Vec::new();
    for card in cards {
        match runs.last_mut() {
            Some(run) if run.last().map(shape) == Some(shape(&card)) => run.push(card),
            _ => runs.push(vec![card]),
        }
    }
    runs
}

fn shape(card: &Card) -> (usize, bool, bool) {
    (
        card.taps.len(),
        card.picture.is_some(),
        card.title.is_some(),
    )
}
