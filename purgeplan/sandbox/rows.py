"""What one user and one subscription look like: in an export, in the API, to a filter."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from purgeplan.sandbox.audience import Audience

THREE_YEARS_S: Final = 3 * 365 * 86_400
_U32: Final = 1 << 32


class Channel(NamedTuple):
    """One kind of subscription: the code of an export, the word of the API, what it runs on."""

    code: int
    type: str
    os: tuple[str, ...]
    models: tuple[str, ...]
    weight: int


CHANNELS: Final = (
    Channel(0, "iOSPush", ("17.4", "18.1", "26.0"), ("iPhone15,2", "iPhone17,1", "iPad13,8"), 72),
    Channel(1, "AndroidPush", ("12", "14", "16"), ("SM-S921B", "Pixel 9", "moto g(60)"), 72),
    Channel(5, "ChromePush", ("126.0", "131.0"), ("Win32", "Linux x86_64"), 20),
    Channel(8, "FirefoxPush", ("128.0",), ("Linux x86_64",), 8),
    Channel(13, "HuaweiPush", ("4.2.0",), ("ANA-NX9",), 6),
    Channel(17, "SafariPush", ("17.5", "18.0"), ("MacIntel",), 8),
    Channel(11, "Email", ("",), ("",), 48),
    Channel(14, "SMS", ("",), ("",), 22),
)
_CHANNEL_OF: Final = tuple(channel for channel in CHANNELS for _ in range(channel.weight))
_EMAIL, _SMS = 11, 14

_PLACES: Final = (
    ("US", "en", "America/Los_Angeles", -25_200),
    ("US", "es", "America/New_York", -14_400),
    ("GB", "en", "Europe/London", 0),
    ("DE", "de", "Europe/Berlin", 3_600),
    ("FR", "fr", "Europe/Paris", 3_600),
    ("BR", "pt", "America/Sao_Paulo", -10_800),
    ("JP", "ja", "Asia/Tokyo", 32_400),
    ("IN", "hi", "Asia/Kolkata", 19_800),
)
_TAGS: Final[tuple[tuple[dict[str, Any], str], ...]] = (
    ({}, ""),
    ({}, "{}"),
    *(
        (tags, json.dumps(tags, ensure_ascii=False))
        for tags in (
            {"plan": "free", "level": 1},
            {"plan": "pro", "level": 4},
            {"plan": "trial", "city": "Köln"},
            {"plan": "pro", "level": 12, "note": 'says "hi", twice'},
        )
    ),
)
"""Tags and their JSON; none at all is written in both documented ways."""

_VERSIONS: Final = ("3.2.0", "3.9.1", "3.10.0", "4.0.2")
_WHY_SILENT: Final = (-2, -31, -10, -22)


class Person(NamedTuple):
    """One user; instants are Unix seconds, ``timezone`` is in seconds east of Greenwich."""

    onesignal_id: str
    external_id: str | None
    country: str
    language: str
    timezone_id: str
    timezone: int
    tags: dict[str, Any]
    tags_text: str
    ip: str
    lat: float
    long: float
    last_active: int
    first_active: int


class Device(NamedTuple):
    """One subscription; instants are Unix seconds, ``unsubscribed_at`` is 0 where subscribed."""

    id: str
    channel: Channel
    token: str
    session_count: int
    playtime: int
    app_version: str
    os: str
    model: str
    last_active: int
    created_at: int
    notification_types: int
    unsubscribed_at: int
    rooted: bool

    @property
    def subscribed(self) -> bool:
        """Tell whether messages may be sent to it."""
        return not self.unsubscribed_at


def person(audience: Audience, user: int) -> Person:
    """Make up the user of an index, active within three years before the reference."""
    draw = audience.user_ids.draw(user)
    country, language, zone, offset = _PLACES[draw[14] % len(_PLACES)]
    tags, tags_text = _TAGS[draw[15] % len(_TAGS)]
    share = int.from_bytes(draw[16:20]) / _U32
    silent_s = int(THREE_YEARS_S * share * share * share)
    last_active = audience.reference - silent_s
    return Person(
        onesignal_id=audience.user_ids.text(user, draw),
        external_id=audience.external_id(user, draw),
        country=country,
        language=language,
        timezone_id=zone,
        timezone=offset,
        tags=tags,
        tags_text=tags_text,
        ip=f"192.0.2.{draw[20]}",
        lat=round(draw[21] / 2 - 60, 2),
        long=round(draw[22] * 1.4 - 180, 2),
        last_active=last_active,
        first_active=last_active - (THREE_YEARS_S - silent_s) * draw[23] // 256,
    )


def device(audience: Audience, index: int, owner: Person) -> Device:
    """Make up the subscription of an index, as it was at the reference."""
    draw = audience.subscription_ids.draw(index)
    channel = _CHANNEL_OF[draw[12]]
    share = int.from_bytes(draw[16:20]) / _U32
    known_s = owner.last_active - owner.first_active
    last_active = owner.last_active - int(known_s * share**6)
    silent_s = audience.reference - last_active
    subscribed = audience.subscribed(index)
    sessions = draw[13] % 60 if channel.code not in (_EMAIL, _SMS) else 0
    return Device(
        id=audience.subscription_ids.text(index, draw),
        channel=channel,
        token=_token(channel, index, draw),
        session_count=sessions,
        playtime=sessions * (draw[14] + 20),
        app_version=_VERSIONS[draw[15] % len(_VERSIONS)] if sessions else "",
        os=channel.os[draw[20] % len(channel.os)],
        model=channel.models[draw[21] % len(channel.models)],
        last_active=last_active,
        created_at=owner.first_active + (last_active - owner.first_active) * draw[22] // 512,
        notification_types=1 if subscribed else _WHY_SILENT[draw[23] % len(_WHY_SILENT)],
        unsubscribed_at=0 if subscribed else last_active + silent_s * draw[24] // 256,
        rooted=draw[25] < 8,  # noqa: PLR2004 - about three in a hundred
    )


def _token(channel: Channel, index: int, draw: bytes) -> str:
    if channel.code == _EMAIL:
        return f"maya.{index}@example.com"
    if channel.code == _SMS:
        return f"+1555{index:07d}"
    return draw[16:48].hex()


DEFAULT_COLUMNS: Final = (
    "id",
    "identifier",
    "session_count",
    "language",
    "timezone",
    "game_version",
    "device_os",
    "device_type",
    "device_model",
    "ad_id",
    "tags",
    "last_active",
    "playtime",
    "amount_spent",
    "created_at",
    "invalid_identifier",
    "badge_count",
)
"""What every export has, in the documented order."""

EXTRA_COLUMNS: Final = (
    "external_user_id",
    "onesignal_id",
    "location",
    "country",
    "rooted",
    "ip",
    "web_auth",
    "web_p256",
    "unsubscribed_at",
    "notification_types",
    "timezone_id",
)
"""The extra fields of an export (onesignal.md 1.6), in the documented order."""


def cells(owner: Person, row: Device) -> tuple[object, ...]:
    """Give an export's row with ``DEFAULT_COLUMNS``, then ``EXTRA_COLUMNS``."""
    return (
        row.id,
        row.token,
        row.session_count,
        owner.language,
        owner.timezone,
        row.app_version,
        row.os,
        row.channel.code,
        row.model,
        "",
        owner.tags_text,
        _stamp(row.last_active),
        row.playtime,
        "0",
        _stamp(row.created_at),
        "f" if row.subscribed else "t",
        0,
        owner.external_id,
        owner.onesignal_id,
        f"{owner.lat},{owner.long}",
        owner.country,
        "t" if row.rooted else "f",
        owner.ip,
        "",
        "",
        _stamp(row.unsubscribed_at) if row.unsubscribed_at else "",
        row.notification_types,
        owner.timezone_id,
    )


def _stamp(at: int) -> str:
    """Give Unix seconds as an export writes them: UTC, without a zone."""
    hour, second = divmod(at, 3_600)
    return _hour(hour) + _MINUTES[second]


@lru_cache(maxsize=50_000)
def _hour(hour: int) -> str:
    return f"{datetime.fromtimestamp(hour * 3_600, UTC):%Y-%m-%d %H}"


_MINUTES: Final = tuple(f":{second // 60:02}:{second % 60:02}" for second in range(3_600))
