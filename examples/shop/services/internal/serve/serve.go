// Package serve is what the shop's services in Go have in common: how they begin and how they end.
package serve

import (
	"context"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"
)

// Context ends when Kubernetes has the pod stop.
func Context() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	return ctx
}

// Until asks again and again until it succeeds: at its start a service may be there before its sidecar, and before what it calls.
func Until(ctx context.Context, what string, ask func() error) {
	for err := ask(); err != nil; err = ask() {
		log.Printf("%s: %v", what, err)
		select {
		case <-ctx.Done():
			log.Fatal("told to stop")
		case <-time.After(time.Second):
		}
	}
}

// HTTP answers until the context ends, and then what has been asked already.
func HTTP(ctx context.Context, handler http.Handler) {
	server := &http.Server{Addr: ":8080", Handler: handler}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		inTime, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		_ = server.Shutdown(inTime)
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-ended
}
