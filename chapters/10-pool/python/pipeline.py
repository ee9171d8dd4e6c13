"""The preface's program, as its author meant it: a table read in chunks of two
by a pool of five workers, a column added, each chunk appended to a copy.

Without pandas, whose to_sql takes no connection of this kind any more."""

import argparse
import os
import sqlite3
import sys
import tempfile
from collections import deque
from multiprocessing import Pool
from urllib.parse import unquote, urlsplit

JOBS = ["222222", "333333333"]
SAMPLE = [
    (1, "alice", "123"),
    (2, "bob", "12345"),
    (3, "carol", None),
    (4, "dave", ""),
    (5, "erin", "密码锁"),
    (6, "frank", "ab"),
    (7, "grace", "xyz"),
]


class Database:
    """A connection to either kind of database."""

    def __init__(self, location):
        self.mysql = location.startswith("mysql://")
        if self.mysql:
            import pymysql

            url = urlsplit(location)
            self.connection = pymysql.connect(
                host=url.hostname,
                port=url.port or 3306,
                user=unquote(url.username or ""),
                password=unquote(url.password or ""),
                database=url.path.lstrip("/"),
                charset="utf8mb4",
            )
        else:
            # Without an isolation level transactions begin where we say so.
            self.connection = sqlite3.connect(location, timeout=60, isolation_level=None)

    def execute(self, statement, values=()):
        cursor = self.connection.cursor()
        cursor.execute(statement.replace("?", "%s") if self.mysql else statement, values)
        return cursor.fetchall()

    def has_table(self):
        if self.mysql:
            return self.execute("SHOW TABLES LIKE 'user'")
        return self.execute("SELECT 1 FROM sqlite_master WHERE name = 'user'")

    def create(self, table):
        # With room for every character, whatever the server's default.
        self.execute(table + (" DEFAULT CHARSET = utf8mb4" if self.mysql else ""))

    def create_sample(self):
        if not self.has_table():
            self.create("CREATE TABLE user (id BIGINT PRIMARY KEY, name TEXT, pwd TEXT)")
            for row in SAMPLE:
                self.execute("INSERT INTO user VALUES (?, ?, ?)", row)

    def create_copy(self):
        self.create(
            "CREATE TABLE IF NOT EXISTS user_copy"
            " (id BIGINT NOT NULL, name TEXT, pwd TEXT, xb TEXT NOT NULL)"
        )
        self.create(
            "CREATE TABLE IF NOT EXISTS user_copy_chunks (job VARCHAR(32) NOT NULL,"
            " first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, PRIMARY KEY (job, first_id))"
        )

    def chunk(self, start, size):
        query = "SELECT id, name, pwd FROM user WHERE id >= ? ORDER BY id LIMIT ?"
        return self.execute(query, (start, size))

    def append(self, job, rows):
        """In one transaction with the mark that says so; False if it was there."""
        first, last = rows[0][0], rows[-1][0]
        self.execute("BEGIN" if self.mysql else "BEGIN IMMEDIATE")
        query = "SELECT 1 FROM user_copy_chunks WHERE job = ? AND first_id = ?"
        if self.execute(query, (job, first)):
            self.connection.rollback()
            return False
        self.execute("INSERT INTO user_copy_chunks VALUES (?, ?, ?)", (job, first, last))
        places = ", ".join(["(?, ?, ?, ?)"] * len(rows))
        values = [value for row in rows for value in row]
        self.execute(f"INSERT INTO user_copy (id, name, pwd, xb) VALUES {places}", values)
        self.connection.commit()
        return True


# ANCHOR: job
connection = None


def connect(location):
    global connection
    connection = Database(location)


def with_xb(row):
    three = row[2] is not None and len(row[2]) == 3
    return (*row, "男" if three else "女")


def run(job, piece):
    rows = [with_xb(row) for row in piece]
    appended = connection.append(job, rows)
    shown = ", ".join(f"{row[0]} {row[3]}" for row in rows[:4])
    more = f", … ({len(rows)} rows)" if len(rows) > 4 else ""
    before = "" if appended else "; copied before"
    sys.stdout.write(f"{job}: {shown}{more}{before}\n")
    sys.stdout.flush()
# ANCHOR_END: job


# ANCHOR: copy
def copy(options, location, database):
    jobs = JOBS[:1] if options.once else JOBS
    with Pool(options.workers, connect, (location,)) as pool:
        under_way = deque()
        start = -(1 << 63)
        while piece := database.chunk(start, options.chunk):
            start = piece[-1][0] + 1
            for job in jobs:
                if len(under_way) >= 4 * options.workers:
                    under_way.popleft().get()
                under_way.append(pool.apply_async(run, (job, piece)))
        for result in under_way:
            result.get()
# ANCHOR_END: copy


def quoted(pwd):
    return "NULL" if pwd is None else f'"{pwd}"'


def show(database):
    [(count,)] = database.execute("SELECT COUNT(*) FROM user_copy")
    print(f"user_copy has {count} rows:")
    print("id name pwd xb")
    query = "SELECT id, name, pwd, xb FROM user_copy ORDER BY id LIMIT 20"
    for id, name, pwd, xb in database.execute(query):
        print(id, name, quoted(pwd), xb)
    if count > 20:
        print(f"and {count - 20} more")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--create", action="store_true")
    parser.add_argument("--database")
    parser.add_argument("--chunk", type=int, default=2)
    parser.add_argument("--workers", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        location = options.database or os.path.join(own, "pipeline.db")
        database = Database(location)
        if options.create or not options.database:
            database.create_sample()
        database.create_copy()
        database.connection.commit()
        copy(options, location, database)
        database.connection.commit()
        show(database)
        database.connection.close()


if __name__ == "__main__":
    main()
