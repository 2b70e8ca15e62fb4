//! Sections that may stand in the file any number of times (`[[folders]]`), documented from the code like the others.
//!
//! They come from the file only: a list has no name in the environment.

/// Makes the structure of one entry of a list, its default and its documented keys.
///
/// `shared` are keys that other sections have too, and stand among those of the entry; `nested` are lists inside an
/// entry, which document themselves.
macro_rules! entry {
    ($(#[doc = $entry_doc:literal])* $entry:ident {
        $($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr,)*
    } $(+ shared {
        $(#[doc = $shared_doc:literal])* $shared:ident: $shared_type:ty,
    })? nested {
        $($(#[doc = $nested_doc:literal])* $nested:ident: $nested_type:ty,)*
    }) => {
        $(#[doc = $entry_doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $entry {
            $($(#[doc = $doc])* pub $name: $type,)*
            $($(#[doc = $shared_doc])* #[serde(flatten)] pub $shared: $shared_type,)?
            $($(#[doc = $nested_doc])* pub $nested: $nested_type,)*
        }

        impl Default for $entry {
            fn default() -> Self {
                Self {
                    $($name: $default,)*
                    $($shared: <$shared_type>::default(),)?
                    $($nested: Vec::new(),)*
                }
            }
        }

        impl $entry {
            /// Returns every key, as they stand in the section `section`, with default and meaning.
            pub(super) fn keys(section: &str) -> Vec<crate::config::settings::Key> {
                let defaults = Self::default();
                let keys = vec![$(crate::config::settings::Key {
                    name: format!("{section}.{}", stringify!($name)),
                    default: crate::config::settings::written(&defaults.$name),
                    meaning: [$($doc),*].concat().trim().to_owned(),
                },)*];
                $(let keys = [keys, <$shared_type>::keys(section)].concat();)?
                keys
            }
        }
    };
}
pub(super) use entry;
