//! A form as a browser would send it: what stands in its fields.

/// The fields of the form whose tag holds `mark`, in order, boxes only when ticked.
pub fn fields(html: &str, mark: &str) -> Vec<(String, String)> {
    let at = html
        .match_indices("<form")
        .map(|(i, _)| i)
        .find(|i| tag(&html[*i..]).contains(mark));
    let start = at.unwrap_or_else(|| panic!("no form {mark}"));
    let end = start + html[start..].find("</form>").unwrap();
    let mut rest = &html[start..end];
    let mut out = Vec::new();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let own = tag(rest);
        let after = &rest[own.len()..];
        if own.starts_with("<input") {
            let kind = attribute(own, "type").unwrap_or_default();
            let boxed = kind == "checkbox" || kind == "radio";
            if let Some(name) = attribute(own, "name")
                && kind != "file"
                && (!boxed || own.contains(" checked"))
            {
                let value = attribute(own, "value").unwrap_or(if boxed {
                    "on".into()
                } else {
                    String::new()
                });
                out.push((name, value));
            }
        } else if own.starts_with("<textarea") {
            let value = &after[..after.find("</textarea>").unwrap()];
            out.extend(attribute(own, "name").map(|name| (name, unescape(value))));
        } else if own.starts_with("<select") {
            let body = &after[..after.find("</select>").unwrap()];
            let options: Vec<&str> = body
                .match_indices("<option")
                .map(|(i, _)| tag(&body[i..]))
                .collect();
            let chosen = options
                .iter()
                .find(|o| o.contains(" selected"))
                .or(options.first());
            let value = chosen
                .and_then(|o| attribute(o, "value"))
                .unwrap_or_default();
            out.extend(attribute(own, "name").map(|name| (name, value)));
        }
        rest = after;
    }
    out
}

fn tag(html: &str) -> &str {
    &html[..=html.find('>').unwrap()]
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let end = start + tag[start..].find('"')?;
    Some(unescape(&tag[start..end]))
}

fn unescape(text: &str) -> String {
    let plain = [
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    plain
        .iter()
        .fold(text.to_owned(), |text, (code, c)| text.replace(code, c))
}

/// Sets a field, or adds it.
pub fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    match fields.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => *old = value.to_owned(),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

/// As the callers take them.
pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect()
}
