//! Identifiers: match keys, plates and containers.

use bordergate_model as model;

use super::field::read;
use super::{Error, Word};
use crate::v1;

impl From<&model::MatchKey> for v1::MatchKey {
    fn from(key: &model::MatchKey) -> Self {
        Self {
            kind: key.kind.number(),
            value: key.value.clone(),
        }
    }
}

impl TryFrom<v1::MatchKey> for model::MatchKey {
    type Error = Error;
    fn try_from(key: v1::MatchKey) -> Result<Self, Error> {
        Ok(Self {
            kind: model::KeyKind::needed("kind", key.kind)?,
            value: key.value,
        })
    }
}

impl From<&model::PlateNumber> for v1::Plate {
    fn from(plate: &model::PlateNumber) -> Self {
        Self {
            as_read: plate.as_read().to_owned(),
            normal: plate.normal().to_owned(),
        }
    }
}

impl TryFrom<v1::Plate> for model::PlateNumber {
    type Error = Error;
    fn try_from(plate: v1::Plate) -> Result<Self, Error> {
        read("as_read", Self::parse(&plate.as_read))
    }
}

impl From<&model::ContainerNumber> for v1::Container {
    fn from(container: &model::ContainerNumber) -> Self {
        Self {
            as_read: container.as_read().to_owned(),
            number: container.as_str().to_owned(),
            is_consistent: container.is_consistent(),
        }
    }
}

impl TryFrom<v1::Container> for model::ContainerNumber {
    type Error = Error;
    fn try_from(container: v1::Container) -> Result<Self, Error> {
        read("as_read", Self::parse(&container.as_read))
    }
}
