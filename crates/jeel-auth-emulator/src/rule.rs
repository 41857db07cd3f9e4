//! Rules: faults for the requests to a path.

use serde_json::Value;

use crate::Fault;
use crate::rule_json::{self, InvalidRule};

/// A fault for the requests to a path, at any endpoint of the emulator.
///
/// A rule applies to a limited number of requests, or to all of them. While several rules match a
/// request, the one that was added first applies.
///
/// ```
/// use jeel_auth_emulator::{Emulator, Response, Rule};
///
/// let emulator = Emulator::start()?;
/// let rejection = Response::challenge(r#"Bearer error="invalid_token""#);
/// emulator.add_rule(Rule::new("/v1/payments", rejection).times(3));
/// emulator.add_rule(Rule::new("/oauth2/*", Response::page(407)));
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    path: String,
    method: Option<String>,
    times: Option<u64>,
    fault: Fault,
}

impl Rule {
    /// A rule for every request to `path`. A final `*` matches any rest of a path. The query does
    /// not count.
    pub fn new(path: impl Into<String>, fault: impl Into<Fault>) -> Self {
        Self { path: path.into(), method: None, times: None, fault: fault.into() }
    }

    /// Reads a rule in the JSON form of the [program](crate::program).
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not JSON, or if a member is unknown, missing or invalid.
    pub fn from_json(text: &str) -> Result<Self, InvalidRule> {
        rule_json::parse(text)
    }

    /// Limits the rule to requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Limits the rule to this number of requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let path_matches = match self.path.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == self.path,
        };
        path_matches && self.method.as_ref().is_none_or(|wanted| wanted == method)
    }
}

/// The use of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleRecord {
    /// The number of the rule.
    pub number: u64,
    /// The path of the rule.
    pub path: String,
    /// The number of requests that it applied to.
    pub hits: u64,
    /// The number of requests that it will apply to, `None` if that is not limited.
    pub left: Option<u64>,
}

impl RuleRecord {
    pub(crate) fn to_json(&self) -> Value {
        let Self { number, path, hits, left } = self;
        serde_json::json!({ "number": number, "path": path, "hits": hits, "left": left })
    }
}

/// The rules of an emulator, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    added: u64,
    list: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    number: u64,
    rule: Rule,
    hits: u64,
}

impl Active {
    fn left(&self) -> Option<u64> {
        self.rule.times.map(|times| times.saturating_sub(self.hits))
    }
}

impl Rules {
    /// Adds a rule and returns its number, counted from 1.
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.added += 1;
        self.list.push(Active { number: self.added, rule, hits: 0 });
        self.added
    }

    pub(crate) fn remove(&mut self, number: u64) -> bool {
        let before = self.list.len();
        self.list.retain(|active| active.number != number);
        self.list.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    /// Takes the fault of the first rule that matches.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.list.iter_mut();
        let active =
            rules.find(|active| active.left() != Some(0) && active.rule.matches(method, path))?;
        active.hits += 1;
        Some(active.rule.fault.clone())
    }

    pub(crate) fn records(&self) -> Vec<RuleRecord> {
        let record = |active: &Active| RuleRecord {
            number: active.number,
            path: active.rule.path.clone(),
            hits: active.hits,
            left: active.left(),
        };
        self.list.iter().map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Response;

    fn status(rules: &mut Rules, method: &str, path: &str) -> Option<u16> {
        match rules.take(method, path)? {
            Fault::Response(response) => Some(response.status()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_rule_that_matches_and_is_not_used_up_applies() {
        let mut rules = Rules::default();
        rules.add(Rule::new("/v1/a", Response::new(401)).times(2));
        rules.add(Rule::new("/v1/*", Response::new(503)).method("POST"));
        rules.add(Rule::new("/v1/a", Response::new(404)));
        let mut status = |method, path| status(&mut rules, method, path);
        assert_eq!(status("POST", "/v1/b"), Some(503));
        assert_eq!(status("GET", "/v1/b"), None);
        let statuses = ["GET", "POST", "POST", "GET"].map(|method| status(method, "/v1/a"));
        assert_eq!(statuses, [401, 401, 503, 404].map(Some));
        assert_eq!(status("GET", "/v1/ab"), None);
    }

    #[test]
    fn a_rule_has_a_number_and_a_count_and_can_be_removed() {
        let mut rules = Rules::default();
        let first = rules.add(Rule::new("/a", Fault::Reset).times(3));
        let second = rules.add(Rule::new("/b", Fault::Reset));
        assert!(rules.take("GET", "/a").is_some());
        let counts: Vec<_> = rules.records().iter().map(|r| (r.number, r.hits, r.left)).collect();
        assert_eq!(counts, [(first, 1, Some(2)), (second, 0, None)]);
        assert!(rules.remove(first) && !rules.remove(first));
        assert!(rules.take("GET", "/a").is_none() && rules.take("GET", "/b").is_some());
    }
}
