//! What platforms' widgets take.

/// What a platform's widgets take. Lengths of texts are not among it: they are cut where they are written.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Things to tap on one card.
    pub taps_per_card: usize,
    /// Whether choices and links may stand on the same card. If not, each link has a card of its own.
    pub mixed_taps: bool,
    /// Whether there are cards without anything to tap. If not, they are a picture and a text.
    pub bare_cards: bool,
    /// Whether a card as a whole can open a page. The tap that does the same gives way where taps are too many.
    pub card_links: bool,
    /// Cards of one carousel; with less than two there are no carousels.
    pub cards_per_carousel: usize,
    /// Whether all cards of a carousel have to be of one shape; see [`super::is_uniform`].
    pub uniform_carousels: bool,
    /// Choices of one menu; with 0 there are no menus, and choices stand on cards.
    pub menu_options: usize,
    /// Quick replies of one message.
    pub replies: usize,
    /// Whether a quick reply can open a page.
    pub reply_links: bool,
    /// What becomes of things to tap that are too many for a card or a menu.
    pub beyond: Beyond,
    /// Whether the platform can show a picture with that address.
    pub pictures: fn(&str) -> bool,
    /// Whether the platform can open a page with that address.
    pub links: fn(&str) -> bool,
}

/// What becomes of things to tap that are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// More cards or menus with the same title; text only after many of them.
    Again,
    /// Lines of text below.
    Text,
}

impl Limits {
    /// No limit at all: what others are written from.
    pub const NONE: Self = Self {
        taps_per_card: usize::MAX,
        mixed_taps: true,
        bare_cards: true,
        card_links: false,
        cards_per_carousel: usize::MAX,
        uniform_carousels: false,
        menu_options: usize::MAX,
        replies: usize::MAX,
        reply_links: true,
        beyond: Beyond::Again,
        pictures: |_| true,
        links: |_| true,
    };
}
