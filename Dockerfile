# The auditor as an image: `docker build -t deployment-auditor .`, then
# `docker run --rm -v "$PWD:/work:ro" deployment-auditor reports`. The distribution is built as a release is, from what is locked.
FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY requirements/ requirements/
RUN python -m venv /build && \
    /build/bin/pip install --no-cache-dir --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt && \
    python -m venv /auditor && \
    /auditor/bin/pip install --no-cache-dir --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
COPY LICENSE README.md pyproject.toml hatch_build.py ./
COPY rules/ rules/
COPY auditor/ auditor/
RUN /build/bin/python -m hatchling build -t wheel -d /dist && \
    /auditor/bin/pip install --no-cache-dir --quiet --disable-pip-version-check --no-deps /dist/*.whl

FROM python:3.13-slim-bookworm
# git tells what a change touches (--diff-base). Its version is the distribution's, which mends it.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends git && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /auditor /auditor
# A folder that is mounted belongs to somebody else; git is told that it may be looked at.
ENV PATH=/auditor/bin:$PATH \
    GIT_CONFIG_COUNT=1 \
    GIT_CONFIG_KEY_0=safe.directory \
    GIT_CONFIG_VALUE_0=*
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["audit"]
