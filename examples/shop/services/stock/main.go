// Stock is older than the mesh: it ran in a namespace of its own before, and joins as it is.
package main

import (
	"encoding/json"
	"net/http"
	"shop/internal/serve"
)

var pieces = map[string]int{"mug": 120, "shirt": 40, "poster": 300}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /stock", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(pieces)
	})
	serve.HTTP(serve.Context(), mux)
}
