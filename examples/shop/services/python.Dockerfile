# docker build -f python.Dockerfile --build-arg SERVICE=catalog -t registry.example.com/shop/catalog:1.0.0 .
FROM python:3.13-slim
ARG SERVICE
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY $SERVICE/main.py ./
ENTRYPOINT ["python", "/app/main.py"]
