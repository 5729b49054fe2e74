# SPDX-License-Identifier: MIT
"""Migrations of Python's coodie and of `coodie migrate` on one keyspace, in turn: what one has applied the
other sees, goes on from and rolls back, and each respects the other's lock.

    COODIE=PATH session.py HOST PORT PROTOCOL

The directory has twins, X.py and X.cql: one migration in two languages.
"""
import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import HOST, PORT, PROTOCOL, equal, report

from coodie.exceptions import MigrationError
from coodie.migrations.runner import MigrationRunner
from coodie.sync import create_keyspace, drop_keyspace, execute_raw, init_coodie

KEYSPACE = "interop_migrations"
STATE = f'{KEYSPACE}."_coodie_migrations"'
LOCK = f'{KEYSPACE}."_coodie_migrations_lock"'

# Name, description, upgrade, downgrade.
TWINS = [
    ("20260101_001_items", "Items", f"CREATE TABLE {KEYSPACE}.items (id int PRIMARY KEY)",
     f"DROP TABLE {KEYSPACE}.items"),
    ("20260101_002_name", "Names it's", f'ALTER TABLE {KEYSPACE}.items ADD "name" text',
     f'ALTER TABLE {KEYSPACE}.items DROP "name"'),
    ("20260102_003_price", "", f"ALTER TABLE {KEYSPACE}.items ADD price double",
     f"ALTER TABLE {KEYSPACE}.items DROP price"),
    ("20260103_004_row", "A row", f"INSERT INTO {KEYSPACE}.items (id, price) VALUES (1, 2.5)",
     f"DELETE FROM {KEYSPACE}.items WHERE id = 1"),
]
NAMES = [twin[0] for twin in TWINS]


def write_twins(directory):
    for name, description, upgrade, downgrade in TWINS:
        (directory / f"{name}.py").write_text(f'''
from coodie.migrations import Migration


class ForwardMigration(Migration):
    description = {description!r}

    async def upgrade(self, ctx):
        await ctx.execute({upgrade!r})

    async def downgrade(self, ctx):
        await ctx.execute({downgrade!r})
''')
        (directory / f"{name}.cql").write_text(
            f"-- description: {description}\n-- upgrade\n{upgrade};\n-- downgrade\n{downgrade};\n")


# ---- the two tools ----------------------------------------------------------------------------


class Ours:
    """`coodie migrate`."""

    def __init__(self, directory):
        self.directory = directory

    def run(self, *options):
        return subprocess.run(
            [os.environ["COODIE"], "migrate", "--hosts", f"{HOST}:{PORT}", "--protocol", str(PROTOCOL),
             "--keyspace", KEYSPACE, "--migrations-dir", str(self.directory), *options],
            capture_output=True, text=True, check=False)

    def done(self, *options):
        got = self.run(*options)
        equal(got.returncode, 0, f"coodie migrate {options}: {got.stdout}{got.stderr}")
        return got

    async def apply(self, target=None):
        self.done(*(["--target", target] if target else []))

    async def rollback(self, steps):
        self.done("--rollback", "--steps", str(steps), "--allow-destructive")

    async def applied(self):
        lines = [json.loads(line) for line in
                 self.done("--status", "--format", "json").stdout.splitlines()]
        rows = [line for line in lines if "match" in line and line["applied"]]
        equal([row["migration"] for row in rows if row["match"] != "same"], [], "digests")
        return sorted(row["migration"] for row in rows)

    async def is_locked_out(self):
        got = self.run()
        equal(got.returncode, 4, f"coodie migrate: {got.stdout}{got.stderr}")
        return got.stderr


class Theirs:
    """Python's runner."""

    def __init__(self, driver, directory):
        self.runner = MigrationRunner(driver, KEYSPACE, directory)

    async def apply(self, target=None):
        await self.runner.apply(target=target)

    async def rollback(self, steps):
        await self.runner.rollback(steps=steps)

    async def applied(self):
        rows = {row["name"] for row in await self.runner.status() if row["applied"]}
        equal(rows - set(await self.runner.get_applied()), set(), "its own two ways")
        return sorted(rows)  # of what has a file in Python

    async def is_locked_out(self):
        try:
            await self.runner.apply()
        except MigrationError as problem:
            return str(problem)
        return equal("applied", "refused", "Python's lock")


# ---- the state ---------------------------------------------------------------------------------


def columns():
    rows = execute_raw("SELECT column_name FROM system_schema.columns WHERE keyspace_name = ? AND "
                       "table_name = 'items'", [KEYSPACE])
    return sorted(row["column_name"] for row in rows)


def check_rows(directory, by):
    """Every row has the description of its migration, and the digest of the file that was run."""
    rows = {row["migration_name"]: row for row in execute_raw(f"SELECT * FROM {STATE}", [])}
    for name, description, _, _ in TWINS:
        if name not in rows:
            continue
        equal(rows[name]["description"], description, f"{name}: description")
        ending = "cql" if by[name] == "ours" else "py"
        digest = hashlib.sha256((directory / f"{name}.{ending}").read_bytes()).hexdigest()
        equal(rows[name]["checksum"], digest, f"{name}: digest")
        equal(rows[name]["applied_at"] is not None, True, f"{name}: applied_at")
    equal(sorted(rows), sorted(by), "rows")
    equal(list(execute_raw(f"SELECT * FROM {LOCK}", [])), [], "no lock is left")


