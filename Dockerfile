# One image that serves and indexes.
#   docker build -t likeness .                        searches on the CPU
#   docker build -t likeness:gpu --build-arg EXTRA=gpu .
# pip takes the registry's build of torch, which carries CUDA. For a small CPU image name PyTorch's own index of
# CPU builds: --build-arg PIP_EXTRA_INDEX_URL=...

FROM python:3.11-slim AS build
ARG EXTRA=cpu
ARG PIP_EXTRA_INDEX_URL=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /opt/likeness
# What Likeness stands on changes seldom, and makes a layer of its own.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*project['dependencies'], *project['optional-dependencies']['${EXTRA}'], sep='\n')" > requirements.txt
RUN /opt/likeness/bin/python -m pip install --requirement requirements.txt --constraint constraints.txt
COPY README.md LICENSE ./
COPY app app
COPY indexer indexer
COPY migrations migrations
COPY models models
RUN /opt/likeness/bin/python -m pip install --no-deps .

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data likeness \
    && install --directory --owner=10001 --group=10001 /data
COPY --from=build /opt/likeness /opt/likeness
# The root may be read-only: Likeness writes to /data, uploads under way to /tmp, and no byte code.
ENV PATH=/opt/likeness/bin:$PATH \
    HOME=/data \
    TMPDIR=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LIKENESS_HOME=/data \
    LIKENESS_HOST=0.0.0.0 \
    LIKENESS_PORT=8000
USER likeness
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['LIKENESS_PORT'] + '/health/ready', timeout=4)"]
ENTRYPOINT ["likeness"]
CMD ["serve"]
