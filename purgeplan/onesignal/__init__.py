"""All that knows OneSignal's API. Only ``transport`` loads aiohttp, and only ``apply`` needs it."""
