//! What must hold in every state of the model, and what must hold where nothing can happen any more.
//!
//! Each promise is about one client or one token, but for one: that no two calls share a token.

use hedgerow::EndpointId;
use hedgerow::client::action::{Namespace, Outcome};
use hedgerow::token::Token;

use super::side::{Call, HEDGES, MAX, Side};
use super::store::Store;
use super::world::World;

/// What must hold in every state.
pub(crate) fn hold(world: &World) -> Result<(), String> {
    for side in &world.sides {
        limits_kept(side)?;
        for call in side.calls.values() {
            one_effect(&world.store, call)?;
            in_time(call, world.now)?;
        }
        side.no_more_at_work()?;
        if !side.forgot_rightly() {
            return Err("an attempt that is forgotten while its message is under way".into());
        }
        if !side.lives_on_for_one_call() {
            return Err("a timer that outlives its call".into());
        }
    }
    world.store.refused_nothing()?;
    no_shared_token(world)
}

fn limits_kept(side: &Side) -> Result<(), String> {
    let client = side.client();
    let (calls, hedges) = (client.calls_held(Namespace(0)), client.hedges_in_flight(Namespace(0)));
    if calls > side.at_once || hedges > HEDGES {
        return Err(format!("{calls} calls and {hedges} hedges at once"));
    }
    Ok(())
}

/// An answered call took effect once; every other one once at most.
fn one_effect(store: &Store, call: &Call) -> Result<(), String> {
    let Some(token) = call.token else { return Ok(()) };
    let of = |ordinal: u128| store.effects(Token { nonce: token.nonce ^ ordinal, ..token });
    match ((0..8).map(of).sum::<u32>(), call.outcome) {
        (2.., _) => Err("two effects of one call".into()),
        (0, Some(Outcome::Ok)) => Err("an answer without an effect".into()),
        _ => Ok(()),
    }
}

/// No host is ever late here, so no call is undecided for longer than its max.
fn in_time(call: &Call, now: u64) -> Result<(), String> {
    if call.outcome.is_none() && now > call.started + MAX {
        return Err(format!("unresolved calls: {} us after a start", now - call.started));
    }
    Ok(())
}

/// No two calls share a token, whichever client they are of.
fn no_shared_token(world: &World) -> Result<(), String> {
    let calls = || world.sides.iter().flat_map(|side| side.calls.values());
    let mut tokens: Vec<_> = calls().filter_map(|call| call.token).collect();
    let count = tokens.len();
    tokens.sort_unstable();
    tokens.dedup();
    if tokens.len() == count { Ok(()) } else { Err("two calls with one token".into()) }
}

/// What must hold when nothing can happen any more.
pub(crate) fn end(world: &World) -> Result<(), String> {
    for side in &world.sides {
        let client = side.client();
        if side.calls.values().any(|call| call.outcome.is_none()) || !client.is_idle() {
            return Err("unresolved calls".into());
        }
        let at = |name| client.endpoint(name).map_or(0, |endpoint: EndpointId| client.in_flight(endpoint));
        if at("0") + at("1") + client.calls_held(Namespace(0)) + client.hedges_in_flight(Namespace(0)) > 0 {
            return Err("something is left in flight".into());
        }
    }
    Ok(())
}
