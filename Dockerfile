# One image for web, worker, beat and commands: docker build --tag sparktrack .

# The packages of the lock, each with its hash checked.
FROM python:3.13-slim-bookworm AS packages
COPY requirements.txt /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /requirements.txt

# The code, compiled, and the static files under names with a hash.
FROM python:3.13-slim-bookworm AS code
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH SPARKTRACK_VAR=/var/lib/sparktrack
RUN python -m compileall -q . && bin/as-production python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 sparktrack \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sparktrack \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/sparktrack /var/lib/sparktrack/media
COPY --from=packages /venv /venv
COPY --from=code /app /app
COPY --from=code --chown=10001:10001 /var/lib/sparktrack/static /var/lib/sparktrack/static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production SPARKTRACK_VAR=/var/lib/sparktrack
WORKDIR /app
USER 10001:10001
EXPOSE 8000
# Of the web server, which is what runs by default; docker-compose.yml has one for each service.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "sparktrack.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "8", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
