//! In which language pictures and sentences speak.

use std::fmt;
use std::str::FromStr;

/// A language of pictures and sentences. Names of `std` and of the program are the same in all of them.
///
/// ```
/// use explore_trace::Language;
///
/// assert_eq!("zh".parse(), Ok(Language::Zh));
/// assert_eq!(Language::Zh.to_string(), "zh");
/// assert_eq!("tlh".parse::<Language>().unwrap_err().to_string(), "there is no language tlh; there are: en, zh");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::En, Language::Zh];

    /// Its tag: `en`, `zh`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    /// A phrase in which an explorer states a bound, or what it has not checked, in this language. A phrase that is not known stays as it is.
    ///
    /// ```
    /// use explore_trace::Language;
    ///
    /// assert_eq!(Language::Zh.phrase("leaks of memory"), "内存泄漏");
    /// assert_eq!(Language::En.phrase("leaks of memory"), "leaks of memory");
    /// ```
    #[cfg(feature = "pictures")]
    pub fn phrase(self, phrase: &str) -> String {
        match self {
            Language::En => phrase.to_owned(),
            Language::Zh => crate::chinese::phrase(phrase),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        let found = Language::ALL.into_iter().find(|language| language.tag() == tag);
        found.ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

/// A tag that is not a language's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage(
    /// The tag.
    pub String,
);

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tags = Language::ALL.map(Language::tag).join(", ");
        write!(f, "there is no language {}; there are: {tags}", self.0)
    }
}

impl std::error::Error for UnknownLanguage {}
