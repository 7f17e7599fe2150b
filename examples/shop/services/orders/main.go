// Orders takes each order once: priced, paid for, stored under its idempotency key, and told to who ships it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"shop/internal/serve"
	"shop/pricing/pb"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

type order struct {
	SKU      string `json:"sku"`
	Quantity int32  `json:"quantity"`
	Cents    int64  `json:"cents"`
}

type shop struct {
	db      *pgxpool.Pool
	stream  jetstream.JetStream
	pricing pb.PricingClient
}

// What it calls is part of the caller's trace, for which the sidecars send the spans.
// Each step may be made twice, so a client that got no answer asks again with the same key.
func (s *shop) place(ctx context.Context, key, trace string, it order) (int, error) {
	asked := ctx
	if trace != "" {
		asked = metadata.AppendToOutgoingContext(ctx, "traceparent", trace)
	}
	quote, err := s.pricing.Quote(asked, &pb.QuoteRequest{Sku: it.SKU, Quantity: it.Quantity})
	if err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("pricing: %w", err)
	}
	if err := charge(ctx, key, trace, quote.Cents); err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("payment: %w", err)
	}
	_, err = s.db.Exec(ctx, `INSERT INTO orders (key, sku, quantity, cents) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO NOTHING`, key, it.SKU, it.Quantity, quote.Cents)
	if err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("db: %w", err)
	}
	// Before the answer: a client that has one need not ask again, and nobody else would tell shipping.
	if _, err = s.stream.Publish(ctx, "orders.placed", []byte(key), jetstream.WithMsgID(key)); err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("broker: %w", err)
	}
	return http.StatusCreated, nil
}

func charge(ctx context.Context, key, trace string, cents int64) error {
	body := strings.NewReader(fmt.Sprintf(`{"cents":%d}`, cents))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://payment:8080/charges", body)
	if err != nil {
		return err
	}
	request.Header.Set("Idempotency-Key", key)
	if trace != "" {
		request.Header.Set("Traceparent", trace)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

func main() {
	ctx := serve.Context()
	// The address is in PGHOST and its like; a pool connects when it is used.
	db, err := pgxpool.New(ctx, "")
	check(err)
	serve.Until(ctx, "db", func() error { return db.Ping(ctx) })
	broker, err := nats.Connect("nats://broker:4222", nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	check(err)
	stream, err := jetstream.New(broker)
	check(err)
	serve.Until(ctx, "broker", func() error {
		_, err := stream.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}})
		return err
	})
	pricing, err := grpc.NewClient("pricing:8080", grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	s := &shop{db, stream, pb.NewPricingClient(pricing)}

	mux := http.NewServeMux()
	// Not whether db and broker are there: were they away for a moment, all of the shop would be.
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var it order
		key := r.Header.Get("Idempotency-Key")
		if key == "" || json.NewDecoder(r.Body).Decode(&it) != nil || it.Quantity < 1 {
			http.Error(w, "an order has an Idempotency-Key, a sku and a quantity", http.StatusBadRequest)
			return
		}
		// A client asks again: better soon than that orders pile up here while a store is away.
		within, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		if status, err := s.place(within, key, r.Header.Get("Traceparent"), it); err != nil {
			http.Error(w, err.Error(), status)
		} else {
			w.WriteHeader(status)
		}
	})
	mux.HandleFunc("GET /orders/{key}", func(w http.ResponseWriter, r *http.Request) {
		var it order
		err := db.QueryRow(r.Context(), "SELECT sku, quantity, cents FROM orders WHERE key = $1", r.PathValue("key")).
			Scan(&it.SKU, &it.Quantity, &it.Cents)
		answer(w, it, err)
	})
	mux.HandleFunc("GET /summary", func(w http.ResponseWriter, r *http.Request) {
		var sum struct{ Orders, Cents int64 }
		err := db.QueryRow(r.Context(), "SELECT count(*), coalesce(sum(cents), 0)::bigint FROM orders").Scan(&sum.Orders, &sum.Cents)
		answer(w, sum, err)
	})
	serve.HTTP(ctx, mux)
	_ = broker.Drain()
}

func answer(w http.ResponseWriter, what any, err error) {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		_ = json.NewEncoder(w).Encode(what)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
