"""purgeplan: delete OneSignal users in bulk, reviewed, resumable, proven."""

__version__ = "0.1.0"
