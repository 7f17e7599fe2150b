package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/hashicorp/consul-server-connection-manager/discovery"
	"github.com/hashicorp/consul/proto-public/pbdns"
	"github.com/hashicorp/go-hclog"
	"github.com/mwitkow/grpc-proxy/proxy"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// serveXDS carries what Envoy asks on a local address to the current server, with the token that Envoy does not have.
func serveXDS(watcher *discovery.Watcher) (*net.TCPAddr, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for Envoy: %w", err)
	}
	direct := func(ctx context.Context, _ string) (context.Context, *grpc.ClientConn, error) {
		state, err := watcher.State()
		incoming, _ := metadata.FromIncomingContext(ctx)
		outgoing := incoming.Copy()
		outgoing.Set("x-consul-token", state.Token)
		return metadata.NewOutgoingContext(ctx, outgoing), state.GRPCConn, err
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(proxy.TransparentHandler(direct)))
	go func() { _ = server.Serve(listener) }() // until the process ends
	return listener.Addr().(*net.TCPAddr), nil
}

// serveDNS answers DNS on address, by UDP and TCP, with what Consul's servers answer.
func serveDNS(watcher *discovery.Watcher, address string, log hclog.Logger) error {
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		return fmt.Errorf("listen for DNS: %w", err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen for DNS: %w", err)
	}
	ask := func(question []byte, protocol pbdns.Protocol) ([]byte, error) {
		state, err := watcher.State()
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ctx = metadata.AppendToOutgoingContext(ctx, "x-consul-token", state.Token)
		answer, err := pbdns.NewDNSServiceClient(state.GRPCConn).Query(ctx, &pbdns.QueryRequest{Msg: question, Protocol: protocol})
		if err != nil {
			log.Warn("a DNS question to Consul failed", "error", err)
		}
		return answer.GetMsg(), err
	}
	go func() {
		for {
			question := make([]byte, 65535)
			n, from, err := packets.ReadFrom(question)
			if err != nil {
				return
			}
			go func() {
				if answer, err := ask(question[:n], pbdns.Protocol_PROTOCOL_UDP); err == nil {
					_, _ = packets.WriteTo(answer, from)
				}
			}()
		}
	}()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for answerOverTCP(conn, ask) == nil {
				}
			}()
		}
	}()
	return nil
}

// answerOverTCP: over TCP, each message comes after its length in two bytes.
func answerOverTCP(conn net.Conn, ask func([]byte, pbdns.Protocol) ([]byte, error)) error {
	var length uint16
	if err := binary.Read(conn, binary.BigEndian, &length); err != nil {
		return err
	}
	question := make([]byte, length)
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	answer, err := ask(question, pbdns.Protocol_PROTOCOL_TCP)
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	return err
}
