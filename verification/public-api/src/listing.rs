//! The items of a library.

use crate::Outcome;
use std::path::Path;
use std::process::Command;

/// Has the version that wrote the snapshots. A new one is taken together with new snapshots.
const TOOLCHAIN: &str = "1.95.0";

/// The public items, one a line.
pub(crate) fn of(root: &Path, library: &str) -> Outcome<String> {
    let target = root.join("target/public-api");
    let mut cargo = Command::new("rustup");
    cargo
        .args(["run", TOOLCHAIN, "cargo", "rustdoc", "--quiet", "--locked"])
        .args(["--package", library, "--lib", "--all-features"])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        // The JSON is unstable; this allows it on a stable toolchain.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTDOCFLAGS")
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(root);
    if !cargo.status()?.success() {
        return Err(format!("no list of {library}; is toolchain {TOOLCHAIN} installed?").into());
    }
    let json = target.join("doc").join(format!("{}.json", library.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    Ok(api.items().map(|item| format!("{item}\n")).filter(|line| is_listed(line)).collect())
}

/// The auto traits are six lines for each type; without one of these two a caller may not compile.
fn is_listed(line: &str) -> bool {
    let is_of = |name: &&str| {
        let path = line.split(" for ").next().unwrap_or_default();
        line.starts_with("impl") && path.ends_with(name)
    };
    if ["core::marker::Send", "core::marker::Sync"].iter().any(&is_of) {
        return line.contains("!core::marker::");
    }
    ![
        "core::marker::Freeze",
        "core::marker::Unpin",
        "core::marker::UnsafeUnpin",
        "core::panic::unwind_safe::RefUnwindSafe",
        "core::panic::unwind_safe::UnwindSafe",
    ]
    .iter()
    .any(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_auto_traits_only_a_missing_send_or_sync_is_listed() {
        assert!(is_listed("impl !core::marker::Send for a::B\n"));
        assert!(is_listed("impl<'a> !core::marker::Sync for a::B<'a>\n"));
        assert!(is_listed("impl core::marker::Copy for a::B\n"));
        assert!(is_listed("pub fn a::f(impl core::marker::Send)\n"));
        assert!(!is_listed("impl core::marker::Send for a::B\n"));
        assert!(!is_listed("impl<T> core::marker::Sync for a::B<T> where T: Sync\n"));
        assert!(!is_listed("impl !core::panic::unwind_safe::UnwindSafe for a::B\n"));
        assert!(!is_listed("impl core::marker::Freeze for a::B\n"));
    }
}
