"""The cache of fields and entities, in Redis and in the process. It may be lost at any moment and never shows an old value.

A value is stored with the *generations* of its tags as they were read before it was loaded, and it is used only while all
of them are still the same. A committed change *raises* its tags: their generations are removed, which is one command that
needs no knowledge and works on a full server. A missing generation is a miss and gets a fresh random value, so a load that
began before a change can never bring the old value back. A generation carries the id of the run of the server that holds
it, whichever of a cluster's that is: after a restart, with old data or none, and after a failover, all that was made of
what it held is a miss.

    redis         Redis as the cache uses it
    spread       the tag that every value carries
    generations  tags, their generations, and raises that are still to be told
    record       what is stored
    kept         decoded values in the process
    policy       how a field or an entity is cached
    flights      one load for all who wait
    loads        loads under way, in this process and in others
    engine       all of it together: `Cache.find`
    loader       dataloaders that go through it
    watch        changes made past the application
"""

from subgraphs.runtime.cache.cache import Cache
from subgraphs.runtime.cache.entity_loader import CachedEntityLoader, CacheUse, Entity, Freshness
from subgraphs.runtime.cache.policy import Filled, Lookup, Policy, Scope
from subgraphs.runtime.cache.single_flight import Answer

__all__ = [
    "Answer",
    "Cache",
    "CacheUse",
    "CachedEntityLoader",
    "Entity",
    "Filled",
    "Freshness",
    "Lookup",
    "Policy",
    "Scope",
]
