// Stand-in for traefik/whoami in the testbed: no registry reached from there holds its module.
//
// It answers every path with who it is and what it was asked, in the real one's format, /api with the same as JSON, and
// /health with 200, or the status that was last sent there. Where it differs: no TLS, no /bench, /echo, /data, /upload
// and /grpc; and what tests need beside it: gRPC's health protocol, /auth, which answers 200 and X-User to "Bearer
// let-me-in" and else 401, and --echo, which makes it a server of lines by TCP, or with --self-signed by TLS, as
// traefik/whoamitcp is one by TCP.
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
	"sync/atomic"
	"syscall"
	"time"
)

const version = "1.10.3" // of the real one whose format it has

func main() {
	port := flag.String("port", envOr("WHOAMI_PORT_NUMBER", "80"), "the port to listen on")
	name := flag.String("name", os.Getenv("WHOAMI_NAME"), "a name to print")
	printVersion := flag.Bool("version", false, "print the version")
	flag.Bool("verbose", false, "accepted and ignored")
	echo := flag.Bool("echo", false, "answer each line of a TCP connection with the name and the line")
	selfSigned := flag.String("self-signed", "", "with --echo: speak TLS, with a certificate of its own for this name")
	flag.Parse()
	if *printVersion {
		fmt.Println("whoami stand-in", version)
		return
	}
	run := func() error { return serve(*port, *name) }
	if *echo {
		run = func() error { return serveLines(*port, *name, *selfSigned) }
	}
	if err := run(); err != nil {
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
	var health atomic.Int64
	health.Store(http.StatusOK)
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			var status int64
			if _, err := fmt.Fscan(r.Body, &status); err != nil || status < 200 || status > 599 {
				http.Error(w, "send a status from 200 to 599", http.StatusBadRequest)
				return
			}
			health.Store(status)
		}
		w.WriteHeader(int(health.Load()))
	})
	// gRPC's health protocol by hand: a frame with the one field of its answer, status SERVING.
	mux.HandleFunc("/grpc.health.v1.Health/Check", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = w.Write([]byte{0, 0, 0, 0, 2, 0x08, 0x01})
		w.Header().Set("Grpc-Status", "0")
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer let-me-in" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-User", "anna of "+r.Header.Get("X-Forwarded-Host"))
	})
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
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: ":" + port, Handler: mux, ReadHeaderTimeout: 10 * time.Second, Protocols: protocols}
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
