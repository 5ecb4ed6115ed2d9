"""The cache of fields and entities, in Redis and in the process. It may be lost at any moment and never shows an old value.

A value is stored with the *generations* of its tags as they were read before it was loaded, and it is used only while all
of them are still the same. A committed change *raises* its tags: their generations are removed, which is one command that
needs no knowledge and works on a full server. A missing generation is a miss and gets a fresh random value, so a load that
began before a change can never bring the old value back. A generation carries the id of the run of the server that holds
it: after a restart, with old data or none, and after a failover, all of the past is a miss.

    wire         one round trip to Redis, and which server answered
    breaker      when to stop asking
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

from subgraphs.runtime.cache.engine import Cache
from subgraphs.runtime.cache.flights import Answer
from subgraphs.runtime.cache.loader import CachedOne, CacheUse, Entity, Freshness
from subgraphs.runtime.cache.policy import Filled, Lookup, Policy, Scope

__all__ = ["Answer", "Cache", "CacheUse", "CachedOne", "Entity", "Filled", "Freshness", "Lookup", "Policy", "Scope"]
