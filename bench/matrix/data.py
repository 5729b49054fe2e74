# SPDX-License-Identifier: MIT
"""What the rows write: the same as shop.c, argus_model.c and their like make in C."""
import datetime
import uuid

from cassandra.cqltypes import Int32Type, UTF8Type, UserType

PRODUCTS, BRANDS, READINGS = 1000, 20, 1000
WRITTEN, EXPIRING, NEW, DELETED = 1000, 2000, 10000, 4000000
STOCK, SENSOR, DELETED_FROM, PARTITION_ROWS = 7, 1, 1000, 10
THEN = datetime.datetime(2023, 11, 14, 22, 13, 20)


def make_uuid(kind, n):
    return uuid.UUID(int=ord(kind) << 96 | 0x4 << 76 | 0x8 << 60 | n)


def product_id(n):
    return make_uuid("p", n)


def brand(n):
    return f"brand {n % BRANDS + (BRANDS if n >= PRODUCTS else 0):02}"


def product(n, stock=STOCK):
    return {
        "id": product_id(n), "name": "Analytical engine, second hand", "brand": brand(n),
        "category": "engines", "price": 99.5, "stock": stock, "available": True, "rating": 4.5,
        "added": THEN, "description": "Some gears are missing; weaves algebraical patterns",
    }


def own_texts(values):
    """The same with texts of its own, as objects have them that were read."""
    return {k: (v + " ")[:-1] if isinstance(v, str) else v for k, v in values.items()}


def reading(sensor, n):
    return {"sensor": sensor, "at": n, "value": 20.0 + n % 10, "note": "as expected"}


def batch_sensor(size, i):
    return SENSOR + size + i % 10


def article(n):
    return {
        "id": make_uuid("a", n), "title": "Sketch of the Analytical Engine",
        "tags": {"engines", "gears", "steam"},
        "revisions": ["first draft", "second draft", "as printed"],
        "facts": {"author": "A. A. L.", "year": "1843"},
    }


def items(a):
    return len(a.tags) + len(a.revisions) + len(a.facts)


ADDRESS = {"street": "St James's Square", "city": "London", "postcode": "SW1Y 4JH", "number": 12}
CONTACT = {"email": "ada@example.org", "phone": "01632 960001"}

# What the driver makes the bytes of a value with.
ADDRESS_TYPE = UserType.make_udt_class("bench", "address", ("street", "city", "postcode", "number"),
                                       (UTF8Type, UTF8Type, UTF8Type, Int32Type))
CONTACT_TYPE = UserType.make_udt_class("bench", "contact", ("email", "phone", "home"),
                                       (UTF8Type, UTF8Type, ADDRESS_TYPE))


def customer_id(n):
    return make_uuid("c", n)


# ---- the tracker ----------------------------------------------------------------------------------

USERS, NEW_USERS, BUILDS, RUNS, COMMENTS, NOTIFICATIONS = 100, 1000, 10, 10, 100, 20
STATES = ("created", "running", "passed", "failed", "aborted")
RUN_TEXTS = ("owner", "state", "name", "version", "branch", "revision", "region", "cluster", "instance",
             "image", "backend", "stress", "url", "notes")
RUN_NUMBERS = ("nodes", "seconds", "errors", "warnings", "critical", "attempts")


def user_number(i):
    return NEW_USERS + i if i % 2 else i % USERS


def user(n):
    return {"name": f"user {n}", "id": make_uuid("u", 1), "full_name": "Augusta Ada King",
            "email": "ada@example.org", "registered": THEN}


def build(n):
    return f"build {n}"


def state(n):
    return STATES[n % len(STATES)]


def started(n):
    return THEN + datetime.timedelta(hours=n)


def run(of_build, n):
    return {
        "build": build(of_build), "started": started(n), "id": make_uuid("r", of_build * RUNS + n),
        "owner": "user 1", "state": state(n) if of_build < BUILDS else "written",
        "name": "longevity-10gb-3h", "version": "6.2.0", "branch": "branch-6.2",
        "revision": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "region": "eu-west-1",
        "cluster": "longevity-10gb-3h-db-cluster", "instance": "i4i.2xlarge",
        "image": "ami-0123456789abcdef0", "backend": "aws",
        "stress": "cassandra-stress write cl=QUORUM duration=180m",
        "url": "https://ci.example.org/job/longevity/1", "notes": "as the week before",
        "nodes": 6, "seconds": 10800, "errors": 0, "warnings": 3, "critical": 0, "attempts": 1,
        "finished": started(n + 3),
    }


def event(i, at):
    return {"run": make_uuid("e", i % 100), "at": at, "severity": "WARNING",
            "message": "compaction is behind"}


def notification(n):
    return {"receiver": f"user {n % 10}", "at": n, "sender": "user 99", "title": "You were mentioned",
            "is_read": False}


def comment(n, i=0):
    return {"id": make_uuid("k", n), "run": make_uuid("r", 1), "author": "user 1",
            "message": "Seen again, with @user 2 and @user 3", "mentions": ["user 2", "user 3"],
            "reactions": {"+1": i, "eyes": 1}}


# ---- vectors ---------------------------------------------------------------------------------------

SIGNALS, NEAREST, DIMENSIONS = 1000, 10, 16


def point(n):
    return [(n * 7919 + d * 104729) % 1000 / 500 - 1 for d in range(DIMENSIONS)]


def signal(n):
    return {"id": n, "text": "mayday", "embedding": point(n)}
