//! `CrossingService`: crossings by name and by what they have in common. Looking for a plate leaves an audit row.

use std::sync::Arc;

use bordergate_exchange::errors::Failure;
use bordergate_exchange::mapping::{self, Word, from_timestamp};
use bordergate_exchange::v1;
use bordergate_indicators::Fact;
use bordergate_model::{
    Channel, ContainerNumber, Crossing, CrossingId, DeclarationNumber, Direction, GateId, KeyKind,
    MatchKey, PlateNumber, State, TripCode,
};
use bordergate_store::CrossingFilter;
use jiff::Timestamp;
use tonic::{Code, Request, Response, Status, async_trait};
use v1::crossing_service_server::CrossingService;
use v1::list_crossings_request::Identifier;

use super::access::caller;
use super::failure::of_store;
use super::{PAGE_BYTES, page_rows};
use crate::access::Caller;
use crate::api::{crossings, page};
use crate::app::App;

/// The service.
pub(super) struct Service {
    app: Arc<App>,
}

impl Service {
    /// Returns the service.
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
        }
    }

    /// Returns crossings with their facts.
    async fn measured(
        &self,
        crossings: Vec<Crossing>,
    ) -> Result<Vec<v1::MeasuredCrossing>, Failure> {
        let ids: Vec<CrossingId> = crossings.iter().map(|one| one.crossing_id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut facts = self.app.store.facts_of(&ids).await.map_err(of_store)?;
        facts.sort_by_key(|fact| fact.segment);
        Ok(crossings
            .iter()
            .map(|crossing| measured(crossing, &facts))
            .collect())
    }
}

#[async_trait]
impl CrossingService for Service {
    async fn get_crossing(
        &self,
        request: Request<v1::GetCrossingRequest>,
    ) -> Result<Response<v1::GetCrossingResponse>, Status> {
        let text = request.into_inner().crossing_id;
        let crossing_id: CrossingId = text
            .parse()
            .map_err(|_| bad("crossing_id", "is not a UUID"))?;
        let found = self
            .app
            .store
            .crossing(crossing_id)
            .await
            .map_err(of_store)?;
        let crossing = found.ok_or_else(|| {
            let message = format!("there is no crossing {crossing_id}");
            Failure::new(Code::NotFound, "crossing.unknown", message)
        })?;
        let crossing = self.measured(vec![crossing]).await?.pop();
        Ok(Response::new(v1::GetCrossingResponse { crossing }))
    }

    async fn list_crossings(
        &self,
        request: Request<v1::ListCrossingsRequest>,
    ) -> Result<Response<v1::ListCrossingsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let app = &self.app;
        let filter = filter(app, &caller, &request).await?;
        let bound_to = bound_to(&request);
        let after = after(app, &bound_to, &request.page_token)?;
        let limit = page_rows(app, request.page_size);
        let found = app
            .store
            .crossings(&filter, after, limit)
            .await
            .map_err(of_store)?;
        let measured = self.measured(found.crossings).await?;
        let found_count = measured.len();
        let crossings = within_bytes(measured);
        let next = if crossings.len() < found_count {
            crossings.last().and_then(place_of)
        } else {
            found.next
        };
        let token = |next| page::token(&app.keys, &bound_to, &page::crossing_place(next));
        Ok(Response::new(v1::ListCrossingsResponse {
            next_page_token: next.map(token).unwrap_or_default(),
            crossings,
        }))
    }
}

fn measured(crossing: &Crossing, facts: &[Fact]) -> v1::MeasuredCrossing {
    let own = facts
        .iter()
        .filter(|fact| fact.crossing_id == crossing.crossing_id);
    v1::MeasuredCrossing {
        facts: own.map(Into::into).collect(),
        crossing: Some(crossing.into()),
    }
}

