# SPDX-License-Identifier: MIT
"""Python's coodie against a node: every feature it has, through the blocking calls and asyncio.

    session.py HOST PORT PROTOCOL

The values that are wanted come from Apache Cassandra 5.0.6, on which the same session passes.
"""
import asyncio
import datetime
import decimal
import ipaddress
import logging
import tempfile
import time
import warnings
from pathlib import Path
from typing import Annotated
from uuid import UUID

from checks import HOST, PORT, PROTOCOL, equal, refused, report, settled
from models import (KEYSPACE, Address, Cat, Dog, Fleeting, Kinds, Pet, Picture, PictureIndexed,
                    Product, ProductGrown, ProductsByBrand, Reading, Town, Visits)

from cassandra.util import Date, Time

from coodie import CqlDuration, MultipleDocumentsFound, PrimaryKey
from coodie.aio import AsyncBatchQuery
from coodie.aio.document import Document as AsyncDocument
from coodie.exceptions import DocumentNotFound, InvalidQueryError
from coodie.migrations.runner import MigrationRunner
from coodie.sync import BatchQuery, create_keyspace, drop_keyspace, execute_raw, init_coodie


# ---- tables -----------------------------------------------------------------------------------


def sync_tables():
    for model in (Kinds, Product, Reading, Visits, Fleeting, Picture):
        equal(len(model.sync_table(dry_run=True)) > 0, True, f"{model.__name__} is planned")
        model.sync_table()
        again = [cql for cql in model.sync_table() if not cql.startswith("CREATE")]
        equal(again, [], f"{model.__name__} is in step")
    for model in (Cat, Dog, Pet):
        model.sync_table()
    types = execute_raw("SELECT type_name, field_names, field_types FROM system_schema.types "
                        "WHERE keyspace_name = ?", [KEYSPACE])
    equal([(t["type_name"], list(t["field_names"]), list(t["field_types"])) for t in types],
          [("address", ["street", "town", "phones"],
            ["text", "frozen<town>", "frozen<list<text>>"]),
           ("town", ["name", "zip"], ["text", "int"])], "user types")
    PictureIndexed.sync_table()  # says nothing where there is no such index
    refused(lambda: execute_raw(f"CREATE CUSTOM INDEX ON {KEYSPACE}.pictures (vector) "
                                "USING 'vector_index'"), "vector_index", "ScyllaDB's index")


def grow_tables():
    planned = ProductGrown.sync_table(dry_run=True, drop_removed_indexes=True)
    equal(sum(" ADD " in cql for cql in planned), 1, "a column is to be added")
    ProductGrown.sync_table(drop_removed_indexes=True)
    indexes = execute_raw("SELECT index_name FROM system_schema.indexes "
                          "WHERE keyspace_name = ? AND table_name = 'products'", [KEYSPACE])
    equal([i["index_name"] for i in indexes], ["products_by_colour"], "indexes")
    options = execute_raw("SELECT gc_grace_seconds, comment FROM system_schema.tables WHERE "
                          "keyspace_name = ? AND table_name = 'products'", [KEYSPACE])
    equal(options, [{"gc_grace_seconds": 4321, "comment": "what is sold"}], "options")
    pen = ProductGrown(name="pen", colour="red")
    pen.save()
    settled(lambda: [p.name for p in ProductGrown.find(colour="red").all()], ["pen"], "by colour")
    ProductGrown.truncate()
    equal(ProductGrown.find().count(), 0, "truncated")


# ---- values -----------------------------------------------------------------------------------


def plain(value):
    """Durations, times and user types come as the driver's own; the rest as it was saved."""
    if isinstance(value, (Address, Town)):
        return tuple(plain(getattr(value, name)) for name in type(value).model_fields)
    if hasattr(value, "_asdict"):
        return tuple(plain(part) for part in value)
    if isinstance(value, list):
        return [plain(part) for part in value]
    if hasattr(value, "months"):
        return value.months, value.days, value.nanoseconds
    if isinstance(value, (ipaddress.IPv4Address, ipaddress.IPv6Address, Date)) or (
            isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)):
        return str(value)
    if isinstance(value, (datetime.time, Time)):
        return Time(value) if isinstance(value, datetime.time) else value
    return value


