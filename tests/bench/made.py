"""Files to be planned, the same every time: ``python -m bench.made FORM ROWS PATH``.

FORM is csv, parquet, export or protect. An export's row is as long as a real one: some 230 bytes.
Of each hundred rows 80 were active in 2022 only; the others will be so in 2090, so that the file
does not age.
"""

import os
import subprocess
import sys
from pathlib import Path

ID = "CAST(CAST(md5(concat('subscription', i)) AS UUID) AS VARCHAR)"
USER = "CAST(CAST(md5(concat('user', i)) AS UUID) AS VARCHAR)"
CUSTOMER = "concat('customer-', lpad(CAST(i AS VARCHAR), 9, '0'))"
SILENT = 80

COLUMNS = {
    "id": ID,
    "identifier": "substr(sha256(CAST(i AS VARCHAR)), 1, 44)",
    "session_count": "i % 90",
    "language": "['en', 'de', 'fr', 'pt'][1 + i % 4]",
    "timezone": "[0, 3600, -25200][1 + i % 3]",
    "game_version": "['3.2.0', '3.9.1', '4.0.2'][1 + i % 3]",
    "device_os": "['17.4', '18.1', '14', '16'][1 + i % 4]",
    "device_type": "i % 2",
    "device_model": "['iPhone15,2', 'SM-S921B', 'Pixel 9'][1 + i % 3]",
    "ad_id": "''",
    "tags": """'{"plan": "free", "level": 1}'""",
    "last_active": f"CASE WHEN i % 100 < {SILENT} THEN '2022-03-01 08:00:00'"
    " ELSE '2090-03-01 08:00:00' END",
    "playtime": "i % 7200",
    "amount_spent": "'0.0'",
    "created_at": "'2021-06-01 08:00:00'",
    "invalid_identifier": "'f'",
    "badge_count": "0",
    "external_user_id": CUSTOMER,
    "onesignal_id": USER,
    "country": "['US', 'DE', 'FR', 'BR'][1 + i % 4]",
}
"""An export's columns, those that purgeplan asks for included."""

FORMS = {
    "csv": {"player_id": ID},
    "parquet": {"player_id": ID},
    "export": COLUMNS,
    "protect": {"external_id": CUSTOMER},
}


def make(form, rows, path):
    """Make a file, whole or not at all."""
    import duckdb  # noqa: PLC0415 - the bench itself reads SILENT only, and stays small

    unfinished = path.with_name(path.name + ".part")
    select = ", ".join(f"{sql} AS {name}" for name, sql in FORMS[form].items())
    query = f"SELECT {select} FROM range({rows}) AS numbers(i)"
    base = duckdb.connect(config={"memory_limit": "512MB", "preserve_insertion_order": True})
    if form == "parquet":
        base.execute(f"COPY ({query}) TO '{unfinished}' (FORMAT parquet)")
    elif form == "export":
        _zipped(base, query, unfinished)
    else:
        base.execute(f"COPY ({query}) TO '{unfinished}' (FORMAT csv, HEADER)")
    unfinished.rename(path)


def _zipped(base, query, path):
    """Write a CSV through gzip, which works on another core meanwhile."""
    with path.open("wb") as file:
        packer = subprocess.Popen(["gzip", "-1"], stdin=subprocess.PIPE, stdout=file)
        pipe = f"/dev/fd/{packer.stdin.fileno()}"
        base.execute(f"COPY ({query}) TO '{pipe}' (FORMAT csv, HEADER, USE_TMP_FILE false)")
        packer.stdin.close()
        if packer.wait():
            sys.exit("gzip failed")
    os.sync()


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
