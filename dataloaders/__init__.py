"""Batching: many lookups of one request become one query. No domain, no store, no cache beyond the request."""

from dataloaders.batch import Batch
from dataloaders.observer import Observer
from dataloaders.one import One
from dataloaders.page import PageOf, Pages

__all__ = ["Batch", "Observer", "One", "PageOf", "Pages"]
