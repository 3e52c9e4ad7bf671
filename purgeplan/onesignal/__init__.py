"""All that knows OneSignal's API. ``deletes`` and ``transport`` load aiohttp; the rest does not."""
