// Shipping hears of each order by the broker, and notes that it is to be sent: once, however often it hears of it.
package main

import (
	"log"
	"net/http"
	"shop/internal/serve"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func main() {
	ctx := serve.Context()
	db, err := pgxpool.New(ctx, "")
	check(err)
	broker, err := nats.Connect("nats://broker:4222", nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	check(err)
	stream, err := jetstream.New(broker)
	check(err)
	var placed jetstream.Consumer
	serve.Until(ctx, "broker", func() (err error) {
		// Durable, so that it goes on where the pod before it has ended.
		placed, err = stream.CreateOrUpdateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "shipping", AckWait: 10 * time.Second})
		return err
	})
	consuming, err := placed.Consume(func(message jetstream.Msg) {
		_, err := db.Exec(ctx, "INSERT INTO shipments (key) VALUES ($1) ON CONFLICT (key) DO NOTHING", string(message.Data()))
		if err != nil {
			log.Print("db: ", err)
			_ = message.NakWithDelay(time.Second)
			return
		}
		_ = message.Ack()
	})
	check(err)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /shipments/{key}", func(w http.ResponseWriter, r *http.Request) {
		var known bool
		err := db.QueryRow(r.Context(), "SELECT EXISTS (SELECT FROM shipments WHERE key = $1)", r.PathValue("key")).Scan(&known)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	serve.HTTP(ctx, mux)
	consuming.Drain()
	<-consuming.Closed()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
