//! 事项: one demand of a sheet, as drafted.

use crate::entities::when::When;
use kernel::{Day, Id, Period};
use reading::Span;
use rules::measure::Measure;
use rules::who::Who;
use serde::{Deserialize, Serialize};

store::row! {
    /// 事项, as stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Item {
        /// Key.
        pub id: Id,
        /// Whose.
        pub sheet: Id,
        /// Place in the sheet, low first.
        pub rank: i64,
        /// `二、(三)2.`
        pub outline: String,
        /// `a`, `b` where one paragraph holds several.
        pub part: Option<String>,
        /// A heading that only groups.
        pub container: bool,
        /// What is asked, in a few words.
        pub title: String,
        /// What is asked, in full.
        pub text: String,
        /// The deadline of what is asked once.
        pub due: Option<Day>,
        /// The deadline in the document's words.
        pub due_words: String,
        /// Code of [`When`].
        pub cadence: String,
        /// JSON of [`Who`].
        pub who: String,
        /// Whom the document names.
        pub targets_words: String,
        /// 数量要求
        pub quantity: String,
        /// JSON: names of what proves it.
        pub evidence: String,
        /// Most files a submission may carry.
        pub max_files: i64,
        /// Why a photo is needed; none when it is not.
        pub photo_why: Option<String>,
        /// Whether a file must come.
        pub needs_file: bool,
        /// JSON of [`Measure`].
        pub measure: String,
        /// 权重
        pub weight: i64,
        /// 实质事项
        pub substantive: bool,
        /// Organisation that reviews.
        pub reviewer: Id,
        /// JSON of [`Spans`].
        pub spans: String,
        /// JSON: what a person should look at.
        pub doubts: String,
        /// JSON: words that must not be demanded.
        pub forbidden: String,
        /// How sure the reading is, 0 to 100.
        pub confidence: i64,
        /// 已核对: a person has looked at the doubts.
        pub checked: bool,
        /// Not to be issued.
        pub dropped: bool,
        /// Key of the page that saved it last.
        pub saved_key: String,
        /// Version.
        pub version: i64,
    }
}

/// Where in the document an item was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spans {
    /// The whole text.
    pub text: Option<Span>,
    /// The deadline.
    pub due: Option<Span>,
    /// Whom it is asked of.
    pub targets: Option<Span>,
    /// The quantity.
    pub quantity: Option<Span>,
    /// Each piece of evidence.
    pub evidence: Vec<Span>,
}

impl Item {
    /// Whom it concerns.
    pub fn who(&self) -> Who {
        serde_json::from_str(&self.who).unwrap_or_default()
    }

    /// What answers it.
    pub fn measure(&self) -> Measure {
        serde_json::from_str(&self.measure).unwrap_or_default()
    }

    /// When it falls due.
    pub fn when(&self) -> When {
        When::parse(&self.cadence)
    }

    /// What proves it.
    pub fn evidence(&self) -> Vec<String> {
        list(&self.evidence)
    }

    /// What a person should look at.
    pub fn doubts(&self) -> Vec<String> {
        list(&self.doubts)
    }

    /// Words that must not be demanded.
    pub fn forbidden(&self) -> Vec<String> {
        list(&self.forbidden)
    }

    /// Where it was read.
    pub fn spans(&self) -> Spans {
        serde_json::from_str(&self.spans).unwrap_or_default()
    }

    /// Whether it will be asked of anybody.
    pub fn is_asked(&self) -> bool {
        !self.dropped && !self.container
    }

    /// Whether a person must still look at it.
    pub fn is_doubtful(&self) -> bool {
        self.is_asked() && !self.checked && !self.doubts().is_empty()
    }

    /// `二、（三）2.第1件`: its place in the sheet as people read it.
    pub fn place(&self) -> String {
        let outline = self.outline.replace('(', "（").replace(')', "）");
        match self.part.as_deref().and_then(|part| part.bytes().next()) {
            Some(letter @ b'a'..=b'z') => format!("{outline}第{}件", letter - b'a' + 1),
            _ => outline,
        }
    }

    /// The deadline, or the days, as people read them.
    pub fn when_words(&self, period: Period) -> String {
        let when = self.when();
        match (&when, self.due) {
            (When::Once, Some(due)) => format!("{}前", due.short()),
            (When::Once, None) => "未定期限".to_owned(),
            (When::Days(_), _) => format!("{}分别", when.words()),
            (When::Every(_), _) => {
                let days = when.days(self.due, period);
                let days: Vec<_> = days.iter().map(|d| d.short()).collect();
                format!("{}（{}）", when.words(), days.join("、"))
            }
        }
    }

    /// Every value a form can change but the tick, for telling whether somebody did.
    pub fn print(&self) -> String {
        let due = self.due.map(|d| d.to_string()).unwrap_or_default();
        [
            self.outline.as_str(),
            &self.title,
            &self.text,
            &due,
            &self.cadence,
            &self.who,
            &self.quantity,
            &self.evidence,
            self.photo_why.as_deref().unwrap_or("-"),
            &self.measure,
            &self.max_files.to_string(),
            &self.weight.to_string(),
            &self.reviewer.to_string(),
            &format!("{}{}", self.needs_file, self.substantive),
        ]
        .join("\u{1f}")
    }

    /// The same values as a person reads them, for showing two versions beside each other.
    pub fn said(&self, period: Period) -> String {
        let mut parts = vec![
            format!("{} {}", self.place(), self.title),
            self.when_words(period),
            format!("佐证：{}", self.evidence().join("、")),
            format!("最多 {} 份，分值 {}", self.max_files, self.weight),
        ];
        if let Some(why) = &self.photo_why {
            parts.push(format!("要照片：{why}"));
        }
        if self.text != self.title {
            parts.push(self.text.clone());
        }
        parts.join("；")
    }
}

/// A JSON list of texts; empty when it is none.
pub fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Names typed into one field, separated as people separate them.
pub fn names_in(text: &str) -> Vec<String> {
    let parts = text.split(['、', ',', '，', ';', '；', '\n']);
    let mut names: Vec<String> = Vec::new();
    for part in parts.map(str::trim).filter(|p| !p.is_empty()) {
        if !names.iter().any(|n| n == part) {
            names.push(part.chars().take(60).collect());
        }
    }
    names
}
