# SPDX-License-Identifier: MIT
"""cqlengine, of cassandra-driver and of scylla-driver, against a node: every feature it has.

    session.py HOST PORT PROTOCOL

The values that are wanted come from Apache Cassandra 5.0.6, on which the same session passes.
"""
import datetime
import decimal
import logging
import os
import uuid
import warnings

os.environ["CQLENG_ALLOW_SCHEMA_MANAGEMENT"] = "1"

from checks import HOST, PORT, PROTOCOL, equal, refused, report, settled  # noqa: E402

from cassandra import ConsistencyLevel  # noqa: E402
from cassandra.cluster import Cluster  # noqa: E402
from cassandra.cqlengine import CQLEngineException, columns, connection, management  # noqa: E402
from cassandra.cqlengine.functions import MaxTimeUUID, MinTimeUUID, Token  # noqa: E402
from cassandra.cqlengine.models import Model  # noqa: E402
from cassandra.cqlengine.named import NamedTable  # noqa: E402
from cassandra.cqlengine.query import (BatchQuery, BatchType, ContextQuery,  # noqa: E402
                                       LWTException, MultipleObjectsReturned)
from cassandra.cqlengine.usertype import UserType  # noqa: E402
from cassandra.util import Date, Duration, Time  # noqa: E402

KEYSPACE, OTHER = "drivers_cqlengine", "drivers_cqlengine_2"


# ---- the models -------------------------------------------------------------------------------


class Town(UserType):
    name = columns.Text()
    zip = columns.Integer()


class Address(UserType):
    street = columns.Text(db_field="st")
    town = columns.UserDefinedType(Town)
    phones = columns.List(columns.Text)


class Kinds(Model):
    """A column of each kind."""

    id = columns.UUID(primary_key=True, default=uuid.uuid4)
    c_ascii = columns.Ascii()
    c_bigint = columns.BigInt()
    c_blob = columns.Blob()
    c_boolean = columns.Boolean()
    c_date = columns.Date()
    c_timestamp = columns.DateTime()
    c_decimal = columns.Decimal()
    c_double = columns.Double()
    c_duration = columns.Duration()
    c_float = columns.Float()
    c_inet = columns.Inet()
    c_int = columns.Integer()
    c_smallint = columns.SmallInt()
    c_text = columns.Text()
    c_time = columns.Time()
    c_timeuuid = columns.TimeUUID()
    c_tinyint = columns.TinyInt()
    c_varint = columns.VarInt()
    c_list = columns.List(columns.Integer)
    c_set = columns.Set(columns.Text)
    c_map = columns.Map(columns.Text, columns.Integer)
    c_tuple = columns.Tuple(columns.Integer, columns.Text)
    c_nested = columns.List(columns.Map(columns.Integer, columns.Set(columns.Text)))
    c_address = columns.UserDefinedType(Address)


class Product(Model):
    __table_name__ = "products"
    __options__ = {"gc_grace_seconds": 1234, "comment": "what is sold",
                   "compaction": {"class": "LeveledCompactionStrategy",
                                  "sstable_size_in_mb": "64"}}
    id = columns.Integer(primary_key=True)
    name = columns.Text(db_field="n")
    brand = columns.Text(index=True)
    text = columns.Text(custom_index=True)
    stock = columns.Integer(default=0)
    tags = columns.Set(columns.Text, index=True)
    history = columns.List(columns.Integer)
    labels = columns.Map(columns.Text, columns.Text)


class Grown(Model):
    """The same table, later."""

    __table_name__ = "products"
    __options__ = {"gc_grace_seconds": 4321, "default_time_to_live": 0}
    id = columns.Integer(primary_key=True)
    name = columns.Text(db_field="n")
    brand = columns.Text(index=True)
    text = columns.Text(custom_index=True)
    stock = columns.Integer(default=0)
    tags = columns.Set(columns.Text, index=True)
    history = columns.List(columns.Integer)
    labels = columns.Map(columns.Text, columns.Text)
    colour = columns.Text(index=True)


