"""The engines that evaluate the library's expressions: DuckDB in this process, Spark on a cluster."""
