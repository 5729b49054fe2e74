# SPDX-License-Identifier: MIT
"""cassandra-driver and scylla-driver against a node: schema, every type, pages, batches, LWT.

    session.py HOST PORT PROTOCOL [SHARDS]

Both packages are called `cassandra`; which one runs depends on the environment. With SHARDS, each
connection must report its own shard, and a row's requests must go to the shard that owns it.
"""
import datetime
import decimal
import sys
import uuid

from checks import HOST, PORT, PROTOCOL, equal, report

from cassandra.cluster import Cluster, ExecutionProfile, EXEC_PROFILE_DEFAULT
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.policies import RoundRobinPolicy, TokenAwarePolicy
from cassandra.query import BatchStatement, SimpleStatement, named_tuple_factory
from cassandra.util import Date, Duration, OrderedMapSerializedKey, Time, SortedSet

SHARDS = int(sys.argv[4]) if len(sys.argv) > 4 else 0
KEYSPACE = "drivers_python"

# column, CQL type, value to write, value to read (None: the same)
TIMEUUID = uuid.UUID("50554d6e-29bb-11e5-b345-feff819cdc9f")
TYPES = [
    ("t_ascii", "ascii", "ascii", None),
    ("t_bigint", "bigint", -(2**63), None),
    ("t_blob", "blob", b"\x00\xca\xfe", None),
    ("t_boolean", "boolean", True, None),
    ("t_date", "date", Date("2020-02-03"), None),
    ("t_decimal", "decimal", decimal.Decimal("-12.340"), None),
    ("t_double", "double", -2.25e100, None),
    ("t_duration", "duration", Duration(14, 3, 7_200_000_000_001), None),
    ("t_float", "float", 1.5, None),
    ("t_inet", "inet", "10.0.0.1", None),
    ("t_inet6", "inet", "2001:db8::1", None),
    ("t_int", "int", 2**31 - 1, None),
    ("t_smallint", "smallint", -(2**15), None),
    ("t_text", "text", "ünïcödé ☃ 'quoted'", None),
    ("t_time", "time", Time("04:05:06.789000001"), None),
    ("t_timestamp", "timestamp", datetime.datetime(2020, 2, 3, 4, 5, 6, 789000), None),
    ("t_timeuuid", "timeuuid", TIMEUUID, None),
    ("t_tinyint", "tinyint", -128, None),
    ("t_uuid", "uuid", uuid.UUID("123e4567-e89b-12d3-a456-426614174000"), None),
    ("t_varchar", "varchar", "", None),
    ("t_varint", "varint", -(10**40), None),
    ("t_list", "list<int>", [3, 1, 2], None),
    ("t_set", "set<text>", {"b", "a"}, SortedSet(["a", "b"])),
    ("t_map", "map<text, bigint>", {"x": 1, "y": 2**40}, None),
    ("t_frozen", "frozen<map<int, frozen<list<text>>>>", {1: ["a"], 2: []}, None),
    ("t_tuple", "tuple<int, text, boolean>", (1, None, True), None),
    ("t_nested", "list<frozen<tuple<int, frozen<set<uuid>>>>>", [(1, {TIMEUUID})], [(1, SortedSet([TIMEUUID]))]),
    ("t_vector", "vector<float, 3>", [1.0, -2.5, 0.0], None),
    ("t_words", "vector<text, 2>", ["a", "bc"], None),
]