/// Reads the filter and records a search by plate.
async fn filter(
    app: &App,
    caller: &Caller,
    request: &v1::ListCrossingsRequest,
) -> Result<CrossingFilter, Failure> {
    let states = request
        .states
        .iter()
        .map(|number| State::needed("states", *number));
    let moment = |field, at: &Option<prost_types::Timestamp>| {
        at.as_ref().map(|at| from_timestamp(field, at)).transpose()
    };
    let filter = CrossingFilter {
        gate_id: gate(app, &request.gate_id)?,
        direction: Direction::from_number("direction", request.direction)?,
        channel: Channel::from_number("channel", request.channel)?,
        states: states.collect::<Result<_, mapping::Error>>()?,
        key: request.identifier.as_ref().map(key).transpose()?,
        from: moment("from", &request.from)?,
        to: moment("to", &request.to)?,
    };
    if filter
        .from
        .zip(filter.to)
        .is_some_and(|(from, to)| from >= to)
    {
        return Err(bad("to", "must be after from"));
    }
    if let Some(Identifier::Plate(text)) = &request.identifier {
        let plate = PlateNumber::parse(text).map_err(|error| bad("plate", &error.to_string()))?;
        crossings::audit_search(app, caller, &plate, &request.purpose).await?;
    }
    Ok(filter)
}

fn gate(app: &App, text: &str) -> Result<Option<GateId>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let gate_id = GateId::parse(text).ok();
    let known = gate_id.filter(|gate_id| app.registrations.snapshot().gate(gate_id).is_some());
    let unknown = || {
        let message = format!("there is no gate {text:?}");
        Failure::new(Code::InvalidArgument, "gate.unknown", message).field("gate_id")
    };
    known.map(Some).ok_or_else(unknown)
}

/// Returns the match key an identifier has.
fn key(identifier: &Identifier) -> Result<MatchKey, Failure> {
    let (kind, value) = match identifier {
        Identifier::Plate(text) => {
            let plate = PlateNumber::parse(text);
            let plate = plate.map_err(|error| bad("plate", &error.to_string()))?;
            (KeyKind::Plate, plate.tail().to_owned())
        }
        Identifier::Container(text) => {
            let container = ContainerNumber::parse(text);
            let container = container.map_err(|error| bad("container", &error.to_string()))?;
            (KeyKind::Container, container.match_form().to_owned())
        }
        Identifier::Declaration(text) => {
            let declaration = DeclarationNumber::parse(text);
            let declaration =
                declaration.map_err(|error| bad("declaration", &error.to_string()))?;
            (KeyKind::Declaration, declaration.link_part().to_owned())
        }
        Identifier::TripCode(text) => {
            let trip = TripCode::parse(text);
            let trip = trip.ok_or_else(|| bad("trip_code", "has 1 to 64 printable characters"))?;
            (KeyKind::Trip, trip.as_str().to_owned())
        }
    };
    Ok(MatchKey { kind, value })
}

/// Describes everything of a request but its page, so that a token is good for this query only.
fn bound_to(request: &v1::ListCrossingsRequest) -> String {
    let mut query = request.clone();
    query.page_size = 0;
    query.page_token.clear();
    query.purpose.clear();
    format!("grpc\n{query:?}")
}

fn after(
    app: &App,
    bound_to: &str,
    token: &str,
) -> Result<Option<(Timestamp, CrossingId)>, Failure> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = page::place(&app.keys, bound_to, token)?;
    Ok(page::read_crossing_place(&place))
}

/// Keeps the first crossings, as many as one answer can carry.
fn within_bytes(mut crossings: Vec<v1::MeasuredCrossing>) -> Vec<v1::MeasuredCrossing> {
    let mut bytes = 0;
    let fits = crossings.iter().map(|crossing| {
        bytes += mapping::encoded_bytes(crossing);
        bytes <= PAGE_BYTES
    });
    let kept = fits.take_while(|fits| *fits).count().max(1);
    crossings.truncate(kept);
    crossings
}

/// Returns the place after a crossing.
fn place_of(crossing: &v1::MeasuredCrossing) -> Option<(Timestamp, CrossingId)> {
    let crossing = crossing.crossing.as_ref()?;
    let first_at = from_timestamp("first_at", crossing.first_at.as_ref()?).ok()?;
    Some((first_at, crossing.crossing_id.parse().ok()?))
}

fn bad(field: &'static str, what: &str) -> Failure {
    let message = format!("{field} {what}");
    Failure::new(Code::InvalidArgument, "query.bad_value", message).field(field)
}
