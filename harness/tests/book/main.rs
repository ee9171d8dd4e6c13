//! What mdBook lets slip. It only logs a missing include, shows nothing for a missing anchor, follows no
//! link, and cannot know that a listing is run by nobody or that a translation is older than its page.

mod contents;
mod editions;
mod first_page;
mod includes;
mod links;
mod listings;
mod prose;
mod quizzes;
mod source;
