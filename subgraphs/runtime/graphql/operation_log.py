"""One structured line for each GraphQL operation: its name, kind, time and how many errors, never its arguments."""

import time
from collections.abc import Iterator

import structlog
from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension

log = structlog.get_logger("operation")
MAX_NAME_LENGTH = 128


class OperationLog(SchemaExtension):
    """Binds the operation's name to every line logged meanwhile, and logs one line at its end."""

    def on_operation(self) -> Iterator[None]:
        started = time.perf_counter()
        name = self.execution_context.operation_name
        structlog.contextvars.bind_contextvars(operation=_loggable(name) if name else None)
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None) or ()
        log.info(
            "operation done",
            kind=self._kind(),
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            errors=len(errors),
        )

    def on_execute(self) -> Iterator[None]:
        name = self.execution_context.operation_name
        if name is None:
            document = self.execution_context.graphql_document
            for definition in document.definitions if document else ():
                if isinstance(definition, OperationDefinitionNode) and definition.name:
                    structlog.contextvars.bind_contextvars(operation=_loggable(definition.name.value))
        yield

    def _kind(self) -> str | None:
        try:
            return self.execution_context.operation_type.value.lower()
        except RuntimeError:
            return None


def _loggable(name: str) -> str:
    return name[:MAX_NAME_LENGTH]
