//! One thing has one name: what a server sends back is a response.

use jeel_auth_house::{files, root};
use std::path::Path;

#[test]
fn what_a_server_sends_back_has_one_name() {
    // Spelt in halves, because this file is searched as well.
    let other_names = ["re".to_owned() + "ply", "re".to_owned() + "plies"];
    let mut lines = Vec::new();
    for file in files("").unwrap() {
        // What was released under the old name stays in the history.
        if file == Path::new("CHANGELOG.md") {
            continue;
        }
        let bytes = std::fs::read(root().join(&file)).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let path = file.to_string_lossy().to_lowercase();
        let named = [path.as_str()].into_iter().chain(text.lines()).enumerate();
        let found = named.filter(|(_, line)| other_names.iter().any(|name| line.contains(name)));
        lines.extend(found.map(|(line, _)| format!("{}:{line}", file.display())));
    }
    assert!(lines.is_empty(), "say \"response\" in\n{}", lines.join("\n"));
}