class Reading(Model):
    __table_name__ = "readings"
    sensor = columns.Text(partition_key=True)
    day = columns.Integer(partition_key=True)
    hour = columns.Integer(primary_key=True, clustering_order="DESC")
    minute = columns.Integer(primary_key=True)
    place = columns.Text(static=True)
    value = columns.Double()


class Event(Model):
    __table_name__ = "events"
    source = columns.Text(primary_key=True)
    at = columns.TimeUUID(primary_key=True)


class Visits(Model):
    __table_name__ = "visits"
    page = columns.Text(primary_key=True)
    views = columns.Counter()


class Pet(Model):
    __table_name__ = "pets"
    id = columns.Integer(primary_key=True)
    kind = columns.Text(discriminator_column=True, index=True)
    name = columns.Text()


class Cat(Pet):
    __discriminator_value__ = "cat"
    lives = columns.Integer()


class Dog(Pet):
    __discriminator_value__ = "dog"
    tricks = columns.List(columns.Text)


# ---- schema -----------------------------------------------------------------------------------


def tables():
    for model in (Kinds, Product, Reading, Event, Visits, Pet, Cat, Dog):
        management.sync_table(model)
        management.sync_table(model)
    management.sync_type(KEYSPACE, Address)
    meta = connection.get_cluster().metadata.keyspaces[KEYSPACE]
    equal(sorted(meta.tables), ["events", "kinds", "pets", "products", "readings", "visits"],
          "tables")
    equal(meta.user_types["address"].as_cql_query(),
          f"CREATE TYPE {KEYSPACE}.address (st text, town frozen<town>, phones list<text>)",
          "a type")
    options = meta.tables["products"].options
    equal((options["gc_grace_seconds"], options["comment"], options["compaction"]["class"]),
          (1234, "what is sold", "org.apache.cassandra.db.compaction.LeveledCompactionStrategy"),
          "options")
    equal("CLUSTERING ORDER BY (hour DESC, minute ASC)" in
          meta.tables["readings"].as_cql_query(), True, "clustering order")
    equal(sorted(i.name for i in meta.tables["products"].indexes.values()),
          ["products_brand_idx", "products_tags_idx"], "indexes")
    equal("CREATE INDEX products_brand_idx" in meta.export_as_string(), True, "exported")


def grow():
    management.sync_table(Grown)
    meta = connection.get_cluster().metadata.keyspaces[KEYSPACE].tables["products"]
    equal((meta.options["gc_grace_seconds"], "colour" in meta.columns,
           "products_colour_idx" in meta.indexes), (4321, True, True), "a table that grew")
    management.drop_table(Event)
    equal("events" in connection.get_cluster().metadata.keyspaces[KEYSPACE].tables, False,
          "a table dropped")


# ---- values -----------------------------------------------------------------------------------


def kinds():
    paris = Address(street="rue", town=Town(name="Paris", zip=75000), phones=["1", "2"])
    values = dict(
        c_ascii="ascii", c_bigint=-2**63, c_blob=b"\x00\xff", c_boolean=True,
        c_date=Date("2020-02-29"), c_timestamp=datetime.datetime(2020, 2, 3, 4, 5, 6, 789000),
        c_decimal=decimal.Decimal("-12.340"), c_double=-2.25e100, c_duration=Duration(14, 3, 1),
        c_float=1.5, c_inet="2001:db8::1", c_int=2**31 - 1, c_smallint=-2**15, c_text="ünï ☃",
        c_time=Time("04:05:06.789000001"), c_tinyint=-128, c_varint=-10**40,
        c_timeuuid=uuid.UUID("50554d6e-29bb-11e5-b345-feff819cdc9f"), c_list=[3, 1, 2],
        c_set={"b", "a"}, c_map={"x": 1}, c_tuple=(1, "one"), c_nested=[{1: {"a", "b"}}],
        c_address=paris)
    row = Kinds.create(**values)
    read = Kinds.get(id=row.id)
    for name, value in values.items():
        equal(getattr(read, name), value, name)
    paris.town.zip = None
    read.update(c_address=paris)
    equal(Kinds.get(id=row.id).c_address.town.zip, None, "a field of a user type")
    equal(Kinds.get(id=Kinds.create().id).c_list, [], "what is not there")
    row.c_text = None
    row.save()
    equal(Kinds.get(id=row.id).c_text, None, "None")


