//! What a browser sent: fields, files and the token that proves it was our page.

use crate::Actor;
use crate::app::App;
use crate::failure::Failure;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use bytes::Bytes;
use kernel::{Day, Id};
use std::collections::BTreeMap;
use store::OnceKey;

/// A file that came with a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The field.
    pub field: String,
    /// The name it has on the sender's machine.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// 表单: fields in the order sent; a name may come several times. Read only after the token fits.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// Files with at least one byte.
    pub files: Vec<Part>,
}

/// Errors by field, for the summary and beside each field.
pub type FieldErrors = BTreeMap<&'static str, String>;

/// Bytes a form without files may have.
const MOST_TEXT: usize = 2 * 1024 * 1024;

impl Form {
    /// A form as a test writes it.
    pub fn of(fields: &[(&str, &str)]) -> Form {
        let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        Form {
            fields: fields.iter().map(own).collect(),
            files: vec![],
        }
    }

    /// What a program sent as JSON, read as a form would be, so that both are judged alike: an
    /// object's fields by their names, a list as its name several times, nothing for null.
    pub fn of_json(object: &serde_json::Value) -> Form {
        let mut fields = Vec::new();
        for (name, value) in object.as_object().into_iter().flatten() {
            let mut add = |value: &serde_json::Value| match value {
                serde_json::Value::Null => {}
                serde_json::Value::String(text) => fields.push((name.clone(), text.clone())),
                serde_json::Value::Bool(true) => fields.push((name.clone(), "on".to_owned())),
                serde_json::Value::Bool(false) => {}
                other => fields.push((name.clone(), other.to_string())),
            };
            match value {
                serde_json::Value::Array(several) => several.iter().for_each(&mut add),
                one => add(one),
            }
        }
        Form {
            fields,
            files: vec![],
        }
    }

    /// The field's text without surrounding blanks; empty if it did not come.
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(k, _)| k == name)
            .map_or("", |(_, v)| v.trim())
    }

    /// Whether the field came at all.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(k, _)| k == name)
    }

    /// Every value of that name, empty ones left out.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(k, v)| k == name && !v.trim().is_empty())
            .map(|(_, v)| v.trim())
    }

    /// Every field, for forms whose names are made by the page.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// An id.
    pub fn id(&self, name: &str) -> Option<Id> {
        self.text(name).parse().ok()
    }

    /// Ids.
    pub fn ids(&self, name: &str) -> Vec<Id> {
        self.all(name)
            .filter_map(|text| text.parse().ok())
            .collect()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    /// A day as date fields send it.
    pub fn day(&self, name: &str) -> Option<Day> {
        self.text(name).parse().ok()
    }

    /// A ticked box.
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.text(name), "on" | "1" | "true")
    }

    /// The version of the row the page showed.
    pub fn version(&self) -> i64 {
        self.number("_version").unwrap_or(0)
    }

    /// The key that makes this form count once.
    pub fn once(&self, actor: &Actor) -> OnceKey {
        OnceKey {
            account: actor.account,
            key: self.text("_key").chars().take(64).collect(),
        }
    }

    async fn read(request: Request, app: &App) -> Result<Form, Failure> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok());
        if kind.is_some_and(|k| k.starts_with("multipart/form-data")) {
            let multipart = Multipart::from_request(request, app)
                .await
                .map_err(|_| Failure::Unreadable("表单的格式不对，请刷新页面后再提交。"))?;
            return Form::read_multipart(multipart, app.upload_limit).await;
        }
        let bytes = axum::body::to_bytes(request.into_body(), MOST_TEXT)
            .await
            .map_err(|_| Failure::TooLarge("文字超过 2 MB,请精简后再提交。".to_owned()))?;
        let fields = serde_urlencoded::from_bytes(&bytes)
            .map_err(|_| Failure::Unreadable("表单的格式不对，请刷新页面后再提交。"))?;
        Ok(Form {
            fields,
            files: vec![],
        })
    }

    async fn read_multipart(mut multipart: Multipart, limit: usize) -> Result<Form, Failure> {
        const CUT: Failure = Failure::Unreadable("文件没有传完整，请重新提交。");
        let mut form = Form::default();
        let mut total = 0;
        while let Some(mut field) = multipart.next_field().await.map_err(|_| CUT)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(|_| CUT)? {
                total += chunk.len();
                if total > limit {
                    let most = limit / 1024 / 1024;
                    return Err(Failure::TooLarge(format!(
                        "一次最多上传 {most} MB,请分几次上传。"
                    )));
                }
                bytes.extend_from_slice(&chunk);
            }
            match file_name {
                Some(file_name) if !bytes.is_empty() => {
                    form.files.push(Part {
                        field: name,
                        file_name,
                        bytes: bytes.into(),
                    });
                }
                Some(_) => {}
                None => form
                    .fields
                    .push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(form)
    }
}

impl FromRequest<App> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let expected = request
            .extensions()
            .get::<Actor>()
            .map(|actor| actor.csrf.clone());
        let header_token = request
            .headers()
            .get("x-csrf-token")
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned);
        let form = Form::read(request, app).await?;
        if let Some(expected) = expected {
            let sent = header_token
                .as_deref()
                .unwrap_or_else(|| form.text("_csrf"));
            if expected.is_empty() || sent != expected {
                return Err(Failure::Forged);
            }
        }
        Ok(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_trimmed_and_may_repeat() {
        let form = Form::of(&[
            ("name", "  第一小学 "),
            ("id", "3"),
            ("id", "x"),
            ("id", "5"),
        ]);
        assert_eq!(form.text("name"), "第一小学");
        assert_eq!(form.ids("id"), [Id(3), Id(5)]);
        assert!(!form.has("other") && form.text("other").is_empty());
    }

    #[test]
    fn json_is_read_as_a_form() {
        let json = serde_json::json!({
            "name": " 第一小学 ", "tag": ["a", "b"], "from": null, "main": true, "off": false, "n": 3
        });
        let form = Form::of_json(&json);
        assert_eq!(form.text("name"), "第一小学");
        assert_eq!(form.all("tag").collect::<Vec<_>>(), ["a", "b"]);
        assert!(!form.has("from") && form.ticked("main") && !form.has("off"));
        assert_eq!(form.number("n"), Some(3));
    }
}
