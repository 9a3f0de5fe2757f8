"""One TOML file per HR system: paths, key, envelope, paging and mapping. Data only; `sync.mapping` reads them."""
