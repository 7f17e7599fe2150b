# docker build -f node.Dockerfile --build-arg SERVICE=web -t registry.example.com/shop/web:1.0.0 .
FROM node:22-slim
ARG SERVICE
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY serve.mjs ./
COPY pricing/pricing.proto pricing/
COPY $SERVICE/main.mjs service/
ENTRYPOINT ["node", "/app/service/main.mjs"]
