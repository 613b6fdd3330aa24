//! What ids and days look like to programs that speak to the interface.

use crate::{Day, Id};
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

fn text() -> ObjectBuilder {
    Object::builder().schema_type(Type::String)
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        text()
            .description(Some("标识，十进制整数写成的字符串"))
            .pattern(Some("^[0-9]{1,19}$"))
            .into()
    }
}

impl ToSchema for Id {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        text()
            .description(Some("日期，北京时间，如 2026-11-20"))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Day")
    }
}
