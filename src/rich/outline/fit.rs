//! An outline within what a platform's widgets take.

use super::{Block, Card, Menu, Outline, Section, Tap, uniform_runs};

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
    /// More cards or menus with the same title.
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

/// The outline within `limits`. What goes beyond them is text: choices under the numbers by which typed answers find them.
pub fn fit(outline: Outline, limits: &Limits) -> Outline {
    let mut fitting = Fitting {
        limits,
        numbered: outline.numbered,
        blocks: Vec::new(),
    };
    for block in outline.blocks {
        fitting.block(block);
    }
    let replies = fitting.replies(outline.replies);
    Outline {
        blocks: fitting.blocks,
        replies,
        numbered: outline.numbered,
    }
}

struct Fitting<'a> {
    limits: &'a Limits,
    numbered: bool,
    blocks: Vec<Block>,
}

/// One card within the limits: one or several, and lines that no card takes.
struct Fitted {
    cards: Vec<Card>,
    rest: Vec<String>,
}

impl Fitting<'_> {
    fn block(&mut self, block: Block) {
        match block {
            Block::Card(card) => self.card(card),
            Block::Carousel(cards) if self.limits.cards_per_carousel < 2 => {
                for card in cards {
                    self.card(card);
                }
            }
            Block::Carousel(cards) => self.carousel(cards),
            Block::Menu(menu) => self.menu(menu),
            Block::Picture(picture) if !(self.limits.pictures)(&picture.url) => {
                let text = Block::Picture(picture).text(self.numbered);
                self.blocks.push(Block::Text(text));
            }
            Block::Link(link) if !(self.limits.links)(&link.url) => {
                let text = Block::Link(link).text(self.numbered);
                self.blocks.push(Block::Text(text));
            }
            block @ (Block::Text(_) | Block::Picture(_) | Block::Place(_) | Block::Link(_)) => {
                self.blocks.push(block);
            }
        }
    }

    fn card(&mut self, mut card: Card) {
        let only_choices = card.taps.iter().all(Tap::is_choice);
        if !only_choices && !self.limits.mixed_taps && card.taps.iter().any(Tap::is_choice) {
            let links = card.taps.extract_if(.., |tap| !tap.is_choice()).collect();
            let title = again(&card);
            self.card(card);
            return self.card_of_links(title, links);
        }
        if only_choices
            && card.taps.len() > self.limits.taps_per_card
            && self.limits.menu_options > self.limits.taps_per_card
        {
            return self.card_as_menu(card);
        }
        let Fitted { cards, rest } = self.fitted(card);
        let mut last_is_text = false;
        for card in cards {
            last_is_text = self.place(card);
        }
        match self.blocks.last_mut() {
            _ if rest.is_empty() => {}
            Some(Block::Text(text)) if last_is_text => {
                text.push('\n');
                text.push_str(&rest.join("\n"));
            }
            _ => self.blocks.push(Block::Text(rest.join("\n"))),
        }
    }

    fn card_of_links(&mut self, title: Option<String>, links: Vec<Tap>) {
        match self.limits.beyond {
            Beyond::Again => self.card(Card {
                title,
                taps: links,
                ..Card::default()
            }),
            Beyond::Text => {
                let lines: Vec<String> = links.iter().map(|tap| tap.line(self.numbered)).collect();
                self.blocks.push(Block::Text(lines.join("\n")));
            }
        }
    }

    /// More choices than a card takes: a menu, below the picture.
    fn card_as_menu(&mut self, card: Card) {
        let words = card.words();
        if let Some(picture) = card.picture {
            self.block(Block::Picture(picture));
        }
        self.menu(Menu {
            title: (!words.is_empty()).then_some(words),
            sections: vec![Section {
                title: None,
                options: card.taps,
            }],
        });
    }

    /// Pushes a card, or what it is where it cannot be one; says whether that ends in a text.
    fn place(&mut self, card: Card) -> bool {
        let bare = card.taps.is_empty();
        if !bare || (card.picture.is_some() && self.limits.bare_cards) {
            self.blocks.push(Block::Card(card));
            return false;
        }
        let words = card.words();
        if let Some(picture) = card.picture {
            self.blocks.push(Block::Picture(picture));
        }
        if !words.is_empty() {
            self.blocks.push(Block::Text(words.clone()));
        }
        !words.is_empty()
    }

    fn fitted(&self, mut card: Card) -> Fitted {
        let limits = self.limits;
        let mut rest = Vec::new();
        let picture = card.picture.take();
        match picture {
            Some(picture) if !(limits.pictures)(&picture.url) => rest.push(picture.url),
            picture => card.picture = picture,
        }
        card.link = card
            .link
            .take()
            .filter(|url| limits.card_links && (limits.links)(url));
        let mut taps = std::mem::take(&mut card.taps);
        taps.retain(|tap| {
            let known = tap.url().is_none_or(limits.links) && limits.taps_per_card > 0;
            if !known {
                rest.push(tap.line(self.numbered));
            }
            known
        });
        // Something to tap is left, so that the card is one and can be tapped itself.
        if taps.len() > limits.taps_per_card
            && let Some(link) = card.link.as_deref()
            && let Some(at) = taps.iter().position(|tap| tap.url() == Some(link))
        {
            taps.remove(at);
        }
        let mut hands = self.hands(taps).into_iter();
        let title = again(&card);
        card.taps = hands.next().unwrap_or_default();
        let mut cards = vec![card];
        for taps in hands {
            match limits.beyond {
                Beyond::Again => cards.push(Card {
                    title: title.clone(),
                    taps,
                    ..Card::default()
                }),
                Beyond::Text => rest.extend(taps.iter().map(|tap| tap.line(self.numbered))),
            }
        }
        Fitted { cards, rest }
    }

    /// Taps by the cards that they stand on.
    fn hands(&self, taps: Vec<Tap>) -> Vec<Vec<Tap>> {
        let limits = self.limits;
        if limits.mixed_taps || taps.iter().all(Tap::is_choice) {
            return self.parts(taps, limits.taps_per_card);
        }
        let (choices, links): (Vec<Tap>, Vec<Tap>) = taps.into_iter().partition(Tap::is_choice);
        let mut hands = self.parts(choices, limits.taps_per_card);
        hands.extend(links.into_iter().map(|link| vec![link]));
        hands
    }

    /// At most `most` in each part: equally many, or as many as possible first if only the first part is used.
    fn parts<T>(&self, items: Vec<T>, most: usize) -> Vec<Vec<T>> {
        match self.limits.beyond {
            Beyond::Again => even_parts(items, most),
            Beyond::Text => parts_of(items, most),
        }
    }

    fn carousel(&mut self, cards: Vec<Card>) {
        let mut fitting = Vec::new();
        let mut rests = Vec::new();
        for card in cards {
            let title = again(&card);
            let Fitted { cards, mut rest } = self.fitted(card);
            let shows = |card: &Card| !card.some_words().is_empty() || card.picture.is_some();
            fitting.extend(cards.into_iter().filter(shows));
            if !rest.is_empty() {
                rest.splice(0..0, title);
                rests.push(rest.join("\n"));
            }
        }
        let mut run = Vec::new();
        for card in fitting {
            // In a carousel a card may have words alone, where cards need nothing to tap.
            if card.taps.is_empty() && !self.limits.bare_cards {
                self.side_by_side(std::mem::take(&mut run));
                self.place(card);
            } else {
                run.push(card);
            }
        }
        self.side_by_side(run);
        if !rests.is_empty() {
            self.blocks.push(Block::Text(rests.join("\n\n")));
        }
    }

    fn side_by_side(&mut self, cards: Vec<Card>) {
        let runs = match self.limits.uniform_carousels {
            true => uniform_runs(cards),
            false => vec![cards],
        };
        for run in runs {
            for part in even_parts(run, self.limits.cards_per_carousel) {
                if part.len() > 1 {
                    self.blocks.push(Block::Carousel(part));
                } else {
                    for card in part {
                        self.place(card);
                    }
                }
            }
        }
    }

    fn menu(&mut self, menu: Menu) {
        let most = self.limits.menu_options;
        if most == 0 {
            return self.menu_as_cards(menu);
        }
        if menu.options().count() <= most {
            return self.blocks.push(Block::Menu(menu));
        }
        let Menu { title, sections } = menu;
        let options: Vec<(Option<String>, Tap)> = sections
            .into_iter()
            .flat_map(|Section { title, options }| {
                options.into_iter().map(move |tap| (title.clone(), tap))
            })
            .collect();
        let mut parts = self.parts(options, most).into_iter();
        let mut rest: Vec<String> = Vec::new();
        if let Some(part) = parts.next() {
            self.blocks.push(part_of_menu(title.clone(), part));
        }
        for part in parts {
            match self.limits.beyond {
                Beyond::Again => self.blocks.push(part_of_menu(title.clone(), part)),
                Beyond::Text => rest.extend(part.iter().map(|(_, tap)| tap.line(self.numbered))),
            }
        }
        if !rest.is_empty() {
            self.blocks.push(Block::Text(rest.join("\n")));
        }
    }

    /// A card for each section, each with the menu's title.
    fn menu_as_cards(&mut self, menu: Menu) {
        let Menu { title, sections } = menu;
        for section in sections {
            let lines: Vec<String> = title.iter().cloned().chain(section.title).collect();
            self.card(Card {
                lines,
                taps: section.options,
                ..Card::default()
            });
        }
    }

    fn replies(&mut self, replies: Vec<Tap>) -> Vec<Tap> {
        let limits = self.limits;
        let mut kept = Vec::new();
        let mut rest = Vec::new();
        for tap in replies {
            let known = match tap.url() {
                None => true,
                Some(url) => limits.reply_links && (limits.links)(url),
            };
            if known && kept.len() < limits.replies {
                kept.push(tap);
            } else {
                rest.push(tap.line(self.numbered));
            }
        }
        let rest = rest.join("\n");
        match self.blocks.last_mut() {
            _ if rest.is_empty() => {}
            Some(Block::Text(text)) => {
                text.push_str("\n\n");
                text.push_str(&rest);
            }
            _ => self.blocks.push(Block::Text(rest)),
        }
        kept
    }
}

/// The title of what follows a card with the rest of it.
fn again(card: &Card) -> Option<String> {
    card.title.clone().or_else(|| card.lines.first().cloned())
}

fn part_of_menu(title: Option<String>, options: Vec<(Option<String>, Tap)>) -> Block {
    let mut sections: Vec<Section> = Vec::new();
    for (title, tap) in options {
        match sections.last_mut() {
            Some(last) if last.title == title => last.options.push(tap),
            _ => sections.push(Section {
                title,
                options: vec![tap],
            }),
        }
    }
    Block::Menu(Menu { title, sections })
}

/// Parts of at most `most`, as few as possible, and of nearly the same length.
fn even_parts<T>(items: Vec<T>, most: usize) -> Vec<Vec<T>> {
    let parts = items.len().div_ceil(most.max(1));
    let size = items.len().div_ceil(parts.max(1));
    parts_of(items, size)
}

fn parts_of<T>(items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::new();
    for item in items {
        match parts.last_mut() {
            Some(part) if part.len() < size => part.push(item),
            _ => parts.push(vec![item]),
        }
    }
    parts
}
