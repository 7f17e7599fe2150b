# docker build -f go.Dockerfile --build-arg SERVICE=orders -t registry.example.com/shop/orders:1.0.0 .
FROM golang:1.26 AS build
ARG SERVICE
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /service ./$SERVICE

FROM scratch
COPY --from=build /service /service
ENTRYPOINT ["/service"]
