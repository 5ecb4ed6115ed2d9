"""The settings of users' processes."""

from pathlib import Path

from pydantic import Field

from subgraphs.runtime.settings import ServiceSettings, StoreSettings


class UsersSettings(ServiceSettings):
    """The subgraph. It has the keys themselves, so it asks nobody for them."""

    mongo_database: str = "users"
    jwks_url: str = ""
    signing_keys_file: Path = Field(description="a private JWK set; the first key signs, all verify")
    password_memory_kib: int = Field(default=19_456, ge=8)
    password_time_cost: int = Field(default=2, ge=1)
    password_threads: int = Field(default=2, ge=1, description="how many passwords are hashed at once")


class UsersWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="users", validation_alias="USERS_DATABASE")
