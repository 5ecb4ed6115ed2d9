"""What the dataloaders do is told at `/metrics`."""

from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import an_event
from tests.fixtures.client import InProcess


async def metrics(events: InProcess) -> dict[str, float]:
    """The loaders' metrics by name and labels."""
    lines = (await events.http.get("/metrics")).text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if line.startswith("loader_"))
    return {name: float(value) for name, _, value in pairs}


async def test_batches_their_sizes_and_times_and_keys_asked_for_again_are_told_by_loader(
    events: InProcess, mongo: Mongo
) -> None:
    await mongo.write["events"].insert_many([event_document(an_event(id=f"ev{n}")) for n in range(3)])
    of = [{"__typename": "Event", "id": event_id} for event_id in ("ev0", "ev1", "ev2", "ev1")]
    assert len((await events.graphql.entities(of, "... on Event { name }")).data["_entities"]) == 4
    told = await metrics(events)
    assert told['loader_batch_keys_count{loader="EventsById"}'] == 1
    assert told['loader_batch_keys_sum{loader="EventsById"}'] == 3
    assert told['loader_batch_seconds_count{loader="EventsById"}'] == 1
    assert told['loader_known_keys_total{loader="EventsById"}'] == 1
    assert 'loader_failed_keys_total{loader="EventsById"}' not in told
