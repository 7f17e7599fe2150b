// Package stamp is a plugin of Traefik's for the end-to-end test: it stamps each answer.
package stamp

import (
	"context"
	"net/http"
)

// Config is what a route says.
type Config struct {
	Stamp string `json:"stamp,omitempty"`
}

// CreateConfig is called by Traefik before a route's options are filled in.
func CreateConfig() *Config { return &Config{} }

type stamp struct {
	next  http.Handler
	stamp string
}

// New is called by Traefik for each route.
func New(_ context.Context, next http.Handler, config *Config, _ string) (http.Handler, error) {
	return &stamp{next: next, stamp: config.Stamp}, nil
}

func (s *stamp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Stamp", s.stamp)
	s.next.ServeHTTP(w, r)
}
