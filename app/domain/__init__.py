"""Plain frozen types of the product's own world; no database, no Qt. Rows of `app.store` come out as these."""
