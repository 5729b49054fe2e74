# SPDX-License-Identifier: MIT
"""The rows as Python coodie does them, on cassandra-driver."""
from datetime import datetime
from typing import Annotated, Optional
from uuid import UUID

from coodie.cql_builder import build_create_type
from coodie.exceptions import DocumentNotFound
from coodie.fields import (BigInt, ClusteringKey, Counter, Double, Frozen, Indexed, PrimaryKey, Vector,
                           VectorIndex)
from coodie.sync import BatchQuery, CounterDocument, Document, init_coodie
from coodie.usertype import UserType

import data
from peer import Row


class Product(Document):
    id: Annotated[UUID, PrimaryKey()]
    name: str
    brand: Annotated[str, Indexed()]
    category: str
    price: Annotated[float, Double()]
    stock: int
    available: bool
    rating: float
    added: datetime
    description: str

    class Settings:
        name = "products"


class Written(Product):
    """So that reads find as much in the first round as in the last."""

    class Settings:
        name = "products_written"


class Reading(Document):
    sensor: Annotated[int, PrimaryKey()]
    at: Annotated[int, BigInt(), ClusteringKey()]
    value: Annotated[float, Double()]
    note: str

    class Settings:
        name = "readings"


class Visits(CounterDocument):
    page: Annotated[str, PrimaryKey()]
    count: Annotated[int, Counter()] = 0

    class Settings:
        name = "visits"


class Article(Document):
    id: Annotated[UUID, PrimaryKey()]
    title: str
    tags: set[str]
    revisions: list[str]
    facts: dict[str, str]

    class Settings:
        name = "articles"


class Address(UserType):
    street: str
    city: str
    postcode: str
    number: int


class Contact(UserType):
    email: str
    phone: str
    home: Annotated[Address, Frozen()]


class Customer(Document):
    id: Annotated[UUID, PrimaryKey()]
    name: str
    home: Annotated[Address, Frozen()]

    class Settings:
        name = "customers"


class Ticket(Document):
    id: Annotated[UUID, PrimaryKey()]
    title: str
    state: Annotated[str, Indexed()]
    opened: datetime

    class Settings:
        name = "tickets"


class NewTicket(Document):
    id: Annotated[UUID, PrimaryKey()]
    title: str
    state: Annotated[str, Indexed()]
    opened: datetime
    assignee: str

    class Settings:
        name = "tickets"


class Place(UserType):
    street: str
    city: str
    number: int


class User(Document):
    name: Annotated[str, PrimaryKey()]
    id: UUID
    full_name: str
    email: str
    registered: datetime
    roles: list[str] = []

    class Settings:
        name = "argus_users"


class Run(Document):
    build: Annotated[str, PrimaryKey()]
    started: Annotated[datetime, ClusteringKey(order="DESC")]
    id: UUID
    owner: str
    state: Annotated[str, Indexed()]
    name: str
    version: str
    branch: str
    revision: str
    region: str
    cluster: str
    instance: str
    image: str
    backend: str
    stress: str
    url: str
    notes: str
    nodes: int
    seconds: int
    errors: int
    warnings: int
    critical: int
    attempts: int
    finished: Optional[datetime] = None

    class Settings:
        name = "argus_runs"


class Event(Document):
    run: Annotated[UUID, PrimaryKey()]
    at: Annotated[int, BigInt(), ClusteringKey()]
    severity: str
    message: str

    class Settings:
        name = "argus_events"


class Notification(Document):
    receiver: Annotated[str, PrimaryKey()]
    at: Annotated[int, BigInt(), ClusteringKey(order="DESC")]
    sender: str
    title: str
    is_read: bool

    class Settings:
        name = "argus_notifications"


class Comment(Document):
    id: Annotated[UUID, PrimaryKey()]
    run: UUID
    author: str
    message: str
    mentions: list[str]
    reactions: dict[str, int]

    class Settings:
        name = "argus_comments"


class Signal(Document):
    id: Annotated[int, PrimaryKey()]
    text: str
    embedding: Annotated[list[float], Vector(dimensions=16), VectorIndex(similarity_function="COSINE")]

    class Settings:
        name = "signals"


# ---- tables ----------------------------------------------------------------------------------------

def shop():
    Product.sync_table()
    Written.sync_table()
    Reading.sync_table()
    for n in range(data.PRODUCTS):
        Product(**data.product(n)).save()
    for n in range(data.READINGS):
        Reading(**data.reading(data.SENSOR, n)).save()


def visits():
    Visits.sync_table()


def articles():
    Article.sync_table()
    for n in range(100):
        Article(**data.article(n)).save()


def customers():
    Customer.sync_table()
    for n in range(100):
        save_customer(n)


