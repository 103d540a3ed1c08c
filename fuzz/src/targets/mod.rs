//! The targets, by name.

mod answers;
mod callbacks;
mod config;
mod engine;
mod file_link;
mod file_relay;
mod gateway;
mod line;
mod liveengage_signature;
mod meta;
mod names;
mod notification;
mod profile;
mod rich;
mod settings_files;
mod split;
mod stored;
mod twilio;
mod twilio_signature;
mod web;
mod whatsapp;

/// One target.
#[derive(Debug)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// What must hold.
    pub about: &'static str,
    /// Panics where it does not hold.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub static TARGETS: &[Target] = &[
    Target {
        name: "answers",
        about: "LiveEngage's answers: any body has a meaning, no token prints, ids and codes are short and plain, secrets go to \
                LivePerson's hosts only, a signed address leads to the file storage",
        run: answers::run,
        seeds: answers::seeds,
    },
    Target {
        name: "config",
        about: "bindings: any are read, every mistake is named, and no value of a secret stands in a mistake",
        run: config::run,
        seeds: config::seeds,
    },
    Target {
        name: "engine",
        about: "what Durable Objects are asked, what they have stored and what is answered: nothing stops the engine, nothing said is logged",
        run: engine::run,
        seeds: engine::seeds,
    },
    Target {
        name: "file_link",
        about: "links to files: what opens was made with our key for that very file and time, and any change of it opens nothing",
        run: file_link::run,
        seeds: file_link::seeds,
    },
    Target {
        name: "file_relay",
        about: "files on their way: known headers with plain values, media types of a list, one range, lengths as they are",
        run: file_relay::run,
        seeds: file_relay::seeds,
    },
    Target {
        name: "gateway_inbound",
        about: "what an app posts: every event has an end, can be stored, and is read only from listed hosts",
        run: gateway::inbound,
        seeds: gateway::inbound_seeds,
    },
    Target {
        name: "gateway_signature",
        about: "Standard Webhooks: accepted is what an independent check accepts, and no changed byte is",
        run: gateway::signature,
        seeds: gateway::signature_seeds,
    },
    Target {
        name: "line_inbound",
        about: "LINE's callbacks: everybody who says something is somebody, files are asked for at LINE only, kinds are plain words, \
                all of it can be stored",
        run: line::inbound,
        seeds: line::inbound_seeds,
    },
    Target {
        name: "line_signature",
        about: "x-line-signature: accepted is what an independent check accepts, and no changed byte is",
        run: line::signature,
        seeds: line::signature_seeds,
    },
    Target {
        name: "liveengage_signature",
        about: "X-Liveperson-Signature: accepted is what an independent check accepts, and no changed byte is",
        run: liveengage_signature::run,
        seeds: liveengage_signature::seeds,
    },
    Target {
        name: "meta_inbound",
        about: "Messenger's and Instagram's callbacks: everybody has an address, files are read from Meta's hosts only and without a token, \
                kinds are plain words, all of it can be stored",
        run: meta::inbound,
        seeds: meta::inbound_seeds,
    },
    Target {
        name: "meta_signature",
        about: "X-Hub-Signature-256 and the handshake: accepted is what an independent check accepts, no changed byte is, and a challenge \
                that comes back is harmless",
        run: meta::signature,
        seeds: meta::signature_seeds,
    },
    Target {
        name: "names",
        about: "names of objects, keys and paths: plain, short, and different for different ids",
        run: names::run,
        seeds: names::seeds,
    },
    Target {
        name: "notification",
        about: "LiveEngage's notifications: no change is lost, no private note survives, all of it can be stored and shown",
        run: notification::run,
        seeds: notification::seeds,
    },
    Target {
        name: "profile",
        about: "profiles: any JSON is read, and cleaning one twice is cleaning it once",
        run: profile::run,
        seeds: profile::seeds,
    },
    Target {
        name: "redirect",
        about: "redirects of files: to listed hosts only, never from https to http, without credentials to another host",
        run: web::redirect,
        seeds: web::redirect_seeds,
    },
    Target {
        name: "rich",
        about: "structured content: read without loss, shown without end, its choices numbered as shown and matched by their number",
        run: rich::run,
        seeds: rich::seeds,
    },
    Target {
        name: "settings_files",
        about: "wrangler.toml and .dev.vars, as the command-line client reads them: any text has a reading",
        run: settings_files::run,
        seeds: settings_files::seeds,
    },
    Target {
        name: "split",
        about: "cut texts: every piece fits, and together they are the text but for white space",
        run: split::run,
        seeds: split::seeds,
    },
    Target {
        name: "stored",
        about: "stored and internal JSON, of whatever release: what can be read can be written and read again",
        run: stored::run,
        seeds: stored::seeds,
    },
    Target {
        name: "twilio_inbound",
        about: "Twilio's callbacks: a message has an id of Twilio's and a sender, kinds are plain words, all of it can be stored",
        run: twilio::run,
        seeds: twilio::seeds,
    },
    Target {
        name: "twilio_signature",
        about: "X-Twilio-Signature: accepted is what an independent check accepts, and no change of what is signed is",
        run: twilio_signature::run,
        seeds: twilio_signature::seeds,
    },
    Target {
        name: "web_address",
        about: "web addresses: what is at a listed host is there for the runtime's parser too",
        run: web::address,
        seeds: web::address_seeds,
    },
    Target {
        name: "whatsapp_inbound",
        about: "WhatsApp's callbacks: everybody has an address of WhatsApp's form, files are asked for at Meta only, kinds are plain words, \
                all of it can be stored",
        run: whatsapp::run,
        seeds: whatsapp::seeds,
    },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
