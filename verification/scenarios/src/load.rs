//! Reads scenarios from their files.

use crate::Scenario;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All scenarios of this crate, in the order of their names.
///
/// # Errors
/// Returns an error if a file cannot be read or has no scenario, if a scenario is malformed, or if
/// two have the same name.
pub fn scenarios() -> Result<Vec<Scenario>, String> {
    let mut scenarios = Vec::new();
    for file in files(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").as_path())? {
        let topic = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).map_err(|error| format!("{topic}: {error}"))?;
        let found = parse(&topic, &text).map_err(|error| format!("{topic}: {error}"))?;
        if found.is_empty() {
            return Err(format!("{topic}: no scenario in the file"));
        }
        scenarios.extend(found);
    }
    let mut names = BTreeSet::new();
    match scenarios.iter().find(|scenario| !names.insert(scenario.name().to_owned())) {
        Some(twin) => Err(format!("{}: two scenarios with this name", twin.name())),
        None if scenarios.is_empty() => Err("no scenario".to_owned()),
        None => Ok(scenarios),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
    });
    let mut files = entries.map_err(|error| format!("the folder of scenarios: {error}"))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

/// The scenarios of one file. A scenario with cases becomes one scenario per case.
fn parse(topic: &str, text: &str) -> Result<Vec<Scenario>, String> {
    let templates: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut scenarios = Vec::new();
    for mut template in templates {
        let name = template.get("name").and_then(Value::as_str).unwrap_or("(no name)");
        let name = format!("{topic}::{name}");
        match template.remove("cases") {
            None => scenarios.push(scenario(&name, template, &Map::new())?),
            Some(Value::Object(cases)) => {
                for (case, values) in cases {
                    let name = format!("{name}::{case}");
                    let Value::Object(values) = values else {
                        return Err(format!("{name}: a case must be an object"));
                    };
                    scenarios.push(scenario(&name, template.clone(), &values)?);
                }
            }
            Some(_) => return Err(format!("{name}: `cases` must be an object")),
        }
    }
    Ok(scenarios)
}

fn scenario(
    name: &str,
    template: Map<String, Value>,
    values: &Map<String, Value>,
) -> Result<Scenario, String> {
    let mut used = BTreeSet::new();
    let mut filled = fill(Value::Object(template), values, &mut used);
    if let Some(unused) = values.keys().find(|key| !used.contains(*key)) {
        return Err(format!("{name}: ${unused} is not used"));
    }
    if let Some(slot) = filled.get_mut("name") {
        *slot = name.into();
    }
    serde_json::from_value(filled).map_err(|error| format!("{name}: {error}"))
}

/// Replaces each `"$name"` by the value of the case, or by null if the case has none.
fn fill(value: Value, values: &Map<String, Value>, used: &mut BTreeSet<String>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => {
                used.insert(name.to_owned());
                values.get(name).cloned().unwrap_or_default()
            }
            None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(|item| fill(item, values, used)).collect(),
        Value::Object(members) => {
            let filled = members.into_iter().map(|(key, item)| (key, fill(item, values, used)));
            Value::Object(filled.collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_fills_its_values_in() {
        let text = r#"[{"name": "n", "about": "$why", "steps": ["$step", {"resource": "$status"}],
            "cases": {"a": {"why": "x", "step": "hold", "status": 200},
                      "b": {"why": "y", "step": "release", "status": 401}}}]"#;
        let scenarios = parse("topic", text).unwrap();
        let names: Vec<_> = scenarios.iter().map(|s| (s.name(), s.about())).collect();
        assert_eq!(names, [("topic::n::a", "x"), ("topic::n::b", "y")]);
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        for bad in [
            r#"[{"name": "n", "about": "", "steps": [], "step": []}]"#,
            r#"[{"name": "n", "about": "", "steps": ["hodl"]}]"#,
            r#"[{"name": "n", "about": "", "steps": [], "cases": {"a": {"unused": 1}}}]"#,
            r#"[{"name": "n", "about": "", "steps": ["$missing"], "cases": {"a": {}}}]"#,
            r#"[{"name": "n", "about": "", "steps": [], "expect": {"token_request": 1}}]"#,
        ] {
            assert!(parse("topic", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_files_of_this_crate_are_well_formed() {
        let scenarios = scenarios().unwrap();
        assert!(scenarios.iter().all(|s| s.about().ends_with('.') && !s.schemes().is_empty()));
    }
}
