//! Reading JSON, where no library may be linked that does it.
//!
//! What is read here was written by the same version of the same tool, so it is read strictly: an unknown field is an error.

use std::fmt;
use std::time::Duration;

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// Makes one of a value.
    ///
    /// # Errors
    ///
    /// If the value has another shape.
    fn from_value(value: Value) -> Result<Self, Problem>;
}

/// Reads a whole text.
///
/// # Errors
///
/// If it is not JSON, or has another shape.
///
/// ```
/// let list: Vec<u8> = explore_protocol::read::from_text("[1, 2]").unwrap();
/// assert_eq!(list, [1, 2]);
/// let problem = explore_protocol::read::from_text::<Vec<u8>>("[1, 256]").unwrap_err();
/// assert_eq!(problem.to_string(), "256 is not a u8");
/// ```
pub fn from_text<T: FromJson>(text: &str) -> Result<T, Problem> {
    let mut parser = Parser { rest: text, depth: 0 };
    let value = parser.value()?;
    parser.blanks();
    match parser.rest {
        "" => T::from_value(value),
        rest => Err(Problem(format!("nothing should follow, but {} does", excerpt(rest)))),
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(
    /// In words.
    pub String,
);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

/// A value, as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in its own digits.
    Number(String),
    /// A text, without quotes and escapes.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in its own order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The fields of an object.
    ///
    /// # Errors
    ///
    /// If it is something else.
    pub fn fields(self, what: &str) -> Result<Vec<(String, Value)>, Problem> {
        match self {
            Value::Object(fields) => Ok(fields),
            other => Err(other.is_not(what)),
        }
    }

    /// The problem that this value is something else than was expected.
    pub fn is_not(&self, what: &str) -> Problem {
        let value = match self {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(digits) => digits.clone(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        Problem(format!("{value} is not {what}"))
    }
}

macro_rules! numbers {
    ($($type:ident $name:literal)*) => {$(
        impl FromJson for $type {
            fn from_value(value: Value) -> Result<Self, Problem> {
                let number = match &value {
                    Value::Number(digits) => digits.parse().ok(),
                    _ => None,
                };
                number.ok_or_else(|| value.is_not($name))
            }
        }
    )*};
}

numbers!(u8 "a u8" u32 "a u32" u64 "a u64" usize "a usize");

impl FromJson for bool {
    fn from_value(value: Value) -> Result<Self, Problem> {
        match value {
            Value::Bool(value) => Ok(value),
            other => Err(other.is_not("true or false")),
        }
    }
}

impl FromJson for String {
    fn from_value(value: Value) -> Result<Self, Problem> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(other.is_not("a text")),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_value(value: Value) -> Result<Self, Problem> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_value(value: Value) -> Result<Self, Problem> {
        match value {
            Value::List(values) => values.into_iter().map(T::from_value).collect(),
            other => Err(other.is_not("a list")),
        }
    }
}

impl FromJson for Duration {
    fn from_value(value: Value) -> Result<Self, Problem> {
        let (mut secs, mut nanos): (u64, u32) = (0, 0);
        for (name, value) in value.fields("a duration")? {
            match name.as_str() {
                "secs" => secs = u64::from_value(value)?,
                "nanos" => nanos = u32::from_value(value)?,
                other => return Err(Problem(format!("a duration has no {other}"))),
            }
        }
        match nanos {
            0..1_000_000_000 => Ok(Duration::new(secs, nanos)),
            _ => Err(Problem(format!("{nanos} ns are a second or more"))),
        }
    }
}

/// Deeper than anything that is sent.
const DEEPEST: u32 = 32;

struct Parser<'t> {
    rest: &'t str,
    depth: u32,
}

impl Parser<'_> {
    fn value(&mut self) -> Result<Value, Problem> {
        self.blanks();
        for (word, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            if self.takes(word) {
                return Ok(value);
            }
        }
        match self.rest.chars().next() {
            Some('"') => Ok(Value::Text(self.text()?)),
            Some('-' | '0'..='9') => Ok(self.number()),
            Some('[') => {
                let mut items = Vec::new();
                self.nested(']', |parser| {
                    items.push(parser.value()?);
                    Ok(())
                })?;
                Ok(Value::List(items))
            }
            Some('{') => {
                let mut fields: Vec<(String, Value)> = Vec::new();
                self.nested('}', |parser| {
                    parser.blanks();
                    let name = parser.text()?;
                    if fields.iter().any(|(other, _)| *other == name) {
                        return Err(Problem(format!("{name} stands there twice")));
                    }
                    parser.blanks();
                    parser.expect(":")?;
                    fields.push((name, parser.value()?));
                    Ok(())
                })?;
                Ok(Value::Object(fields))
            }
            _ => Err(self.instead_of("a value")),
        }
    }

    /// What is between brackets, with commas between.
    fn nested(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Problem("it is nested too deeply".to_owned()));
        }
        self.rest = &self.rest[1..];
        self.blanks();
        if !self.rest.starts_with(close) {
            item(self)?;
            self.blanks();
            while self.takes(",") {
                item(self)?;
                self.blanks();
            }
        }
        self.depth -= 1;
        self.expect(close.encode_utf8(&mut [0; 4]))
    }

    /// Its digits are looked at where the number is used.
    fn number(&mut self) -> Value {
        let of_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let end = self.rest.find(|c| !of_number(c)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        Value::Number(digits.to_owned())
    }

    fn text(&mut self) -> Result<String, Problem> {
        self.expect("\"")?;
        let mut text = String::new();
        loop {
            let Some(end) = self.rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return Err(Problem("a text has no end".to_owned()));
            };
            text.push_str(&self.rest[..end]);
            let found = self.rest.as_bytes()[end];
            self.rest = &self.rest[end + 1..];
            match found {
                b'"' => return Ok(text),
                b'\\' => text.push(self.escaped()?),
                _ => return Err(Problem("a text has a raw control character".to_owned())),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Problem> {
        let escape = self.rest.chars().next().ok_or_else(|| self.instead_of("an escape"))?;
        self.rest = &self.rest[escape.len_utf8()..];
        Ok(match escape {
            '"' | '\\' | '/' => escape,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let first = self.code_unit()?;
                let units = match first {
                    // Two of them are one character.
                    0xd800..0xdc00 if self.takes("\\u") => vec![first, self.code_unit()?],
                    _ => vec![first],
                };
                match char::decode_utf16(units.iter().copied()).collect::<Vec<_>>()[..] {
                    [Ok(c)] => c,
                    _ => return Err(Problem(format!("\\u{first:04x} is half a character"))),
                }
            }
            other => return Err(Problem(format!("\\{other} is not an escape"))),
        })
    }

    fn code_unit(&mut self) -> Result<u16, Problem> {
        let digits = self.rest.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| self.instead_of("four hexadecimal digits"))?;
        let unit = u16::from_str_radix(digits, 16).map_err(|error| Problem(error.to_string()))?;
        self.rest = &self.rest[4..];
        Ok(unit)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn takes(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), Problem> {
        if self.takes(word) { Ok(()) } else { Err(self.instead_of(word)) }
    }

    fn instead_of(&self, wanted: &str) -> Problem {
        Problem(format!("{} should be {wanted}", excerpt(self.rest)))
    }
}

fn excerpt(text: &str) -> String {
    match text {
        "" => "the end".to_owned(),
        text => format!("{:?}", text.chars().take(20).collect::<String>()),
    }
}
