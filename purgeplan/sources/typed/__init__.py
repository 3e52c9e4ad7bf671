"""Tables whose cells have types of their own: what parquet, excel and sql share."""
