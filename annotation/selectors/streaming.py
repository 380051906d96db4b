"""Very many rows, all of one moment, read one after the other while PostgreSQL finds the next."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any, Final, TypeAlias

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, QuerySet, Subquery

Row: TypeAlias = tuple[Any, ...]
Read: TypeAlias = Callable[[QuerySet[Any, Row]], Iterable[Row]]  # of `values_list(...)`

BATCH: Final = 50
SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
UNHURRIED: Final = "SET LOCAL statement_timeout = 0"  # one statement reads a whole version


class JsonRows(Subquery):
    """The objects of `values(row=JSONObject(...))` as one JSON list, in their order.

    As text: to write it and to parse it once costs less than an array of JSONB.
    """

    template = "(SELECT COALESCE(JSON_AGG(row), '[]')::text FROM (%(subquery)s) listed)"
    output_field = JSONField()


@contextmanager
def one_moment() -> Iterator[Read]:
    """Give what reads rows as they all are at one moment, one query after the other is through.

    It reads on a connection of its own, where memory holds one row. The usual one stays free for
    whoever tells progress, and keeps no transaction open. Django's iterator() would have PostgreSQL
    find all rows first and keep them on its disk, so that one core waits for the other. In a
    transaction it is iterator(), since what that wrote is to be seen.
    """
    if connection.in_atomic_block:
        yield lambda rows: rows.iterator(chunk_size=BATCH)
        return
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute(SNAPSHOT)
            cursor.execute(UNHURRIED)
        with ExitStack() as begun:  # what is left of a query would keep its connection busy
            yield lambda rows: begun.enter_context(closing(_streamed(own, rows)))
    finally:
        with suppress(Error):  # it is lost, and its transaction with it; the pool has to know
            own.rollback()
        own.close()


def _streamed(own: BaseDatabaseWrapper, rows: QuerySet[Any, Row]) -> Generator[Row, None, None]:
    compiler = rows.query.get_compiler(connection=own)
    with own.cursor() as cursor, own.wrap_database_errors:
        found = cursor.stream(*compiler.as_sql())
        yield from compiler.results_iter(results=[found], tuple_expected=True)
