"""The names of the driver, Motor, that the rest of the code uses. Only this package imports it."""

from typing import Any, TypeAlias

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)

__all__ = ["AsyncIOMotorClient", "Client", "Database", "Document", "DocumentCollection", "Session"]

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = AsyncIOMotorClient[Document]
Session: TypeAlias = AsyncIOMotorClientSession
Database: TypeAlias = AsyncIOMotorDatabase[Document]
DocumentCollection: TypeAlias = AsyncIOMotorCollection[Document]
