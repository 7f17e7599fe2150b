package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/consul-server-connection-manager/discovery"
)

type options struct {
	version                                  bool
	addresses                                string
	grpcPort                                 int
	serverWatchDisabled                      bool
	tlsDisabled, tlsSkipVerify               bool
	tlsServerName, caCerts                   string
	credentialType, staticToken              string
	authMethod, bearerToken, bearerTokenPath string
	loginDatacenter                          string
	loginNamespace, loginPartition           string
	loginMeta                                pairs
	proxyID, proxyIDPath                     string
	nodeName, namespace, partition           string
	adminAddress, readyAddress, dnsAddress   string
	adminPort, readyPort, dnsPort            int
	concurrency, drainSeconds, graceSeconds  int
	gracefulAddress, gracefulShutdownPath    string
	gracefulPort                             int
	drainStrategy, scrapePath                string
	logLevel                                 string
	logJSON                                  bool
	envoyArgs                                []string // after "--"
}

// Flags of the real one that change nothing here; false are those without a value.
var ignored = map[string]bool{
	"ca-path": true, "config-file": true, "dump-envoy-config-on-exit": false, "graceful-startup-path": true, "service-node-id": true, "shutdown-drain-listeners": false,
	"startup-grace-period-seconds": true, "telemetry-prom-ca-certs-file": true,
	"telemetry-prom-ca-certs-path": true, "telemetry-prom-cert-file": true, "telemetry-prom-key-file": true,
	"telemetry-prom-merge-port": true, "telemetry-prom-retention-time": true, "telemetry-prom-service-metrics-url": true,
	"telemetry-use-central-config": false, "tls-cert": true, "tls-key": true, "xds-bind-addr": true, "xds-bind-port": true,
}

// pairs collects key=value arguments.
type pairs map[string]string

func (p pairs) String() string { return "" }
func (p pairs) Set(s string) error {
	for _, pair := range strings.Split(s, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%q is not key=value", pair)
		}
		p[key] = value
	}
	return nil
}

