"""How the depot is kept: tables, repositories, the unit of work, migrations. Knows the domain only."""
