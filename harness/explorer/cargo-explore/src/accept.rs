//! Findings in crates of others that are accepted: data races that are known, or meant. Nothing else can be: what goes wrong otherwise within somebody's
//! crate may be the caller's doing.

use crate::Misuse;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use std::path::Path;

/// Something that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// As it was written.
    pub text: String,
    /// The file, or the folder with `/` behind it, as the compiler is told of it.
    pub place: String,
}

/// What a text names.
#[derive(Debug, PartialEq, Eq)]
struct Named<'t> {
    package: &'t str,
    version: Option<&'t str>,
    file: Option<&'t str>,
}

const FORM: &str = "`data race in PACKAGE`, `data race in PACKAGE@VERSION`, or one of these with a file of the package behind it: `data race in seq@1.0 src/lock.rs`";

/// So many bits say which of them occurred.
const MOST: usize = 63;

fn read(text: &str) -> Option<Named<'_>> {
    let mut words = text.strip_prefix("data race in ")?.split_whitespace();
    let (name, file) = (words.next()?, words.next());
    let (package, version) = match name.split_once('@') {
        Some((package, version)) => (package, Some(version)),
        None => (name, None),
    };
    words.next().is_none().then_some(Named { package, version, file })
}

/// The packages that the workspace stands on, asked for when something of them is accepted.
pub(crate) struct Others(Option<Metadata>);

impl Others {
    pub fn none() -> Others {
        Others(None)
    }

    /// What these texts accept. `of` is who says it.
    ///
    /// # Errors
    ///
    /// [`Misuse`], when a text means nothing, or names a crate of the workspace's own, or one that it does not stand on.
    pub fn find(
        &mut self,
        texts: &[String],
        of: &str,
        manifest: &Path,
    ) -> anyhow::Result<Vec<Accepted>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        if self.0.is_none() {
            self.0 = Some(MetadataCommand::new().manifest_path(manifest).exec()?);
        }
        let wrong = |text: &str, what: String| Misuse(format!("{of} accepts `{text}`: {what}"));
        if texts.len() > MOST {
            return Err(
                wrong(&texts[MOST], format!("more than {MOST} cannot be told apart")).into()
            );
        }
        let all = self.0.as_ref().map(|metadata| (&metadata.packages, &metadata.workspace_members));
        let Some((packages, members)) = all else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for text in texts {
            let named =
                read(text).ok_or_else(|| wrong(text, format!("what can be accepted is {FORM}")))?;
            let is_it = |package: &&Package| {
                let version = package.version.to_string();
                package.name == named.package
                    && named.version.is_none_or(|asked| {
                        version == asked || version.starts_with(&format!("{asked}."))
                    })
            };
            let mut fits = packages.iter().filter(is_it).peekable();
            if fits.peek().is_none() {
                let known = packages.iter().filter(|package| package.name == named.package);
                let known: Vec<String> = known.map(|package| package.version.to_string()).collect();
                let what = match known.as_slice() {
                    [] => "no crate is called so among those that this one stands on".to_owned(),
                    known => format!("it is there in another version: {}", known.join(", ")),
                };
                return Err(wrong(text, what).into());
            }
            for package in fits {
                if members.contains(&package.id) {
                    let what = "it is a crate of this workspace, whose races are to be mended";
                    return Err(wrong(text, what.to_owned()).into());
                }
                let folder = package.manifest_path.parent().map_or("", |folder| folder.as_str());
                let place = match named.file {
                    Some(file) if !Path::new(folder).join(file).is_file() => {
                        return Err(wrong(text, format!("there is no {file} in {folder}")).into());
                    }
                    Some(file) => format!("{folder}/{file}"),
                    None => format!("{folder}/"),
                };
                found.push(Accepted { text: text.clone(), place });
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_is_named_by_kind_crate_and_file() {
        let whole = Named { package: "seq", version: None, file: None };
        assert_eq!(read("data race in seq"), Some(whole));
        let one = Named { package: "seq", version: Some("1.2"), file: Some("src/lock.rs") };
        assert_eq!(read("data race in seq@1.2 src/lock.rs"), Some(one));
        for text in ["data race", "data race in ", "deadlock in seq", "data race in seq a b", "seq"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
