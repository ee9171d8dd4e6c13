//! Writing JSON, without a library whose implementations a program under exploration could see.
//!
//! The compiler considers every implementation in a program's whole graph of crates. With `serde_json` in it, `n == "3".parse().unwrap()`
//! no longer has one meaning: a number can be compared with `serde_json::Value` as well. So what is linked with explored programs
//! writes by this module. The text is what `serde_json` would write, down to the byte; `tests/json.rs` compares them.
//!
//! ```
//! use explore_trace::json::{ToJson, Writer};
//!
//! struct Point {
//!     x: u32,
//!     name: Option<String>,
//! }
//!
//! impl ToJson for Point {
//!     fn write(&self, json: &mut Writer) {
//!         json.object(|point| {
//!             point.field("x", &self.x);
//!             point.some("name", &self.name);
//!         });
//!     }
//! }
//!
//! assert_eq!(explore_trace::json::line(&Point { x: 1, name: None }), r#"{"x":1}"#);
//! ```

mod format;

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::time::Duration;

/// What has a JSON form.
pub trait ToJson {
    /// Writes one value.
    fn write(&self, json: &mut Writer);
}

/// A value as one line.
pub fn line(value: &(impl ToJson + ?Sized)) -> String {
    written(value, None)
}

/// A value indented by two blanks, for people and for `git diff`.
pub fn pretty(value: &(impl ToJson + ?Sized)) -> String {
    written(value, Some(0))
}

fn written(value: &(impl ToJson + ?Sized), depth: Option<usize>) -> String {
    let mut writer = Writer { text: String::new(), depth };
    value.write(&mut writer);
    writer.text
}

/// Where a value is written to.
#[derive(Debug)]
pub struct Writer {
    text: String,
    /// How deep an indented text is nested; `None` writes one line.
    depth: Option<usize>,
}

impl Writer {
    /// An object: `fields` writes what is in it.
    pub fn object(&mut self, fields: impl FnOnce(&mut Fields<'_>)) {
        self.nested('{', '}', |writer| {
            let mut inside = Fields { writer, empty: true };
            fields(&mut inside);
            inside.empty
        });
    }

    /// An array.
    pub fn array<T: ToJson>(&mut self, items: impl IntoIterator<Item = T>) {
        self.nested('[', ']', |writer| {
            let mut empty = true;
            for item in items {
                writer.next(&mut empty);
                item.write(writer);
            }
            empty
        });
    }

    /// A text, with quotes around it and what JSON wants escaped.
    pub fn text(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                c if c < ' ' => self.plain(format_args!("\\u{:04x}", u32::from(c))),
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    /// What needs no quotes: a number, `true`, `null`.
    pub fn plain(&mut self, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
    }

    fn nested(&mut self, open: char, close: char, inside: impl FnOnce(&mut Writer) -> bool) {
        self.text.push(open);
        self.depth = self.depth.map(|depth| depth + 1);
        let empty = inside(self);
        self.depth = self.depth.map(|depth| depth - 1);
        if !empty {
            self.new_line();
        }
        self.text.push(close);
    }

    /// What stands before a field or an item.
    fn next(&mut self, empty: &mut bool) {
        if !std::mem::replace(empty, false) {
            self.text.push(',');
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        if let Some(depth) = self.depth {
            self.text.push('\n');
            (0..depth).for_each(|_| self.text.push_str("  "));
        }
    }
}

/// The fields of an object that is being written.
#[derive(Debug)]
pub struct Fields<'w> {
    writer: &'w mut Writer,
    empty: bool,
}

impl Fields<'_> {
    /// One more field.
    pub fn field(&mut self, name: &str, value: &(impl ToJson + ?Sized)) {
        self.writer.next(&mut self.empty);
        self.writer.text(name);
        self.writer.text.push(':');
        if self.writer.depth.is_some() {
            self.writer.text.push(' ');
        }
        value.write(self.writer);
    }

    /// A field that is left out where there is no value.
    pub fn some(&mut self, name: &str, value: &Option<impl ToJson>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// A list that is left out if it is empty.
    pub fn unless_empty(&mut self, name: &str, values: &[impl ToJson]) {
        if !values.is_empty() {
            self.field(name, values);
        }
    }

    /// A flag that is left out if it is not set.
    pub fn if_set(&mut self, name: &str, value: bool) {
        if value {
            self.field(name, &true);
        }
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl ToJson for $type {
            fn write(&self, json: &mut Writer) {
                json.plain(self);
            }
        }
    )*};
}

plain!(bool u8 u16 u32 u64 usize i32 i64);

impl ToJson for str {
    fn write(&self, json: &mut Writer) {
        json.text(self);
    }
}

impl ToJson for String {
    fn write(&self, json: &mut Writer) {
        json.text(self);
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write(&self, json: &mut Writer) {
        (**self).write(json);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, json: &mut Writer) {
        match self {
            Some(value) => value.write(json),
            None => json.plain("null"),
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write(&self, json: &mut Writer) {
        json.array(self);
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self, json: &mut Writer) {
        json.array(self);
    }
}

impl<K: Display, V: ToJson> ToJson for BTreeMap<K, V> {
    fn write(&self, json: &mut Writer) {
        json.object(|object| {
            for (key, value) in self {
                object.field(&key.to_string(), value);
            }
        });
    }
}

/// As serde writes it: seconds and nanoseconds.
impl ToJson for Duration {
    fn write(&self, json: &mut Writer) {
        json.object(|duration| {
            duration.field("secs", &self.as_secs());
            duration.field("nanos", &self.subsec_nanos());
        });
    }
}
