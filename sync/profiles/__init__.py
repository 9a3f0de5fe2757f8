"""One TOML file per HR system: paths, key, envelope, paging and mapping. Data only; `sync.profile` reads them."""
