//! What the layout shows around every page.

use crate::app::App;
use crate::{Actor, Right};
use kernel::Day;

/// 页框: title, who is signed in, where they can go. Every page struct has one in `frame`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Title of the page and of the browser's tab.
    pub title: String,
    /// 单位: whose system this is, for the bar at the top.
    pub county: String,
    /// Who is signed in, and where they work; empty on public pages.
    pub who: String,
    /// Links in the bar, the present one marked.
    pub nav: Vec<NavLink>,
    /// Token for the page's forms.
    pub csrf: String,
    /// A fresh key for the page's form.
    pub key: String,
    /// Key of what the browser keeps while offline.
    pub offline_key: String,
    /// One sentence said after a deed.
    pub said: Option<String>,
    /// 今天
    pub today: Day,
    /// `11月20日 09:12`, when the page was made.
    pub made_at: String,
    /// Fingerprint of the assets, for their addresses.
    pub assets: &'static str,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// Whether the page uses the whole screen: boards and drafts.
    pub wide: bool,
}

/// A link of the bar.
#[derive(Clone, Debug)]
pub struct NavLink {
    /// Word.
    pub label: &'static str,
    /// Where it goes.
    pub path: &'static str,
    /// Whether this page belongs to it.
    pub on: bool,
    /// Number beside it; none shown when zero.
    pub count: i64,
}

impl Frame {
    /// The frame of a page for somebody signed in. `section` is the path of the bar's link that the
    /// page belongs to.
    pub async fn new(app: &App, actor: &Actor, section: &str, title: &str) -> crate::Result<Frame> {
        let mut nav = Vec::new();
        for item in app.nav.iter().filter(|item| actor.can_anywhere(item.right)) {
            if !(item.shown)(actor) {
                continue;
            }
            let count = match item.count {
                Some(count) => count(app.clone(), actor.clone()).await?,
                None => 0,
            };
            nav.push(NavLink {
                label: item.label,
                path: item.path,
                on: item.path == section,
                count,
            });
        }
        let place = actor.home().map_or("", |grant| grant.node_name.as_str());
        let role = actor.home().map_or("", |grant| grant.role.chinese());
        let who = [place, role, actor.name.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        Ok(Frame {
            who,
            nav,
            csrf: actor.csrf.clone(),
            key: app.store.context.token(),
            offline_key: actor.offline_key.clone(),
            signed_in: true,
            ..Frame::public(app, title)
        })
    }

    /// The frame of a page that needs no account.
    pub fn public(app: &App, title: &str) -> Frame {
        let now = app.store.now();
        Frame {
            title: title.to_owned(),
            county: app.county.clone(),
            who: String::new(),
            nav: vec![],
            csrf: String::new(),
            key: String::new(),
            offline_key: String::new(),
            said: None,
            today: now.day(),
            made_at: now.chinese(),
            assets: crate::assets::fingerprint(),
            signed_in: false,
            wide: false,
        }
    }

    /// With the sentence said after a deed, from the address.
    pub fn saying(mut self, said: Option<String>) -> Frame {
        self.said = said.filter(|s| !s.is_empty() && s.chars().count() <= 200);
        self
    }

    /// Uses the whole screen.
    pub fn wide(mut self) -> Frame {
        self.wide = true;
        self
    }

    /// The number beside the bar's link to that path.
    pub fn count_of(&self, path: &str) -> i64 {
        self.nav
            .iter()
            .find(|link| link.path == path)
            .map_or(0, |link| link.count)
    }

    /// Whether the person could do that anywhere, for links that lead there.
    pub fn offers(actor: &Actor, right: Right) -> bool {
        actor.can_anywhere(right)
    }
}
