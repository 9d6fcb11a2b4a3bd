//! Natives of `Env`: what the program was started with.

use crate::heap::list::List;
use crate::heap::string::Str;
use crate::native;

native! {
    /// How many arguments the program got.
    fn mesh_env_arg_count as "Env.raw_arg_count"(cx) -> i64 {
        std::env::args_os().count().saturating_sub(1) as i64
    }

    /// An argument of the program.
    fn mesh_env_arg as "Env.raw_arg"(cx, index: i64) -> Str {
        let place = usize::try_from(index).ok().and_then(|index| index.checked_add(1));
        let argument = place.and_then(|place| std::env::args_os().nth(place));
        cx.string(&argument.unwrap_or_default().to_string_lossy())
    }

    /// A variable of the environment.
    fn mesh_env_get as "Env.get"(cx, name: Str) -> Option<Str> {
        let name = name.as_str();
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        std::env::var_os(name).map(|value| cx.string(&value.to_string_lossy()))
    }

    /// All variables, as `NAME=value`.
    fn mesh_env_all as "Env.raw_all"(cx) -> List {
        let all: Vec<String> = std::env::vars_os()
            .map(|(name, value)| {
                [name.to_string_lossy(), "=".into(), value.to_string_lossy()].concat()
            })
            .collect();
        cx.list_of_strings(all.iter().map(String::as_str))
    }

    /// The folder that relative paths start at; none if it was removed.
    fn mesh_env_current_dir as "Env.raw_current_dir"(cx) -> Option<Str> {
        let folder = std::env::current_dir().ok();
        folder.map(|folder| cx.string(&folder.to_string_lossy()))
    }
}
