# SPDX-License-Identifier: MIT
"""The rows as cqlengine does them."""
from cassandra.cqlengine import columns, connection
from cassandra.cqlengine.management import (drop_table, get_create_type, sync_table, sync_type)
from cassandra.cqlengine.models import Model
from cassandra.cqlengine.query import BatchQuery, BatchType, DoesNotExist
from cassandra.cqlengine.usertype import UserType

import data
from peer import Row


class Product(Model):
    __table_name__ = "products"
    id = columns.UUID(primary_key=True)
    name = columns.Text(required=True)
    brand = columns.Text(index=True)
    category = columns.Text()
    price = columns.Double()
    stock = columns.Integer()
    available = columns.Boolean()
    rating = columns.Float()
    added = columns.DateTime()
    description = columns.Text()


class Written(Product):
    """So that reads find as much in the first round as in the last."""
    __table_name__ = "products_written"


class Reading(Model):
    __table_name__ = "readings"
    sensor = columns.Integer(partition_key=True)
    at = columns.BigInt(primary_key=True)
    value = columns.Double()
    note = columns.Text()


class Visits(Model):
    __table_name__ = "visits"
    page = columns.Text(primary_key=True)
    count = columns.Counter()


class Article(Model):
    __table_name__ = "articles"
    id = columns.UUID(primary_key=True)
    title = columns.Text()
    tags = columns.Set(columns.Text)
    revisions = columns.List(columns.Text)
    facts = columns.Map(columns.Text, columns.Text)


class Address(UserType):
    __type_name__ = "address"
    street = columns.Text()
    city = columns.Text()
    postcode = columns.Text()
    number = columns.Integer()


class Contact(UserType):
    __type_name__ = "contact"
    email = columns.Text()
    phone = columns.Text()
    home = columns.UserDefinedType(Address)


class Customer(Model):
    __table_name__ = "customers"
    id = columns.UUID(primary_key=True)
    name = columns.Text()
    home = columns.UserDefinedType(Address)


class Ticket(Model):
    __table_name__ = "tickets"
    id = columns.UUID(primary_key=True)
    title = columns.Text()
    state = columns.Text(index=True)
    opened = columns.DateTime()


class NewTicket(Ticket):
    __table_name__ = "tickets"
    assignee = columns.Text()


class Place(UserType):
    __type_name__ = "place"
    street = columns.Text()
    city = columns.Text()
    number = columns.Integer()


class User(Model):
    __table_name__ = "argus_users"
    name = columns.Text(primary_key=True)
    id = columns.UUID()
    full_name = columns.Text()
    email = columns.Text()
    registered = columns.DateTime()
    roles = columns.List(columns.Text)


class Run(Model):
    __table_name__ = "argus_runs"
    build = columns.Text(partition_key=True)
    started = columns.DateTime(primary_key=True, clustering_order="DESC")
    id = columns.UUID()
    owner = columns.Text()
    state = columns.Text(index=True)
    name = columns.Text()
    version = columns.Text()
    branch = columns.Text()
    revision = columns.Text()
    region = columns.Text()
    cluster = columns.Text()
    instance = columns.Text()
    image = columns.Text()
    backend = columns.Text()
    stress = columns.Text()
    url = columns.Text()
    notes = columns.Text()
    nodes = columns.Integer()
    seconds = columns.Integer()
    errors = columns.Integer()
    warnings = columns.Integer()
    critical = columns.Integer()
    attempts = columns.Integer()
    finished = columns.DateTime()


class Event(Model):
    __table_name__ = "argus_events"
    run = columns.UUID(partition_key=True)
    at = columns.BigInt(primary_key=True)
    severity = columns.Text()
    message = columns.Text()


class Notification(Model):
    __table_name__ = "argus_notifications"
    receiver = columns.Text(partition_key=True)
    at = columns.BigInt(primary_key=True, clustering_order="DESC")
    sender = columns.Text()
    title = columns.Text()
    is_read = columns.Boolean()


class Comment(Model):
    __table_name__ = "argus_comments"
    id = columns.UUID(primary_key=True)
    run = columns.UUID()
    author = columns.Text()
    message = columns.Text()
    mentions = columns.List(columns.Text)
    reactions = columns.Map(columns.Text, columns.Integer)


# ---- tables ----------------------------------------------------------------------------------------

def shop():
    sync_table(Product)
    sync_table(Written)
    sync_table(Reading)
    for n in range(data.PRODUCTS):
        Product.create(**data.product(n))
    for n in range(data.READINGS):
        Reading.create(**data.reading(data.SENSOR, n))


def visits():
    sync_table(Visits)


def articles():
    sync_table(Article)
    for n in range(100):
        Article.create(**data.article(n))


def customers():
    sync_table(Customer)
    for n in range(100):
        save_customer(n)


def tickets():
    drop_table(Ticket)
    sync_table(Ticket)


