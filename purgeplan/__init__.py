"""purgeplan: delete OneSignal users in bulk, reviewed, resumable, proven."""
