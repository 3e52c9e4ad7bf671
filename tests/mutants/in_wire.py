"""Sabotages of what is on the wire, and of looks, exports and keys."""

from mutants.mutant import mutant

WIRE = "contract/test_wire_deletes.py"
APP = "unit/test_onesignal_app.py"
VIEWS = "unit/test_onesignal_views.py"

MUTANTS = (
    mutant(
        "whatever stands beside an alias is sent in its place",
        WIRE,
        (
            "onesignal/targets/user.py",
            "segment(claimed.onesignal_id, ONESIGNAL_ID)",
            "claimed.onesignal_id",
        ),
    ),
    mutant(
        "what begins like loopback is loopback",
        "unit/test_onesignal_base.py",
        (
            "onesignal/base.py",
            '        return host == "localhost"\n',
            '        return host.startswith(("localhost", "127."))\n',
        ),
    ),
    mutant(
        "a library adds headers of its own",
        WIRE,
        (
            "onesignal/transport.py",
            "            skip_auto_headers="
            "[name for name in AUTOMATIC if name not in self._headers],\n",
            "",
        ),
    ),
    mutant(
        "an answer is read however long it is",
        "contract/test_wire_answers.py",
        (
            "onesignal/transport.py",
            "    while size < limit and not stream.at_eof():\n",
            "    while not stream.at_eof():\n",
        ),
    ),
    mutant(
        "cookies are kept by looks",
        APP,
        (
            "onesignal/wire.py",
            "        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),\n",
            "",
        ),
    ),
    mutant(
        "a redirect in JSON is an answer to a look",
        VIEWS,
        (
            "onesignal/api.py",
            "    if said is None or heard.status // 100 not in (2, 4):\n",
            "    if said is None:\n",
        ),
    ),
    mutant(
        "an export is as young as the API's answer",
        "unit/test_onesignal_export.py",
        (
            "onesignal/export.py",
            "                return url, asked_at\n            if self._clock.now() >= until:\n",
            "                return url, self._clock.now()\n"
            "            if self._clock.now() >= until:\n",
        ),
    ),
    mutant(
        "a pipe is a key file",
        "unit/test_onesignal_keys.py",
        (
            "onesignal/keys.py",
            "        if not stat.S_ISREG(mode):\n",
            "        if stat.S_ISDIR(mode):\n",
        ),
    ),
)
