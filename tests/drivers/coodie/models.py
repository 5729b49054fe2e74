# SPDX-License-Identifier: MIT
"""The models of session.py: every kind of column and table that coodie knows."""
import datetime
import decimal
import ipaddress
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import Field

from coodie import (Ascii, BigInt, ClusteringKey, Counter, CqlDuration, Discriminator, Double,
                    Duration, Frozen, Indexed, PrimaryKey, SmallInt, Static, Time, TimeUUID,
                    TinyInt, UserType, VarInt, Vector, VectorIndex)
from coodie.sync import CounterDocument, Document, MaterializedView

KEYSPACE = "drivers_coodie"


class Town(UserType):
    name: str
    zip: int | None = None


class Address(UserType):
    street: str
    town: Annotated[Town, Frozen()]
    phones: Annotated[list[str], Frozen()] = Field(default_factory=list)


class Kinds(Document):
    """A column of each kind."""

    id: Annotated[UUID, PrimaryKey()] = Field(default_factory=uuid4)
    c_ascii: Annotated[str, Ascii()] = ""
    c_bigint: Annotated[int, BigInt()] = 0
    c_blob: bytes = b""
    c_boolean: bool = False
    c_date: datetime.date | None = None
    c_decimal: decimal.Decimal = decimal.Decimal(0)
    c_double: Annotated[float, Double()] = 0.0
    c_duration: Annotated[CqlDuration | None, Duration()] = None
    c_float: float = 0.0
    c_inet4: ipaddress.IPv4Address | None = None
    c_inet6: ipaddress.IPv6Address | None = None
    c_int: int = 0
    c_smallint: Annotated[int, SmallInt()] = 0
    c_text: str = ""
    c_time: Annotated[datetime.time | None, Time()] = None
    c_timestamp: datetime.datetime | None = None
    c_timeuuid: Annotated[UUID | None, TimeUUID()] = None
    c_tinyint: Annotated[int, TinyInt()] = 0
    c_varint: Annotated[int, VarInt()] = 0
    c_list: list[int] | None = None
    c_set: set[str] | None = None
    c_map: dict[str, int] | None = None
    c_tuple: tuple[int, str] | None = None
    c_frozen: Annotated[list[str] | None, Frozen()] = None
    c_address: Address | None = None
    c_addresses: list[Annotated[Address, Frozen()]] | None = None
    c_vector: Annotated[list[float], Vector(dimensions=3)] = Field(default=[0.0, 0.0, 0.0])

    class Settings:
        name = "kinds"
        keyspace = KEYSPACE


class Product(Document):
    id: Annotated[UUID, PrimaryKey()] = Field(default_factory=uuid4)
    name: str
    brand: Annotated[str, Indexed()] = "none"
    price: float = 0.0
    stock: int | None = None
    tags: set[str] | None = None
    history: list[int] | None = None
    labels: dict[str, str] | None = None

    class Settings:
        name = "products"
        keyspace = KEYSPACE


class ProductGrown(Document):
    """The same table, later: a column and an index more, an index less, options."""

    id: Annotated[UUID, PrimaryKey()] = Field(default_factory=uuid4)
    name: str
    brand: str = "none"
    price: float = 0.0
    stock: int | None = None
    tags: set[str] | None = None
    history: list[int] | None = None
    labels: dict[str, str] | None = None
    colour: Annotated[str | None, Indexed(index_name="products_by_colour")] = None

    class Settings:
        name = "products"
        keyspace = KEYSPACE
        __options__ = {"gc_grace_seconds": 4321, "comment": "what is sold"}


class ProductsByBrand(MaterializedView):
    brand: Annotated[str, PrimaryKey()]
    id: Annotated[UUID, ClusteringKey()]
    name: str = ""
    price: float = 0.0

    class Settings:
        name = "products_by_brand"
        keyspace = KEYSPACE
        __base_table__ = "products"
        __view_columns__ = ["brand", "id", "name", "price"]


class Reading(Document):
    """Two partition columns, two clustering columns, one static column."""

    sensor: Annotated[str, PrimaryKey(partition_key_index=0)]
    day: Annotated[int, PrimaryKey(partition_key_index=1)]
    hour: Annotated[int, ClusteringKey(order="DESC", clustering_key_index=0)]
    minute: Annotated[int, ClusteringKey(clustering_key_index=1)]
    place: Annotated[str | None, Static()] = None
    value: float = 0.0

    class Settings:
        name = "readings"
        keyspace = KEYSPACE


class Visits(CounterDocument):
    page: Annotated[str, PrimaryKey()]
    views: Annotated[int, Counter()] = 0
    clicks: Annotated[int, Counter()] = 0

    class Settings:
        name = "visits"
        keyspace = KEYSPACE


class Pet(Document):
    """A table that several classes share."""

    id: Annotated[int, PrimaryKey()]
    kind: Annotated[str, Discriminator(), Indexed()] = ""
    name: str = ""

    class Settings:
        name = "pets"
        keyspace = KEYSPACE
        __discriminator_value__ = "pet"


class Cat(Pet):
    lives: int | None = None

    class Settings:
        __discriminator_value__ = "cat"


class Dog(Pet):
    tricks: list[str] | None = None

    class Settings:
        __discriminator_value__ = "dog"


class Fleeting(Document):
    """Rows that a table lets go of by itself; names that must be quoted."""

    select: Annotated[str, PrimaryKey()]
    Order: int | None = None

    class Settings:
        name = "Fleeting"
        keyspace = KEYSPACE
        __default_ttl__ = 3600


class Picture(Document):
    id: Annotated[int, PrimaryKey()]
    vector: Annotated[list[float], Vector(dimensions=3)]

    class Settings:
        name = "pictures"
        keyspace = KEYSPACE


class PictureIndexed(Document):
    """ScyllaDB's own kind of index, which Cassandra does not have."""

    id: Annotated[int, PrimaryKey()]
    vector: Annotated[list[float], Vector(dimensions=3), VectorIndex("EUCLIDEAN")]

    class Settings:
        name = "pictures"
        keyspace = KEYSPACE