def make_schema(session):
    session.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}")
    session.execute(
        f"CREATE KEYSPACE {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    session.set_keyspace(KEYSPACE)
    session.execute("CREATE TYPE address (street text, number int, tags frozen<list<text>>)")
    columns = ", ".join(f"{name} {cql}" for name, cql, _, _ in TYPES)
    session.execute(f"CREATE TABLE every (id int PRIMARY KEY, {columns}, t_udt address)")
    session.execute("CREATE TABLE wide (k int, c int, s text STATIC, v text, PRIMARY KEY (k, c)) "
                    "WITH CLUSTERING ORDER BY (c DESC)")
    session.execute("CREATE INDEX ON wide (v)")
    session.execute("CREATE TABLE counters (k int PRIMARY KEY, n counter)")


def check_metadata(cluster):
    keyspace = cluster.metadata.keyspaces[KEYSPACE]
    every, wide = keyspace.tables["every"], keyspace.tables["wide"]
    equal(len(every.columns), len(TYPES) + 2, "columns of every")
    equal(every.columns["t_map"].cql_type, "map<text, bigint>", "type of t_map")
    equal([c.name for c in wide.clustering_key], ["c"], "clustering key of wide")
    equal(wide.columns["c"].is_reversed, True, "order of c")
    equal(wide.columns["s"].is_static, True, "s is static")
    equal(list(wide.indexes), ["wide_v_idx"], "indexes of wide")
    equal(keyspace.user_types["address"].field_names, ["street", "number", "tags"], "fields of address")
    equal("CREATE TABLE " + KEYSPACE in keyspace.export_as_string(), True, "the exported schema")


def round_trip(session):
    names = [name for name, _, _, _ in TYPES]
    values = [value for _, _, value, _ in TYPES]
    insert = session.prepare(
        f"INSERT INTO every (id, {', '.join(names)}) VALUES ({', '.join('?' * (len(names) + 1))})"
    )
    select = session.prepare(f"SELECT {', '.join(names)} FROM every WHERE id = ?")
    session.execute(insert, [1, *values])
    row = session.execute(select, [1]).one()
    for (name, _, value, want), got in zip(TYPES, row):
        if isinstance(got, OrderedMapSerializedKey):
            got = dict(got)
        equal(got, value if want is None else want, name)
    session.execute(insert, [2, *[None] * len(values)])
    row = session.execute(select, [2]).one()
    for (name, cql, _, _), got in zip(TYPES, row):
        equal(got, None, name + " of nulls")


def user_type(cluster, session):
    class Address:
        def __init__(self, street, number, tags):
            self.street, self.number, self.tags = street, number, tags

        def __eq__(self, other):
            return vars(self) == vars(other)

        def __repr__(self):
            return f"Address({vars(self)})"

    cluster.register_user_type(KEYSPACE, "address", Address)
    want = Address("Main", 5, ["a", "b"])
    session.execute(session.prepare("UPDATE every SET t_udt = ? WHERE id = 3"), [want])
    equal(session.execute("SELECT t_udt FROM every WHERE id = 3").one().t_udt, want, "address")


def pages(session):
    insert = session.prepare("INSERT INTO wide (k, c, v) VALUES (?, ?, ?)")
    rows = [(k, c, f"v{c % 3}") for k in range(10) for c in range(100)]
    for ok, result in execute_concurrent_with_args(session, insert, rows, concurrency=50):
        equal(ok, True, f"an insert: {result}")
    statement = SimpleStatement("SELECT k, c FROM wide", fetch_size=7)
    equal(len(list(session.execute(statement))), 1000, "rows in pages of 7")
    statement = SimpleStatement("SELECT c FROM wide WHERE k = 5", fetch_size=30)
    equal([r.c for r in session.execute(statement)], list(range(99, -1, -1)), "one partition")
    equal(session.execute("SELECT count(*) FROM wide WHERE v = 'v1'").one()[0], 330, "by index")
    bound = session.prepare("SELECT c FROM wide WHERE k IN ? AND c < ? LIMIT ?")
    equal(len(list(session.execute(bound, [[1, 2], 3, 100]))), 6, "IN ?")


def batches_and_conditions(session):
    batch = BatchStatement()
    insert = session.prepare("INSERT INTO wide (k, c, s) VALUES (?, ?, ?)")
    batch.add(insert, [100, 1, "static"])
    batch.add("INSERT INTO wide (k, c, v) VALUES (100, 2, 'x')")
    session.execute(batch)
    got = [(r.c, r.s, r.v) for r in session.execute("SELECT c, s, v FROM wide WHERE k = 100")]
    equal(got, [(2, "static", "x"), (1, "static", None)], "a batch")
    once = "INSERT INTO wide (k, c, v) VALUES (200, 1, 'first') IF NOT EXISTS"
    equal(session.execute(once).was_applied, True, "the first IF NOT EXISTS")
    second = session.execute(once).one()
    equal((second.applied, second.v), (False, "first"), "the second IF NOT EXISTS")
    session.execute("UPDATE counters SET n = n + 5 WHERE k = 1")
    session.execute("UPDATE counters SET n = n - 7 WHERE k = 1")
    equal(session.execute("SELECT n FROM counters WHERE k = 1").one().n, -2, "a counter")


def shards(cluster, session):
    """What scylla-driver knows of a node with shards."""
    host = cluster.metadata.all_hosts()[0]
    info = host.sharding_info
    equal(info.shards_count, SHARDS, "shards that the node has")
    pool = session._pools[host]
    equal(sorted(pool._connections), list(range(SHARDS)), "shards with a connection")
    for shard, connection in pool._connections.items():
        equal(connection.features.shard_id, shard, "the shard of a connection")
    wide = session.prepare("SELECT v FROM wide WHERE k = ?")
    for k in range(50):
        trace = session.execute(wide.bind([k])).response_future
        token = cluster.metadata.token_map.token_class.from_key(wide.bind([k]).routing_key)
        equal(trace._connection.features.shard_id, info.shard_id_from_token(token.value),
              f"the shard of the key {k}")


def main():
    profile = ExecutionProfile(load_balancing_policy=TokenAwarePolicy(RoundRobinPolicy()),
                               row_factory=named_tuple_factory, request_timeout=30)
    cluster = Cluster([HOST], port=PORT, protocol_version=PROTOCOL, compression=True,
                      execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    session = cluster.connect()
    make_schema(session)
    check_metadata(cluster)
    round_trip(session)
    user_type(cluster, session)
    pages(session)
    batches_and_conditions(session)
    if SHARDS:
        shards(cluster, session)
    try:
        session.execute("SELECT nothing FROM every")
        sys.exit("an error should have come")
    except Exception as error:
        equal("Undefined column name nothing" in str(error), True, "an error's message")
    session.execute(f"DROP KEYSPACE {KEYSPACE}")
    cluster.shutdown()
    report("python")


main()
