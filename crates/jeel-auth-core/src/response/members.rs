//! Chosen members of a JSON object (RFC 8259 §4).

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::cell::Cell;
use std::fmt;

/// The members of these names, unread, as they stand in the text; null is as good as missing.
/// Other members may be anything, as RFC 6749 §5.1 and RFC 7519 §4 demand.
pub(super) fn members<'a, const N: usize>(
    text: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], MembersError> {
    let duplicate = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(Members { names, duplicate: &duplicate });
    match members.and_then(|members| reader.end().map(|()| members)) {
        Ok(members) => Ok(members),
        Err(_) if duplicate.get() => Err(MembersError::Duplicate),
        Err(_) => Err(MembersError::NotAnObject),
    }
}

/// Why there are no members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MembersError {
    /// The text is not one JSON object and nothing else.
    NotAnObject,
    /// A member of these names comes twice. Two readers could take two different ones.
    Duplicate,
}

struct Members<'n, const N: usize> {
    names: [&'n str; N],
    duplicate: &'n Cell<bool>,
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found: [Option<Option<&RawValue>>; N] = [None; N];
        while let Some(position) = map.next_key_seed(Name(&self.names))? {
            match position.and_then(|position| found.get_mut(position)) {
                Some(Some(_)) => {
                    self.duplicate.set(true);
                    return Err(A::Error::custom("a member twice"));
                }
                Some(member) => *member = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found.map(Option::flatten))
    }
}

/// Reads a name as its position among these.
struct Name<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| *known == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<[Option<&str>; 2], MembersError> {
        members(text, ["a", "b"]).map(|members| members.map(|member| member.map(RawValue::get)))
    }

    #[test]
    fn members_are_given_as_they_stand_there() {
        let text = r#" { "b" : [1, {"a":2}] , "c":{}, "\u0061":"x\n" } "#;
        assert_eq!(read(text), Ok([Some(r#""x\n""#), Some(r#"[1, {"a":2}]"#)]));
        assert_eq!(read(r#"{"a":null}"#), Ok([None, None]));
        assert_eq!(read("{}"), Ok([None, None]));
    }

    #[test]
    fn a_member_of_ours_twice_is_refused_and_any_other_is_not() {
        assert_eq!(read(r#"{"a":null,"a":1}"#), Err(MembersError::Duplicate));
        assert_eq!(read(r#"{"a":1,"\u0061":1}"#), Err(MembersError::Duplicate));
        assert_eq!(read(r#"{"c":1,"c":1}"#), Ok([None, None]));
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        for bad in ["", "[]", "[1,2]", "null", "{", "{}x", "{} {}", "{\"a\":1,}", "{\"c\":tru}"] {
            assert_eq!(read(bad), Err(MembersError::NotAnObject), "{bad}");
        }
    }
}
