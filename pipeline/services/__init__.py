"""The processes of a running Leadfold on one machine: Airflow, the receiver, the dashboard, and what the caller adds."""