def collections():
    Product.create(id=1, name="cup")

    def find():  # a set of rows keeps what it has read
        return Product.objects(id=1)

    def after(**change):
        find().update(**change)
        return find().get()

    equal(after(tags__add={"a", "b"}).tags, {"a", "b"}, "tags__add")
    equal(after(tags__remove={"a"}).tags, {"b"}, "tags__remove")
    equal(after(history=[2]).history, [2], "a list")
    equal(after(history__append=[3, 4]).history, [2, 3, 4], "__append")
    equal(after(history__prepend=[0, 1]).history, [0, 1, 2, 3, 4], "__prepend")
    equal(after(labels__update={"k": "v", "l": "w"}).labels, {"k": "v", "l": "w"}, "__update")
    equal(after(labels__remove={"l"}).labels, {"k": "v"}, "__remove")
    row = find().get()
    row.tags.add("c")
    row.history.append(5)
    row.labels["m"] = "x"
    del row.labels["k"]
    row.save()
    row = find().get()
    equal((row.tags, row.history, row.labels), ({"b", "c"}, [0, 1, 2, 3, 4, 5], {"m": "x"}),
          "what changed is saved")
    row.update(tags=None, history=[], labels={})
    row = find().get()
    equal((row.tags, row.history, row.labels), (set(), [], {}), "emptied")


# ---- reading ----------------------------------------------------------------------------------


def readings():
    for hour in range(4):
        for minute in range(5):
            Reading.create(sensor="s", day=1, hour=hour, minute=minute, value=hour + minute / 10)
    Reading.create(sensor="t", day=1, hour=0, minute=0, value=7.0)

    def find():  # a set of rows keeps what it has read
        return Reading.objects(sensor="s", day=1)

    equal((find().count(), len(Reading.objects.all())), (20, 21), "count")
    equal([(r.hour, r.minute) for r in find().limit(2)], [(3, 0), (3, 1)], "clustering order")
    equal([(r.hour, r.minute) for r in find().order_by("hour", "-minute").limit(2)],
          [(0, 4), (0, 3)], "reversed")
    equal((len(find()[2:5]), find()[1].minute, find().first().hour), (3, 1, 3), "sliced")
    equal(find().filter(hour__gte=1, hour__lt=3).count(), 10, "a slice of a partition")
    equal(find().filter(hour__in=[0, 2], minute=1).count(), 2, "IN")
    equal(find().filter(Reading.hour > 2).count(), 5, "an expression")
    equal(Reading.objects.filter(value__gt=3.0).allow_filtering().count(), 5, "filtered")
    equal(sorted(r.sensor for r in Reading.objects.distinct()), ["s", "t"], "DISTINCT")
    equal(list(find().filter(hour=3).values_list("minute", flat=True)), [0, 1, 2, 3, 4], "values")
    equal(find().only(["value"]).first().value, 3.0, "only()")
    equal(find().defer(["value"]).first().value, None, "defer()")
    equal(len(list(find().fetch_size(3))), 20, "pages")
    equal(find().consistency(ConsistencyLevel.ONE).timeout(10).count(), 20, "a level")
    refused(lambda: find().filter(hour=3).get(), "", "several")
    equal(issubclass(Reading.MultipleObjectsReturned, MultipleObjectsReturned), True, "its class")
    refused(lambda: find().filter(hour=99).get(), "", "none")
    above = Reading.objects.filter(pk__token__gt=Token("s", 1)).count()
    below = Reading.objects.filter(pk__token__lte=Token("s", 1)).count()
    equal(above + below, 21, "token ranges")
    find().update(place="cellar")
    equal({r.place for r in find()}, {"cellar"}, "a static column")
    Reading.objects(sensor="s", day=1, hour=2).delete()
    equal(find().count(), 15, "a range deleted")
    Reading.create(sensor="u", day=1, place="roof")
    equal(Reading.objects(sensor="u", day=1).get().place, "roof", "only what is static")


