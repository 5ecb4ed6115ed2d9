"""What the audit trail keeps of an event."""

from subgraphs.events.model.event import Event
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Document


def snapshot(event: Event) -> Document:
    """What the audit trail keeps of an event."""
    document = event_document(event)
    return {name: value for name, value in document.items() if name not in ("_id", "nameKey", "createdBy", "closesAt")}
