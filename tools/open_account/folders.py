"""Where rows and packs come from. account.md and vault-wire.md "On the server", backup.md."""

import hashlib
import re
import sqlite3

from primitives import Failed, Refused, require, text_of

COLUMNS = {
    "accounts": {"user_name": str, "account_id": bytes},
    "account_links": {"account_id": bytes, "seq": int, "link": bytes},
    "gone_links": {"account_id": bytes, "seq": int, "link": bytes},
    "account_slots": {"account_id": bytes, "slot": bytes, "generation": int, "sealed": bytes},
    "account_key_bags": {"account_id": bytes, "sealed": bytes},
    "account_contacts": {"account_id": bytes, "state": bytes},
    "vault_members": {"drive": bytes, "account_id": bytes},
    "vault_rosters": {"drive": bytes, "number": int, "roster": bytes},
    "vault_grants": {"drive": bytes, "account_id": bytes, "generation": int, "sealed": bytes},
    "vault_roots": {"drive": bytes, "number": int, "root": bytes},
    "vault_packs": {"drive": bytes, "name": str, "file": str},
}


class ServerFolder:
    """The data folder of a stopped server that uses SQLite."""

    def __init__(self, folder):
        self.folder = folder
        uri = (folder / "anoncloud.db").resolve().as_uri() + "?mode=ro"
        self.database = sqlite3.connect(uri, uri=True)

    def select(self, table, key):
        where = " AND ".join(f"{column} = ?" for column in key)
        statement = f"SELECT {', '.join(COLUMNS[table])} FROM {table} WHERE {where}"
        try:
            rows = self.database.execute(statement, list(key.values())).fetchall()
        except sqlite3.Error as trouble:
            raise Failed(f"The database cannot be read: {trouble}") from None
        return [dict(zip(COLUMNS[table], row)) for row in rows]

    def all(self, table, **key):
        """The rows of a table whose columns have these values, each column of its type."""
        rows = self.select(table, key)
        for row in rows:
            right = all(isinstance(row.get(column), type_) for column, type_ in COLUMNS[table].items())
            require(right, f"table {table}: a value of another type")
        return rows

    def one(self, table, **key):
        return next(iter(self.all(table, **key)), None)

    def pack(self, file, offset, length, what):
        require(re.fullmatch(r"[a-z2-7]{26}\.[a-z0-9]{3,4}", file), f"{what}: no name of a file")
        try:
            with open(self.folder / "vault" / "packs" / file[:2] / file, "rb") as pack:
                pack.seek(offset)
                data = pack.read(length)
        except OSError as trouble:
            raise Refused(f"{what}: {trouble.strerror}") from None
        require(len(data) == length, f"{what}: the file ends before the segment")
        return data


class BackupFolder(ServerFolder):
    """A backup that `anoncloud admin backup` made."""

    def __init__(self, folder):
        self.folder, self.tables = folder, {}
        lines = (line.split("  ", 1) for line in (folder / "SHA256SUMS").read_text("ascii").splitlines())
        sums = {line[-1]: line[0] for line in lines}
        digest = hashlib.sha256()
        with open(folder / "rows", "rb") as rows:
            while block := rows.read(1 << 20):
                digest.update(block)
            require(digest.hexdigest() == sums.get("rows"), "rows: is damaged, its digest is another")
            rows.seek(0)
            self.read_tables(rows)

    def read_tables(self, file):
        def take(count):
            data = file.read(count)
            require(len(data) == count, "rows: is cut off")
            return data

        def number(count):
            return int.from_bytes(take(count), "big")

        def value(kind):
            present = number(1)
            require(present in (0, 1) and kind in (1, 2, 3), "rows: has another form")
            if not present:
                return None
            if kind == 2:
                return int.from_bytes(take(8), "big", signed=True)
            data = take(number(4))
            return data if kind == 3 else text_of(data, "rows")

        require(take(17) == b"anoncloud-rows-1\n", "rows: has another form")
        while (mark := take(1)) == b"T":
            name = text_of(take(number(2)), "rows")
            columns = [(text_of(take(number(2)), "rows"), number(1)) for _ in range(number(2))]
            table, count = [], 0
            while (mark := take(1)) == b"R":
                row, count = {column: value(kind) for column, kind in columns}, count + 1
                if name in COLUMNS:
                    table.append(row)
            require(mark == b"N" and number(8) == count, f"rows: the table {name} is not whole")
            self.tables[name] = table
        require(mark == b"E" and not file.read(1), "rows: has another form")

    def select(self, table, key):
        rows = self.tables.get(table, [])
        return [row for row in rows if all(row.get(column) == value for column, value in key.items())]


def open_folder(folder):
    backups = [child for child in folder.glob("????-??-??T??-??-??Z") if (child / "SHA256SUMS").is_file()]
    if backups:
        return BackupFolder(max(backups))
    if (folder / "anoncloud.db").is_file():
        return ServerFolder(folder)
    if (folder / "SHA256SUMS").is_file() and (folder / "rows").is_file():
        return BackupFolder(folder)
    raise Failed(f"{folder} holds neither anoncloud.db nor a backup. A server on PostgreSQL is read from a backup")
