"""Batching: many lookups of one request become one query. No domain, no store, no cache beyond the request."""

from dataloaders.many import Many
from dataloaders.one import One
from dataloaders.page import PageOf, Pages

__all__ = ["Many", "One", "PageOf", "Pages"]
