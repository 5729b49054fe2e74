# SPDX-License-Identifier: MIT
"""The matrix's players in Python: cqlengine and Python coodie, both on cassandra-driver.

    peer.py cqlengine|python-coodie HOST:PORT KEYSPACE

They answer lines as the player in C does (player.c says how). What a row does is in rows_cqlengine.py and
rows_coodie.py; the numbers of operations, and which rows there are, come from the player in C.
"""
import gc
import importlib
import logging
import sys
import time
import tracemalloc
import warnings
from dataclasses import dataclass
from typing import Callable, Optional

from cassandra.cluster import Cluster


class Refused(Exception):
    """This player cannot do a row; the text says why."""


@dataclass
class Row:
    """One row: `run(i)` is an operation, and says how many rows it has read."""
    run: Callable
    set_up: Optional[Callable] = None   # once for all rows that name it
    before: Optional[Callable] = None   # before(first, count): what a round uses up; not measured
    between: Optional[Callable] = None  # the same, before each operation
    rows: int = 0                       # that an operation has to read
    is_memory: bool = False             # `run` returns what is to be weighed


class Player:
    def __init__(self, rows):
        self.rows = rows
        self.done = set()
        self.operations = {}

    def play(self, name, count):
        row = self.rows.get(name)
        if row is None:
            raise Refused("it has none of this")
        if row.set_up and row.set_up not in self.done:
            row.set_up()
            self.done.add(row.set_up)
        first = self.operations.get(name, 0)
        self.operations[name] = first + count
        if row.is_memory:
            return weigh(row), 0
        if row.before:
            row.before(first, count)
        return measure(row, first, count)


def measure(row, first, count):
    read = wall = cpu = 0
    step = 1 if row.between else count
    for begin in range(first, first + count, step):
        if row.between:
            row.between(begin)
        wall_began, cpu_began = time.monotonic_ns(), time.process_time_ns()
        for i in range(begin, begin + step):
            read += row.run(i) or 0
        cpu += time.process_time_ns() - cpu_began
        wall += time.monotonic_ns() - wall_began
    if row.rows and read != row.rows * count:
        raise AssertionError(f"rows read: {read}, not {row.rows * count}")
    return wall, cpu


def weigh(row):
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = row.run(0)
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    if len(kept) != row.rows:
        raise AssertionError(f"objects: {len(kept)}, not {row.rows}")
    return size


def open_session(address, keyspace):
    host, port = address.rsplit(":", 1)
    session = Cluster([host], port=int(port)).connect()
    session.execute(f"DROP KEYSPACE IF EXISTS {keyspace}")
    session.execute(f"CREATE KEYSPACE {keyspace} WITH replication = "
                    "{'class': 'SimpleStrategy', 'replication_factor': 1}")
    session.set_keyspace(keyspace)
    return session


def answer(player, line):
    try:
        name, count = line.split()
        return "ok {} {}".format(*player.play(name, int(count)))
    except Refused as reason:
        return f"no {reason}"
    except Exception as error:  # whatever it is, the runner has to hear of it
        return f"failed {type(error).__name__}: {error}".replace("\n", " ")


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    who, address, keyspace = sys.argv[1:]
    session = open_session(address, keyspace)
    rows = importlib.import_module("rows_cqlengine" if who == "cqlengine" else "rows_coodie")
    player = Player(rows.connect(session, keyspace))
    for line in iter(sys.stdin.readline, "end 0\n"):
        print(answer(player, line), flush=True)
    session.execute(f"DROP KEYSPACE IF EXISTS {keyspace}")
    session.cluster.shutdown()


if __name__ == "__main__":
    main()
