// Stand-in for traefik/whoami in the testbed: no registry reached from there holds its module.
//
// It answers every path with who it is and what it was asked, in the real one's format, /api with the same as JSON, and
// /health with 200. Where it differs: no TLS, no /bench, /echo, /data, /upload and /grpc; /health cannot be set.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const version = "1.10.3" // of the real one whose format it has

func main() {
	port := flag.String("port", envOr("WHOAMI_PORT_NUMBER", "80"), "the port to listen on")
	name := flag.String("name", os.Getenv("WHOAMI_NAME"), "a name to print")
	printVersion := flag.Bool("version", false, "print the version")
	flag.Bool("verbose", false, "accepted and ignored")
	flag.Parse()
	if *printVersion {
		fmt.Println("whoami stand-in", version)
		return
	}
	if err := serve(*port, *name); err != nil {
		log.Fatal(err)
	}
}

func envOr(key, otherwise string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return otherwise
}

func serve(port, name string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/api", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"hostname": hostname(), "ip": addresses(), "headers": r.Header, "url": r.URL.RequestURI(),
			"host": r.Host, "method": r.Method, "name": name, "remoteAddr": r.RemoteAddr,
		})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if wait, err := time.ParseDuration(r.URL.Query().Get("wait")); err == nil {
			time.Sleep(wait)
		}
		if name != "" {
			fmt.Fprintln(w, "Name:", name)
		}
		fmt.Fprintln(w, "Hostname:", hostname())
		for _, ip := range addresses() {
			fmt.Fprintln(w, "IP:", ip)
		}
		fmt.Fprintln(w, "RemoteAddr:", r.RemoteAddr)
		request, err := httputil.DumpRequest(r, true)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(request)
	})

	// As a container's first process it has no default action for SIGTERM: without this, a pod takes its whole grace
	// period to stop.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	server := &http.Server{Addr: ":" + port, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-stop
		_ = server.Close()
	}()
	log.Println("Starting up on port", port)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func hostname() string {
	name, _ := os.Hostname()
	return name
}

func addresses() []string {
	found := []string{}
	all, _ := net.InterfaceAddrs()
	for _, address := range all {
		if network, ok := address.(*net.IPNet); ok {
			found = append(found, network.IP.String())
		}
	}
	return found
}
