"""A Redis Cluster for all tests of the folder that want one."""

from collections.abc import Iterator

import pytest

from tests.stack.redis_cluster import RedisCluster, start_redis_cluster


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    with start_redis_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running
