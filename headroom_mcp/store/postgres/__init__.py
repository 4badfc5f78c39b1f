"""The store of a team on PostgreSQL: many machines, one truth. Imported only where the setting `store` names a database."""