def time_ids():
    began = datetime.datetime.utcnow() - datetime.timedelta(seconds=5)
    for _ in range(3):
        Event.create(source="s", at=uuid.uuid1())
    later = began + datetime.timedelta(minutes=5)
    equal(Event.objects(source="s", at__gte=MinTimeUUID(began),
                        at__lte=MaxTimeUUID(later)).count(), 3, "minTimeuuid()")
    equal(Event.objects(source="s", at__gte=MinTimeUUID(later)).count(), 0, "later")


def indexes():
    for i, brand in enumerate(("acme", "acme", "bolt")):
        Product.create(id=10 + i, name=f"p{i}", brand=brand, text=brand + "-text", tags={brand})
    settled(lambda: Product.objects(brand="acme").count(), 2, "an index")
    settled(lambda: Product.objects(tags__contains="bolt").count(), 1, "CONTAINS")
    connection.execute(f"CREATE CUSTOM INDEX products_text ON {KEYSPACE}.products (text) "
                       "USING 'org.apache.cassandra.index.sasi.SASIIndex'")
    settled(lambda: Product.objects(text__like="acme%").count(), 2, "LIKE")
    connection.execute(f"DROP INDEX {KEYSPACE}.products_text")
    connection.execute(f"CREATE INDEX products_text ON {KEYSPACE}.products (text) USING 'sai'")
    settled(lambda: Product.objects(text="bolt-text").count(), 1, "an attached index")


def named_tables():
    connection.execute(
        f"CREATE MATERIALIZED VIEW {KEYSPACE}.by_brand AS SELECT id, brand, n "
        f"FROM {KEYSPACE}.products WHERE brand IS NOT NULL AND id IS NOT NULL "
        "PRIMARY KEY (brand, id)")
    view = NamedTable(KEYSPACE, "by_brand")
    settled(lambda: view.objects(brand="acme").count(), 2, "a view")
    equal(view.objects(brand="bolt").first()["id"], 12, "a row of a view")
    meta = connection.get_cluster().metadata.keyspaces[KEYSPACE].views["by_brand"]
    equal(meta.base_table_name, "products", "the view's table")
    connection.execute(f"DROP MATERIALIZED VIEW {KEYSPACE}.by_brand")
    table = NamedTable(KEYSPACE, "readings")
    equal(table.objects(sensor="t", day=1).get()["value"], 7.0, "a named table")


# ---- writing ----------------------------------------------------------------------------------


def times():
    Product.ttl(1000).create(id=20, name="timed")
    age = list(connection.execute(f"SELECT TTL(n) AS t FROM {KEYSPACE}.products WHERE id = 20"))
    equal(990 < age[0]["t"] <= 1000, True, "a TTL")
    Product.timestamp(datetime.timedelta(seconds=-100)).create(id=20, name="older")
    equal(Product.get(id=20).name, "timed", "what is older loses")
    Product.objects(id=20).ttl(1).update(stock=5)
    settled(lambda: Product.get(id=20).stock, None, "it runs out")
    Product.objects(id=20).timestamp(datetime.timedelta(seconds=-1000)).delete()
    equal(Product.get(id=20).name, "timed", "a delete in the past")


