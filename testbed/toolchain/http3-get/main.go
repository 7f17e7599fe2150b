// http3-get makes one GET request over HTTP/3, by the client of quic-go, and prints what came: protocol and status on
// the first line, then the headers, an empty line and the body. It speaks HTTP/3 or nothing, as no curl of Debian's does.
//
//	http3-get -cacert FILE -address HOST:PORT https://NAME/PATH
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func main() {
	log.SetFlags(0)
	caFile := flag.String("cacert", "", "PEM file of the certificates to trust")
	address := flag.String("address", "", "host:port to send the packets to; the URL's name is what the certificate has to have")
	timeout := flag.Duration("timeout", 10*time.Second, "for the whole request")
	flag.Parse()
	if flag.NArg() != 1 || *caFile == "" || *address == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := get(flag.Arg(0), *address, *caFile, *timeout); err != nil {
		log.Fatalln("http3-get:", err)
	}
}

func get(url, address, caFile string, timeout time.Duration) error {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s holds no certificate", caFile)
	}
	transport := &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		Dial: func(ctx context.Context, _ string, tlsConfig *tls.Config, config *quic.Config) (*quic.Conn, error) {
			return quic.DialAddr(ctx, address, tlsConfig, config)
		},
	}
	defer transport.Close()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	fmt.Println(response.Proto, response.StatusCode)
	_ = response.Header.Write(os.Stdout)
	fmt.Println()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
