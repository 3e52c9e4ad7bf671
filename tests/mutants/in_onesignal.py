"""Sabotages of what goes on the wire, and of how its answers are read."""

from mutants.mutant import mutant

CONNECTIONS = "contract/test_wire_connections.py"
BACK = "contract/test_wire_answers.py"
WIRE = "contract/test_wire_deletes.py"
ANSWERS = "unit/test_onesignal_answers.py"
BASE = "unit/test_onesignal_base.py"
KEYS = "unit/test_onesignal_keys.py"
ADDRESSES = "unit/test_planfile_forms.py"

MUTANTS = (
    mutant(
        "redirects are followed",
        BACK,
        ("onesignal/transport.py", "allow_redirects=False", "allow_redirects=True"),
    ),
    mutant(
        "connection retry is left on: a DELETE leaves twice",
        f"{CONNECTIONS} {BACK}",
        ("onesignal/transport.py", "            middlewares=(_once,),\n", ""),
    ),
    mutant(
        "proxies and netrc of the environment are used",
        f"{CONNECTIONS} {BACK}",
        ("onesignal/transport.py", "trust_env=False", "trust_env=True"),
    ),
    mutant(
        "cookies are kept",
        BACK,
        ("onesignal/transport.py", "            cookie_jar=aiohttp.DummyCookieJar(),\n", ""),
    ),
    mutant(
        "what was lost after sending counts as never sent",
        f"{CONNECTIONS} {BACK}",
        (
            "onesignal/transport.py",
            "            return LostError(type(error).__name__)\n",
            "            return NotSentError(type(error).__name__)\n",
        ),
    ),
    mutant(
        "a time-out counts as never sent",
        CONNECTIONS,
        (
            "onesignal/transport.py",
            "            return TookTooLongError(type(error).__name__)\n",
            "            return NotSentError(type(error).__name__)\n",
        ),
    ),
    mutant(
        "a path is quoted anew on its way",
        WIRE,
        (
            "onesignal/transport.py",
            "URL(self._origin + target, encoded=True)",
            "URL(self._origin + target)",
        ),
        (
            "onesignal/transport.py",
            "        if url.raw_path_qs != target:\n",
            "        if not url.raw_path_qs:\n",
        ),
    ),
    mutant(
        "the target is not compared before it is sent",
        WIRE,
        (
            "onesignal/transport.py",
            "        if url.raw_path_qs != target:\n",
            "        if not url.raw_path_qs:\n",
        ),
    ),
    mutant(
        "slashes in ids are safe",
        f"{BASE} {WIRE}",
        ("onesignal/base.py", 'quote(text, safe="")', "quote(text)"),
    ),
    mutant(
        "unfit ids are sent",
        f"{BASE} {WIRE}",
        (
            "onesignal/base.py",
            "    if why := unfit(kind, text):\n",
            "    if why := unfit(kind, 'x') and None:\n",
        ),
    ),
    mutant(
        "users go by the alias though their onesignal_id is known",
        WIRE,
        (
            "onesignal/targets/user.py",
            "    if claimed.onesignal_id is not None and by != ONESIGNAL_ID:\n",
            "    if claimed.onesignal_id == '':\n",
        ),
    ),
    mutant(
        "the key goes over http",
        f"{BASE}",
        (
            "onesignal/base.py",
            "    if not is_private_to_send(parts.scheme, parts.hostname):\n",
            "    if not parts.hostname:\n",
        ),
    ),
    mutant(
        "whatever ends in onesignal.com is OneSignal's",
        ADDRESSES,
        (
            "planfile/addresses.py",
            "    if named in HOSTS or named in hosts:\n",
            "    if named.endswith(HOSTS) or named in hosts:\n",
        ),
    ),
    mutant(
        "a 404 in HTML is an absence",
        f"{ANSWERS}",
        (
            "onesignal/answers.py",
            "            return Code.REJECTED if said is None else _refusal(status, said)\n",
            "            return Code.ABSENT if said is None else _refusal(status, said)\n",
        ),
    ),
    mutant(
        "any JSON 404 is an absence",
        ANSWERS,
        (
            "onesignal/answers.py",
            "absent = status in _GONE and said.is_error",
            "absent = status in _GONE",
        ),
    ),
    mutant(
        "a page with status 200 is a success",
        f"{ANSWERS}",
        (
            "onesignal/answers.py",
            "    if said is None:\n        return Code.FOREIGN\n",
            "    if said is None:\n        return Code.ACCEPTED\n",
        ),
    ),
    mutant(
        "a success that denies itself is one",
        ANSWERS,
        (
            "onesignal/answers.py",
            "    return Code.REJECTED if said.denies_success else Code.ACCEPTED\n",
            "    return Code.ACCEPTED\n",
        ),
    ),
    mutant(
        "403 is no refusal of the key",
        ANSWERS,
        (
            "onesignal/answers.py",
            "(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)",
            "(HTTPStatus.UNAUTHORIZED,)",
        ),
    ),
    mutant(
        "the 404 of a whole app is an absence",
        ANSWERS,
        (
            "onesignal/answers.py",
            "    return status in _DENIALS or (status in _GONE and bool(_NO_SUCH_APP.search(said.errors)))\n",
            "    return status in _DENIALS\n",
        ),
    ),
    mutant(
        "503 with Retry-After is a failure",
        ANSWERS,
        (
            "onesignal/answers.py",
            "    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after_s is not None:\n",
            "    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after_s == -1:\n",
        ),
    ),
    mutant(
        "every 429 is one user's",
        ANSWERS,
        (
            "onesignal/answers.py",
            '    return bool(_PER_USER.search(str(said.document.get("limit", ""))))\n',
            "    return True\n",
        ),
    ),
    mutant(
        "a 429 without JSON is one of nobody",
        ANSWERS,
        ("onesignal/answers.py", "    HTTPStatus.TOO_MANY_REQUESTS: Code.THROTTLED,\n", ""),
    ),
    mutant(
        "a key file may be open to the group",
        KEYS,
        ("onesignal/keys.py", "stat.S_IRWXG | stat.S_IRWXO", "stat.S_IRWXO"),
    ),
    mutant(
        "the key stays in the environment",
        KEYS,
        ("onesignal/keys.py", "environ.pop(name, None)", "environ.get(name)"),
    ),
    mutant(
        "a key that opens every app is taken",
        KEYS,
        (
            "onesignal/keys.py",
            "    if text.startswith(ORGANIZATION):\n",
            "    if text == ORGANIZATION:\n",
        ),
    ),
    mutant(
        "any app that answers is the one that was asked for",
        "unit/test_onesignal_app.py",
        (
            "onesignal/app.py",
            "            if str(reply.said",
            "            if False and str(reply.said",
        ),
    ),
    mutant(
        "an app's odd count is its population",
        "unit/test_onesignal_app.py",
        (
            "onesignal/app.py",
            "players if type(players) is int and players >= 0 else None",
            "players if isinstance(players, int) else None",
        ),
    ),
    mutant(
        "a DELETE goes to whoever answers",
        "security/test_security_certificates.py",
        (
            "onesignal/transport.py",
            "            ssl=tls_context() if tls else True,\n",
            "            ssl=False,\n",
        ),
    ),
    mutant(
        "a look goes to whoever answers",
        "security/test_security_certificates.py",
        ("onesignal/wire.py", "        verify=tls_context(),\n", "        verify=False,\n"),
    ),
)
