//! An outline within what a platform's widgets take.

use super::{Beyond, Block, Card, Limits, Menu, Outline, Section, Tap, uniform_runs};

/// How many cards or menus with the same title follow the first one; what is still left is text. A title may be long.
const MOST_AGAIN: usize = 9;

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
        for (taps, again) in hands.zip(0..) {
            match limits.beyond {
                Beyond::Again if again < MOST_AGAIN => cards.push(Card {
                    title: title.clone(),
                    taps,
                    ..Card::default()
                }),
                _ => rest.extend(taps.iter().map(|tap| tap.line(self.numbered))),
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
        let mut titles = Vec::new();
        let mut options = Vec::new();
        for (at, section) in sections.into_iter().enumerate() {
            titles.push(section.title);
            options.extend(section.options.into_iter().map(|tap| (at, tap)));
        }
        let mut rest = Vec::new();
        for (part, times) in self.parts(options, most).into_iter().zip(0..) {
            let again = self.limits.beyond == Beyond::Again && times <= MOST_AGAIN;
            if times == 0 || again {
                let sections = sections_of(part, &titles);
                let title = title.clone();
                self.blocks.push(Block::Menu(Menu { title, sections }));
            } else {
                rest.extend(part);
            }
        }
        if !rest.is_empty() {
            let title = None;
            let sections = sections_of(rest, &titles);
            let text = Menu { title, sections }.text(self.numbered);
            self.blocks.push(Block::Text(text));
        }
    }

    /// A card for each section, each with the menu's title.
    fn menu_as_cards(&mut self, menu: Menu) {
        let Menu { title, sections } = menu;
        for (section, times) in sections.into_iter().zip(0..) {
            let title = title.iter().filter(|_| times <= MOST_AGAIN).cloned();
            self.card(Card {
                lines: title.chain(section.title).collect(),
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

/// Options, each with its section, as sections.
fn sections_of(options: Vec<(usize, Tap)>, titles: &[Option<String>]) -> Vec<Section> {
    let mut sections: Vec<(usize, Section)> = Vec::new();
    for (at, tap) in options {
        match sections.last_mut() {
            Some((same, section)) if *same == at => section.options.push(tap),
            _ => {
                let title = titles.get(at).cloned().flatten();
                let options = vec![tap];
                sections.push((at, Section { title, options }));
            }
        }
    }
    sections.into_iter().map(|(_, section)| section).collect()
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
