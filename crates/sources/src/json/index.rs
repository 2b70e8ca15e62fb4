//! Where the names of one object are, so that a name is found in one step however late it is asked for.

use std::cell::Cell;

use super::names::SLOTS;
use super::node::Node;

/// No name of the object has this slot.
const NONE: u8 = 0;
/// Several names have it, or one whose value is far behind.
const SEVERAL: u8 = u8::MAX;

/// The names of the object that was last looked into.
pub(super) struct Index {
    object: Cell<usize>,
    /// How far behind the object the value is whose name has a slot.
    slots: [Cell<u8>; SLOTS],
}

/// What an index says of a name.
pub(super) enum Place {
    /// The object has no such name.
    Nowhere,
    /// If anywhere, it is at this place.
    At(usize),
    /// It may be anywhere in the object.
    Somewhere,
}

impl Index {
    /// Returns the index of no object yet.
    pub(super) fn new() -> Self {
        Self {
            object: Cell::new(usize::MAX),
            slots: [const { Cell::new(NONE) }; SLOTS],
        }
    }

    /// Tells whether it is the index of the object at a place.
    #[inline(always)]
    pub(super) fn is_of(&self, object: usize) -> bool {
        self.object.get() == object
    }

    /// Makes it the index of the object at a place; `nodes` are those of its document up to the object's end.
    pub(super) fn fill(&self, object: usize, nodes: &[Node]) {
        self.object.set(object);
        self.slots.iter().for_each(|slot| slot.set(NONE));
        let mut at = object + 1;
        while let Some(node) = nodes.get(at) {
            let slot = &self.slots[node.name.slot()];
            slot.set(match (slot.get(), u8::try_from(at - object)) {
                (NONE, Ok(behind)) => behind,
                _ => SEVERAL,
            });
            at = node.end as usize;
        }
    }

    /// Returns where the object has a name of this slot.
    #[inline(always)]
    pub(super) fn place(&self, slot: usize) -> Place {
        match self.slots[slot % SLOTS].get() {
            NONE => Place::Nowhere,
            SEVERAL => Place::Somewhere,
            behind => Place::At(self.object.get() + usize::from(behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::json::parse;
    use crate::text::Text;

    /// Returns an object whose `n`th name, for each `n` below `count`, has the value `n`, and `inner` one like it.
    fn numbered(count: usize) -> String {
        let held: Vec<String> = (0..count).map(|n| format!("\"name {n}\":{n}")).collect();
        let held = held.join(",");
        let comma = if count == 0 { "" } else { "," };
        format!(r#"{{{held}{comma}"inner":{{{held}}}}}"#)
    }

    #[test]
    fn every_name_of_every_object_is_found_and_no_other() {
        for count in [0, 1, 5, 20, 60, 300] {
            let text = numbered(count);
            let document = parse(Text {
                text: &text,
                offset: 0,
            })
            .expect("JSON");
            let root = document.root();
            // Two objects in turn, forwards and backwards.
            for n in (0..count).chain((0..count).rev()) {
                let name = format!("name {n}");
                let inner = root.child("inner").expect("given");
                for object in [root, inner] {
                    assert_eq!(object.figure(&name), Some(n as f64), "{count} names");
                }
                assert_eq!(root.figure(&format!("inner.{name}")), Some(n as f64));
            }
            for other in ["name", "name 1000", "", "inner.inner"] {
                assert!(root.at(other).is_none(), "{count} names, {other:?}");
            }
        }
    }
}