def transactions():
    Product.if_not_exists().create(id=30, name="one", stock=5)
    try:
        Product.if_not_exists().create(id=30, name="two")
    except LWTException as there:
        equal((there.existing["[applied]"], there.existing["n"]), (False, "one"), "IF NOT EXISTS")
    row = Product.get(id=30)
    row.iff(stock=5).update(stock=6)
    refused(lambda: row.iff(stock=5).update(stock=7), "", "IF stock = 5")
    row.iff(stock__ne=5, name="one").update(stock=7)
    equal(Product.get(id=30).stock, 7, "IF stock != 5")
    Product.objects(id=30).if_exists().update(stock=8)
    refused(lambda: Product.objects(id=31).if_exists().update(stock=8), "", "IF EXISTS")
    refused(lambda: row.iff(stock=1).delete(), "", "DELETE IF")
    Product.objects(id=30).iff(stock=8).delete()
    equal(Product.objects(id=30).count(), 0, "deleted")
    equal(issubclass(LWTException, CQLEngineException), True, "its class")


def batches():
    done = []
    with BatchQuery() as batch:
        batch.add_callback(done.append, 1)
        for i in range(3):
            Product.batch(batch).create(id=40 + i, name="b")
    equal((done, Product.objects(id__in=[40, 41, 42]).count()), ([1], 3), "a logged batch")
    with BatchQuery(batch_type=BatchType.Unlogged,
                    timestamp=datetime.timedelta(seconds=1)) as batch:
        for i in range(3):
            Product.objects(id=40 + i).batch(batch).delete()
    equal(Product.objects(id__in=[40, 41, 42]).count(), 0, "an unlogged batch")
    with BatchQuery(batch_type="COUNTER") as batch:
        Visits.objects(page="batch").batch(batch).update(views=5)
    equal(Visits.get(page="batch").views, 5, "a counter batch")

    def twice():
        for _ in range(2):
            with BatchQuery() as batch:
                Product.batch(batch).if_not_exists().create(id=50, name="once")

    refused(twice, "", "a conditional batch")


def counters():
    row = Visits.create(page="home")
    row.views += 3
    row.save()
    row.views -= 5
    row.save()
    equal(Visits.get(page="home").views, -2, "a counter")


def pets():
    Cat.create(id=1, name="Tom", lives=9)
    Dog.create(id=2, name="Rex", tricks=["sit"])
    equal([type(p).__name__ for p in Pet.objects.order_by()], ["Cat", "Dog"], "a shared table")
    settled(lambda: Dog.objects.get().tricks, ["sit"], "one's own")


def contexts():
    with ContextQuery(Product, keyspace=OTHER) as there:
        management.sync_table(there, keyspaces=[OTHER])
        there.objects.create(id=1, name="elsewhere")
        equal(there.objects.get(id=1).name, "elsewhere", "another keyspace")
    connection.register_connection("second", hosts=[HOST], consistency=ConsistencyLevel.QUORUM,
                                   cluster_options=options())
    equal(Product.objects.using(connection="second", keyspace=OTHER).get(id=1).name, "elsewhere",
          "another connection")
    connection.unregister_connection("second")


def options():
    return dict(port=PORT, protocol_version=PROTOCOL, compression="lz4")


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    before = Cluster([HOST], **options())
    center = before.connect().execute("SELECT data_center FROM system.local").one()[0]
    before.shutdown()
    connection.setup([HOST], KEYSPACE, consistency=ConsistencyLevel.ONE, lazy_connect=True,
                     **options())
    for name in (KEYSPACE, OTHER):
        management.drop_keyspace(name)
    management.create_keyspace_simple(KEYSPACE, 1)
    management.create_keyspace_network_topology(OTHER, {center: 1})
    for step in (tables, kinds, collections, readings, time_ids, indexes, named_tables, times,
                 transactions, batches, counters, pets, contexts, grow):
        step()
    for name in (KEYSPACE, OTHER):
        management.drop_keyspace(name)
    connection.unregister_connection("default")
    report("cqlengine")


main()
