//! What the driver has to say: files, packages, the installation and linking. One file per diagnostic.

mod bad_manifest;
mod dependency;
mod incomplete_installation;
mod link_failed;
mod no_linker;
mod no_main_module;
mod no_sources;
mod not_a_package;
mod not_utf8;
mod std_mismatch;
mod takes_source;
mod too_large;
mod unknown_target;
mod unreadable;
mod unwritable;

pub use bad_manifest::BadManifest;
pub use dependency::BadDependency;
pub use incomplete_installation::IncompleteInstallation;
pub use link_failed::LinkFailed;
pub use no_linker::NoLinker;
pub use no_main_module::NoMainModule;
pub use no_sources::NoSources;
pub use not_a_package::NotAPackage;
pub use not_utf8::NotUtf8;
pub use std_mismatch::StdMismatch;
pub use takes_source::TakesSource;
pub use too_large::TooLarge;
pub use unknown_target::UnknownTarget;
pub use unreadable::Unreadable;
pub use unwritable::Unwritable;

/// What the system says, without the number that Rust adds.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_string(),
        None => text,
    }
}