async def in_turn(tools, directory):
    """One applies two, the other the rest; then each rolls back what the other has applied."""
    (first, one), (second, other) = tools
    await one.apply(target=NAMES[1])
    for tool in (one, other):
        equal(await tool.applied(), NAMES[:2], f"{first} has applied two")
    check_rows(directory, dict.fromkeys(NAMES[:2], first))
    equal(columns(), ["id", "name"], "what they made")
    await other.apply()
    for tool in (one, other):
        equal(await tool.applied(), NAMES, f"{second} has applied the rest")
    by = {**dict.fromkeys(NAMES[:2], first), **dict.fromkeys(NAMES[2:], second)}
    check_rows(directory, by)
    equal(columns(), ["id", "name", "price"], "all columns")
    await one.apply()
    await other.apply()
    check_rows(directory, by)
    await one.rollback(2)  # those of the other
    for tool in (one, other):
        equal(await tool.applied(), NAMES[:2], f"{first} has rolled two back")
    equal(columns(), ["id", "name"], "without the price")
    await other.rollback(2)  # those of the one
    for tool in (one, other):
        equal(await tool.applied(), [], "nothing is applied")
    equal(columns(), [], "no table")
    check_rows(directory, {})


async def by_themselves(ours, theirs, directory):
    """What has a file in one language alone is the other's to leave."""
    only_theirs, only_ours = "20260104_005_theirs", "20260105_006_ours"
    await ours.apply()
    (directory / f"{only_theirs}.py").write_text(
        (directory / f"{NAMES[0]}.py").read_text().replace("items", "others"))
    (directory / f"{only_ours}.cql").write_text("-- upgrade\n-- downgrade\n")
    got = ours.run()
    equal((got.returncode, "Python coodie's to run" in got.stderr), (2, True), got.stderr)
    equal(await theirs.applied(), NAMES, "nothing was run")
    await theirs.apply()
    await ours.apply()
    equal(await ours.applied(), [*NAMES, only_theirs, only_ours], "each has run its own")
    equal(await theirs.applied(), [*NAMES, only_theirs], "Python has no file of the last")
    got = ours.run("--rollback", "--steps", "2")
    equal((got.returncode, "Python coodie's to run" in got.stderr), (2, True), got.stderr)
    await ours.rollback(1)
    await theirs.rollback(1)
    equal(await ours.applied(), NAMES, "each has rolled its own back")
    (directory / f"{NAMES[3]}.py").unlink()
    (directory / f"{NAMES[3]}.cql").unlink()
    lines = [json.loads(line) for line in ours.done("--status", "--format", "json").stdout.splitlines()]
    equal([line["match"] for line in lines if line.get("migration") == NAMES[3]], ["elsewhere"],
          "a row without a file")


async def locks(ours, theirs):
    """The lock of one keeps the other out; ours is told whose it is, and may break it."""
    equal(await theirs.runner._acquire_lock(), True, "Python has the lock")
    equal('"coodie-migrate"' in await ours.is_locked_out(), True, "whose it is, is told")
    equal("--break-lock" in (await ours.is_locked_out()), True, "what to do, too")
    await theirs.runner._release_lock()
    await ours.apply()
    await theirs.runner._ensure_lock_table()
    execute_raw(f"INSERT INTO {LOCK} (lock_id, acquired_at, owner) VALUES ('coodie_migration_lock', "
                "currentTimestamp(), 'coodie host 1 0123456789abcdef') IF NOT EXISTS", [])
    equal("Cannot acquire migration lock" in await theirs.is_locked_out(), True, "ours keeps it out")
    ours.done("--break-lock")
    await theirs.apply()


async def many(ours, theirs):
    """Both at once, more than once: every migration is applied by one of them."""
    for _ in range(3):
        await ours.rollback(len(NAMES))
        running = [subprocess.Popen(
            [os.environ["COODIE"], "migrate", "--hosts", f"{HOST}:{PORT}", "--protocol", str(PROTOCOL),
             "--keyspace", KEYSPACE, "--migrations-dir", str(ours.directory)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(3)]
        try:
            await theirs.apply()
        except MigrationError:
            pass
        codes = {process.wait() for process in running}
        equal(codes <= {0, 4}, True, f"applied, or kept out: {codes}")
        await ours.apply()
        equal(await theirs.applied(), NAMES, "all are applied")
        equal(columns(), ["id", "name", "price"], "once")


async def main():
    driver = init_coodie(hosts=[HOST], port=PORT, driver_type="cassandra", protocol_version=PROTOCOL)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_twins(directory)
        tools = [("ours", Ours(directory)), ("theirs", Theirs(driver, directory))]
        for turn in (tools, tools[::-1]):
            drop_keyspace(KEYSPACE)
            create_keyspace(KEYSPACE)
            await in_turn(turn, directory)
        await locks(tools[0][1], tools[1][1])
        await many(tools[0][1], tools[1][1])
        await by_themselves(tools[0][1], tools[1][1], directory)
    drop_keyspace(KEYSPACE)
    report("migrations of both")


if "COODIE" not in os.environ:
    sys.exit("COODIE: the path of the command")
asyncio.run(main())
