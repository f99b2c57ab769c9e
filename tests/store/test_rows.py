import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from gaugeway.store import rows
from gaugeway.store.rows import joined, parted
from gaugeway.store.sqlite import memory

LOADED = """
import sqlite3, sys
before = set(sys.modules)
import gaugeway.store.rows
print(*sorted(set(sys.modules) - before))
"""


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\\nn"))))
def test_joined_texts_come_apart_again(texts: list[str]) -> None:
    assert parted(joined(texts)) == tuple(texts)


def test_a_status_line_loads_nothing_but_the_rows() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) - {"__future__"} == {"gaugeway", "gaugeway.store", "gaugeway.store.rows"}


def test_columns_are_those_of_the_tables() -> None:
    db = memory()
    for table, columns in {"readings": rows.HEAD, "meters": rows.METER, "samples": rows.SAMPLE}.items():
        have = {
            f'"{row[1]}"' if row[1] == "limit" else row[1]
            for row in db.execute(f"PRAGMA table_info({table})")
        }
        assert set(columns.split(", ")) <= have
    db.close()


def test_more_keys_than_a_statement_takes() -> None:
    db = memory()
    insert = rows.insert("series", "gateway_id, meter_id, subject, time")
    db.executemany(insert, [(f"g{number}", "m", "s", 0) for number in range(1201)])
    keys = [f"g{number}" for number in range(2, 1300)]
    found = rows.in_parts(db, "SELECT gateway_id FROM series WHERE gateway_id IN ({keys})", keys)
    assert {row[0] for row in found} == {f"g{number}" for number in range(2, 1201)}
    db.close()