def kinds():
    paris = Address(street="rue", town=Town(name="Paris", zip=75000), phones=["1", "2"])
    filled = Kinds(
        c_ascii="ascii", c_bigint=-2**63, c_blob=b"\x00\xff", c_boolean=True,
        c_date=datetime.date(2020, 2, 29), c_decimal=decimal.Decimal("-12.340"),
        c_double=-2.25e100, c_duration=CqlDuration(months=14, days=3, nanoseconds=1), c_float=1.5,
        c_inet4=ipaddress.IPv4Address("10.0.0.1"), c_inet6=ipaddress.IPv6Address("2001:db8::1"),
        c_int=2**31 - 1, c_smallint=-2**15, c_text="ünïcödé ☃",
        c_time=datetime.time(4, 5, 6, 789),
        c_timestamp=datetime.datetime(2020, 2, 3, 4, 5, 6, 789000),
        c_timeuuid=UUID("50554d6e-29bb-11e5-b345-feff819cdc9f"), c_tinyint=-128,
        c_varint=-10**40, c_list=[3, 1, 2], c_set={"b", "a"}, c_map={"x": 1}, c_tuple=(1, "one"),
        c_frozen=["f"], c_address=paris, c_addresses=[paris, paris], c_vector=[1.0, 2.5, -3.0])
    filled.save()
    read = Kinds.get(id=filled.id)
    for name in Kinds.model_fields:
        equal(plain(getattr(read, name)), plain(getattr(filled, name)), name)
    empty = Kinds()
    empty.save()
    equal(Kinds.get(id=empty.id).c_list, [], "what is not there")
    equal(Kinds.find(id=filled.id).only("id").cast("c_int", "text").all(lazy=True)[0]._raw_data,
          {"id": filled.id, "cast(c_int as text)": "2147483647"}, "CAST")
    refused(lambda: Kinds(c_vector=[1.0]).save(), "dimensions", "a short vector")