def tracker():
    for model in (User, Run, Event, Notification, Comment):
        model.sync_table()
    for n in range(data.USERS):
        User(**data.user(n)).save()
    for n in range(2 * data.BUILDS * data.RUNS):
        Run(**data.run(n // data.RUNS, n % data.RUNS)).save()
    for n in range(10 * data.NOTIFICATIONS):
        Notification(**data.notification(n)).save()
    for n in range(data.COMMENTS):
        Comment(**data.comment(n)).save()


# ---- writes ----------------------------------------------------------------------------------------

def insert(i):
    Written(**data.product(data.WRITTEN + i % 1000, i)).save()


def applied(result):
    if not result.applied:
        raise AssertionError("a conditional write was not applied")


def insert_new(i):
    applied(Written(**data.product(data.NEW + i)).insert())


def insert_expiring(i):
    Written(**data.product(data.EXPIRING + i % 1000, i)).save(ttl=60)


def update(i):
    Product.get(id=data.product_id(i % 1000)).update(price=float(i))


def update_fair(i):
    Product.find(id=data.product_id(i % 1000)).update(price=float(i))


def update_if(i):
    p = Product.get(id=data.product_id(i % 1000))
    applied(p.update(if_conditions={"stock": p.stock}, price=float(i)))


def update_if_fair(i):
    applied(Product.find(id=data.product_id(i % 1000)).update(if_conditions={"stock": data.STOCK},
                                                              price=float(i)))


def add_to_delete(first, count):
    for i in range(first, first + count):
        Written(**data.product(data.DELETED + i)).save()


def delete(i):
    Written.find(id=data.product_id(data.DELETED + i)).delete()


def add_partitions(first, count):
    for i in range(first, first + count):
        for n in range(data.PARTITION_ROWS):
            Reading(**data.reading(data.DELETED_FROM + i, n)).save()


def delete_partition(i):
    Reading.find(sensor=data.DELETED_FROM + i).delete()


def increment(_):
    Visits(page="/engines").increment(count=1)


def batch(size):
    def run(i):
        with BatchQuery() as b:
            for n in range(size):
                Reading(**data.reading(data.batch_sensor(size, i), n)).save(batch=b)
    return run


# ---- reads -----------------------------------------------------------------------------------------

def get(i):
    return int(Product.get(id=data.product_id(i % 1000)) is not None)


def by_index(i):
    return len(Product.find(brand=data.brand(i % 20)).all())


def limited(i):
    return len(Product.find(brand=data.brand(i % 20)).limit(10).all())


def newest(_):
    return len(Reading.find(sensor=data.SENSOR).order_by("-at").limit(50).all())


def count(_):
    return Reading.find(sensor=data.SENSOR).count()


def pages(_):
    rows, state = 0, None
    while True:
        page = Reading.find(sensor=data.SENSOR).fetch_size(100).page(state).paged_all()
        rows += len(page.data)
        state = page.paging_state
        if state is None:
            return rows


# ---- collections and types -------------------------------------------------------------------------

def write_article(i):
    Article(**data.article(1000 + i % 100)).save()


def read_article(i):
    return data.items(Article.get(id=data.make_uuid("a", i % 100)))


def article_round_trip(i):
    write_article(i)
    return data.items(Article.get(id=data.make_uuid("a", 1000 + i % 100)))


def save_customer(n):
    Customer(id=data.customer_id(n), name="Ada", home=Address(**data.ADDRESS)).save()


def read_customer(n):
    return int(Customer.get(id=data.customer_id(n)).home.number == 12)


def customer_round_trip(i):
    save_customer(1000 + i % 100)
    return read_customer(1000 + i % 100)


ADA_LIVES = Address(**data.ADDRESS)
ADA_IS_AT = Contact(home=ADA_LIVES, **data.CONTACT)


def serialise_address(_):
    return int(len(data.ADDRESS_TYPE.serialize(ADA_LIVES, 4)) > 0)


def serialise_contact(_):
    return int(len(data.CONTACT_TYPE.serialize(ADA_IS_AT, 4)) > 0)


def make_address(i):
    return int(Address(street="St James's Square", city="London", postcode="SW1Y 4JH", number=i) is not None)


def type_ddl(_):
    return sum("CREATE TYPE" in build_create_type(t.type_name(), "bench", t._get_field_cql_types())
               for t in (Address, Contact))


# ---- objects ---------------------------------------------------------------------------------------

VALUES = data.product(1)


def instantiate(_):
    return int(Product(**VALUES) is not None)


WHOLE = Product(**VALUES)


def serialise(_):
    return int(len(WHOLE.model_dump()) == 10)


def thousand(_):
    return [Product(**data.own_texts(data.product(n))) for n in range(1000)]


def thousand_read(_):
    return Reading.find(sensor=data.SENSOR).all()


# ---- the tracker -----------------------------------------------------------------------------------

def get_or_create(i):
    values = data.user(data.user_number(i))
    try:
        User.get(name=values["name"])
    except DocumentNotFound:
        User(**values).save()
    return 1


def by_state(i):
    return len(Run.find(state=data.state(i)).all())


def latest(i):
    return len(Run.find(build=data.build(i % data.BUILDS)).limit(3).all())


def append_and_remove(i):
    someone = User.find(name=f"user {i % data.USERS}")
    someone.update(roles__append=["reviewer"])
    someone.update(roles__remove=["reviewer"])


def add_events(i):
    with BatchQuery(logged=False) as b:
        for at in range(10):
            Event(**data.event(i, at)).save(batch=b)


def feed(i):
    return len(Notification.find(receiver=f"user {i % 10}").limit(10).all())


def update_state(i):
    Run.find(build=data.build(data.BUILDS), started=data.started(i % data.RUNS)).update(
        state="written", finished=data.started(i))


def comment(i):
    Comment(**data.comment(data.COMMENTS + i % 100, i)).save()


def show_run(i):
    run = Run.get(build=data.build(i % data.BUILDS), started=data.started(i % data.RUNS))
    User.get(name=run.owner)
    return int(Comment.get(id=data.make_uuid("k", i % data.COMMENTS)) is not None)


RUN = data.run(0, 1)


def build_large(_):
    return int(Run(**RUN) is not None)


# ---- vectors ---------------------------------------------------------------------------------------

def insert_signal(i):
    Signal(**data.signal(i % data.SIGNALS)).save()


def nearest(i):
    return len(Signal.find().order_by_ann("embedding", data.point(i)).limit(data.NEAREST).all())


# ---- rows ------------------------------------------------------------------------------------------

def connect(session, keyspace):
    driver = init_coodie(session=session, keyspace=keyspace, driver_type="cassandra")

    def drop_tickets(_):
        session.execute(f"DROP TABLE IF EXISTS {keyspace}.tickets")
        driver._known_tables.clear()  # it would not look again

    def make_tickets(_=0):
        drop_tickets(0)
        Ticket.sync_table()

    def drop_type(_):
        session.execute(f"DROP TYPE IF EXISTS {keyspace}.place")

    def signals():
        # Not Signal.sync_table(): the class of its index is one that only ScyllaDB has.
        session.execute("CREATE TABLE signals (id int PRIMARY KEY, text text, embedding vector<float, 16>)")
        session.execute("CREATE CUSTOM INDEX ON signals (embedding) USING 'StorageAttachedIndex'")
        for n in range(data.SIGNALS):
            Signal(**data.signal(n)).save()

    return {
        "single-insert": Row(insert, shop),
        "insert-if-not-exists": Row(insert_new, shop),
        "insert-with-ttl": Row(insert_expiring, shop),
        "partial-update": Row(update, shop),
        "partial-update-fair": Row(update_fair, shop),
        "update-if-condition": Row(update_if, shop),
        "update-if-condition-fair": Row(update_if_fair, shop),
        "single-delete": Row(delete, shop, before=add_to_delete),
        "bulk-delete": Row(delete_partition, shop, before=add_partitions),
        "counter-increment": Row(increment, visits),
        "get-by-pk": Row(get, shop, rows=1),
        "filter-secondary-index": Row(by_index, shop, rows=50),
        "filter-limit": Row(limited, shop, rows=10),
        "filter-order-by": Row(newest, shop, rows=50),
        "count": Row(count, shop, rows=1000),
        "paginated-read": Row(pages, shop, rows=1000),
        "batch-insert-10": Row(batch(10), shop),
        "batch-insert-100": Row(batch(100), shop),
        "collection-write": Row(write_article, articles),
        "collection-read": Row(read_article, articles, rows=8),
        "collection-round-trip": Row(article_round_trip, articles, rows=8),
        "udt-read": Row(lambda i: read_customer(i % 100), customers, rows=1),
        "udt-round-trip": Row(customer_round_trip, customers, rows=1),
        "udt-serialise": Row(serialise_address, rows=1),
        "udt-nested-serialise": Row(serialise_contact, rows=1),
        "udt-instantiate": Row(make_address, rows=1),
        "udt-ddl": Row(type_ddl, rows=2),
        "sync-table-create": Row(lambda _: Ticket.sync_table() and 0, between=drop_tickets),
        "sync-table-no-op": Row(lambda _: Ticket.sync_table() and 0, make_tickets),
        "sync-table-add-column": Row(lambda _: NewTicket.sync_table() and 0, between=make_tickets),
        "sync-type": Row(lambda _: Place.sync_type() and 0, between=drop_type),
        "instantiate": Row(instantiate, rows=1),
        "serialise": Row(serialise, rows=1),
        "memory-1000": Row(thousand, rows=1000, is_memory=True),
        "memory-1000-read": Row(thousand_read, shop, rows=1000, is_memory=True),
        "argus-get-or-create": Row(get_or_create, tracker, rows=1),
        "argus-filter-by-status": Row(by_state, tracker, rows=20),
        "argus-latest-runs": Row(latest, tracker, rows=3),
        "argus-list-mutation": Row(append_and_remove, tracker),
        "argus-batch-events": Row(add_events, tracker),
        "argus-feed": Row(feed, tracker, rows=10),
        "argus-status-update": Row(update_state, tracker),
        "argus-comment": Row(comment, tracker),
        "argus-multi-model": Row(show_run, tracker, rows=1),
        "argus-large-model": Row(build_large, rows=1),
        "vector-insert": Row(insert_signal, signals),
        "vector-ann": Row(nearest, signals, rows=10),
    }