def tracker():
    for model in (User, Run, Event, Notification, Comment):
        sync_table(model)
    for n in range(data.USERS):
        User.create(**data.user(n))
    for n in range(2 * data.BUILDS * data.RUNS):
        Run.create(**data.run(n // data.RUNS, n % data.RUNS))
    for n in range(10 * data.NOTIFICATIONS):
        Notification.create(**data.notification(n))
    for n in range(data.COMMENTS):
        Comment.create(**data.comment(n))


# ---- writes ----------------------------------------------------------------------------------------

def insert(i):
    Written.create(**data.product(data.WRITTEN + i % 1000, i))


def insert_new(i):
    Written.if_not_exists().create(**data.product(data.NEW + i))


def insert_expiring(i):
    Written.ttl(60).create(**data.product(data.EXPIRING + i % 1000, i))


def update(i):
    p = Product.get(id=data.product_id(i % 1000))
    p.price = float(i)
    p.save()


def update_fair(i):
    Product.objects(id=data.product_id(i % 1000)).update(price=float(i))


def update_if(i):
    p = Product.get(id=data.product_id(i % 1000))
    p.price = float(i)
    p.iff(stock=p.stock).save()


def update_if_fair(i):
    Product.objects(id=data.product_id(i % 1000)).iff(stock=data.STOCK).update(price=float(i))


def add_to_delete(first, count):
    for i in range(first, first + count):
        Written.create(**data.product(data.DELETED + i))


def delete(i):
    Written(id=data.product_id(data.DELETED + i)).delete()


def add_partitions(first, count):
    for i in range(first, first + count):
        for n in range(data.PARTITION_ROWS):
            Reading.create(**data.reading(data.DELETED_FROM + i, n))


def delete_partition(i):
    Reading.objects(sensor=data.DELETED_FROM + i).delete()


def increment(_):
    v = Visits(page="/engines")
    v.count += 1
    v.save()


def batch(size):
    def run(i):
        with BatchQuery() as b:
            for n in range(size):
                Reading.batch(b).create(**data.reading(data.batch_sensor(size, i), n))
    return run


# ---- reads -----------------------------------------------------------------------------------------

def get(i):
    return int(Product.get(id=data.product_id(i % 1000)) is not None)


def by_index(i):
    return len(list(Product.objects(brand=data.brand(i % 20))))


def limited(i):
    return len(list(Product.objects(brand=data.brand(i % 20)).limit(10)))


def newest(_):
    return len(list(Reading.objects(sensor=data.SENSOR).order_by("-at").limit(50)))


def count(_):
    return Reading.objects(sensor=data.SENSOR).count()


def pages(_):
    return len(list(Reading.objects(sensor=data.SENSOR).fetch_size(100)))


# ---- collections and types -------------------------------------------------------------------------

def write_article(i):
    Article.create(**data.article(1000 + i % 100))


def read_article(i):
    return data.items(Article.get(id=data.make_uuid("a", i % 100)))


def article_round_trip(i):
    write_article(i)
    return data.items(Article.get(id=data.make_uuid("a", 1000 + i % 100)))


def save_customer(n):
    Customer.create(id=data.customer_id(n), name="Ada", home=Address(**data.ADDRESS))


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
    return sum("CREATE TYPE" in get_create_type(t, "bench") for t in (Address, Contact))


# ---- objects ---------------------------------------------------------------------------------------

VALUES = data.product(1)


def instantiate(_):
    return int(Product(**VALUES) is not None)


WHOLE = Product(**VALUES)


def serialise(_):
    return int(len(dict(WHOLE.items())) == 10)


def thousand(_):
    return [Product(**data.own_texts(data.product(n))) for n in range(1000)]


def thousand_read(_):
    return list(Reading.objects(sensor=data.SENSOR))


# ---- the tracker -----------------------------------------------------------------------------------

def get_or_create(i):
    values = data.user(data.user_number(i))
    try:
        User.get(name=values["name"])
    except DoesNotExist:
        User.create(**values)
    return 1


def by_state(i):
    return len(list(Run.objects(state=data.state(i))))


def latest(i):
    return len(list(Run.objects(build=data.build(i % data.BUILDS)).limit(3)))


def append_and_remove(i):
    someone = User.objects(name=f"user {i % data.USERS}")
    someone.update(roles__append=["reviewer"])
    someone.update(roles__remove=["reviewer"])


def add_events(i):
    with BatchQuery(batch_type=BatchType.Unlogged) as b:
        for at in range(10):
            Event.batch(b).create(**data.event(i, at))


def feed(i):
    return len(list(Notification.objects(receiver=f"user {i % 10}").limit(10)))


def update_state(i):
    Run.objects(build=data.build(data.BUILDS), started=data.started(i % data.RUNS)).update(
        state="written", finished=data.started(i))


def comment(i):
    Comment.create(**data.comment(data.COMMENTS + i % 100, i))


def show_run(i):
    run = Run.get(build=data.build(i % data.BUILDS), started=data.started(i % data.RUNS))
    User.get(name=run.owner)
    return int(Comment.get(id=data.make_uuid("k", i % data.COMMENTS)) is not None)


RUN = data.run(0, 1)


def build_large(_):
    return int(Run(**RUN) is not None)


# ---- rows ------------------------------------------------------------------------------------------

def connect(session, keyspace):
    connection.set_session(session)
    for model in (Product, Written, Reading, Visits, Article, Customer, Ticket, NewTicket, User, Run, Event,
                  Notification, Comment):
        model.__keyspace__ = keyspace

    def drop_type(_):
        session.execute(f"DROP TYPE IF EXISTS {keyspace}.place")

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
        "sync-table-create": Row(lambda _: sync_table(Ticket), between=lambda _: drop_table(Ticket)),
        "sync-table-no-op": Row(lambda _: sync_table(Ticket), tickets),
        "sync-table-add-column": Row(lambda _: sync_table(NewTicket), between=lambda _: tickets()),
        "sync-type": Row(lambda _: sync_type(keyspace, Place), between=drop_type),
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
    }
