//! Sections that may stand in the file any number of times (`[[folders]]`), documented from the code like the others.
//!
//! They come from the file only: a list has no name in the environment.

/// Makes the structure of one entry of a list, its default and its documented keys.
///
/// `nested` are lists inside an entry; they document themselves.
macro_rules! entry {
    ($(#[doc = $entry_doc:literal])* $list:literal $entry:ident {
        $($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr,)*
    } nested {
        $($(#[doc = $nested_doc:literal])* $nested:ident: $nested_type:ty,)*
    }) => {
        $(#[doc = $entry_doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $entry {
            $($(#[doc = $doc])* pub $name: $type,)*
            $($(#[doc = $nested_doc])* pub $nested: $nested_type,)*
        }

        impl Default for $entry {
            fn default() -> Self {
                Self { $($name: $default,)* $($nested: Vec::new(),)* }
            }
        }

        impl $entry {
            /// Returns every key of an entry, with default and meaning.
            pub(super) fn keys() -> Vec<crate::config::settings::Key> {
                let defaults = Self::default();
                vec![$(crate::config::settings::Key {
                    name: format!("[{}].{}", $list, stringify!($name)),
                    default: crate::config::settings::written(&defaults.$name),
                    meaning: [$($doc),*].concat().trim().to_owned(),
                },)*]
            }
        }
    };
}
pub(super) use entry;