// parse reads the arguments, and for what they do not say the environment.
func parse(args []string) (*options, error) {
	o := &options{loginMeta: pairs{}}
	f := flag.NewFlagSet("consul-dataplane", flag.ContinueOnError)
	f.BoolVar(&o.version, "version", false, "")
	f.StringVar(&o.addresses, "addresses", "", "")
	f.IntVar(&o.grpcPort, "grpc-port", 8502, "")
	f.BoolVar(&o.serverWatchDisabled, "server-watch-disabled", false, "")
	f.BoolVar(&o.tlsDisabled, "tls-disabled", false, "")
	f.BoolVar(&o.tlsSkipVerify, "tls-insecure-skip-verify", false, "")
	f.StringVar(&o.tlsServerName, "tls-server-name", "", "")
	f.StringVar(&o.caCerts, "ca-certs", "", "")
	f.StringVar(&o.credentialType, "credential-type", "", "")
	f.StringVar(&o.staticToken, "static-token", "", "")
	f.StringVar(&o.authMethod, "login-auth-method", "", "")
	f.StringVar(&o.bearerToken, "login-bearer-token", "", "")
	f.StringVar(&o.bearerTokenPath, "login-bearer-token-path", "", "")
	f.StringVar(&o.loginDatacenter, "login-datacenter", "", "")
	f.StringVar(&o.loginNamespace, "login-namespace", "", "")
	f.StringVar(&o.loginPartition, "login-partition", "", "")
	f.Var(o.loginMeta, "login-meta", "")
	f.StringVar(&o.proxyID, "proxy-service-id", "", "")
	f.StringVar(&o.proxyIDPath, "proxy-service-id-path", "", "")
	f.StringVar(&o.nodeName, "service-node-name", "", "")
	f.StringVar(&o.namespace, "service-namespace", "", "")
	f.StringVar(&o.partition, "service-partition", "", "")
	f.StringVar(&o.adminAddress, "envoy-admin-bind-address", "127.0.0.1", "")
	f.IntVar(&o.adminPort, "envoy-admin-bind-port", 19000, "")
	f.StringVar(&o.readyAddress, "envoy-ready-bind-address", "0.0.0.0", "")
	f.IntVar(&o.readyPort, "envoy-ready-bind-port", 0, "")
	f.IntVar(&o.concurrency, "envoy-concurrency", 2, "")
	f.IntVar(&o.graceSeconds, "shutdown-grace-period-seconds", 0, "")
	f.StringVar(&o.gracefulAddress, "graceful-addr", "127.0.0.1", "")
	f.IntVar(&o.gracefulPort, "graceful-port", 20300, "")
	f.StringVar(&o.gracefulShutdownPath, "graceful-shutdown-path", "/graceful_shutdown", "")
	f.IntVar(&o.drainSeconds, "envoy-drain-time-seconds", 30, "")
	f.StringVar(&o.drainStrategy, "envoy-drain-strategy", "immediate", "")
	f.StringVar(&o.dnsAddress, "consul-dns-bind-addr", "127.0.0.1", "")
	f.IntVar(&o.dnsPort, "consul-dns-bind-port", -1, "")
	f.StringVar(&o.scrapePath, "telemetry-prom-scrape-path", "/metrics", "")
	f.StringVar(&o.logLevel, "log-level", "info", "")
	f.BoolVar(&o.logJSON, "log-json", false, "")
	for name, hasValue := range ignored {
		if hasValue {
			f.String(name, "", "")
		} else {
			f.Bool(name, false, "")
		}
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.envoyArgs = f.Args()

	given := map[string]bool{}
	f.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
	for _, variable := range os.Environ() {
		key, value, _ := strings.Cut(variable, "=")
		key, isOurs := strings.CutPrefix(key, "DP_")
		if !isOurs {
			continue
		}
		// DP_CREDENTIAL_LOGIN_META and …META1, …META2 hold one pair each.
		name := strings.ToLower(strings.ReplaceAll(key, "_", "-"))
		if strings.HasPrefix(name, "credential-login-meta") {
			name = "login-meta"
		}
		if f.Lookup(name) == nil || given[name] {
			continue
		}
		if err := f.Set(name, value); err != nil {
			return nil, fmt.Errorf("DP_%s: %w", key, err)
		}
	}
	if o.version {
		return o, nil
	}
	return o, o.complete()
}

func (o *options) complete() error {
	if o.addresses == "" {
		return errors.New("-addresses is required")
	}
	var err error
	if o.proxyID, err = orFile(o.proxyID, o.proxyIDPath); err != nil {
		return fmt.Errorf("-proxy-service-id-path: %w", err)
	}
	if o.proxyID == "" {
		return errors.New("-proxy-service-id or -proxy-service-id-path is required")
	}
	return nil
}

// orFile is the value, or else what the file holds.
func orFile(value, path string) (string, error) {
	if value != "" || path == "" {
		return value, nil
	}
	content, err := os.ReadFile(path)
	return strings.TrimSpace(string(content)), err
}

// discovery is how to find the servers and how to show who this is.
func (o *options) discovery() (discovery.Config, error) {
	config := discovery.Config{Addresses: o.addresses, GRPCPort: o.grpcPort, ServerWatchDisabled: o.serverWatchDisabled}
	if !o.tlsDisabled {
		config.TLS = &tls.Config{ServerName: o.tlsServerName, InsecureSkipVerify: o.tlsSkipVerify}
		if o.caCerts != "" {
			pem, err := os.ReadFile(o.caCerts)
			if err != nil {
				return config, fmt.Errorf("-ca-certs: %w", err)
			}
			config.TLS.RootCAs = x509.NewCertPool()
			if !config.TLS.RootCAs.AppendCertsFromPEM(pem) {
				return config, fmt.Errorf("-ca-certs: no certificate in %s", o.caCerts)
			}
		}
	}
	switch o.credentialType {
	case "":
	case "static":
		config.Credentials.Type = discovery.CredentialsTypeStatic
		config.Credentials.Static.Token = o.staticToken
	case "login":
		token, err := orFile(o.bearerToken, o.bearerTokenPath)
		if err != nil {
			return config, fmt.Errorf("-login-bearer-token-path: %w", err)
		}
		config.Credentials.Type = discovery.CredentialsTypeLogin
		config.Credentials.Login = discovery.LoginCredential{
			AuthMethod: o.authMethod, BearerToken: token, Meta: o.loginMeta,
			Datacenter: o.loginDatacenter, Namespace: o.loginNamespace, Partition: o.loginPartition,
		}
	default:
		return config, fmt.Errorf("-credential-type is %q: want static or login", o.credentialType)
	}
	return config, nil
}
