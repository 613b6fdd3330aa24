//! 要写的工作簿: what a sheet holds before it is a file.

use kernel::Day;

/// 工作簿
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// At least one.
    pub sheets: Vec<SheetOut>,
}

/// 工作表
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetOut {
    /// Name on the tab; characters Excel refuses are replaced and length is cut to 31.
    pub name: String,
    /// Heading over all columns.
    pub title: Option<String>,
    /// Lines between title and header: 填表说明 of a template, how a table is to be read.
    pub notes: Vec<String>,
    /// Columns from the left.
    pub columns: Vec<Column>,
    /// Rows under the header; a short row is filled up with empty cells.
    pub rows: Vec<Vec<Value>>,
}

/// 列
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Title in the header row.
    pub title: String,
    /// In characters of the default font; a Chinese character takes two.
    pub width: u16,
    /// What its cells hold.
    pub kind: Kind,
    /// Values to choose from; empty when anything may be typed.
    pub choices: Vec<String>,
    /// Whether its title carries a star: must be filled in.
    pub required: bool,
}

/// 列的类型
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Text; cells are formatted as text, so that what is typed keeps its zeros.
    #[default]
    Text,
    /// Whole numbers.
    Integer,
    /// Two decimals.
    Decimal,
    /// Dates, `yyyy-mm-dd`.
    Day,
    /// 原因: why a row came back; red.
    Reason,
}

/// 值
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Always written as text, never as a formula.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Hundredths: fen of yuan, points with two decimals.
    Hundredths(i64),
    /// A day.
    Day(Day),
    /// Nothing.
    #[default]
    Empty,
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        if s.is_empty() {
            Value::Empty
        } else {
            Value::Text(s.to_owned())
        }
    }
}

impl From<String> for Value {
    fn from(s: String) -> Value {
        if s.is_empty() {
            Value::Empty
        } else {
            Value::Text(s)
        }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Integer(n)
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Value {
        Value::Day(day)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Empty, Into::into)
    }
}

impl Column {
    /// A column of text.
    pub fn text(title: &str, width: u16) -> Column {
        Column {
            title: title.to_owned(),
            width,
            ..Column::default()
        }
    }

    /// The same column holding something else.
    pub fn of(mut self, kind: Kind) -> Column {
        self.kind = kind;
        self
    }

    /// The same column with a list to choose from.
    pub fn choices<S: Into<String>>(mut self, choices: impl IntoIterator<Item = S>) -> Column {
        self.choices = choices.into_iter().map(Into::into).collect();
        self
    }

    /// The same column, marked as one that must be filled in.
    pub fn required(mut self) -> Column {
        self.required = true;
        self
    }
}

impl SheetOut {
    /// 退回的行: the same sheet with other rows, each with the reason it came back in a last
    /// column 原因, so that it can be corrected and imported again as it is.
    pub fn template_back(&self, bad: Vec<(Vec<Value>, String)>) -> SheetOut {
        let mut sheet = SheetOut {
            rows: Vec::new(),
            ..self.clone()
        };
        let width = sheet.columns.len();
        sheet
            .columns
            .push(Column::text("原因", 40).of(Kind::Reason));
        for (mut row, reason) in bad {
            row.resize(width, Value::Empty);
            row.push(Value::Text(reason));
            sheet.rows.push(row);
        }
        sheet
    }
}
