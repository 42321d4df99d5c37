-- Airflow's own database, looked at from outside.

-- name: schema_version
-- The revision that Airflow's migrations have reached; an error where they never ran.
select version_num from alembic_version;