def collections():
    p = Product(name="cup")
    p.save()

    def after(**change):
        p.update(**change)
        return Product.get(id=p.id)

    equal(after(tags__add={"a", "b"}).tags, {"a", "b"}, "tags__add")
    equal(after(tags__remove={"a"}).tags, {"b"}, "tags__remove")
    equal(after(history=[2]).history, [2], "a list assigned")
    equal(after(history__append=[3, 2]).history, [2, 3, 2], "__append")
    equal(after(history__prepend=[0, 1]).history, [0, 1, 2, 3, 2], "__prepend")
    equal(after(history__remove=[2]).history, [0, 1, 3], "__remove takes all")
    equal(after(labels__update={"k": "v", "l": "w"}).labels, {"k": "v", "l": "w"}, "__update")
    equal(after(labels__remove={"l"}).labels, {"k": "v"}, "a key removed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        p.delete_columns("stock", collection_elements=[("labels", "k"), ("history", 0)])
    read = Product.get(id=p.id)
    equal((read.labels, read.history), ({}, [1, 3]), "elements deleted")


# ---- reading ----------------------------------------------------------------------------------


def readings():
    for hour in range(4):
        for minute in range(5):
            Reading(sensor="s", day=1, hour=hour, minute=minute, value=hour + minute / 10).save()
    Reading(sensor="t", day=1, hour=0, minute=0, place="attic", value=7).save()
    find = Reading.find(sensor="s", day=1)

    equal(find.count(), 20, "count")
    equal([(r.hour, r.minute) for r in find.limit(2).all()], [(3, 0), (3, 1)], "clustering order")
    equal([(r.hour, r.minute) for r in find.order_by("hour", "-minute").limit(2).all()],
          [(0, 4), (0, 3)], "reversed")
    equal(len(find.filter(hour__gte=1, hour__lt=3).all()), 10, "a slice")
    equal(len(find.filter(hour__in=[0, 2], minute=1).all()), 2, "IN")
    equal(len(Reading.find(sensor__in=["s", "t"], day=1).all()), 21, "IN of the partition")
    equal(len(Reading.find().per_partition_limit(1).all()), 2, "PER PARTITION LIMIT")
    equal(find.filter(hour=3).values_list("minute", "value").limit(1).all(), [(0, 3.0)], "values")
    equal(len(Reading.find(value__gt=3.0).allow_filtering().all()), 5, "filtered")
    refused(lambda: Reading.find(value__gt=3.0).all(), "ALLOW FILTERING", "without ALLOW FILTERING")
    partitions = Reading.find().only("sensor", "day").distinct().all(lazy=True)
    equal(sorted(r._raw_data["sensor"] for r in partitions), ["s", "t"], "DISTINCT")
    equal((find.sum("value") > 0, find.min("minute"), find.max("hour")), (True, 0, 3), "aggregates")
    equal(find.aggregate(low="min(hour)", high="max(minute)"), {"low": 0, "high": 4}, "aggregate()")
    equal(len(find.group_by("sensor", "day", "hour").all()), 4, "GROUP BY")
    equal(find.first().hour, 3, "first()")
    equal(find.only("sensor", "day", "hour", "minute").first().value, 0.0, "only()")
    equal(find.defer("value").first().value, 0.0, "defer()")
    equal('"hour": 3' in find.limit(1).json()[0], True, "JSON")
    equal(len(find), 20, "len()")
    equal(sum(1 for _ in find), 20, "iterated")
    Reading.find(sensor="s", day=1).update(place="cellar")
    equal({r.place for r in find.all()}, {"cellar"}, "a static column")
    refused(lambda: Reading.find(sensor="s", day=1, hour__isnull=True).all(), "materialized view",
            "IS NULL")
    Reading.find(sensor="s", day=1, hour=2).delete()
    equal(find.count(), 15, "a range deleted")
    pages, state = [], None
    while True:
        page = Reading.find(sensor="s", day=1).fetch_size(4).page(state).paged_all()
        pages.append(len(page.data))
        state = page.paging_state
        if not state:
            break
    equal((pages[:3], sum(pages)), ([4, 4, 4], 15), "pages")


def tokens():
    for i in range(20):
        Product(name=f"p{i}", price=i).save()
    everything = Product.find().only("id").select_token("id").all(lazy=True)
    some = sorted(row._raw_data["system.token(id)"] for row in everything)[10]
    above = len(Product.find(id__token__gt=some).all())
    below = len(Product.find(id__token__lte=some).all())
    equal(above + below, len(everything), "token ranges")
    Product.truncate()


def indexes():
    for brand in ("acme", "acme", "bolt"):
        Product(name=brand + "-thing", brand=brand, tags={brand}).save()
    settled(lambda: Product.find(brand="acme").count(), 2, "an index")
    for column, how in (("name", "'sai'"),
                        ("tags", "'org.apache.cassandra.index.sai.StorageAttachedIndex'")):
        execute_raw(f"CREATE CUSTOM INDEX IF NOT EXISTS products_{column} "
                    f"ON {KEYSPACE}.products ({column}) USING {how}")
    settled(lambda: len(Product.find(name="bolt-thing").all()), 1, "an attached index")
    settled(lambda: len(Product.find(tags__contains="acme").all()), 2, "CONTAINS")
    execute_raw(f"DROP INDEX {KEYSPACE}.products_name")
    execute_raw(f"CREATE CUSTOM INDEX products_name ON {KEYSPACE}.products (name) "
                "USING 'org.apache.cassandra.index.sasi.SASIIndex'")
    settled(lambda: len(Product.find(name__like="acme%").all()), 2, "LIKE")
    execute_raw(f"DROP INDEX {KEYSPACE}.products_name")
    execute_raw(f"DROP INDEX {KEYSPACE}.products_tags")


def vectors():
    execute_raw(f"CREATE CUSTOM INDEX IF NOT EXISTS ON {KEYSPACE}.pictures (vector) USING 'sai' "
                "WITH OPTIONS = {'similarity_function': 'euclidean'}")
    for i in range(5):
        Picture(id=i, vector=[float(i), 0.0, 1.0]).save()
    settled(lambda: [p.id for p in Picture.find().order_by_ann("vector", [3.1, 0.0, 1.0])
                     .limit(3).all()], [3, 4, 2], "nearest first")


def views():
    ProductsByBrand.sync_view()
    ProductsByBrand.sync_view()
    Product(name="nut", brand="viewed", price=2.5).save()
    settled(lambda: [(p.name, p.price) for p in ProductsByBrand.find(brand="viewed").all()],
            [("nut", 2.5)], "a view")
    refused(lambda: ProductsByBrand.find_one(brand="viewed").save(), "", "a view is read")
    refused(lambda: Product.drop_table(), "", "a table with a view")
    ProductsByBrand.drop_view()


# ---- writing ----------------------------------------------------------------------------------


def times():
    p = Product(name="timed", stock=1)
    p.save(ttl=1000, timestamp=1_000)
    equal(990 < Product.find(id=p.id).column_ttl("name") <= 1000, True, "a TTL")
    equal(Product.find(id=p.id).writetime("name"), 1_000, "WRITETIME")
    Product(id=p.id, name="older").save(timestamp=500)
    equal(Product.get(id=p.id).name, "timed", "what is older loses")
    p.update(ttl=1, name="gone")
    Fleeting(select="x", Order=1).save()
    equal(Fleeting.find(select="x").column_ttl("Order") <= 3600, True, "a table's TTL")
    settled(lambda: execute_raw(f"SELECT name FROM {KEYSPACE}.products WHERE id = ?",
                                [p.id])[0]["name"], None, "it runs out")
    Product.find(id=p.id).timestamp(2_000).delete()
    Product.find(id=p.id).using(ttl=100, timestamp=3_000, consistency="ONE").create(
        id=p.id, price=4.5)
    equal(Product.get(id=p.id).price, 4.5, "using()")
    equal(Product.find(id=p.id).consistency("LOCAL_ONE").timeout(10).first().price, 4.5, "level")


def transactions():
    p = Product(name="one", stock=5)
    equal(p.insert().applied, True, "IF NOT EXISTS")
    again = Product(id=p.id, name="two").insert()
    equal((again.applied, again.existing["name"]), (False, "one"), "the row that is there")
    failed = p.update(stock=6, if_conditions={"stock": 4})
    equal((failed.applied, failed.existing), (False, {"stock": 5}), "IF stock = 4")
    equal(p.update(stock=6, if_conditions={"stock__gte": 5, "name__ne": "x"}).applied, True, "IF")
    equal(p.update(stock=7, if_conditions={"stock__in": [1, 6]}).applied, True, "IF IN")
    equal(Product(name="none").update(stock=1, if_exists=True).applied, False, "IF EXISTS")
    equal(p.delete(if_conditions={"stock": 1}).applied, False, "DELETE IF")
    equal(Product.find(id=p.id).if_exists().delete().applied, True, "DELETE IF EXISTS")
    equal(Product.find(id=p.id).if_not_exists().create(id=p.id, name="n").applied, True, "create()")
    refused(lambda: Product.get(name="nobody"), "", "not found")
    equal(Product.find_one(id=UUID(int=0)), None, "find_one")
    refused(lambda: Reading.get(sensor="s", day=1), "", "several")
    equal(issubclass(MultipleDocumentsFound, Exception) and
          issubclass(DocumentNotFound, Exception) and
          issubclass(InvalidQueryError, Exception), True, "exceptions")


def batches():
    Product.truncate()
    with BatchQuery() as batch:
        for i in range(3):
            Product(name=f"b{i}").save(batch=batch)
    equal(Product.find().count(), 3, "a logged batch")
    with BatchQuery(logged=False, timestamp=int(time.time() * 1e6)) as batch:
        for p in Product.find().all():
            p.delete(batch=batch)
    equal(Product.find().count(), 0, "an unlogged batch")
    one = Product(name="lwt")
    batch = BatchQuery()
    one.insert(batch=batch)
    equal(batch.execute().applied, True, "a conditional batch")
    one.insert(batch=batch)
    equal(batch.execute().applied, False, "and once more")
    with BatchQuery(batch_type="COUNTER") as batch:
        batch.add(f"UPDATE {KEYSPACE}.visits SET views = views + ? WHERE page = ?", [5, "batch"])
    equal(Visits.get(page="batch").views, 5, "a counter batch")


def counters():
    page = Visits(page="home")
    page.increment(views=3, clicks=1)
    page.decrement(clicks=2)
    read = Visits.get(page="home")
    equal((read.views, read.clicks), (3, -1), "counters")
    refused(lambda: page.save(), "", "a counter is not saved")


def pets():
    Cat(id=1, name="Tom", lives=9).save()
    Dog(id=2, name="Rex", tricks=["sit"]).save()
    Pet(id=3, name="Fish").save()
    equal(sorted(type(p).__name__ for p in Pet.find().allow_filtering().all()
                 + Cat.find().allow_filtering().all()), ["Cat", "Pet"], "one's own")
    settled(lambda: Dog.find(id=2).allow_filtering().first().tricks, ["sit"], "its columns")


def json_rows():
    p = Product(name="jay", labels={"a": "b"})
    p.save_json()
    equal(Product.get(id=p.id).labels, {"a": "b"}, "INSERT JSON")
    equal(Product.find(id=p.id).all(lazy=True)[0].name, "jay", "lazily read")


# ---- asyncio, migrations ----------------------------------------------------------------------


class Note(AsyncDocument):
    id: Annotated[int, PrimaryKey()]
    text: str = ""

    class Settings:
        name = "notes"
        keyspace = KEYSPACE


async def notes():
    await Note.sync_table()
    await asyncio.gather(*(Note(id=i, text=f"n{i}").save() for i in range(200)))
    equal(await Note.find().count(), 200, "saved side by side")
    equal([n.text async for n in Note.find(id=7)], ["n7"], "async for")
    page = await Note.find().fetch_size(50).paged_all()
    equal((len(page.data), page.paging_state is not None), (50, True), "a page")
    async with AsyncBatchQuery() as batch:
        await Note(id=1000).save(batch=batch)
    equal((await Note(id=1000).insert()).applied, False, "conditional")
    await Note.drop_table()


MIGRATIONS = {
    "20260101_001_make.py": '''
        await ctx.execute('CREATE TABLE {ks}.moved (a int, b int, c int, PRIMARY KEY ((a, b), c))')
    ''',
    "20260102_002_fill.py": '''
        for i in range(30):
            await ctx.execute('INSERT INTO {ks}.moved (a, b, c) VALUES (?, ?, ?)', [i % 7, i, i])
        rows = [r async for r in ctx.scan_table("{ks}", "moved", page_size=3, num_ranges=16)]
        assert sorted(r["c"] for r in rows) == list(range(30)), rows
    ''',
}
UNDO = {"20260101_001_make.py": "await ctx.execute('DROP TABLE {ks}.moved')",
        "20260102_002_fill.py": "await ctx.execute('TRUNCATE {ks}.moved')"}


def write_migrations(folder):
    for name, up in MIGRATIONS.items():
        (folder / name).write_text(
            "from coodie.migrations import Migration\n\n\nclass ForwardMigration(Migration):\n"
            f"    description = '{name}'\n\n    async def upgrade(self, ctx):\n"
            + up.replace("{ks}", KEYSPACE).strip("\n ")
            .join(["        ", "\n"]) +
            "\n    async def downgrade(self, ctx):\n        "
            + UNDO[name].replace("{ks}", KEYSPACE) + "\n")


async def migrations(driver):
    with tempfile.TemporaryDirectory() as name:
        write_migrations(Path(name))
        runner = MigrationRunner(driver, KEYSPACE, name)
        equal(len(await runner.pending()), 2, "to be applied")
        equal(len(await runner.apply(dry_run=True, target="20260101_001")), 1, "planned")
        equal(len(await runner.apply(target="20260101_001")), 1, "the first of them")
        equal(len(await runner.apply()), 1, "the rest")
        equal(len(await runner.apply()), 0, "nothing is left")
        equal(sorted(await runner.get_applied()), [n[:-3] for n in sorted(MIGRATIONS)], "kept")
        equal(len(await runner.rollback(steps=2)), 2, "undone")
        equal(await runner.get_applied(), {}, "nothing is applied")


def main():
    options = dict(hosts=[HOST], port=PORT, driver_type="cassandra", protocol_version=PROTOCOL,
                   compression="lz4")
    logging.disable(logging.WARNING)  # the classes of a shared table each know a part of it
    init_coodie(**options)
    drop_keyspace(KEYSPACE)
    create_keyspace(KEYSPACE)
    init_coodie(keyspace=KEYSPACE, name="second", **options)
    driver = init_coodie(keyspace=KEYSPACE, **options)
    for step in (sync_tables, kinds, collections, readings, tokens, indexes, vectors, views, times,
                 transactions, batches, counters, pets, json_rows, grow_tables):
        step()
    asyncio.run(notes())
    asyncio.run(migrations(driver))
    drop_keyspace(KEYSPACE)
    driver.close()
    report("coodie")


main()
